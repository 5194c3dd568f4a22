"""What every provider's webhook has to prove before anything of it is believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from services.email.application.webhooks import ProviderEvent

AHEAD = 60.0
"""Seconds that a provider's clock may be ahead of ours."""
MOST_EVENTS = 2000


class Unproved(Exception):
    """
    A webhook, or one event of it, that is not believed.

    ``reason`` is a word of ours: nothing of what was sent is in it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST as it came: headers by lower-case name, the raw body, and who sent it."""

    headers: Mapping[str, str]
    body: bytes
    peer: str = ""


@dataclass(frozen=True, slots=True)
class Proved:
    """The events of a delivery that is proved, and why others of the same batch are refused."""

    events: tuple[ProviderEvent, ...] = ()
    refused: tuple[str, ...] = ()


class Provider(Protocol):
    """
    A provider that may call us.

    ``refusal`` is the HTTP status that tells it not to try again.
    """

    @property
    def name(self) -> str:
        """Its name, as in the path that it posts to."""

    @property
    def refusal(self) -> int:
        """The status of a refusal."""

    def proved(self, delivery: Delivery, now: datetime) -> Proved:
        """Return the events of a delivery. Raises Unproved; Unavailable: try again."""


def parsed(body: bytes | str) -> Any:
    """Return the JSON value of a body. Raises Unproved."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unproved("MALFORMED") from None


def fields(value: Any) -> dict[str, Any]:
    """Return a JSON object. Raises Unproved for anything else."""
    if not isinstance(value, dict):
        raise Unproved("MALFORMED")
    return value


def check_fresh(signed_at: float, now: datetime, seconds: float) -> datetime:
    """Return until when a replay would be fresh (both times in seconds). Raises Unproved."""
    # Written so that a NaN is stale.
    if not -AHEAD <= now.timestamp() - signed_at <= seconds:
        raise Unproved("STALE")
    return datetime.fromtimestamp(signed_at + seconds + AHEAD, UTC)


def moment(text: str) -> float:
    """Return the seconds of an ISO 8601 time. Raises Unproved."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise Unproved("MALFORMED") from None


def each(items: Sequence[Any], read: Callable[[int, Any], ProviderEvent]) -> Proved:
    """Read each event of a batch by itself: a bad one costs no other."""
    if len(items) > MOST_EVENTS:
        raise Unproved("TOO_MANY_EVENTS")
    events, refused = [], []
    for index, item in enumerate(items):
        try:
            events.append(read(index, item))
        except Unproved as error:
            refused.append(error.reason)
    return Proved(tuple(events), tuple(refused))
