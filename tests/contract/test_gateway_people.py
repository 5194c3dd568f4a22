"""A partner's people in the console: roles, limits, who leaves, who is invited."""

import re

import pytest

from tests.contract.gateway_world import GatewayWorld, gateway_world, links, notice, problems, title
from tests.support.product import person_id


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("gateway")) as running:
        yield running


def test_a_partner_admin_assigns_and_takes_away_a_role(world: GatewayWorld):
    admin = world.browser("north_admin")
    person = {"person": "nils@north.example", "role": "helpdesk"}

    unknown = admin.submit("/admin/roles", person="who@x.example", role="helpdesk", reason="new")
    assigned = admin.submit("/admin/roles", **person, reason="joins the team")
    held = admin.submit("/admin/roles", **person, reason="again")
    nils = f"/admin/roles/people/{person_id('north_nobody')}"
    without = admin.submit(f"{nils}/remove", role="helpdesk")
    taken = admin.submit(f"{nils}/remove", role="helpdesk", reason="left the team")

    assert problems(unknown) == ["Nobody with this address has signed in at your company."]
    assert notice(assigned) == "Nils Nobody has the role now."
    assert notice(held) == "The person has this role already."
    assert problems(without) == ["Write a reason; auditors will ask for it."]
    assert notice(taken) == "The role was taken away. What ran on it has ended."


def test_nobody_changes_or_ends_themselves(world: GatewayWorld):
    admin = world.browser("north_admin")
    own = f"/admin/roles/people/{person_id('north_admin')}"
    role = {"role": "partner_admin", "reason": "a try"}

    lowered = admin.submit(f"{own}/remove", **role)
    left = admin.submit(f"{own}/offboard", confirmed="yes", reason="a try")

    assert notice(lowered) == "Nobody changes their own role."
    assert notice(left) == "Nobody changes their own role."
    assert "End everything" not in admin.get(own).text


def test_a_partner_admin_limits_an_agent_to_customers_by_name(world: GatewayWorld):
    admin = world.browser("north_admin")
    auditor = f"/admin/roles/people/{person_id('north_auditor')}"
    nils = f"/admin/roles/people/{person_id('north_nobody')}"
    form = {"reason": "a project"}

    unknown = admin.submit(f"{nils}/limit", **form, customers="Beta")
    limited = admin.submit(f"{nils}/limit", **form, customers="acme")
    role = admin.submit(f"{auditor}/limit", reason="why", customers="Acme")
    lifted = admin.submit(f"{nils}/limit", **form, customers="")

    assert problems(unknown) == ["No customer of yours has one of these names."]
    assert notice(limited) == "The person sees only these customers now."
    assert ">Acme</textarea>" in limited.text
    assert notice(role).startswith("Partner admins and auditors see all customers.")
    assert notice(lifted) == "The person sees all your customers again."


def test_everything_of_who_leaves_ends_before_the_next_click(world: GatewayWorld):
    admin, agent = world.browser("north_admin"), world.browser()
    role = {"person": "nils@north.example", "role": "helpdesk"}
    admin.submit("/admin/roles", **role, reason="joins the team")
    assert agent.sign_in("north_nobody").url.path == "/"
    form = {"reason": "left the company"}
    nils = f"/admin/roles/people/{person_id('north_nobody')}"

    doubted = admin.submit(f"{nils}/offboard", **form)
    left = admin.submit(f"{nils}/offboard", **form, confirmed="yes")
    ended = agent.get("/")

    assert problems(doubted) == ["Confirm that everything of this person ends."]
    assert notice(left) == "Everything of the person has ended: sign-ins, roles and views."
    assert ended.url.path == "/signin"


def test_a_partner_admin_signs_an_agent_out_everywhere(world: GatewayWorld):
    admin, agent = world.browser("north_admin"), world.browser()
    nils = f"/admin/roles/people/{person_id('north_nobody')}"
    role = {"person": "nils@north.example", "role": "helpdesk"}
    admin.submit("/admin/roles", **role, reason="is back")
    assert agent.sign_in("north_nobody").url.path == "/"

    without = admin.submit(f"{nils}/sign-out")
    done = admin.submit(f"{nils}/sign-out", reason="a stolen laptop")
    ended = agent.get("/")

    assert problems(without) == ["Write a reason; auditors will ask for it."]
    assert notice(done) == "The person is signed out everywhere."
    assert ended.url.path == "/signin"
    assert agent.sign_in("north_nobody").url.path == "/"
    admin.submit(f"{nils}/remove", role="helpdesk", reason="a test")


def fields(page):
    """What a form of the page carries hidden."""
    return dict(re.findall(r'name="(form_token|request_id)" value="(\w+)"', page.text))


def test_an_invitation_by_mail_leads_to_a_role_and_works_once(world: GatewayWorld):
    admin = world.browser("north_admin")
    offer = {"email": "new@north.example", "display_name": "Newton New", "role": "helpdesk"}
    sent = admin.submit("/admin/invitations", **offer, reason="joins the team")
    world.product.settle()
    mail = admin.get(links(admin.get("/dev/mail"), r"/dev/mail/[^\"]+")[0])
    link = re.search(r"/invitation/[\w-]+", mail.text)[0]
    guest = world.browser()
    looked = guest.get(link)
    taken = guest.post(link, data=fields(looked))
    came = guest.sign_in("north_nobody")
    again = world.browser()
    again.post(link, data=fields(again.get(link)))

    assert notice(sent) == "The invitation is on its way. It is good for 7 days."
    assert title(looked) == "Invitation"
    assert taken.url.path == "/signin"
    assert came.url.path == "/"
    assert "new@north.example" not in admin.get("/admin/invitations").text
    assert "This invitation cannot be used" in again.sign_in("north_nobody").text
