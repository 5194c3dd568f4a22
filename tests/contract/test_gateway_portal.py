"""The customer's portal in a view: what each section shows, masked, and nothing of the others."""

import re

import pytest

from helpdesk.email.v1 import email_pb2, email_pb2_grpc
from helpdesk.options.v1 import options_pb2
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc
from services.gateway.http_api import streaming
from tests.contract.gateway_world import FRAGMENT, GatewayWorld, gateway_world, links
from tests.support.product import (
    ACME,
    NORTH,
    SHARED,
    api_id,
    person_id,
    small_directory,
    uuid,
)

STEFANA = person_id("acme_user")
LICENCE = {
    "id": api_id("LICENSE", uuid(401)),
    "orgId": ACME,
    "name": "Meetings 200",
    "totalUnits": 5,
    "consumedUnits": 1,
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("portal")) as running:
        person = next(p for p in small_directory()["people"] if p["id"] == STEFANA)
        running.product.load(
            {"licenses": [LICENCE], "people": [{**person, "licenses": [LICENCE["id"]]}]}
        )
        yield running


@pytest.fixture
def look(world: GatewayWorld):
    """Open a view of these sections at a customer; ended and taken back afterwards."""
    consents = world.product.stub(consent_pb2_grpc.ConsentServiceStub, "session")
    agent, opened = world.browser("north_agent"), []

    def opens(*sections, admin="acme_admin", organization=ACME):
        granted = consent_pb2.GrantAccessRequest(
            partner_id=NORTH, sections=[f"SECTION_{each}" for each in sections], reason="go ahead"
        )
        caller = world.product.caller(admin)
        consent_id = caller(consents.GrantAccess, granted).consent_id
        opened.append((caller, consent_id))
        return agent.submit(f"/t/INC-1/orgs/{organization}/view").url.path.rpartition("/")[0]

    yield opens
    for caller, consent_id in opened:
        request = consent_pb2.RevokeConsentRequest(consent_id=consent_id)
        caller(consents.RevokeConsent, request)


def facts(page):
    """Return the named values of a page, without their tags."""
    found = re.findall(r"<div><dt>(.*?)</dt><dd>(.*?)</dd></div>", page.text, re.DOTALL)
    return {name: " ".join(re.sub("<.*?>", " ", value).split()) for name, value in found}


SECTIONS = [
    ("ORGANIZATION", "overview", "acme.example"),
    ("USERS", "users", "Ștefana Voinea"),
    ("DEVICES", "devices", "FOC12345678"),
    ("LICENSES", "licences", "Meetings 200"),
    ("SITES", "sites", "acme.meet.example"),
    ("SETTINGS", "settings", "ro_RO"),
    ("MAIL", "mail", "Ștefana Voinea"),
]
"""Each section, its page, and what is seen there of it and on no page of another."""


@pytest.mark.parametrize(("section", "page", "text"), SECTIONS)
def test_a_section_that_was_allowed_is_seen(world: GatewayWorld, look, section, page, text):
    assert text in world.browser("north_agent").get(f"{look(section)}/{page}").text


@pytest.mark.parametrize(
    ("section", "page", "text"), [each for each in SECTIONS if each[0] != "ORGANIZATION"]
)
def test_nothing_is_seen_of_a_section_that_was_not_allowed(
    world: GatewayWorld, look, section, page, text
):
    agent = world.browser("north_agent")
    view = look(*(name for name, _, _ in SECTIONS if name != section))
    denied, overview = agent.get(f"{view}/{page}").text, agent.get(f"{view}/overview").text

    assert "not allowed." in denied
    assert text not in denied + overview


def test_the_pages_of_a_portal_are_those_of_the_sections_that_there_are():
    known = {
        name.removeprefix("SECTION_") for name in options_pb2.Section.DESCRIPTOR.values_by_name
    }

    assert {name for name, _, _ in SECTIONS} == known - {"UNSPECIFIED"}


def test_the_users_are_seen_with_their_numbers_and_who_administers(world: GatewayWorld, look):
    page = world.browser("north_agent").get(f"{look('USERS')}/users")

    assert "Ștefana Voinea" in page.text
    assert "••••22" in page.text
    assert "+40211000122" not in page.text
    assert "stefana@acme.example" not in page.text
    assert re.search(r'data-label="Admin">✓', page.text)


def test_a_user_of_the_portal_has_all_that_the_customers_admin_sees_masked(world, look):
    agent = world.browser("north_agent")
    view = look("USERS", "DEVICES", "LICENSES")
    listed = agent.get(f"{view}/users")
    page = agent.get(next(each for each in links(listed, r"/view/[^\"]+") if STEFANA in each))
    seen = facts(page)

    assert seen["Name"] == "Ștefana Voinea"
    assert seen["E-mail address"].startswith("s")
    assert "••••22" in seen["Phone number"]
    assert seen["Status"] == "Active"
    assert seen["May sign in"] == "✓"
    assert "Meetings 200" in page.text
    assert "Lobby Phone" in page.text
    assert "stefana" not in page.text


def test_a_user_of_the_portal_shows_no_section_that_was_not_allowed(world: GatewayWorld, look):
    page = world.browser("north_agent").get(f"{look('USERS')}/users/{STEFANA}")

    assert "Ștefana Voinea" in page.text
    assert "Meetings 200" not in page.text
    assert "Lobby Phone" not in page.text


def test_a_number_of_the_portal_is_shown_with_a_reason(world: GatewayWorld, look):
    agent = world.browser("north_agent")
    view = look("USERS")
    page = agent.get(f"{view}/users/{STEFANA}")
    shown = agent.post(
        f"{view}/reveal",
        data={
            **agent.form(),
            "subject": STEFANA,
            "field": "phone_numbers:0",
            "target": "phone-0",
            "reason": "compare",
        },
        headers=FRAGMENT,
    )

    assert 'id="phone-0"' in page.text
    assert "+40211000122" in shown.text
    [record] = world.product.records("identity", action="identity.field.reveal")
    assert record.view_id


def test_the_mail_status_is_seen_of_each_user(world: GatewayWorld, look):
    mail = world.product.stub(email_pb2_grpc.EmailServiceStub, "email")
    sent = email_pb2.SendMessageRequest(user_id=STEFANA, template="welcome")
    world.product.caller(sub="portal", roles=["MAIL_SENDER"])(mail.SendMessage, sent)
    agent = world.browser("north_agent")
    listed = agent.get(f"{look('MAIL')}/mail")
    page = agent.get(next(each for each in links(listed, r"/view/[^\"]+") if STEFANA in each))

    assert "Ștefana Voinea" in listed.text
    assert "Welcome mail" in page.text
    assert "s••••@acme.example" in page.text
    assert "stefana@" not in listed.text + page.text


@pytest.mark.parametrize("page", ["mail", f"mail/{STEFANA}", "devices", f"users/{STEFANA}"])
def test_a_section_that_was_not_allowed_shows_nothing_and_is_recorded(world, look, page):
    view = look("SITES")
    answer = world.browser("north_agent").get(f"{view}/{page}")
    refused = [
        record.view_id
        for service in ("identity", "email")
        for record in world.product.records(service, error="SECTION_NOT_ALLOWED")
    ]

    assert "were not allowed." in answer.text
    assert "Ștefana" not in answer.text
    assert view.rpartition("/")[2] in refused


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_change_in_a_view_is_refused_and_recorded_once(world: GatewayWorld, look, method):
    agent = world.browser("north_agent")
    view = look("USERS")
    answer = agent.request(
        method, f"{view}/users/{STEFANA}", headers={"x-form-token": agent.form()["form_token"]}
    )
    records = world.product.records(
        "session", action="session.view.change", view_id=view.rpartition("/")[2]
    )

    assert answer.status_code == 403
    assert "This view is read-only. Nothing was changed." in answer.text
    assert [record.outcome for record in records] == ["refused"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_who_is_not_signed_in_is_led_to_the_sign_in_from_a_view(world: GatewayWorld, method):
    answer = world.browser().request(method, "/view/any/users", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/signin")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_another_site_attempts_nothing_in_a_view(world: GatewayWorld, look, method):
    view = look("USERS")
    answer = world.browser("north_agent").request(
        method, f"{view}/users", headers={"sec-fetch-site": "cross-site"}
    )

    assert answer.status_code == 403
    assert "read-only" not in answer.text


def test_nobody_of_another_customer_is_in_the_portal(world: GatewayWorld, look):
    agent = world.browser("north_agent")
    view = look("USERS", "MAIL")
    for section in ("users", "mail", "sites"):
        page = agent.get(f"{view}/{section}/{person_id('shared_user')}")
        assert page.status_code == 404


def test_how_many_users_there_are_is_seen_with_the_users_only(world: GatewayWorld, look):
    agent = world.browser("north_agent")
    without = facts(agent.get(f"{look('SITES')}/overview"))
    agent.submit(f"{agent.went[-1].path.rpartition('/')[0]}/end")
    with_users = facts(agent.get(f"{look('USERS')}/overview"))

    assert "Users" not in without
    assert with_users["Users"] == "2"


def test_a_customer_is_told_of_every_section_that_was_allowed(world: GatewayWorld, look):
    look("MAIL", "USERS")
    page = world.browser("acme_admin").get("/consent")

    assert "Overview, Users, Mail status" in page.text


@pytest.fixture
def no_room():
    """Let other pages hold all the room that there is for open pages."""
    taken = 0
    while streaming.PAGES.acquire(blocking=False):
        taken += 1
    yield
    for _ in range(taken):
        streaming.PAGES.release()


def test_a_view_goes_on_where_other_pages_have_no_room_left(world, look, no_room):
    view = look("USERS")
    with world.browser("acme_admin").stream("GET", "/consent/live") as other:
        told = other.read().decode()
    with world.browser("north_agent").stream("GET", f"{view}/live") as open_view:
        beat = next(line for line in open_view.iter_lines() if line)

    assert told == "retry: 10000\n\n"
    assert beat == "event: heartbeat"


def test_a_list_of_the_portal_beyond_a_page_has_a_next_one(world: GatewayWorld, look):
    one = next(p for p in small_directory()["people"] if p["id"] == person_id("shared_user"))
    more = [
        {**one, "id": api_id("PEOPLE", uuid(5000 + n)), "emails": [], "displayName": f"User {n:03}"}
        for n in range(101)
    ]
    world.product.load({"people": more})
    agent = world.browser("north_agent")
    view = look("USERS", admin="shared_admin", organization=SHARED)

    first = agent.get(f"{view}/users")
    second = agent.get(links(first, r"/view/[^\"]+page=[^\"]+")[0])

    assert "User 000" in first.text
    assert "User 100" not in first.text
    assert "User 100" in second.text
    assert "User 000" not in second.text
