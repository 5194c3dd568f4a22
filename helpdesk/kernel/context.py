"""Who is acting and in which request, carried from the edge to the records."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Whom a verified token names.

    ``partner_id`` is set for a partner's people, ``organization_id`` for a customer's; an auditor
    of the platform has neither. ``act`` lists who really calls, nearest first (RFC 8693).
    A read-only session sets ``mode``, ``view_id``, ``consent_id``, ``sections`` and the customer.
    ``known_at`` is the position of identity's log as of which the roles are, 0 where nobody said.
    """

    id: str
    partner_id: str = ""
    organization_id: str = ""
    roles: frozenset[str] = frozenset()
    act: tuple[str, ...] = ()
    sign_in_id: str = ""
    mode: str = ""
    view_id: str = ""
    consent_id: str = ""
    sections: frozenset[str] = frozenset()
    ticket: str = ""
    known_at: int = 0

    @property
    def read_only(self) -> bool:
        """Whether this is a read-only session in a customer's portal."""
        return self.mode == "read_only"

    @property
    def program(self) -> str:
        """Name of a service or program; "operator" for every operator."""
        return self.id.partition(":")[0]

    @property
    def is_service(self) -> bool:
        """Whether this is a service of the product."""
        return "SERVICE" in self.roles


class Stores(Enum):
    """What facts a store takes while a request is served, beside the record of its action."""

    ANYTHING = "anything"
    LIFECYCLE = "lifecycle"
    """Only those of the calling session itself that the store's service has declared."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class RequestContext:
    """
    The request that is being served.

    ``alive`` says whether the caller still waits for it, ``peers`` which services the caller's
    certificate stands for: None where there is none, as within a process. ``at`` is the Unix time
    that an answer is rebuilt for, 0 for one that is given now. ``stores`` is what every store of
    this process takes meanwhile.
    """

    token: str = ""
    action_id: str = ""
    traceparent: str = ""
    deadline: float = 0.0
    at: float = 0.0
    alive: Callable[[], bool] = lambda: True
    peers: Callable[[], frozenset[str] | None] = lambda: None
    stores: Stores = Stores.ANYTHING


_request: ContextVar[RequestContext | None] = ContextVar("helpdesk_request", default=None)


def current_request() -> RequestContext:
    """Return the running request; an empty one outside of a request."""
    return _request.get() or RequestContext()


def bind(request: RequestContext) -> None:
    """Make it the running request of this thread or task."""
    _request.set(request)
