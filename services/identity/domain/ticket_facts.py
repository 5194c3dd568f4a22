"""Facts of the list of tickets that identity keeps itself."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class TicketOpened(Event):
    """A ticket was opened for a customer, or opened again."""

    NAME = "helpdesk.identity.v1.TicketOpened"

    ticket: str
    partner_id: str
    organization_id: str
    opened_by: str


@dataclass(frozen=True, kw_only=True)
class TicketClosed(Event):
    """A ticket was closed."""

    NAME = "helpdesk.identity.v1.TicketClosed"

    ticket: str
    partner_id: str
    closed_by: str
