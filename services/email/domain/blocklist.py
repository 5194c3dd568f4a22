"""The blocklist: which addresses get no mail, why, and when an agent may lift that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.kernel.errors import Refused
from helpdesk.kernel.events import Event
from services.email.domain.facts import (
    NEVER,
    AddressBlocked,
    AddressBounced,
    AddressProbationPassed,
    AddressRemovedFromBlocklist,
)
from services.email.reports import Cause, Fault, RecipientReport

HARD = "hard_bounce"
SOFT = "soft_bounces"
COMPLAINT = "complaint"

SOFT_BOUNCES = 5
SOFT_WINDOW = timedelta(days=7)
MOST_REMOVALS = 2
REMOVAL_WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Change:
    """The address was blocked or unblocked, because of a message."""

    at: datetime
    what: str
    message_id: str
    cause: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """One address, by its canonical form."""

    blocked: bool = False
    since: datetime = NEVER
    block: str = ""
    cause: str = ""
    fault: str = ""
    message_id: str = ""
    again: bool = False
    probation: bool = False
    soft: tuple[datetime, ...] = ()
    removals: tuple[datetime, ...] = ()
    changes: tuple[Change, ...] = ()

    def removals_since(self, now: datetime) -> tuple[datetime, ...]:
        """Return the removals of the last 30 days, oldest first."""
        return tuple(at for at in self.removals if now - at < REMOVAL_WINDOW)


def evolve(address: Address, event: Event) -> Address:
    """Return the address after a fact."""
    at = event.recorded_at
    match event:
        case AddressBounced() if _is_soft(event.fault, permanent=event.permanent):
            recent = tuple(when for when in address.soft if at - when < SOFT_WINDOW)
            return replace(address, soft=(*recent, at))
        case AddressBlocked():
            change = Change(at, "blocked", event.message_id, event.cause, event.fault)
            return replace(
                address,
                blocked=True,
                since=at,
                block=event.block,
                cause=event.cause,
                fault=event.fault,
                message_id=event.message_id,
                again=event.again,
                probation=False,
                changes=(*address.changes, change),
            )
        case AddressRemovedFromBlocklist():
            change = Change(at, "unblocked", event.message_id)
            return Address(
                probation=True,
                removals=(*address.removals, at),
                changes=(*address.changes, change),
            )
        case AddressProbationPassed():
            return replace(address, probation=False)
    return address


@dataclass(frozen=True, slots=True)
class Whose:
    """Which address, and whose key seals it."""

    address: str
    digest: str
    person_id: str


def bounced(
    state: Address, whose: Whose, message_id: str, answer: RecipientReport, now: datetime
) -> tuple[Event, ...]:
    """
    Mail to the address came back: note it, and block the address where mail cannot arrive.

    Trouble of our own side never blocks a recipient.
    """
    cause, fault, permanent = answer.cause.value, answer.fault.value, bool(answer.permanent)
    note = AddressBounced(
        address_digest=whose.digest,
        message_id=message_id,
        cause=cause,
        fault=fault,
        permanent=permanent,
    )
    if state.blocked:
        return (note,)
    block = ""
    if permanent and fault != Fault.OUR_SIDE:
        block = HARD
    elif _is_soft(fault, permanent=permanent):
        recent = [at for at in state.soft if now - at < SOFT_WINDOW]
        block = SOFT if len(recent) + 1 >= SOFT_BOUNCES else ""
    if not block:
        return (note,)
    return (note, _blocked(state, whose, message_id, block, (cause, fault)))


def complained(state: Address, whose: Whose, message_id: str) -> tuple[Event, ...]:
    """The recipient complained: blocked, also where a bounce had blocked it before."""
    if state.blocked and state.block == COMPLAINT:
        return ()
    why = (Cause.COMPLAINED.value, Fault.RECIPIENT.value)
    return (_blocked(state, whose, message_id, COMPLAINT, why),)


def delivered(state: Address, digest: str, message_id: str) -> tuple[Event, ...]:
    """Mail reached the address: its probation is over."""
    if state.blocked or not state.probation:
        return ()
    return (AddressProbationPassed(address_digest=digest, message_id=message_id),)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an address may be removed now; ``refusal`` says why not, ``next_step`` what to do."""

    refusal: str
    next_step: str
    message: str = ""
    locked_until: datetime = NEVER

    @property
    def allowed(self) -> bool:
        """Whether it may."""
        return not self.refusal


@dataclass(frozen=True, slots=True)
class Rule:
    """What lifting one kind of block asks for."""

    consent: bool
    next_step: str


RULES = {
    HARD: Rule(consent=False, next_step="mail.next.remove_block"),
    SOFT: Rule(consent=False, next_step="mail.next.remove_block"),
    COMPLAINT: Rule(consent=True, next_step="mail.next.ask_for_consent"),
}


def removal(state: Address, now: datetime) -> Verdict:
    """Whether an agent may lift the block, by what blocked it and how often that was done."""
    if not state.blocked:
        return Verdict("NOT_BLOCKED", "", "This address is not on the blocklist.")
    rule = RULES[state.block]
    if rule.consent:
        return Verdict(
            "CONSENT_REQUIRED",
            rule.next_step,
            "The recipient complained. A complaint needs the recipient's consent: "
            "ask the recipient, from another address, to agree to our mail.",
        )
    recent = state.removals_since(now)
    if len(recent) >= MOST_REMOVALS:
        return Verdict(
            "REMOVALS_LOCKED",
            "mail.next.ask_partner_admin",
            f"It was removed {len(recent)} times in 30 days and blocked again. Have the mailbox "
            "mended or another address entered, or ask your partner admin.",
            recent[-MOST_REMOVALS] + REMOVAL_WINDOW,
        )
    return Verdict("", rule.next_step)


def remove(
    state: Address,
    whose: Whose,
    *,
    user_id: str,
    agent_id: str,
    partner_id: str,
    reason: str,
    ticket: str,
    now: datetime,
) -> AddressRemovedFromBlocklist:
    """Lift the block; a reason is required because auditors will ask. Raises Refused."""
    verdict = removal(state, now)
    if not verdict.allowed:
        raise Refused(verdict.refusal, verdict.message)
    if not reason.strip():
        raise Refused("REASON_REQUIRED", "Say why: auditors will ask.", field="reason")
    if not ticket.strip():
        raise Refused("TICKET_REQUIRED", "Name the ticket that this is for.", field="ticket")
    return AddressRemovedFromBlocklist(
        address_digest=whose.digest,
        person_id=whose.person_id,
        address=whose.address,
        user_id=user_id,
        removed_by=agent_id,
        partner_id=partner_id,
        reason=reason.strip(),
        ticket=ticket.strip(),
        block=state.block,
        message_id=state.message_id,
    )


def _is_soft(fault: str, *, permanent: bool) -> bool:
    return not permanent and fault in (Fault.RECIPIENT, Fault.RECEIVING_SYSTEM)


def _blocked(
    state: Address, whose: Whose, message_id: str, block: str, why: tuple[str, str]
) -> AddressBlocked:
    cause, fault = why
    return AddressBlocked(
        address_digest=whose.digest,
        person_id=whose.person_id,
        address=whose.address,
        block=block,
        cause=cause,
        fault=fault,
        message_id=message_id,
        again=state.probation,
    )
