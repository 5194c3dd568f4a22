"""The console over HTTP: who gets which page, what forms lead to, what is refused."""

import re
from urllib.parse import unquote

import pytest

from helpdesk.email.v1 import reports_pb2, reports_pb2_grpc
from helpdesk.identity.v1 import tickets_pb2, tickets_pb2_grpc
from tests.contract.email_world import complaint
from tests.contract.gateway_world import (
    FRAGMENT,
    GatewayWorld,
    gateway_world,
    links,
    notice,
    problems,
    title,
)
from tests.support.product import (
    ACME,
    BETA,
    PEOPLE,
    SHARED,
    person_id,
)

USER = f"/t/INC-1/users/{person_id('acme_user')}"
CUSTOMER = f"/t/INC-1/orgs/{ACME}"
FOREIGN_USER = f"/t/INC-1/users/{person_id('beta_user')}"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("north_agent", "/"),
        ("north_admin", "/admin/roles"),
        ("acme_admin", "/consent"),
        ("north_auditor", "/audit"),
    ],
)
def test_everybody_lands_on_the_page_of_their_role(world: GatewayWorld, name, home):
    page = world.browser().sign_in(name)

    assert (page.status_code, page.url.path) == (200, home)


def test_somebody_without_a_role_is_told_whom_to_ask(world: GatewayWorld):
    page = world.browser().sign_in("north_nobody")

    assert "Ask a partner admin for the Help Desk role." in page.text


def test_an_unknown_address_is_not_signed_in(world: GatewayWorld):
    browser = world.browser()
    page = browser.get("/signin/go")

    answer = browser.post(str(page.url), data={"email": "who@nowhere.example"})

    assert answer.status_code == 400
    assert "Nobody here has this address." in answer.text


def test_an_answer_of_the_provider_that_this_browser_did_not_ask_for_is_refused(world):
    asked = world.browser()
    page = asked.get("/signin/go")
    back = asked.post(str(page.url), data={"email": "ned@north.example"}, follow_redirects=False)

    stolen = world.browser().get(back.headers["location"])

    assert (stolen.url.path, stolen.url.query) == ("/signin", b"reason=failed")


@pytest.mark.parametrize(
    "path", ["/", USER, CUSTOMER, "/consent", "/audit", "/me", "/view/x/users"]
)
def test_nobody_sees_a_page_without_signing_in(world: GatewayWorld, path):
    page = world.browser().get(path)

    assert page.url.path == "/signin"


def test_after_signing_in_one_gets_the_page_that_was_asked_for(world: GatewayWorld):
    browser = world.browser()
    browser.get(CUSTOMER)

    page = browser.sign_in("north_agent")

    assert page.url.path == CUSTOMER


@pytest.mark.parametrize(
    ("name", "path", "words"),
    [
        ("north_agent", "/", "Home"),
        ("north_agent", "/t/INC-1", "INC-1 · Home"),
        ("north_agent", USER, "INC-1 · User"),
        ("north_agent", f"{USER}/mail", "INC-1 · Mail"),
        ("north_agent", f"{USER}/check", "INC-1 · Caller check"),
        ("north_agent", CUSTOMER, "INC-1 · Customer"),
        ("north_agent", f"/t/-/search/within/{ACME}", "Search"),
        ("north_agent", "/me", "Settings"),
        ("north_admin", "/admin/roles", "Roles"),
        ("north_admin", "/admin/invitations", "Invitations"),
        ("north_admin", f"/admin/roles/people/{person_id('north_agent')}", "Person"),
        ("acme_admin", "/consent", "Access"),
        ("acme_admin", "/activity", "Activity"),
        ("north_auditor", "/audit", "Audit"),
        ("north_auditor", "/audit/log", "Log"),
        ("north_auditor", "/audit/export", "Export"),
        ("north_agent", "/dev/mail", "Development mailbox"),
    ],
)
def test_pages_open_and_their_titles_name_nobody(world: GatewayWorld, name, path, words):
    page = world.browser(name).get(path)

    assert (page.status_code, title(page)) == (200, words)


@pytest.mark.parametrize(
    "path",
    [
        FOREIGN_USER,
        f"{FOREIGN_USER}/mail",
        f"{FOREIGN_USER}/check",
        f"{FOREIGN_USER}/mail/live",
        f"/t/INC-1/orgs/{BETA}",
        "/t/INC-1/users/made-up",
        "/t/INC-1/search/made-up",
        "/t/not%20a%20ticket/search/x",
        "/view/made-up/users",
        "/audit/found/made-up",
        "/nothing/here",
        "/static/made-up.js",
    ],
)
def test_what_one_may_not_see_and_what_does_not_exist_look_the_same(world: GatewayWorld, path):
    page = world.browser("north_agent").get(path)

    assert page.status_code == 404


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("north_agent", "/admin/roles"),
        ("north_agent", "/audit"),
        ("north_agent", "/consent"),
        ("acme_admin", "/audit"),
        ("north_auditor", USER),
        ("north_admin", "/audit/log"),
    ],
)
def test_a_page_of_another_role_is_refused_with_who_lifts_it(world: GatewayWorld, name, path):
    page = world.browser(name).get(path)

    assert page.status_code == 403
    assert "This page needs a role that you do not hold." in page.text
    assert "A partner admin of your company can lift this." in page.text


def test_a_search_finds_a_user_and_says_nothing_in_its_addresses(world: GatewayWorld):
    browser = world.browser("north_agent")
    browser.went.clear()

    page = browser.submit("/t/INC-1/search", q="Ștefana")

    assert person_id("acme_user") in page.text
    assert title(page) == "INC-1 · Search"
    assert not [url for url in browser.went if "tefana" in unquote(str(url)).lower()]


def test_an_exact_id_opens_its_page(world: GatewayWorld):
    page = world.browser("north_agent").submit("/t/INC-1/search", q=person_id("acme_user"))

    assert page.url.path == USER


def test_a_search_of_one_session_is_not_another_ones(world: GatewayWorld):
    page = world.browser("north_agent").submit("/t/-/search", q="voinea")

    other = world.browser("south_agent").get(page.url.path)

    assert other.status_code == 404


def test_a_search_finds_nothing_of_other_partners_customers(world: GatewayWorld):
    page = world.browser("north_agent").submit("/t/-/search", q="Петрова")

    assert "No match among your customers." in page.text


def test_suggestions_come_as_a_piece_of_a_page(world: GatewayWorld):
    browser = world.browser("north_agent")
    fields = {**browser.form(), "q": "stef"}

    part = browser.post("/t/INC-1/search/suggest", data=fields, headers=FRAGMENT)

    assert 'role="option"' in part.text
    assert "<html" not in part.text


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("", "Write at least 2 characters."),
        ("a\x00b", "This holds characters that cannot be used here."),
        ("x" * 3000, "This is too long."),
    ],
)
def test_a_query_that_cannot_be_searched_is_named_at_its_field(world: GatewayWorld, query, wrong):
    page = world.browser("north_agent").submit("/t/INC-1/search", q=query)

    assert title(page) == "Error: INC-1 · Home"
    assert wrong in page.text


def test_bytes_that_are_not_utf_8_are_named_at_their_field(world: GatewayWorld):
    browser = world.browser("north_agent")
    token = browser.form()["form_token"]

    page = browser.post(
        "/t/INC-1/search",
        content=f"form_token={token}&q=%ff%fe",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert "This holds characters that cannot be used here." in page.text


def test_personal_values_are_masked_until_they_are_shown(world: GatewayWorld):
    browser = world.browser("north_agent")
    page = browser.get(USER)
    fields = {
        "subject": person_id("acme_user"),
        "field": "emails:0",
        "reason": "compare",
        "target": "address",
    }

    unchecked = browser.post("/t/INC-1/reveal", data=browser.form() | fields, headers=FRAGMENT)
    alone = browser.post("/t/INC-1/reveal", data=browser.form() | fields)
    browser.submit(f"{USER}/check")
    code = _code_of_the_newest_mail(world)
    browser.submit(f"{USER}/check/code", code_1=code[:4], code_2=code[4:])
    part = browser.post("/t/INC-1/reveal", data=browser.form() | fields, headers=FRAGMENT)

    assert "stefana@acme.example" not in page.text + unchecked.text + alone.text
    assert (unchecked.status_code, unchecked.headers["hx-retarget"]) == (409, "#address-refused")
    assert f'href="{USER}/check"' in unchecked.text
    assert alone.url.path == f"{USER}/check"
    assert notice(alone).startswith("This action needs a caller check")
    assert "stefana@acme.example" in part.text
    assert 'data-remask="60"' in part.text
    recorded = world.product.records("identity", action="identity.field.reveal")[-1]
    assert recorded.reason == "Compare with what the caller says"


def test_a_caller_is_checked_with_the_code_of_the_mail(world: GatewayWorld):
    browser = world.browser("north_agent")
    sent = browser.submit(f"{USER}/check")
    code = _code_of_the_newest_mail(world)

    wrong = browser.submit(f"{USER}/check/code", code_1="0000", code_2="0000")
    right = browser.submit(f"{USER}/check/code", code_1=code[:4], code_2=code[4:])

    assert notice(sent) == "The code is on its way."
    assert problems(wrong) == ["The code is not right."]
    assert "Caller confirmed" in right.text


def test_a_check_without_a_ticket_is_refused_with_the_next_step(world: GatewayWorld):
    page = world.browser("north_agent").submit(USER.replace("INC-1", "-") + "/check")

    assert notice(page) == "This action needs an open ticket."
    assert "Open a ticket of this customer and start from it." in page.text


def test_a_bounce_is_explained_and_its_block_removed_on_an_admins_word(world: GatewayWorld):
    browser = world.browser("north_agent")
    admin = world.browser("acme_admin")
    user = _blocked(world, "acme_user")
    blocked = browser.get(f"{user}/mail")

    refused = browser.submit(f"{user}/mail/unblock", address="0", reason="mailbox exists again")
    unreasoned = browser.submit(f"{user}/mail/ask-admin", address="0", reason="  ")
    asked = browser.submit(f"{user}/mail/ask-admin", address="0", reason="calls from the desk")
    waiting = admin.get("/consent/addresses")
    fields = dict(re.findall(r'name="(user|address)" value="([^"]+)"', waiting.text))
    vouched = admin.submit("/consent/addresses", **fields, reason="it is new")
    possible = browser.get(f"{user}/mail")
    removed = browser.submit(f"{user}/mail/unblock", address="0", reason="mailbox exists again")
    listed = browser.get("/t/INC-8/removals")
    everyone = world.browser("north_admin").get("/t/-/removals")
    foreign = world.browser("south_agent").get("/t/INC-8/removals?all=1")

    assert "No such mailbox." in blocked.text
    assert "Fault: recipient" in blocked.text
    assert "A caller check through another address" in blocked.text
    assert notice(refused) == "The mailbox was missing: a check by another address is needed."
    assert problems(unreasoned) == ["Write a reason; auditors will ask for it."]
    assert notice(asked) == "The admins of the customer were asked."
    assert "calls from the desk" in waiting.text
    assert notice(vouched) == "You vouched for the address. An agent can remove it now."
    assert "By the word of a customer admin" in possible.text
    assert notice(removed) == "The address is off the blocklist. The next delivery is watched."
    for page in (listed, everyone):
        assert "Watching the next delivery" in page.text
        assert "s••••@acme.example" in page.text
    assert "No address was removed from the blocklist yet." in foreign.text


def test_a_recipient_who_complained_agrees_by_the_button_and_not_by_looking(world: GatewayWorld):
    agent = world.browser("north_agent")
    user = f"/t/INC-9/users/{person_id('acme_admin')}"
    agent.get(f"{user}/mail")
    agent.submit(f"{user}/mail/welcome")
    world.product.settle()
    lane = re.search(r'id="lane-([0-9a-f]{32})"', agent.get(f"{user}/mail").text)[1]
    world.product.caller(sub="mta", roles=["MAIL_REPORTER"])(
        world.product.stub(reports_pb2_grpc.MailReportServiceStub, "email").ReportMail,
        reports_pb2.ReportMailRequest(raw=complaint(lane)),
    )
    blocked = agent.get(f"{user}/mail")
    asked = agent.submit(f"{user}/mail/ask-recipient", address="0", reason="wants our mail")
    world.product.settle()
    outside = world.browser()
    mails = links(outside.get("/dev/mail"), r"/dev/mail/[^\"]+")
    texts = (outside.get(path).text for path in mails)
    link = next(m[0] for text in texts if (m := re.search(r"/agree/[\w-]{60,}", text)))

    looked = outside.get(link)
    fields = outside.form(link)
    before = agent.get(f"{user}/mail")
    agreed = outside.post(link, data=fields)
    after = agent.get(f"{user}/mail")
    again = outside.post(link, data={**fields, "request_id": "another"})

    assert "A complaint needs the recipient’s consent." in blocked.text
    assert notice(asked) == "The recipient was asked at another address."
    assert "May we write to this address again?" in looked.text
    assert "ada@" not in looked.text
    assert "A complaint needs the recipient’s consent." in before.text
    assert "You agreed to our mail" in agreed.text
    assert "By the recipient’s consent" in after.text
    assert "This link was used already." in again.text


def test_only_a_customers_admin_sees_addresses_to_vouch_for(world: GatewayWorld):
    assert world.browser("north_agent").get("/consent/addresses").status_code == 403


def test_an_address_that_is_no_link_agrees_to_nothing(world: GatewayWorld):
    outside = world.browser()

    assert outside.get("/agree/x").status_code == 404
    assert outside.get("/agree/" + "0" * 60).status_code == 404


def test_where_the_sole_address_is_blocked_a_check_leads_on_without_a_mail(world: GatewayWorld):
    browser = world.browser("north_agent")
    user = _blocked(world, "orphan_user")
    store, queued = world.product.store_of("email"), ("helpdesk.email.v1.MessageQueued",)
    before = store.read(0, 10_000, queued)

    page = browser.get(user)
    browser.submit(f"{user}/check")
    stuck = browser.get(f"{user}/check")

    assert "Next:</strong> Remove the address from the blocklist." in page.text
    assert "Every address is blocked, so no mail is sent." in page.text
    assert "The code cannot arrive" in stuck.text
    assert re.search(r'id="check-send" aria-disabled="true"', stuck.text)
    assert store.read(0, 10_000, queued) == before


def test_a_code_goes_to_the_address_that_is_not_blocked(world: GatewayWorld):
    browser = world.browser("north_agent")
    user = _blocked(world, "shared_admin")

    page = browser.get(user)
    browser.submit(f"{user}/check", address="1")
    world.product.settle()

    assert "Check the caller" in page.text
    assert re.search(r'name="address" value="1"', page.text)
    assert "shared+second@" not in page.text
    assert "sharon+second@shared.example" in world.browser().get("/dev/mail").text


def test_the_reports_on_a_mail_are_shown_on_demand_and_recorded(world: GatewayWorld):
    browser = world.browser("north_agent")
    user = _blocked(world, "orphan_user")
    page = browser.get(f"{user}/mail")
    message = re.search(r'name="message" value="([\w-]+)"', page.text)[1]
    before = len(world.product.records("email", action="email.evidence.get"))

    fields = {**browser.form(), "message": message}
    part = browser.post(f"{user}/mail/evidence", data=fields, headers=FRAGMENT)
    whole = browser.post(f"{user}/mail/evidence", data=fields)
    foreign = browser.post(f"{FOREIGN_USER}/mail/evidence", data=fields)

    assert "Answer to our mail system" in part.text
    assert "<html" not in part.text
    assert "otto@" not in part.text
    assert '<details class="evidence" open>' in whole.text
    assert foreign.status_code == 404
    assert len(world.product.records("email", action="email.evidence.get")) == before + 3


@pytest.mark.parametrize(
    ("name", "path", "typed", "kept"),
    [
        ("north_agent", "/tickets", {"ticket": "not <a> ticket"}, 'value="not &lt;a&gt; ticket"'),
        ("north_agent", "/t/INC-1/search", {"q": "a\x00b"}, 'value="ab"'),
        (
            "north_agent",
            f"{CUSTOMER.replace(ACME, SHARED)}/request",
            {"minutes": "99", "section": "devices", "reason": "phones <ring>"},
            'value="devices" checked',
        ),
        (
            "north_agent",
            f"{USER}/check/code",
            {"code_1": "12", "code_2": "x"},
            "Enter the 8 digits, 4 and 4.",
        ),
        (
            "north_admin",
            "/admin/roles",
            {"person": "who@x.y", "role": "auditor", "reason": "night shift"},
            ">night shift</textarea>",
        ),
        ("north_auditor", "/audit", {"start": "soon", "agent": "somebody"}, 'value="somebody"'),
        ("north_auditor", "/audit/export", {"format": "?", "organization": "x1"}, 'value="x1"'),
    ],
)
def test_a_form_with_a_mistake_is_shown_again_with_what_was_typed(
    world: GatewayWorld, name, path, typed, kept
):
    browser = world.browser(name)

    page = browser.submit(path, **typed)

    assert page.status_code == 422
    assert title(page).startswith("Error: ")
    assert 'id="error-summary"' in page.text
    assert kept in page.text
    assert "12x" not in page.text
    assert browser.get(path).status_code == 200


def test_a_double_click_acts_once(world: GatewayWorld):
    browser = world.browser("north_agent")
    user = f"/t/INC-2/users/{person_id('shared_user')}"
    fields = browser.form()
    before = len(world.product.records("email", action="email.message.resend", outcome="done"))
    for _ in range(2):
        browser.post(f"{user}/mail/welcome", data=fields)

    page = browser.get(f"{user}/mail")

    assert page.text.count('class="lane"') == 1
    after = len(world.product.records("email", action="email.message.resend", outcome="done"))
    assert after - before == 2


def test_a_customer_lets_an_agent_look_and_stops_it(world: GatewayWorld):
    agent, admin = world.browser("north_agent"), world.browser("acme_admin")
    nothing = agent.submit(f"{CUSTOMER}/request", minutes="99", reason="")
    agent.submit(
        f"{CUSTOMER}/request", section=["users", "devices"], minutes="30", reason="phones ring"
    )
    asked = admin.get("/consent")
    decide = links(asked, r"/consent/requests/\w+")[0]
    admin.submit(decide, decision="grant", section=["users"], minutes="30")

    view = agent.submit(f"{CUSTOMER}/view")
    base = view.url.path.removesuffix("/overview")
    users, devices = agent.get(f"{base}/users"), agent.get(f"{base}/devices")
    forged = agent.submit(f"{base}/users/delete")
    running = admin.get("/consent")
    admin.submit(f"/consent/views/{base.rpartition('/')[2]}/stop")
    over = agent.get(f"{base}/users")

    assert problems(nothing) == [
        "Choose at least one section.",
        "Write a reason; auditors will ask for it.",
        "Choose 5 to 60 minutes.",
    ]
    assert "phones ring" in asked.text
    assert "READ-ONLY" in view.text
    assert "Ștefana Voinea" in users.text
    assert "stefana@acme.example" not in users.text
    assert "Devices were not allowed." in devices.text
    assert "Lobby Phone" not in devices.text
    assert forged.status_code == 403
    assert "This view is read-only. Nothing was changed." in forged.text
    assert "Ned Agent" in running.text
    assert "The customer stopped the view." in over.text
    assert "Ștefana Voinea" not in over.text


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


def test_an_auditor_follows_a_session_step_by_step_and_exports(world: GatewayWorld):
    world.browser("north_agent").get(USER)
    world.product.settle()
    auditor = world.browser("north_auditor")
    page = auditor.get("/audit")
    session = links(page, r"/audit/sessions/[^\"?]+")[0]

    replay = auditor.get(session)
    refused = auditor.submit(
        "/audit", start="2020-01-01T00:00", end="2099-01-01T00:00", outcome="refused"
    )
    backwards = auditor.submit(
        "/audit", start="2099-01-01T00:00", end="2020-01-01T00:00", outcome=""
    )
    exported = auditor.submit("/audit/export", format="proofs")

    assert "REPLAY" in replay.text
    assert refused.url.path.startswith("/audit/found/")
    assert problems(backwards) == ["The end must be after the start."]
    assert exported.headers["content-type"] == "application/zip"
    assert exported.content.startswith(b"PK")


def test_the_home_page_lists_the_partners_own_open_tickets(world: GatewayWorld):
    tickets = world.product.stub(tickets_pb2_grpc.TicketServiceStub, "identity")
    request = tickets_pb2.OpenTicketRequest(ticket="LIST-1", organization_id=ACME)
    world.product.caller("north_agent")(tickets.OpenTicket, request)

    assert 'href="/t/LIST-1"' in world.browser("north_agent").get("/").text
    assert "LIST-1" not in world.browser("south_agent").get("/").text


def test_an_auditor_sees_what_was_known_of_a_ticket(world: GatewayWorld):
    asked = {"section": ["users"], "minutes": "30", "reason": "phones ring"}
    world.browser("north_agent").submit(f"/t/INC-77/orgs/{SHARED}/request", **asked)
    world.product.settle()
    auditor = world.browser("north_auditor")
    session = links(auditor.get("/audit"), r"/audit/sessions/[^\"?]+")[0]
    steps = dict.fromkeys(links(auditor.get(session), rf"{session}\?step=\d+"))
    shown = [auditor.get(step).text for step in steps]

    assert any("Not checked: nothing keeps tickets here" in text for text in shown)


def test_language_and_theme_are_kept(world: GatewayWorld):
    browser = world.browser()
    browser.sign_in("north_agent")

    browser.submit("/me", locale="ro", theme="dark", keys="on")
    page = browser.get("/")

    assert '<html lang="ro" data-theme="dark">' in page.text


def test_signing_out_ends_the_session_for_whoever_has_its_cookie(world: GatewayWorld):
    browser = world.browser()
    browser.sign_in("north_agent")
    secret = browser.cookies["helpdesk"]

    browser.submit("/signout")
    again = world.browser()
    again.cookies.set("helpdesk", secret)
    page = again.get("/")

    assert (page.url.path, page.url.query) == ("/signin", b"reason=idle")


def _code_of_the_newest_mail(world: GatewayWorld) -> str:
    browser = world.browser()
    world.product.settle()
    for path in links(browser.get("/dev/mail"), r"/dev/mail/[^\"]+"):
        found = re.search(r"\b(\d{4})[ -]?(\d{4})\b", browser.get(path).text)
        if found:
            return found[1] + found[2]
    raise AssertionError("no mail with a code")


def test_records_name_people_customers_and_partners(world: GatewayWorld):
    world.browser("north_agent").get(USER)
    world.product.settle()
    auditor = world.browser("north_auditor")

    page = auditor.get("/audit")
    replay = auditor.get(links(page, r"/audit/sessions/[\w-]+")[0])

    assert "Ned Agent" in page.text
    assert "North Partner" in page.text
    assert "Acme</td>" in page.text
    assert "North Partner" in replay.text


@pytest.mark.parametrize(
    ("typed", "found"),
    [("ned@north.example", True), ("sue@south.example", False), ("x@y.z", False)],
)
def test_an_auditor_finds_an_agent_of_the_own_partner_by_address(world: GatewayWorld, typed, found):
    world.browser("north_agent").get(USER)
    world.product.settle()

    page = world.browser("north_auditor").submit("/audit", agent=typed)

    assert ("Ned Agent" in page.text) is found
    assert ("No record in this time." in page.text) is not found
    assert not [url for url in world.browser("north_auditor").went if "@" in unquote(str(url))]


def _blocked(world: GatewayWorld, name: str) -> str:
    """Return the page of somebody whose first address was blocked by a bounce."""
    user = f"/t/INC-8/users/{person_id(name)}"
    outside = world.browser()
    found = re.search(r'name="form_token" value="(\w+)"', outside.get("/dev/mail").text)
    address = {"form_token": found[1], "address": PEOPLE[name][4]}
    outside.post("/dev/mail/refused", data={**address, "answer": "refuse"})
    world.browser("north_agent").submit(f"{user}/mail/welcome")
    world.product.settle()
    outside.post("/dev/mail/refused", data={**address, "answer": "accept"})
    return user


def test_an_agent_sends_the_set_up_mail_once_it_is_confirmed(world: GatewayWorld):
    agent = world.browser("north_agent")
    mail = f"/t/INC-9/users/{person_id('acme_user')}/mail"
    sent = {"action": "email.message.resend", "outcome": "done"}
    before = len(world.product.records("email", **sent))
    agent.get(mail)
    chosen = {"kind": "setup", "address": "0", "language": "ro"}
    unconfirmed = agent.submit(f"{mail}/send", **chosen)
    assert "Confirm that it is to be sent." in unconfirmed.text
    assert len(world.product.records("email", **sent)) == before
    page = agent.submit(f"{mail}/send", **chosen, confirm="yes")

    assert "The mail is on its way." in page.text
    assert "Set-up mail" in page.text
    assert len(world.product.records("email", **sent)) == before + 1


def test_another_address_than_the_first_needs_a_checked_caller(world: GatewayWorld):
    agent = world.browser("north_agent")
    mail = f"/t/INC-31/users/{person_id('acme_user')}/mail"
    agent.get(mail)
    page = agent.submit(f"{mail}/send", kind="setup", address="1", language="", confirm="yes")

    assert "needs a caller check" in page.text
