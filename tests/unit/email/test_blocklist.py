from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from helpdesk.kernel.errors import Refused
from services.email.domain import blocklist
from services.email.domain.blocklist import Address, Whose
from services.email.domain.facts import (
    AddressBlocked,
    AddressBounced,
    AddressProbationPassed,
    AddressRemovedFromBlocklist,
)
from services.email.reports import Cause, Fault, RecipientReport
from tests.support.given import Given

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHOSE = Whose("ana@acme.example", "d1", "ana")
GONE = RecipientReport(
    "ana@acme.example", cause=Cause.NO_SUCH_MAILBOX, fault=Fault.RECIPIENT, permanent=True
)
FULL = RecipientReport(
    "ana@acme.example", cause=Cause.MAILBOX_FULL, fault=Fault.RECIPIENT, permanent=False
)
OURS = RecipientReport(
    "ana@acme.example", cause=Cause.REPUTATION, fault=Fault.OUR_SIDE, permanent=False
)


def came_back(answer, days_ago=0.0):
    return AddressBounced(
        address_digest="d1",
        message_id="m1",
        cause=answer.cause.value,
        fault=answer.fault.value,
        permanent=answer.permanent,
        recorded_at=NOON - timedelta(days=days_ago),
    )


def blocked(block="hard_bounce", answer=GONE, again=False, days_ago=0.0):
    return AddressBlocked(
        address_digest="d1",
        person_id="ana",
        address="ana@acme.example",
        block=block,
        cause=answer.cause.value,
        fault=answer.fault.value,
        message_id="m1",
        again=again,
        recorded_at=NOON - timedelta(days=days_ago),
    )


def removed(days_ago=0.0, block="hard_bounce", reason="it is back"):
    return AddressRemovedFromBlocklist(
        address_digest="d1",
        person_id="ana",
        address="ana@acme.example",
        user_id="ana",
        removed_by="agent-1",
        partner_id="north",
        reason=reason,
        ticket="INC-1",
        block=block,
        message_id="m1",
        recorded_at=NOON - timedelta(days=days_ago),
    )


def given(*facts):
    return Given(blocklist.evolve, Address(), *facts)


def remove(state, reason="it is back", ticket="INC-1"):
    return blocklist.remove(
        state,
        WHOSE,
        user_id="ana",
        agent_id="agent-1",
        partner_id="north",
        reason=reason,
        ticket=ticket,
        now=NOON,
    )


def bounced(state, answer):
    return blocklist.bounced(state, WHOSE, "m1", answer, NOON)


def test_a_hard_bounce_blocks():
    given().when(bounced, GONE).then(came_back(GONE), blocked())


def test_a_domain_that_takes_no_mail_blocks():
    answer = RecipientReport(
        "", cause=Cause.TAKES_NO_MAIL, fault=Fault.RECEIVING_SYSTEM, permanent=True
    )
    given().when(bounced, answer).then(came_back(answer), blocked(answer=answer))


def test_trouble_of_our_own_never_blocks():
    many = [came_back(OURS) for _ in range(20)]
    given(*many).when(bounced, OURS).then(came_back(OURS))


def test_even_a_lasting_refusal_does_not_block_where_it_is_our_fault():
    answer = replace(OURS, permanent=True)
    given().when(bounced, answer).then(came_back(answer))


def test_the_fifth_soft_bounce_in_a_week_blocks():
    few = [came_back(FULL, day) for day in (4, 3, 2)]
    given(*few).when(bounced, FULL).then(came_back(FULL))
    given(*few, came_back(FULL, 1)).when(bounced, FULL).then(
        came_back(FULL), blocked("soft_bounces", FULL)
    )


def test_soft_bounces_of_weeks_ago_do_not_count():
    old = [came_back(FULL, day) for day in (30, 20, 9, 8)]
    given(*old).when(bounced, FULL).then(came_back(FULL))


def test_a_removal_starts_the_count_of_soft_bounces_again():
    facts = [came_back(FULL, 1) for _ in range(4)]
    given(*facts, blocked("soft_bounces", FULL), removed()).when(bounced, FULL).then(
        came_back(FULL)
    )


def test_a_blocked_address_is_not_blocked_twice():
    given(blocked()).when(bounced, GONE).then(came_back(GONE))


def test_a_complaint_blocks_also_where_a_bounce_had():
    complaint = RecipientReport("", cause=Cause.COMPLAINED, fault=Fault.RECIPIENT)
    expected = blocked("complaint", complaint)
    given().when(blocklist.complained, WHOSE, "m1").then(expected)
    given(blocked()).when(blocklist.complained, WHOSE, "m1").then(expected)
    given(expected).when(blocklist.complained, WHOSE, "m1").then()


def test_a_hard_bounce_is_removed_for_a_reason():
    given(blocked()).when(remove).then(removed())


@pytest.mark.parametrize(
    ("more", "reason"),
    [({"reason": "  "}, "REASON_REQUIRED"), ({"ticket": ""}, "TICKET_REQUIRED")],
)
def test_removal_needs_reason_and_ticket(more, reason):
    given(blocked()).when(remove, **more).then_raises(Refused, reason)


def test_what_is_not_blocked_is_not_removed():
    given().when(remove).then_raises(Refused, "NOT_BLOCKED")
    given(blocked(), removed()).when(remove).then_raises(Refused, "NOT_BLOCKED")


def history(block, ages):
    facts = []
    for age in ages:
        facts += [blocked(days_ago=age), removed(age)]
    return given(*facts, blocked(block))


@pytest.mark.parametrize(
    ("block", "ages"),
    list(product(("hard_bounce", "soft_bounces", "complaint"), ([], [31], [5], [31, 5], [9, 5]))),
)
def test_removal_by_cause_and_history(block, ages):
    recent = sum(age < 30 for age in ages)
    state = history(block, ages).state
    expected = ""
    if block == "complaint":
        expected = "CONSENT_REQUIRED"
    elif recent >= 2:
        expected = "REMOVALS_LOCKED"
    verdict = blocklist.removal(state, NOON)

    assert verdict.refusal == expected
    assert verdict.next_step
    if expected:
        history(block, ages).when(remove).then_raises(Refused, expected)


def test_a_lock_says_when_it_opens():
    verdict = blocklist.removal(history("hard_bounce", [9, 5]).state, NOON)

    assert verdict.locked_until == NOON + timedelta(days=30 - 9)
    assert blocklist.removal(history("hard_bounce", [9, 5]).state, verdict.locked_until).allowed


def test_a_delivery_ends_probation_and_nothing_else():
    passed = AddressProbationPassed(address_digest="d1", message_id="m2")
    given(blocked(), removed()).when(blocklist.delivered, "d1", "m2").then(passed)
    given(blocked(), removed(), passed).when(blocklist.delivered, "d1", "m2").then()
    given().when(blocklist.delivered, "d1", "m2").then()
    given(blocked()).when(blocklist.delivered, "d1", "m2").then()


def test_a_bounce_on_probation_blocks_again():
    given(blocked(), removed()).when(bounced, GONE).then(came_back(GONE), blocked(again=True))
