"""What the email service does by itself after an agent's action, as auditors and customers see it."""

import pytest

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from services.audit.service import SERVICE as AUDIT
from services.audit.views.reviews import SessionRisks
from tests.contract.email_world import STEFANA, bounce_of, complaint, email_world, hand_in
from tests.support.product import ACME, NORTH, SOUTH, free_address, person_id
from tests.support.ses import fake_ses, ses_settings
from tests.support.waiting import wait_until

ADDRESS, SECOND = "stefana@acme.example", "stefana+second@acme.example"
NO_SUCH = "550 5.1.1 no such user"
NED = person_id("north_agent")
STEPS = ("email.address.", "email.probation.", "email.provider.", "email.message.")
ASKED = {"email.message.resend", "email.message.send"}


@pytest.fixture
def world(tmp_path):
    inbound = free_address()
    with (
        fake_ses() as ses,
        email_world(
            tmp_path,
            beside=[AUDIT],
            HELPDESK_EMAIL_INBOUND_ADDRESS=inbound,
            **ses_settings(ses),
        ) as world,
    ):
        world.ses, world.inbound = ses, inbound
        world.audit = world.product.stub(audit_pb2_grpc.AuditServiceStub, "audit")
        yield world


def seen(world, partner=NORTH):
    """The steps that a partner's auditor finds, oldest first, once all is in the log."""
    world.product.settle()
    auditor = world.product.caller(sub="auditor", partner=partner, roles=["AUDITOR"], sid="s-1")
    request = audit_pb2.QueryActionsRequest(filter=audit_pb2.ActionFilter(service="email"))
    records = list(auditor(world.audit.QueryActions, request).records)[::-1]
    return [r for r in records if r.action.startswith(STEPS) and r.action not in ASKED]


def names(records):
    return [record.action for record in records]


def blocked_and_removed(world):
    world.server.answers[ADDRESS] = NO_SUCH
    world.wait_for_state(world.send(), "bounced")
    assert world.ses.wait_until(lambda entries: ADDRESS in entries)
    world.remove()
    assert world.ses.wait_until(lambda entries: not entries)
    assert wait_until(lambda: world.user_mail().addresses[0].provider_state == "done")


def test_the_steps_after_a_removal_are_recorded_for_its_ticket(world):
    blocked_and_removed(world)
    del world.server.answers[ADDRESS]
    message_id = world.resend(kind="welcome")
    world.wait_for_state(message_id, "delivered")
    found = seen(world)

    assert names(found) == [
        "email.message.deliver",
        "email.provider.change",
        "email.probation.pass",
    ]
    assert {(r.ticket, r.partner_id, r.user_id, r.organization_id, r.outcome) for r in found} == {
        ("INC-1", NORTH, STEFANA, ACME, audit_pb2.OUTCOME_DONE)
    }
    assert [r.agent_id for r in found] == [
        "system:email.delivery", "system:email.provider", "system:email.delivery",
    ]  # fmt: skip
    assert all(f"agent:{NED}" in r.subjects for r in found)
    assert f"message:{message_id}" in found[-1].subjects


def test_a_step_is_recorded_once_and_with_its_facts(world):
    blocked_and_removed(world)
    del world.server.answers[ADDRESS]
    world.wait_for_state(world.resend(kind="welcome"), "delivered")
    (record,) = world.product.records("email", action="email.probation.pass")
    rows = world.store.read(0, 100_000, ("helpdesk.email.v1.AddressProbationPassed",))

    assert [world.store.opened(row).action_id for row in rows] == [record.action_id]
    assert world.product.records("email", action="email.message.resend")[-1].trace_id
    numbers = [r.number for r in world.product.records("email", writer=record.writer)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_what_comes_back_after_a_removal_is_recorded_as_a_block(world):
    blocked_and_removed(world)
    world.wait_for_state(world.send(), "bounced")
    assert world.ses.wait_until(lambda entries: ADDRESS in entries)
    assert wait_until(lambda: world.user_mail().addresses[0].provider_state == "done")

    assert names(seen(world))[-2:] == ["email.address.block", "email.provider.change"]


def test_a_code_that_comes_back_is_recorded_for_the_agent_who_sent_it(world):
    world.server.answers[SECOND] = NO_SUCH
    world.send_code(index=1, ticket="INC-7")
    assert world.ses.wait_until(lambda entries: SECOND in entries)
    assert wait_until(lambda: world.user_mail().addresses[1].provider_state == "done")
    found = seen(world)

    assert names(found) == ["email.address.block", "email.provider.change"]
    assert {r.ticket for r in found} == {"INC-7"}


def test_what_no_agent_began_leaves_no_record_of_a_step(world):
    world.wait_for_state(world.send(), "delivered")
    world.server.answers[ADDRESS] = NO_SUCH
    world.wait_for_state(world.send(), "bounced")
    world.product.settle()
    recorded = {record.action for record in world.product.records("email")}

    assert {name for name in recorded if name.startswith(STEPS)} == {"email.message.send"}


def test_another_partners_auditor_sees_no_step(world):
    blocked_and_removed(world)

    assert seen(world, NORTH) != []
    assert seen(world, SOUTH) == []


def test_a_report_about_an_agents_mail_is_the_agents_partners(world):
    message_id = world.resend(kind="welcome")
    world.wait_for_state(message_id, "delivered")
    world.report(complaint(message_id))
    (record,) = world.product.records("email", action="email.report.take")

    assert (record.partner_id, record.ticket) == (NORTH, "INC-1")
    assert f"agent:{NED}" in record.subjects


def test_a_bounce_that_comes_in_by_mail_is_the_agents_partners_too(world):
    message_id = world.resend(kind="welcome")
    sender, _, mail = world.server.wait_for(ADDRESS)
    world.wait_for_state(message_id, "delivered")
    hand_in(world.inbound, "", sender, bounce_of("x@y.example", ADDRESS, mail))
    (record,) = world.product.records("email", action="email.report.take")

    assert (record.agent_id, record.outcome) == ("system:email.inbound", "done")
    assert (record.partner_id, record.ticket) == (NORTH, "INC-1")


def test_the_feed_of_the_customer_shows_what_people_did_and_no_step(world):
    blocked_and_removed(world)
    world.product.settle()
    admin = world.product.caller("acme_admin")
    request = audit_pb2.ListOrganizationActivityRequest(organization_id=ACME, partners_only=True)
    feed = {each.action for each in admin(world.audit.ListOrganizationActivity, request).activities}

    assert "email.blocklist.remove" in feed
    assert not any(name.startswith(STEPS) for name in feed - ASKED)


def test_steps_of_the_service_are_no_session_to_review(world):
    blocked_and_removed(world)
    world.product.settle()
    audit = world.product.store_of("audit")
    agents = {each.agent_id for each in SessionRisks(audit.engine).touched(0, 10_000)}

    assert agents == {NED}
