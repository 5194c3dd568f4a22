"""Pushes Security Event Tokens to receivers (RFC 8935), and reads which there are."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field, fields
from pathlib import Path

import httpx

from helpdesk.kernel import tls
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.resources import Resources, console_url
from helpdesk.kernel.settings import SettingsError
from services.session.settings import SessionSettings

EVENTS = ("session-revoked",)
"""What a receiver can be told of."""
_SECONDS = 5.0
_TAKEN = frozenset({200, 202})
_NAME = "HELPDESK_SESSION_SIGNALS_RECEIVERS"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Configured:
    """
    One receiver as it is configured.

    ``token_file`` holds its bearer token, beside the list where the path is relative; ``audience``
    is what it calls itself, its ``url`` where nothing is said.
    """

    url: str
    token_file: str = ""
    audience: str = ""
    events: tuple[str, ...] = field(default=EVENTS)


class SignalReceiver:
    """One receiver at ``url``; ``token`` is its bearer token, empty where it wants none."""

    def __init__(self, url: str, token: str, audience: str = "") -> None:
        headers = {"content-type": "application/secevent+jwt", "accept": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        self.url = url
        self.audience = audience or url
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
            _log.error("a receiver of signals refused a token")
            return
        raise Unavailable("RECEIVER_DOWN", "The receiver of signals is in trouble.")


def receivers(settings: SessionSettings, resources: Resources) -> list[SignalReceiver]:
    """Return the receivers of the settings, those of the list first. Raises SettingsError."""
    allowed = resources.settings.allow_plaintext
    found = []
    if settings.signals_receivers:
        path = Path(settings.signals_receivers)
        for each in _listed(path):
            tls.check_url(_NAME, each.url, allowed=allowed)
            found.append(SignalReceiver(each.url, _token(path, each), each.audience))
    if settings.signals_url:
        tls.check_url("HELPDESK_SESSION_SIGNALS_URL", settings.signals_url, allowed=allowed)
        found.append(SignalReceiver(settings.signals_url, settings.signals_token))
    if len({each.url for each in found}) < len(found):
        raise SettingsError(f"{_NAME}: a receiver is listed twice")
    return found


def issuer(settings: SessionSettings, resources: Resources) -> str:
    """Return who signs: the console, where the keys are published. Raises SettingsError."""
    return console_url(resources.env, settings.signals_issuer, "HELPDESK_SESSION_SIGNALS_ISSUER")


def _listed(path: Path) -> list[Configured]:
    try:
        body = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SettingsError(f"{_NAME}: cannot be read: {type(error).__name__}") from error
    if not isinstance(body, list):
        raise SettingsError(f"{_NAME}: the file holds a list of receivers")
    return [_configured(each) for each in body]


def _configured(each: object) -> Configured:
    names = {known.name for known in fields(Configured)}
    if not isinstance(each, dict) or not each.get("url") or not set(each) <= names:
        raise SettingsError(f"{_NAME}: the fields of a receiver are {', '.join(sorted(names))}")
    events = each.get("events", EVENTS)
    texts = [value for name, value in each.items() if name != "events"]
    if not all(isinstance(value, str) for value in texts) or not isinstance(events, list | tuple):
        raise SettingsError(f"{_NAME}: url, token_file and audience are texts, events a list")
    if not events or not set(events) <= set(EVENTS):
        raise SettingsError(f"{_NAME}: events: of {', '.join(EVENTS)}")
    return Configured(**{**each, "events": tuple(events)})


def _token(path: Path, each: Configured) -> str:
    if not each.token_file:
        return ""
    try:
        return (path.parent / each.token_file).read_text().strip()
    except OSError as error:
        raise SettingsError(f"{_NAME}: token_file: {type(error).__name__}") from error
