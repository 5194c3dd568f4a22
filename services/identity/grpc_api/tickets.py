"""TicketService."""

from __future__ import annotations

from helpdesk.identity.v1 import tickets_pb2, tickets_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from services.identity.application.tickets import TicketList
from services.identity.grpc_api.times import stamp_of


class TicketServicer(tickets_pb2_grpc.TicketServiceServicer):
    """The list of tickets that the product keeps itself."""

    def __init__(self, tickets: TicketList) -> None:
        self._tickets = tickets

    def OpenTicket(  # noqa: N802
        self, request: tickets_pb2.OpenTicketRequest, action: SupportAction
    ) -> tickets_pb2.OpenTicketResponse:
        self._tickets.open_ticket(action, request.ticket, request.organization_id)
        return tickets_pb2.OpenTicketResponse()

    def CloseTicket(  # noqa: N802
        self, request: tickets_pb2.CloseTicketRequest, action: SupportAction
    ) -> tickets_pb2.CloseTicketResponse:
        self._tickets.close_ticket(action, request.ticket)
        return tickets_pb2.CloseTicketResponse()

    def ListTickets(  # noqa: N802
        self, request: tickets_pb2.ListTicketsRequest, action: SupportAction
    ) -> tickets_pb2.ListTicketsResponse:
        shown, token = self._tickets.list_tickets(
            action,
            request.organization_id,
            request.page_size,
            request.page_token,
            closed=request.include_closed,
        )
        return tickets_pb2.ListTicketsResponse(
            tickets=[
                tickets_pb2.Ticket(
                    ticket=each.number,
                    organization_id=organization.id,
                    organization_name=organization.display_name,
                    open=each.open,
                    opened_by=each.opened_by,
                    opened=stamp_of(each.opened),
                )
                for each, organization in shown
            ],
            next_page_token=token,
        )
