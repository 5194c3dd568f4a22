"""A ticket system of the operator's, asked over HTTP; docs/integrators.md says what it answers."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote

import httpx

from helpdesk.kernel import tls
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.resources import Resources
from services.identity.domain import ids
from services.identity.domain.tickets import Ticket, is_number
from services.identity.settings import Settings

ANY = "any"
LOCAL = "local"
_NAME = "HELPDESK_IDENTITY_TICKETS"
_LONGEST = 64 * 1024
_REST = 2.0
"""Seconds that it is left alone after it gave no answer, so that callers do not pile up."""
_log = logging.getLogger(__name__)


class HttpTicketSystem:
    """Asks ``GET <url>/<ticket>``; whatever is not the documented answer counts as none."""

    def __init__(
        self, url: str, token: str, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        headers = {"accept": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        self._url = url.rstrip("/")
        self._seconds = seconds
        self._client = httpx.Client(headers=headers, timeout=seconds, follow_redirects=False)
        self._clock = clock
        self._lock = threading.Lock()
        self._rests_until = 0.0

    def find(self, ticket: str, partner: str) -> Ticket | None:
        """Return a ticket, None where there is none. Raises Unavailable."""
        del partner
        if not is_number(ticket):
            return None
        if self._clock() < self._rests_until:
            raise _down("resting")
        try:
            return self._asked(ticket)
        except Unavailable:
            with self._lock:
                self._rests_until = self._clock() + _REST
            raise

    def _asked(self, ticket: str) -> Ticket | None:
        begun = self._clock()
        try:
            with self._client.stream("GET", f"{self._url}/{quote(ticket, safe='')}") as answer:
                if answer.status_code in (404, 410):
                    return None
                if answer.status_code != 200:
                    raise _down(f"status {answer.status_code}")
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    # One timeout is for each read; a server that drips would hold a caller.
                    if len(body) > _LONGEST or self._clock() - begun > self._seconds:
                        raise _down("too long")
        except httpx.HTTPError as error:
            raise _down(type(error).__name__) from error
        return _ticket(ticket, _parsed(body))

    def close(self) -> None:
        """Close its connections."""
        self._client.close()


def _parsed(body: bytes) -> Mapping[str, object]:
    try:
        parsed = httpx.Response(200, content=body).json()
    except (ValueError, RecursionError) as error:
        raise _down("no JSON") from error
    if not isinstance(parsed, Mapping):
        raise _down("no object")
    return parsed


def _ticket(asked: str, said: Mapping[str, object]) -> Ticket:
    # An answer to every question, such as a sign-in page's, must not pass for a ticket.
    if said.get("id") != asked:
        raise _down("another id")
    status, organization_id = said.get("status"), said.get("organization_id")
    if status not in ("open", "closed") or not isinstance(organization_id, str):
        raise _down("not the fields")
    return Ticket(asked, ids.uuid_of(ids.ORGANIZATION, organization_id), status == "open")


def _down(why: str) -> Unavailable:
    _log.warning("the ticket system gave no answer: %s", why)
    return Unavailable("TICKETS_DOWN", "The ticket system does not answer.")


def http_system(settings: Settings, resources: Resources) -> HttpTicketSystem | None:
    """Return the ticket system of the settings where it is one over HTTP. Raises SettingsError."""
    if settings.tickets in (ANY, LOCAL):
        return None
    tls.check_url(_NAME, settings.tickets, allowed=resources.settings.allow_plaintext)
    return HttpTicketSystem(settings.tickets, settings.tickets_token, settings.tickets_seconds)
