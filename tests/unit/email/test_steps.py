"""Which step of the service the facts of a unit are, and whose action it follows."""

from datetime import UTC, datetime, timedelta

import pytest

from services.email.domain import blocklist, facts
from services.email.domain.blocklist import Address
from services.email.domain.blocklist_facts import (
    AddressBlockExpired,
    ProviderListChanged,
    ProviderListFailed,
)
from services.email.domain.steps import Begun, Step, ends_probation, step_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SENT = facts.MessageSent(message_id="m1")
DELIVERED = facts.MessageDelivered(message_id="m1", by="accepted")
PASSED = facts.AddressProbationPassed(address_digest="d1", message_id="m1")
FAILED = facts.AddressProbationFailed(address_digest="d1", message_id="m1", cause="mailbox_full")
WHY = {"person_id": "ana", "cause": "no_such_mailbox", "fault": "recipient"}
BOUNCED = facts.MessageBounced(message_id="m1", **WHY)
WHOSE = {"address_digest": "d1", "address": "ana@acme.example", "message_id": "m1"}
BLOCKED = facts.AddressBlocked(block="hard_bounce", **WHOSE, **WHY)
BLOCKED_AGAIN = facts.AddressBlocked(block="hard_bounce", again=True, **WHOSE, **WHY)
DELAYED = facts.MessageDelayed(message_id="m1", **WHY)
REMOVED = facts.AddressRemovedFromBlocklist(
    person_id="ana", user_id="ana", removed_by="ned", partner_id="north", reason="it is back",
    ticket="INC-1", block="hard_bounce", **WHOSE,
)  # fmt: skip
LIFTED = Begun("ned", "north", "INC-1")


def refused_by_the_provider(attempt):
    return ProviderListFailed(
        address_digest="d1", provider="ses", wanted="added", reason="AWAY", attempt=attempt,
        retry_at=NOON + timedelta(minutes=1),
    )  # fmt: skip


CHANGED = ProviderListChanged(
    address_digest="d1", provider="ses", change="added", entries=1, because="asked"
)


@pytest.mark.parametrize(
    ("unit", "action"),
    [
        ([SENT], "email.message.hand-over"),
        ([SENT, DELIVERED], "email.message.deliver"),
        ([SENT, DELIVERED, PASSED], "email.probation.pass"),
        ([BOUNCED], "email.message.bounce"),
        ([BOUNCED, BLOCKED], "email.address.block"),
        ([BOUNCED, FAILED], "email.probation.fail"),
        ([facts.MessageSuppressed(message_id="m1", cause="blocked")], "email.message.suppress"),
        ([CHANGED], "email.provider.change"),
    ],
)
def test_a_unit_is_the_step_that_says_most(unit, action):
    assert step_of(unit) == Step(action)


@pytest.mark.parametrize("unit", [[], [DELAYED], [refused_by_the_provider(2)]])
def test_what_decides_nothing_new_is_no_step(unit):
    assert step_of(unit) is None


def test_the_first_refusal_of_the_provider_is_a_failed_step():
    assert step_of([refused_by_the_provider(1)]) == Step("email.provider.change", "failed", "AWAY")


@pytest.mark.parametrize("fact", [PASSED, FAILED, BLOCKED_AGAIN])
def test_a_probation_ends_by_delivery_by_return_and_by_a_new_block(fact):
    assert ends_probation(fact)
    assert not any(map(ends_probation, [SENT, DELIVERED, BOUNCED, BLOCKED, CHANGED]))


def folded(*events):
    address = Address()
    for event in events:
        address = blocklist.evolve(address, event)
    return address


@pytest.mark.parametrize("later", [(), (PASSED,), (FAILED,), (BLOCKED_AGAIN,), (CHANGED,)])
def test_what_happens_to_an_address_follows_its_removal(later):
    assert folded(BLOCKED, REMOVED, *later).lifted == LIFTED


@pytest.mark.parametrize("events", [(PASSED, BLOCKED), (AddressBlockExpired(
    person_id="ana", block="hard_bounce", **WHOSE),)])  # fmt: skip
def test_a_block_or_an_end_of_its_own_follows_no_removal(events):
    assert not folded(BLOCKED, REMOVED, *events).lifted


def test_what_nobody_of_a_partner_began_is_nobodys():
    assert not Begun("portal", "", "INC-1")
