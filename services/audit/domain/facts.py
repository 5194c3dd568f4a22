"""What the sealed bytes of a record say without any key: all that auditors filter by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

ACTION = "helpdesk.audit.v1.SupportActionRecorded"
CALLS = "helpdesk.audit.v1.CallsWithoutTokenRefused"
SEALED = ("reason", "query", "request", "found")
"""The fields of a record that are sealed with keys of persons."""


SYSTEM = "system:"
"""What the name of a service as the one who acted begins with."""


class Kind(IntEnum):
    """Which fact a record is; the numbers are those of the contract."""

    SUPPORT_ACTION = 1
    CALLS_WITHOUT_TOKEN = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """One record as its source sealed it; times are Unix microseconds."""

    kind: Kind
    action: str
    outcome: str
    agent_id: str
    partner_id: str
    organization_id: str
    user_id: str
    ticket: str
    consent_id: str
    view_id: str
    sign_in_id: str
    service: str
    writer: str
    number: int
    occurred_at: int

    @property
    def by_partner(self) -> bool:
        """Whether somebody of a partner did it; a step of a service that follows is no access."""
        return bool(self.partner_id) and not self.agent_id.startswith(SYSTEM)


def body_of(sealed: bytes) -> dict[str, Any]:
    """Return the JSON of a record. Raises ValueError where it is none."""
    body = json.loads(sealed)
    if not isinstance(body, dict):
        raise ValueError("a record is a JSON object")  # noqa: TRY004  # what is wrong is a text
    return body


def name_of(body: dict[str, Any]) -> str:
    """Return the full name of the fact that the bytes are."""
    return ACTION if "action" in body else CALLS


def facts_of(sealed: bytes) -> Facts:
    """Read a record. Raises ValueError where the bytes are none."""
    body = body_of(sealed)
    if name_of(body) == CALLS:
        service = _text(body, "service")
        return Facts(
            kind=Kind.CALLS_WITHOUT_TOKEN,
            action=f"{service}.call.refuse",
            outcome="refused",
            agent_id="",
            partner_id="",
            organization_id="",
            user_id="",
            ticket="",
            consent_id="",
            view_id="",
            sign_in_id="",
            service=service,
            writer="",
            number=0,
            occurred_at=microseconds(_text(body, "minute")),
        )
    return Facts(
        kind=Kind.SUPPORT_ACTION,
        action=_text(body, "action"),
        outcome=_text(body, "outcome"),
        agent_id=_text(body, "agent_id"),
        partner_id=_text(body, "partner_id"),
        organization_id=_text(body, "organization_id"),
        user_id=_text(body, "user_id"),
        ticket=_text(body, "ticket"),
        consent_id=_text(body, "consent_id"),
        view_id=_text(body, "view_id"),
        sign_in_id=_text(body, "sign_in_id"),
        service=_text(body, "service"),
        writer=_text(body, "writer"),
        number=int(body.get("number", 0)),
        occurred_at=microseconds(_text(body, "occurred_at")),
    )


def organization_of(sealed: bytes) -> str | None:
    """Return the customer that a record is about, as the bytes say; None for no customer."""
    return str(body_of(sealed).get("organization_id", "")) or None


def microseconds(text: str) -> int:
    """Return an RFC 3339 text as Unix microseconds, 0 for no text. Raises ValueError."""
    if not text:
        return 0
    return unix(datetime.fromisoformat(text))


def unix(moment: datetime) -> int:
    """Return a moment as Unix microseconds, exactly."""
    since = moment - datetime.fromtimestamp(0, UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment(at: int) -> datetime:
    """Return Unix microseconds as a moment in UTC."""
    seconds, rest = divmod(at, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


def _text(body: dict[str, Any], name: str) -> str:
    return str(body.get(name, ""))
