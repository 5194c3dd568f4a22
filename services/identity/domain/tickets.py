"""Decisions on tickets: whether one is there, open and of a customer; and the list kept here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from helpdesk.kernel.events import NEVER
from services.identity.domain.ticket_facts import TicketClosed, TicketOpened

OPEN = "open"
CLOSED = "closed"
UNKNOWN = "unknown"
OTHER_CUSTOMER = "other_customer"
UNCHECKED = "unchecked"
DOWN = "down"
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What is known of a ticket; ``organization`` is the UUID of its customer."""

    number: str
    organization: str
    open: bool
    opened_by: str = ""
    opened: datetime = NEVER


def is_number(text: str) -> bool:
    """Return whether it may be the number of a ticket at all."""
    return _NUMBER.fullmatch(text) is not None


def standing(found: Ticket | None, organization: str) -> str:
    """Decide what a ticket is to an action on a customer, whose UUID is empty where it has none."""
    if found is None:
        return UNKNOWN
    if not organization or found.organization != organization:
        return OTHER_CUSTOMER
    return OPEN if found.open else CLOSED


def may_go_on(state: str, *, down_allowed: bool) -> bool:
    """Decide whether an action may go on under a ticket in that state."""
    return state in (OPEN, UNCHECKED) or (state == DOWN and down_allowed)


@dataclass(frozen=True)
class Listed:
    """A ticket of the list; without a customer it was never opened."""

    organization_id: str = ""
    open: bool = False


def evolve(state: Listed, event: TicketOpened | TicketClosed) -> Listed:
    """Fold one fact."""
    if isinstance(event, TicketOpened):
        return Listed(event.organization_id, open=True)
    return replace(state, open=False)


def open_ticket(state: Listed, fact: TicketOpened) -> TicketOpened:
    """Open a ticket; a closed one opens again, but stays its customer's."""
    if not is_number(fact.ticket):
        raise InvalidArgument(
            "ticket", "NOT_A_TICKET", "ticket: letters, digits, dots and hyphens, 64 at most."
        )
    if state.open or state.organization_id not in ("", fact.organization_id):
        raise Refused("TICKET_TAKEN", "There is a ticket of this number. Choose another one.")
    return fact


def close_ticket(state: Listed, fact: TicketClosed) -> TicketClosed:
    """Close an open ticket."""
    if not state.organization_id:
        raise NotFound("ticket")
    if not state.open:
        raise Refused("TICKET_CLOSED", "This ticket is closed.")
    return fact
