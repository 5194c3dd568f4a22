"""Whether an action may go on under the ticket that it names; identity knows who keeps tickets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import grpc

from helpdesk.identity.v1 import internal_pb2, internal_pb2_grpc
from helpdesk.kernel.errors import Refused, Unavailable
from helpdesk.kernel.rpc.client import Caller

KEPT = 3.0
"""Seconds that a good answer is kept, so a ticket that is closed may be used that long."""
REPEATED = "repeated"
"""Stands in the record of a request that was answered before, and checked then."""
_REMEMBERED = 4096
_SECONDS = 4.0
_DOWN = "down"
_REFUSALS = {
    "unknown": ("TICKET_UNKNOWN", "The ticket system does not know this ticket. Check its number."),
    "closed": ("TICKET_CLOSED", "This ticket is closed. Reopen it, or name an open one."),
    "other_customer": (
        "TICKET_OTHER_CUSTOMER",
        "This ticket is not one of this customer. Name one that is.",
    ),
}

CheckTicket = Callable[[str, str, str], str]
"""
Takes a ticket, a customer and a partner; returns what the record says of the ticket: "open",
"unchecked" or "down". Raises Refused, Unavailable.
"""


def judged(state: str, *, allowed: bool) -> str:
    """Return the state of a ticket that an action may go on under. Raises Refused, Unavailable."""
    if allowed:
        return state
    if state == _DOWN:
        raise Unavailable(
            "TICKETS_DOWN", "The ticket system does not answer. Try again.", retry_seconds=2
        )
    # A state of a newer version is one that this one may not let pass.
    raise Refused(*_REFUSALS.get(state, _REFUSALS["unknown"]))


class TicketsOverGrpc:
    """Asks identity as a service, and keeps good answers for ``KEPT`` seconds."""

    def __init__(
        self,
        caller: Caller,
        channel: Callable[[], grpc.Channel],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._caller = caller
        self._channel = channel
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str, str], tuple[str, float]] = {}

    def __call__(self, ticket: str, organization_id: str, partner_id: str) -> str:
        """Return the state for the record. Raises Refused, Unavailable."""
        asked = (ticket, organization_id, partner_id)
        kept = self._kept.get(asked)
        if kept is not None and self._clock() < kept[1]:
            return kept[0]
        stub = internal_pb2_grpc.DirectoryInternalServiceStub(self._channel())
        request = internal_pb2.CheckTicketRequest(
            ticket=ticket, organization_id=organization_id, partner_id=partner_id
        )
        answer = self._caller(stub.CheckTicket, request, timeout=_SECONDS)
        state = judged(answer.state, allowed=answer.allowed)
        # A ticket system that comes back is asked again at once.
        if state != _DOWN:
            self._keep(asked, state)
        return state

    def _keep(self, asked: tuple[str, str, str], state: str) -> None:
        with self._lock:
            self._kept.pop(asked, None)
            if len(self._kept) >= _REMEMBERED:
                del self._kept[next(iter(self._kept))]
            self._kept[asked] = (state, self._clock() + KEPT)
