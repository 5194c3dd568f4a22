"""Pushes Security Event Tokens to a receiver (RFC 8935)."""

from __future__ import annotations

import logging

import httpx

from helpdesk.kernel import tls
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.resources import Resources
from services.session.settings import SessionSettings

_SECONDS = 5.0
_TAKEN = frozenset({200, 202})
_log = logging.getLogger(__name__)


class SignalReceiver:
    """One receiver at ``url``; ``token`` is its bearer token, empty where it wants none."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"content-type": "application/secevent+jwt", "accept": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        self.url = url
        self._client = httpx.Client(headers=headers, timeout=_SECONDS, follow_redirects=False)

    def push(self, token: str) -> None:
        """Hand a token over. Raises Unavailable where it has to be sent again."""
        try:
            answer = self._client.post(self.url, content=token)
        except httpx.HTTPError as error:
            raise Unavailable(
                "RECEIVER_DOWN", "The receiver of signals does not answer."
            ) from error
        if answer.status_code in _TAKEN:
            return
        if answer.status_code == 400:
            # RFC 8935, section 2.4: it will never take this one, so the next ones go on.
            _log.error("the receiver of signals refused a token")
            return
        raise Unavailable("RECEIVER_DOWN", "The receiver of signals is in trouble.")


def receiver(settings: SessionSettings, resources: Resources) -> SignalReceiver | None:
    """Return the receiver of the settings, if there is one. Raises SettingsError."""
    if not settings.signals_url:
        return None
    allowed = resources.settings.allow_plaintext
    tls.check_url("HELPDESK_SESSION_SIGNALS_URL", settings.signals_url, allowed=allowed)
    return SignalReceiver(settings.signals_url, settings.signals_token)
