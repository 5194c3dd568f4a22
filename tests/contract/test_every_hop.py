"""Who, for whom, under what: on every record of stories that go through several services."""

import json
import re

import grpc
import pytest
from envoy.service.auth.v3 import external_auth_pb2_grpc

from helpdesk.email.v1 import email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import (
    people_pb2,
    people_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
    tickets_pb2,
    tickets_pb2_grpc,
)
from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.rpc.contract import every_method
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc
from services.hosting import ALL
from services.identity.service import SERVICE as IDENTITY
from services.session.service import SERVICE as SESSION
from tests.contract.gateway_world import GatewayWorld, links
from tests.contract.test_identity_clients import Program
from tests.support.distributed import SIZES, product_of
from tests.support.envoy import cookie_of, entered, http
from tests.support.product import (
    ACME,
    NORTH,
    free_address,
    person_id,
    running_product,
    small_directory,
)
from tests.support.recorded import of_calls

METHODS = {method.full_name: method for method in every_method()}
TICKET = "HOP-1"
AGENT, ADMIN, STEFANA = (person_id(n) for n in ("north_agent", "acme_admin", "acme_user"))
USER = f"/t/{TICKET}/users/{STEFANA}"
CUSTOMER = f"/t/{TICKET}/orgs/{ACME}"


def told(world):
    """Act through the console, in a view, and through a program that acts for the agent."""
    product = world.product
    agent, admin = world.browser("north_agent"), world.browser("acme_admin")
    tickets = product.stub(tickets_pb2_grpc.TicketServiceStub, "identity")
    ticket = tickets_pb2.OpenTicketRequest(organization_id=ACME, ticket=TICKET)
    product.caller("north_agent")(tickets.OpenTicket, ticket)

    agent.submit(f"/t/{TICKET}/search", q="Ștefana")
    agent.get(USER)
    agent.submit(f"{USER}/check")
    agent.submit(f"{USER}/check/code", code_1="0000", code_2="0000")
    agent.submit(f"{CUSTOMER}/request", section=["users"], minutes="30", reason="phones ring")
    decide = links(admin.get("/consent"), r"/consent/requests/\w+")[0]
    admin.submit(decide, decision="grant", section=["users"], minutes="30")
    base = agent.submit(f"{CUSTOMER}/view").url.path.removesuffix("/overview")
    agent.get(f"{base}/users")
    agent.get(f"{base}/devices")
    revealed = {"subject": STEFANA, "field": "phone_numbers:0", "target": "phone-0"}
    agent.post(f"{base}/reveal", data={**agent.form(), **revealed, "reason": "compare"})
    agent.submit(f"{base}/users/delete")
    look_at_the_customers_own_portal(agent, base, product.env["HELPDESK_SESSION_ENVOY_ADDRESS"])
    admin.submit(f"/consent/views/{base.rpartition('/')[2]}/stop")

    signs = product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity")
    asked = sign_in_pb2.IssueTokenForRequest(user_id=AGENT)
    own = product.caller(sub="operator:ann", roles=["SERVICE"])(signs.IssueTokenFor, asked).token
    bot = Program(product, "ticket-bot", "DELEGATE", acts_as=["HELP_DESK"])
    mail = product.stub(email_pb2_grpc.EmailServiceStub, "email")
    request = email_pb2.GetUserMailRequest(user_id=STEFANA, ticket=TICKET)
    Caller(lambda: bot.exchanged(own).token)(mail.GetUserMail, request)
    people = product.stub(people_pb2_grpc.PeopleServiceStub, "identity")
    leaves = people_pb2.OffboardPersonRequest(user_id=AGENT, reason="left the company")
    product.caller("north_admin")(people.OffboardPerson, leaves)
    product.settle()


def look_at_the_customers_own_portal(agent, base, address):
    """Enter the portal behind Envoy from the view, and look at two sections of it."""
    lease = re.search(r'name="lease" value="([^"]+)"', agent.get(f"{base}/portal").text)[1]
    with grpc.insecure_channel(address) as channel:
        envoy = external_auth_pb2_grpc.AuthorizationStub(channel).Check
        cookie = cookie_of(entered(envoy, lease))
        envoy(http(cookie=cookie))
        envoy(http(cookie=cookie, section="devices"))


@pytest.fixture(scope="module", params=SIZES)
def world(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hops") / "data"
    folder.mkdir()
    accounts = [{"email": "ned@north.example", "name": "Ned Agent", "role": "agent"}]
    (folder / "dev-accounts.json").write_text(json.dumps(accounts))
    settings = {
        "HELPDESK_IDENTITY_TICKETS": "local",
        "HELPDESK_SESSION_ENVOY_ADDRESS": free_address(),
        "HELPDESK_GATEWAY_PORTAL_URL": "https://portal.example",
    }
    directory = small_directory()
    with product_of(request.param, folder, ALL, directory=directory, **settings) as product:
        product.settle()
        world = GatewayWorld(product)
        try:
            told(world)
            yield world
        finally:
            world.close()


@pytest.fixture(scope="module")
def records(world):
    found = []
    for name, running in world.product.host.running.items():
        if running.store is not None:
            rows = running.store.read(0, 100_000, (SupportActionRecorded.NAME,))
            found += [(name, running.store.opened(row)) for row in rows]
    return found


def method_of(record):
    return METHODS[record.method]


def of_agent(records):
    return [(s, r) for s, r in records if r.agent_id == AGENT]


def test_the_story_went_through_every_service_that_acts(records):
    assert {service for service, _ in of_agent(records)} >= {
        "identity",
        "search",
        "email",
        "session",
    }
    assert len(records) >= 25


def test_every_record_says_what_when_and_in_which_request_and_trace(records):
    for service, record in records:
        assert record.service == service
        assert record.action
        assert record.outcome in ("done", "refused", "failed")
        assert bool(record.error) == (record.outcome != "done")
        assert record.occurred_at.year > 2000
        assert re.fullmatch(r"[0-9a-f]{32}", record.trace_id)
        assert re.fullmatch(r"[0-9a-f]{32}", record.request_id)
    calls = of_calls(record for _, record in records)
    assert len({record.request_id for record in calls}) == len(calls)


def test_every_record_says_who_acted_for_which_partner_and_in_which_session(records):
    for record in of_calls(record for _, record in records):
        if not method_of(record).public:
            assert record.agent_id
            assert record.roles
        if record.agent_id == AGENT:
            assert record.partner_id == NORTH
            assert record.sign_in_id or record.act
        if record.agent_id == ADMIN:
            assert record.acting_organization_id == ACME
            assert record.sign_in_id


def test_every_record_of_a_method_that_needs_one_names_its_ticket_and_reason(records):
    calls = of_calls(record for _, record in records)
    needing = [(method_of(r).rule, r) for r in calls if r.outcome == "done"]
    with_ticket = [r for rule, r in needing if rule.ticket]
    assert {r.action for r in with_ticket} == {
        "email.caller-check.send",
        "session.access.request",
        "session.view.start",
    }
    for record in with_ticket:
        said = (record.ticket, record.ticket_state, record.organization_id)
        assert said == (TICKET, "open", ACME)
    assert all(r.reason for rule, r in needing if rule.reason)


def test_a_step_that_follows_names_the_service_and_whose_action_it_followed(records):
    steps = [record for _, record in records if not record.method]

    assert {record.action for record in steps} >= {"email.message.deliver"}
    for record in steps:
        assert record.agent_id.startswith("system:")
        assert record.roles == ("SERVICE",)
        assert (record.partner_id, record.organization_id) == (NORTH, ACME)
        assert (record.ticket, record.user_id) == (TICKET, STEFANA)


def test_every_record_of_a_view_names_view_consent_customer_ticket_and_who_leased_it(records):
    seen = [r for _, r in records if "service:session" in r.act]
    assert {r.outcome for r in seen} == {"done", "refused"}
    for record in seen:
        assert (record.agent_id, record.partner_id) == (AGENT, NORTH)
        assert record.organization_id == ACME
        assert record.ticket == TICKET
        assert record.view_id
        assert record.consent_id
        assert record.sign_in_id
    assert len({(r.view_id, r.consent_id) for r in seen}) == 1


def test_a_reveal_and_a_look_at_the_customers_own_portal_are_steps_of_the_same_view(records):
    steps = [(r.action, r.outcome, r.error) for _, r in records if r.view_id]
    [revealed] = [r for _, r in records if r.action == "identity.field.reveal"]

    assert steps.count(("session.portal.enter", "done", "")) == 1
    assert steps.count(("session.portal.look", "done", "")) == 1
    assert steps.count(("session.portal.look", "refused", "SECTION_NOT_ALLOWED")) == 1
    assert (revealed.user_id, revealed.outcome, bool(revealed.reason)) == (STEFANA, "done", True)


def test_who_let_the_agent_go_and_why_is_said(records):
    [record] = [r for _, r in records if r.action == "identity.person.offboard"]

    assert record.agent_id == person_id("north_admin")
    assert record.partner_id == NORTH
    assert record.reason == "left the company"
    assert AGENT in (record.user_id, *(each.partition(":")[2] for each in record.subjects))


def test_what_a_program_did_for_the_agent_names_both_and_the_exchange_too(records):
    exchanged = [r for _, r in records if r.action == "identity.token.exchange"]
    done = [(s, r) for s, r in records if r.act == ("program:ticket-bot",)]
    assert [(r.agent_id, r.subjects) for r in exchanged] == [("ticket-bot", (f"person:{AGENT}",))]
    assert [(s, r.agent_id, r.ticket) for s, r in done] == [("email", AGENT, TICKET)]


def test_one_click_is_one_trace_over_all_services_that_it_reached(records):
    services = {}
    for service, record in of_agent(records):
        services.setdefault(record.trace_id, set()).add(service)

    assert {"identity", "email"} in [each - {"session", "search"} for each in services.values()]


def test_facts_carry_the_trace_and_the_action_of_the_record_that_made_them(world, records):
    sent = next(r for s, r in records if s == "email" and r.action == "email.caller-check.send")
    store = world.product.host.running["email"].store
    facts = [store.opened(row) for row in store.read(0, 100_000)]
    made = [fact for fact in facts if fact.action_id == sent.request_id]

    assert len(made) >= 2
    assert all(sent.trace_id in fact.traceparent for fact in made)


def test_a_use_case_that_forgets_the_customer_is_refused_and_stores_nothing(tmp_path, monkeypatch):
    with running_product(tmp_path, [IDENTITY, SESSION], directory=small_directory()) as product:
        stub = product.stub(consent_pb2_grpc.ConsentServiceStub, "session")
        request = consent_pb2.RequestAccessRequest(
            organization_id=ACME,
            sections=["SECTION_USERS"],
            minutes=20,
            reason="cannot join",
            ticket="INC-1",
        )
        monkeypatch.setattr(SupportAction, "about", lambda self, *_, **__: forget(self))
        with pytest.raises(Unavailable) as caught:
            product.caller("north_agent")(stub.RequestAccess, request)

        assert caught.value.reason == "RECORD_INCOMPLETE"
        names = [row.name for row in product.host.running["session"].store.read(0, 100)]
        assert "helpdesk.session.v1.AccessRequested" not in names
        record = product.records("session")[-1]
        assert (record.outcome, record.error) == ("failed", "RECORD_INCOMPLETE")


def forget(action):
    action.organization_id = ""
