"""Use cases on tickets: whether an action may go on under one, and the list kept here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import Forbidden, Unavailable
from helpdesk.kernel.paging import Pages
from services.identity.application.reading import Views, Visible, viewer_for
from services.identity.domain import ids, tickets
from services.identity.domain.entries import Organization
from services.identity.domain.ticket_facts import TicketClosed, TicketOpened
from services.identity.domain.tickets import Ticket

_log = logging.getLogger(__name__)


class TicketSystem(Protocol):
    """Where tickets are kept."""

    def find(self, ticket: str, partner: str) -> Ticket | None:
        """Return a ticket of a partner (UUID), None where there is none. Raises Unavailable."""


class ListOfTickets(TicketSystem, Protocol):
    """The list that identity keeps itself."""

    def tickets_of(self, partner: str) -> list[Ticket]:
        """Return all tickets of a partner, the newest first."""


class TicketChecks:
    """Answers whether an action may go on; without a ``system`` tickets only need a name."""

    def __init__(self, system: TicketSystem | None, *, down_allowed: bool) -> None:
        self._system = system
        self._down_allowed = down_allowed

    def check(self, ticket: str, organization_id: str, partner_id: str) -> tuple[str, bool]:
        """Return what the ticket is to an action on that customer, and whether it may go on."""
        state = self._state(ticket, organization_id, partner_id)
        return state, tickets.may_go_on(state, down_allowed=self._down_allowed)

    def _state(self, ticket: str, organization_id: str, partner_id: str) -> str:
        if self._system is None:
            return tickets.UNCHECKED
        partner = ids.uuid_of(ids.ORGANIZATION, partner_id)
        try:
            found = self._system.find(ticket, partner)
        except Unavailable as error:
            _log.warning("tickets cannot be checked: %s", error.reason)
            return tickets.DOWN
        return tickets.standing(found, ids.uuid_of(ids.ORGANIZATION, organization_id))


class TicketList:
    """Opens, closes and lists the tickets of the caller's partner."""

    def __init__(self, views: Views, kept: ListOfTickets, digest: Callable[[str], str]) -> None:
        self._views = views
        self._kept = kept
        self._digest = digest

    def open_ticket(self, action: SupportAction, ticket: str, organization_id: str) -> None:
        """Open a ticket for a customer. Raises NotFound, Refused, InvalidArgument."""
        organization = self._customer(action, organization_id)
        stream = action.load(self._stream(action, ticket), tickets.evolve, tickets.Listed())
        wanted = TicketOpened(
            ticket=ticket,
            partner_id=action.actor.partner_id,
            organization_id=organization.id,
            opened_by=action.actor.id,
        )
        action.stage(stream, tickets.open_ticket(stream.state, wanted))

    def close_ticket(self, action: SupportAction, ticket: str) -> None:
        """Close a ticket of a customer. Raises NotFound, Refused."""
        stream = action.load(self._stream(action, ticket), tickets.evolve, tickets.Listed())
        closed = tickets.close_ticket(
            stream.state,
            TicketClosed(
                ticket=ticket, partner_id=action.actor.partner_id, closed_by=action.actor.id
            ),
        )
        self._customer(action, stream.state.organization_id)
        action.stage(stream, closed)

    def list_tickets(
        self, action: SupportAction, organization_id: str, size: int, token: str, *, closed: bool
    ) -> tuple[Sequence[tuple[Ticket, Organization]], str]:
        """Return a page of the tickets of a customer, or of all that the caller may see."""
        visible = Visible(self._views, viewer_for(action.actor))
        only = visible.organization(organization_id).uuid if organization_id else ""
        listed = [
            each
            for each in self._kept.tickets_of(self._partner(action))
            if (closed or each.open) and only in ("", each.organization)
        ]
        names = self._views.organizations(each.organization for each in listed)
        seen = [
            (each, names[each.organization])
            for each in listed
            if each.organization in names and visible.sees(each.organization)
        ]
        pages = Pages(self._digest, action.actor.id, action.name, only, str(closed))
        shown, following = pages.page(seen, lambda each: each[0].number, size, token)
        action.showed(f"ticket:{each.number}" for each, _ in shown)
        return shown, following

    def _customer(self, action: SupportAction, organization_id: str) -> Organization:
        found = Visible(self._views, viewer_for(action.actor)).organization(organization_id)
        action.about(organization_id=found.id)
        return found

    def _stream(self, action: SupportAction, ticket: str) -> str:
        # Numbers are the partner's own: another one's list neither shows nor blocks them.
        return f"ticket:{self._partner(action)}:{ticket}"

    def _partner(self, action: SupportAction) -> str:
        partner = ids.uuid_of(ids.ORGANIZATION, action.actor.partner_id)
        if not partner:
            raise Forbidden("NO_PARTNER", "Tickets are kept by partners.")
        return partner
