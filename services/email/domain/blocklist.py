"""The blocklist: which addresses get no mail, why, and how that ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from helpdesk.kernel.events import NEVER, Event
from services.email.domain.blocklist_facts import (
    AddressBlockExpired,
    AddressVouchedFor,
    AddressVouchRequested,
    MailConsentGiven,
    ProviderListChanged,
    ProviderListFailed,
    RemovalLockLifted,
)
from services.email.domain.facts import (
    AddressBlocked,
    AddressBounced,
    AddressProbationFailed,
    AddressProbationPassed,
    AddressRemovedFromBlocklist,
)
from services.email.domain.policy import COMPLAINT, NO_BOUNCE, OURS, SOFT, Policy
from services.email.domain.removal import (
    MOST_REMOVALS,
    Ground,
    History,
)
from services.email.domain.steps import Begun
from services.email.reports import Cause, Fault, RecipientReport

REMOVAL_WINDOW = timedelta(days=30)
_USUAL = Policy()
# More than any policy counts.
_REMEMBERED = 100


@dataclass(frozen=True, slots=True)
class Change:
    """
    Something happened to the address's block, because of a message if there is one.

    ``by`` did it, of the partner ``partner_id``; both are empty where it was nobody's decision.
    """

    at: datetime
    what: str
    message_id: str
    cause: str = ""
    fault: str = ""
    by: str = ""
    partner_id: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Whether the provider's own list agrees: ``done`` or ``failed``; empty while it is asked."""

    state: str = ""
    provider: str = ""
    at: datetime = NEVER
    attempts: int = 0
    retry_at: datetime = NEVER
    reason: str = ""


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
    expires_at: datetime = NEVER
    provider: str = ""
    probation: bool = False
    lifted: Begun = field(default_factory=Begun)
    """The last removal, for as long as what happens follows it."""
    bounces: tuple[AddressBounced, ...] = ()
    removals: tuple[datetime, ...] = ()
    removers: tuple[str, ...] = ()
    trials: tuple[datetime, ...] = ()
    used_checks: tuple[str, ...] = ()
    vouch_asked: bool = False
    vouched_by: str = ""
    consented: bool = False
    lifted_for: frozenset[str] = frozenset()
    changes: tuple[Change, ...] = ()
    about: str = ""
    person_id: str = ""
    changed_at: datetime = NEVER
    listing: Listing = field(default_factory=Listing)

    def removals_since(self, now: datetime) -> tuple[datetime, ...]:
        """Return the removals of the last 30 days, oldest first."""
        return tuple(at for at in self.removals if now - at < REMOVAL_WINDOW)

    def at_provider(self, provider: str) -> str:
        """Return whether a provider's list agrees; empty without provider or without a change."""
        if not provider or self.changed_at == NEVER:
            return ""
        return self.listing.state or ("asked" if not self.blocked else "")

    def history(self, now: datetime, partner_id: str = "") -> History:
        """Return what counts for a removal that somebody of a partner asks for."""
        recent = self.removals_since(now)
        locked = len(recent) >= MOST_REMOVALS
        return History(
            removals=len(recent),
            trial_used=any(now - at < REMOVAL_WINDOW for at in self.trials),
            trial_opens_at=self.trials[-1] + REMOVAL_WINDOW if self.trials else NEVER,
            on_probation=self.probation,
            lifted=partner_id in self.lifted_for,
            opens_at=recent[-MOST_REMOVALS] + REMOVAL_WINDOW if locked else NEVER,
        )


def evolve(address: Address, event: Event) -> Address:
    """Return the address after a fact."""
    at = event.recorded_at
    match event:
        case AddressBounced():
            return replace(address, bounces=(*address.bounces, event)[-_REMEMBERED:])
        case AddressBlocked():
            return _blocked_now(address, event)
        case AddressRemovedFromBlocklist():
            change = Change(
                at,
                "unblocked",
                event.message_id,
                by=event.removed_by,
                partner_id=event.partner_id,
            )
            trial = (at,) if event.ground == Ground.TRIAL else ()
            checks = (event.check_id,) if event.check_id else ()
            return Address(
                probation=True,
                lifted=Begun(event.removed_by, event.partner_id, event.ticket),
                removals=(*address.removals, at),
                removers=(*address.removers, event.removed_by),
                trials=(*address.trials, *trial),
                used_checks=(*address.used_checks, *checks),
                lifted_for=address.lifted_for - {event.partner_id},
                changes=(*address.changes, change),
                about=event.message_id,
                person_id=event.person_id,
                changed_at=at,
            )
        case AddressBlockExpired():
            change = Change(at, "block_expired", event.message_id)
            return Address(
                probation=True,
                removals=address.removals,
                removers=address.removers,
                trials=address.trials,
                used_checks=address.used_checks,
                lifted_for=address.lifted_for,
                changes=(*address.changes, change),
                about=event.message_id,
                person_id=event.person_id,
                changed_at=at,
            )
        case AddressProbationPassed() | AddressProbationFailed():
            return replace(address, probation=False)
    return _noted(address, event)


def _blocked_now(address: Address, event: AddressBlocked) -> Address:
    at = event.recorded_at
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
        expires_at=event.expires_at,
        provider=event.provider,
        lifted=address.lifted if event.again else Begun(),
        probation=False,
        vouch_asked=False,
        vouched_by="",
        consented=False,
        changes=(*address.changes, change),
        about=event.message_id,
        person_id=event.person_id,
        changed_at=at,
        listing=Listing(),
    )


def _noted(address: Address, event: Event) -> Address:
    at = event.recorded_at
    match event:
        case AddressVouchRequested():
            address = replace(address, vouch_asked=True)
            return _with(address, Change(at, "vouch_asked", event.message_id))
        case AddressVouchedFor():
            address = replace(address, vouched_by=event.admin_id)
            return _with(address, Change(at, "vouched", event.message_id, by=event.admin_id))
        case MailConsentGiven():
            return _with(
                replace(address, consented=True), Change(at, "consented", event.message_id)
            )
        case RemovalLockLifted():
            lifted = address.lifted_for | {event.partner_id}
            change = Change(
                at,
                "lock_lifted",
                event.message_id,
                by=event.lifted_by,
                partner_id=event.partner_id,
            )
            return _with(replace(address, lifted_for=lifted), change)
        case ProviderListChanged():
            listing = Listing("done", event.provider, at)
            what = "provider_removed" if event.change == "removed" else "provider_added"
            return _with(replace(address, listing=listing), Change(at, what, event.message_id))
        case ProviderListFailed():
            listing = Listing(
                "failed", event.provider, at, event.attempt, event.retry_at, event.reason
            )
            address = replace(address, listing=listing)
            if event.attempt > 1:
                return address
            return _with(address, Change(at, "provider_failed", event.message_id))
    return address


def _with(address: Address, change: Change) -> Address:
    return replace(address, changes=(*address.changes, change))


@dataclass(frozen=True, slots=True)
class Whose:
    """Which address, and whose key seals it."""

    address: str
    digest: str
    person_id: str


def bounced(
    state: Address,
    whose: Whose,
    message_id: str,
    answer: RecipientReport,
    now: datetime,
    policy: Policy = _USUAL,
) -> tuple[Event, ...]:
    """
    Mail to the address came back: note it, and block the address where mail cannot arrive.

    Trouble of our own side never blocks a recipient, and ends no probation.
    """
    cause, fault, for_good = answer.cause.value, answer.fault.value, answer.refused_for_good
    note = AddressBounced(
        address_digest=whose.digest,
        message_id=message_id,
        cause=cause,
        fault=fault,
        permanent=bool(answer.permanent),
        for_good=for_good,
    )
    if state.blocked:
        return (note,)
    earlier = sum(
        now - each.recorded_at < policy.soft_window
        and policy.weight(each.cause, each.fault, for_good=each.for_good) == SOFT
        for each in state.bounces
    )
    block = policy.block(cause, fault, for_good=for_good, soft=earlier + 1)
    if not block:
        return (note, *_probation_failed(state, note))
    expires_at = policy.expires_at(block, now)
    return (note, _blocked(state, whose, message_id, block, (cause, fault), expires_at))


def _probation_failed(state: Address, note: AddressBounced) -> tuple[Event, ...]:
    says_nothing = Cause(note.cause) in OURS | NO_BOUNCE or note.fault == Fault.OUR_SIDE
    if says_nothing or not state.probation:
        return ()
    return (
        AddressProbationFailed(
            address_digest=note.address_digest, message_id=note.message_id, cause=note.cause
        ),
    )


def complained(state: Address, whose: Whose, message_id: str) -> tuple[Event, ...]:
    """The recipient complained: blocked, also where a bounce had blocked it before."""
    if state.blocked and state.block == COMPLAINT:
        return ()
    why = (Cause.COMPLAINED.value, Fault.RECIPIENT.value)
    return (_blocked(state, whose, message_id, COMPLAINT, why),)


def suppressed_by(state: Address, whose: Whose, provider: str, block: str) -> tuple[Event, ...]:
    """A provider sends nothing to the address, and we did not know."""
    if state.blocked and (block != COMPLAINT or state.block == COMPLAINT):
        return ()
    cause = Cause.COMPLAINED if block == COMPLAINT else Cause.UNKNOWN
    why = (cause.value, Fault.RECIPIENT.value)
    return (replace(_blocked(state, whose, "", block, why), provider=provider),)


def delivered(state: Address, digest: str, message_id: str) -> tuple[Event, ...]:
    """Mail reached the address: its probation is over."""
    if state.blocked or not state.probation:
        return ()
    return (AddressProbationPassed(address_digest=digest, message_id=message_id),)


def expire(state: Address, whose: Whose, now: datetime) -> tuple[Event, ...]:
    """End a block whose time is over; the next delivery is watched."""
    if not state.blocked or state.expires_at == NEVER or now < state.expires_at:
        return ()
    return (
        AddressBlockExpired(
            address_digest=whose.digest,
            person_id=whose.person_id,
            address=whose.address,
            block=state.block,
            message_id=state.message_id,
        ),
    )


def _blocked(
    state: Address,
    whose: Whose,
    message_id: str,
    block: str,
    why: tuple[str, str],
    expires_at: datetime = NEVER,
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
        expires_at=expires_at,
    )
