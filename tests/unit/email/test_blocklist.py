from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from helpdesk.kernel.errors import Refused
from helpdesk.kernel.events import NEVER
from services.email.domain import blocklist, lifting
from services.email.domain.blocklist import Address, Whose
from services.email.domain.blocklist_facts import (
    AddressBlockExpired,
    AddressVouchedFor,
    MailConsentGiven,
    RemovalLockLifted,
)
from services.email.domain.facts import (
    AddressBlocked,
    AddressBounced,
    AddressProbationFailed,
    AddressProbationPassed,
    AddressRemovedFromBlocklist,
)
from services.email.domain.lifting import Asker
from services.email.domain.removal import Evidence, Remover
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
WHY = {"reason": "it is back", "ticket": "INC-1"}
CHECKED = Evidence(check="c1", other_address=True)


def came_back(answer, days_ago=0.0):
    return AddressBounced(
        address_digest="d1",
        message_id="m1",
        cause=answer.cause.value,
        fault=answer.fault.value,
        permanent=answer.permanent,
        for_good=answer.refused_for_good,
        recorded_at=NOON - timedelta(days=days_ago),
    )


def blocked(block="hard_bounce", answer=GONE, again=False, days_ago=0.0, lasts=0):
    at = NOON - timedelta(days=days_ago)
    return AddressBlocked(
        address_digest="d1",
        person_id="ana",
        address="ana@acme.example",
        block=block,
        cause=answer.cause.value,
        fault=answer.fault.value,
        message_id="m1",
        again=again,
        expires_at=at + timedelta(days=lasts) if lasts else NEVER,
        recorded_at=at,
    )


def removed(days_ago=0.0, block="hard_bounce", ground="trial", check_id="", by="agent-1"):
    return AddressRemovedFromBlocklist(
        address_digest="d1",
        person_id="ana",
        address="ana@acme.example",
        user_id="ana",
        removed_by=by,
        partner_id="north",
        reason="it is back",
        ticket="INC-1",
        block=block,
        message_id="m1",
        removal_id="r1",
        ground=ground,
        check_id=check_id,
        recorded_at=NOON - timedelta(days=days_ago),
    )


def given(*facts):
    return Given(blocklist.evolve, Address(), *facts)


NOTHING = Evidence()


def remove(state, evidence=NOTHING, **asker):
    return lifting.remove(
        state,
        WHOSE,
        Asker(**{"id": "agent-1", "partner_id": "north", **WHY, **asker}),
        "r1",
        user_id="ana",
        evidence=evidence,
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
        came_back(FULL), blocked("soft_bounces", FULL, lasts=14)
    )


def test_soft_bounces_of_weeks_ago_do_not_count():
    old = [came_back(FULL, day) for day in (30, 20, 9, 8)]
    given(*old).when(bounced, FULL).then(came_back(FULL))


def test_a_removal_starts_the_count_of_soft_bounces_again():
    facts = [came_back(FULL, 1) for _ in range(4)]
    failed = AddressProbationFailed(address_digest="d1", message_id="m1", cause="mailbox_full")
    given(*facts, blocked("soft_bounces", FULL), removed()).when(bounced, FULL).then(
        came_back(FULL), failed
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
        facts += [blocked(days_ago=age), removed(age, ground="caller_check")]
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
    verdict = lifting.removal(state, NOON)

    assert verdict.refusal == expected
    assert verdict.next_step
    if expected:
        history(block, ages).when(remove).then_raises(Refused, expected)


def test_a_lock_says_when_it_opens():
    verdict = lifting.removal(history("hard_bounce", [9, 5]).state, NOON)

    assert verdict.locked_until == NOON + timedelta(days=30 - 9)
    assert lifting.removal(history("hard_bounce", [9, 5]).state, verdict.locked_until).allowed


def test_a_delivery_ends_probation_and_nothing_else():
    passed = AddressProbationPassed(address_digest="d1", message_id="m2")
    given(blocked(), removed()).when(blocklist.delivered, "d1", "m2").then(passed)
    given(blocked(), removed(), passed).when(blocklist.delivered, "d1", "m2").then()
    given().when(blocklist.delivered, "d1", "m2").then()
    given(blocked()).when(blocklist.delivered, "d1", "m2").then()


def test_a_soft_bounce_ends_probation_too():
    failed = AddressProbationFailed(address_digest="d1", message_id="m1", cause="mailbox_full")
    given(blocked(), removed()).when(bounced, FULL).then(came_back(FULL), failed)
    given(blocked(), removed(), failed).when(bounced, FULL).then(came_back(FULL))
    given().when(bounced, FULL).then(came_back(FULL))


def test_trouble_of_our_own_side_says_nothing_of_an_address_on_probation():
    given(blocked(), removed()).when(bounced, OURS).then(came_back(OURS))


def test_a_bounce_on_probation_blocks_again():
    given(blocked(), removed()).when(bounced, GONE).then(came_back(GONE), blocked(again=True))


def vouched(admin="admin-1"):
    return AddressVouchedFor(
        address_digest="d1",
        person_id="ana",
        user_id="ana",
        organization_id="acme",
        admin_id=admin,
        reason="it is back",
        message_id="m1",
        recorded_at=NOON,
    )


def lifted(partner="north", by="boss-1"):
    return RemovalLockLifted(
        address_digest="d1",
        person_id="ana",
        user_id="ana",
        lifted_by=by,
        partner_id=partner,
        reason="it is back",
        message_id="m1",
        recorded_at=NOON,
    )


def test_a_caller_check_counts_for_one_removal_of_an_address():
    used = removed(5, ground="caller_check", check_id="c1")
    facts = (blocked(days_ago=6), used, blocked())
    given(*facts).when(remove, CHECKED).then_raises(Refused, "CHECK_REQUIRED")
    given(*facts).when(remove, Evidence(check="c2", other_address=True)).then(
        removed(ground="caller_check", check_id="c2")
    )


def test_one_removal_in_thirty_days_is_a_trial():
    again = (removed(5), blocked())
    given(blocked(days_ago=6), *again).when(remove).then_raises(Refused, "TRIAL_USED")
    given(blocked(days_ago=32), removed(31), blocked()).when(remove).then(removed())


def test_the_word_of_a_customer_admin_is_about_one_block():
    given(blocked(), vouched()).when(remove).then(removed(ground="customer_admin"))
    given(blocked(), vouched(), removed(1), blocked()).when(remove).then_raises(
        Refused, "TRIAL_USED"
    )


def test_an_admin_vouches_once_and_for_a_block_that_needs_it():
    admin = Asker("admin-1", organization_id="acme", **WHY)
    given(blocked()).when(lifting.vouch, WHOSE, admin, "ana").then(vouched())
    given(blocked(), vouched()).when(lifting.vouch, WHOSE, admin, "ana").then_raises(
        Refused, "VOUCHED_ALREADY"
    )
    given().when(lifting.vouch, WHOSE, admin, "ana").then_raises(Refused, "NOT_BLOCKED")
    given(blocked("soft_bounces", FULL)).when(lifting.vouch, WHOSE, admin, "ana").then_raises(
        Refused, "NO_WORD_NEEDED"
    )


def test_a_complaint_is_lifted_by_the_recipients_consent_to_this_block():
    consent = MailConsentGiven(
        consent_id="k1", address_digest="d1", person_id="ana", user_id="ana", message_id="m1"
    )
    complaint = blocked("complaint")
    expected = removed(block="complaint", ground="consent")
    given(complaint, consent).when(remove).then(expected)
    given(complaint, consent, removed(1), complaint).when(remove).then_raises(
        Refused, "CONSENT_REQUIRED"
    )


def two_removals(*more):
    first = [blocked(days_ago=9), removed(9), blocked(days_ago=5), removed(5, ground="consent")]
    return given(*first, blocked(), *more)


def test_a_partner_admin_lifts_the_lock_for_one_removal_of_the_same_partner():
    boss = Asker("boss-1", "north", **WHY)
    two_removals().when(remove, CHECKED).then_raises(Refused, "REMOVALS_LOCKED")
    two_removals().when(lifting.lift_lock, WHOSE, boss, "ana", NOON).then(lifted())
    two_removals(lifted()).when(remove, CHECKED).then(removed(ground="caller_check", check_id="c1"))
    two_removals(lifted("south")).when(remove, CHECKED).then_raises(Refused, "REMOVALS_LOCKED")
    two_removals(lifted(), removed(1), blocked()).when(remove, CHECKED).then_raises(
        Refused, "REMOVALS_LOCKED"
    )


def test_nobody_lifts_the_lock_on_their_own_removals_or_where_there_is_none():
    agent = Asker("agent-1", "north", **WHY)
    two_removals().when(lifting.lift_lock, WHOSE, agent, "ana", NOON).then_raises(
        Refused, "OWN_REMOVAL"
    )
    given(blocked()).when(lifting.lift_lock, WHOSE, agent, "ana", NOON).then_raises(
        Refused, "NOT_LOCKED"
    )


def test_only_the_help_desk_removes():
    given(blocked()).when(remove, as_what=Remover.CUSTOMER_ADMIN).then_raises(
        Refused, "VOUCH_INSTEAD"
    )
    given(blocked()).when(remove, as_what=Remover.PARTNER_ADMIN).then_raises(
        Refused, "AGENT_REMOVES"
    )


def test_a_full_mailbox_ends_its_block_by_itself_and_a_missing_one_does_not():
    over = AddressBlockExpired(
        address_digest="d1",
        person_id="ana",
        address="ana@acme.example",
        block="soft_bounces",
        message_id="m1",
    )
    full = blocked("soft_bounces", FULL, days_ago=15, lasts=14)
    given(full).when(blocklist.expire, WHOSE, NOON).then(over)
    given(full, over).when(blocklist.expire, WHOSE, NOON).then()
    given(blocked("soft_bounces", FULL, lasts=14)).when(blocklist.expire, WHOSE, NOON).then()
    given(blocked(days_ago=999)).when(blocklist.expire, WHOSE, NOON).then()


def test_what_a_provider_suppresses_is_blocked_until_somebody_lifts_it():
    expected = replace(
        blocked("complaint", RecipientReport("", cause=Cause.COMPLAINED, fault=Fault.RECIPIENT)),
        message_id="",
        provider="ses",
        cause="complained",
    )
    given().when(blocklist.suppressed_by, WHOSE, "ses", "complaint").then(expected)
    given(blocked()).when(blocklist.suppressed_by, WHOSE, "ses", "complaint").then(expected)
    given(blocked()).when(blocklist.suppressed_by, WHOSE, "ses", "hard_bounce").then()
    given(blocked("complaint")).when(blocklist.suppressed_by, WHOSE, "ses", "complaint").then()
