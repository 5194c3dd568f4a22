"""What the service does by itself after an agent's action: which step it was, and whose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from helpdesk.kernel.events import Event
from services.email.domain.blocklist_facts import ProviderListChanged, ProviderListFailed
from services.email.domain.facts import (
    AddressBlocked,
    AddressProbationFailed,
    AddressProbationPassed,
    MessageBounced,
    MessageDelivered,
    MessageSent,
    MessageSuppressed,
)


@dataclass(frozen=True, slots=True)
class Begun:
    """The action of a partner's person that steps follow; false where it was nobody's of one."""

    agent_id: str = ""
    partner_id: str = ""
    ticket: str = ""

    def __bool__(self) -> bool:
        return bool(self.partner_id)


@dataclass(frozen=True, slots=True)
class Step:
    """One step as its record says it."""

    action: str
    outcome: str = "done"
    error: str = ""


# What says most comes first: a unit has one record.
_ACTIONS: tuple[tuple[type[Event], str], ...] = (
    (AddressProbationPassed, "email.probation.pass"),
    (AddressBlocked, "email.address.block"),
    (AddressProbationFailed, "email.probation.fail"),
    (MessageBounced, "email.message.bounce"),
    (MessageDelivered, "email.message.deliver"),
    (MessageSuppressed, "email.message.suppress"),
    (MessageSent, "email.message.hand-over"),
    (ProviderListChanged, "email.provider.change"),
)


def step_of(facts: Iterable[Event]) -> Step | None:
    """Return the step that facts of one unit are; none for what decides nothing, as a delay."""
    known = {type(fact): fact for fact in facts}
    for kind, action in _ACTIONS:
        if kind in known:
            return Step(action)
    failed = known.get(ProviderListFailed)
    if isinstance(failed, ProviderListFailed) and failed.attempt == 1:
        return Step("email.provider.change", "failed", failed.reason)
    return None


def ends_probation(fact: Event) -> bool:
    """Whether a fact is what a removal was waiting for."""
    if isinstance(fact, AddressBlocked):
        return fact.again
    return isinstance(fact, AddressProbationPassed | AddressProbationFailed)
