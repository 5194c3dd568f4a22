"""Lifting a block: whether somebody may, and the words that lead to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk.kernel.errors import Refused
from services.email.domain.blocklist import Address, Whose
from services.email.domain.blocklist_facts import (
    AddressVouchedFor,
    AddressVouchRequested,
    RemovalLockLifted,
)
from services.email.domain.facts import AddressRemovedFromBlocklist
from services.email.domain.policy import COMPLAINT, HARD
from services.email.domain.removal import Evidence, Ground, Remover, Verdict, decide

_NO_EVIDENCE = Evidence()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for something about a user's address, as what, why and for which ticket."""

    id: str
    partner_id: str = ""
    organization_id: str = ""
    as_what: Remover = Remover.HELP_DESK
    reason: str = ""
    ticket: str = ""


def removal(
    state: Address,
    now: datetime,
    evidence: Evidence = _NO_EVIDENCE,
    partner_id: str = "",
    remover: Remover = Remover.HELP_DESK,
) -> Verdict:
    """Whether the block may be lifted, by what blocked it, for whom, on what, and how often."""
    return decide(
        state.block if state.blocked else "",
        remover,
        known(state, evidence),
        state.history(now, partner_id),
    )


def known(state: Address, evidence: Evidence) -> Evidence:
    """Return the evidence with what the address knows itself; a check counts for one removal."""
    return replace(
        evidence,
        check="" if evidence.check in state.used_checks else evidence.check,
        vouched=bool(state.vouched_by),
        consented=state.consented,
    )


def remove(
    state: Address,
    whose: Whose,
    asker: Asker,
    removal_id: str,
    *,
    user_id: str,
    evidence: Evidence,
    now: datetime,
) -> AddressRemovedFromBlocklist:
    """Lift the block; a reason is required because auditors will ask. Raises Refused."""
    verdict = removal(state, now, evidence, asker.partner_id, asker.as_what)
    if not verdict.allowed:
        raise Refused(verdict.refusal, verdict.message)
    _check_reason(asker)
    if not asker.ticket.strip():
        raise Refused("TICKET_REQUIRED", "Name the ticket that this is for.", field="ticket")
    return AddressRemovedFromBlocklist(
        address_digest=whose.digest,
        person_id=whose.person_id,
        address=whose.address,
        user_id=user_id,
        removed_by=asker.id,
        partner_id=asker.partner_id,
        reason=asker.reason.strip(),
        ticket=asker.ticket.strip(),
        block=state.block,
        message_id=state.message_id,
        removal_id=removal_id,
        ground=verdict.ground,
        check_id=evidence.check if verdict.ground == Ground.CALLER_CHECK else "",
    )


def ask_to_vouch(
    state: Address, whose: Whose, asker: Asker, user_id: str, partner_name: str
) -> AddressVouchRequested:
    """Ask for the word of the customer's admins; ``organization_id`` is theirs. Raises Refused."""
    _check_needs_word(state)
    if state.vouch_asked:
        raise Refused("ALREADY_ASKED", "An admin of the customer was asked about this address.")
    _check_reason(asker)
    return AddressVouchRequested(
        address_digest=whose.digest,
        person_id=whose.person_id,
        user_id=user_id,
        organization_id=asker.organization_id,
        asked_by=asker.id,
        partner_name=partner_name,
        ticket=asker.ticket.strip(),
        reason=asker.reason.strip(),
        message_id=state.message_id,
    )


def vouch(state: Address, whose: Whose, asker: Asker, user_id: str) -> AddressVouchedFor:
    """Give a customer admin's word that mail to the address is wanted there. Raises Refused."""
    _check_needs_word(state)
    _check_reason(asker)
    return AddressVouchedFor(
        address_digest=whose.digest,
        person_id=whose.person_id,
        user_id=user_id,
        organization_id=asker.organization_id,
        admin_id=asker.id,
        reason=asker.reason.strip(),
        message_id=state.message_id,
    )


def _check_needs_word(state: Address) -> None:
    if not state.blocked:
        raise Refused("NOT_BLOCKED", "This address is not on the blocklist.")
    if state.block not in (HARD, COMPLAINT):
        raise Refused("NO_WORD_NEEDED", "This block needs nobody's word: it ends by itself.")
    if state.vouched_by:
        raise Refused("VOUCHED_ALREADY", "An admin vouched for this address already.")


def lift_lock(
    state: Address, whose: Whose, asker: Asker, user_id: str, now: datetime
) -> RemovalLockLifted:
    """Let a partner's agents remove the address once more, but nobody their own. Raises Refused."""
    history = state.history(now, asker.partner_id)
    if not state.blocked or not history.locked:
        raise Refused("NOT_LOCKED", "The removal of this address is not locked.")
    if asker.id in state.removers[-history.removals :]:
        raise Refused(
            "OWN_REMOVAL", "Nobody decides about their own removals. Ask another partner admin."
        )
    _check_reason(asker)
    return RemovalLockLifted(
        address_digest=whose.digest,
        person_id=whose.person_id,
        user_id=user_id,
        lifted_by=asker.id,
        partner_id=asker.partner_id,
        reason=asker.reason.strip(),
        message_id=state.message_id,
    )


def _check_reason(asker: Asker) -> None:
    if not asker.reason.strip():
        raise Refused("REASON_REQUIRED", "Say why: auditors will ask.", field="reason")
