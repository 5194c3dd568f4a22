"""The word of a customer's admin, where the mail of a caller check cannot arrive."""

from __future__ import annotations

from datetime import datetime, timedelta

from helpdesk.kernel.errors import Refused
from helpdesk.kernel.events import Event
from services.email.domain.caller_check import CallerCheck
from services.email.domain.check_facts import CallerVouched, VouchRefused, VouchRequested

OPEN = timedelta(minutes=30)
"""How long a customer admin may answer a request."""


def ask_to_vouch(check: CallerCheck, reason: str, now: datetime) -> tuple[Event, ...]:
    """Ask the customer's admins for their word, where the mail cannot arrive. Raises Refused."""
    if check.ended != "cannot_arrive":
        raise Refused(
            "NOTHING_TO_VOUCH_FOR",
            "Send a code first. An admin of the customer is asked where it cannot arrive.",
        )
    if check.vouch == "refused" or (check.vouch == "asked" and now < check.vouch_until):
        raise Refused("ALREADY_ASKED", "An admin of the customer was asked about this call.")
    return (
        VouchRequested(
            check_id=check.check_id,
            agent_id=check.agent_id,
            user_id=check.user_id,
            organization_id=check.organization_id,
            ticket=check.ticket,
            reason=reason.strip(),
            open_until=now + OPEN,
        ),
    )


def vouch(check: CallerCheck, admin_id: str, reason: str, now: datetime) -> tuple[Event, ...]:
    """A customer admin vouches for the caller, but nobody for themselves. Raises Refused."""
    _check_open_vouch(check, now)
    if admin_id == check.user_id:
        raise Refused("OWN_CALL", "Nobody vouches for themselves. Ask another admin.")
    return (
        CallerVouched(
            check_id=check.check_id,
            agent_id=check.agent_id,
            user_id=check.user_id,
            organization_id=check.organization_id,
            ticket=check.ticket,
            admin_id=admin_id,
            reason=reason.strip(),
        ),
    )


def refuse_to_vouch(
    check: CallerCheck, admin_id: str, reason: str, now: datetime
) -> tuple[Event, ...]:
    """A customer admin does not vouch for the caller. Raises Refused."""
    _check_open_vouch(check, now)
    return (
        VouchRefused(
            check_id=check.check_id,
            user_id=check.user_id,
            organization_id=check.organization_id,
            admin_id=admin_id,
            reason=reason.strip(),
        ),
    )


def way_out(check: CallerCheck, *, other_address: bool, admin: bool, now: datetime) -> str:
    """
    Return the next step of an agent whose mail cannot arrive, as the key of its text.

    ``other_address`` is whether the user has another one that takes mail, ``admin`` whether the
    customer has one beside the user. Where neither can be had the mail itself may be tried again:
    the removal of the block is on trial.
    """
    if check.vouch == "asked" and now < check.vouch_until:
        return "check.next.wait_for_vouch"
    if other_address:
        return "check.next.other_address"
    if check.vouch == "refused":
        return "check.next.end_call"
    return "check.next.customer_admin" if admin else "check.next.try_removal"


def _check_open_vouch(check: CallerCheck, now: datetime) -> None:
    if check.vouch != "asked":
        raise Refused("ANSWERED", "This request was answered already.")
    if now >= check.vouch_until:
        raise Refused("LAPSED", "Nobody answered this request in time.")
