"""The shape of a stored fact, and its form as bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, ClassVar, Protocol, get_type_hints

NEVER = datetime.fromtimestamp(0, UTC)
"""A time that is not set; it is stored as an empty text."""
_PERSON = "person"
ERASED = "[erased]"
"""What a personal field says after its person was forgotten."""


class Sealer(Protocol):
    """What encoding and decoding need from the vault."""

    def seal(self, person: str, values: Iterable[str], context: str) -> list[str]:
        """Seal texts with the person's key."""

    def open(self, person: str, sealed: Iterable[str], context: str) -> list[str]:
        """Open sealed texts; ``ERASED`` for each once the person's key is gone."""


def personal(of: str, *, default: Any = MISSING) -> Any:
    """Mark a field (``str`` or ``tuple[str, ...]``) as personal to whom the field ``of`` names."""
    return field(default=default, metadata={_PERSON: of})


@dataclass(frozen=True, kw_only=True)
class Event:
    """
    A fact, named in the past tense; fields are added, never renamed.

    ``NAME`` is the stored and published name and the full name of its proto message. The stamped
    fields are set by the store and ignored by ``==``, so tests compare facts by what they say.
    Fields are ``str int bool float datetime``, tuples of ``str`` or JSON-able dicts.
    """

    NAME: ClassVar[str] = ""

    recorded_at: datetime = field(default=NEVER, compare=False, repr=False)
    action_id: str = field(default="", compare=False, repr=False)
    traceparent: str = field(default="", compare=False, repr=False)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        name = cls.__dict__.get("NAME", "")
        if name.rpartition(".")[2] != cls.__name__:
            raise TypeError(f"{cls.__name__} must declare a NAME that ends with its own name")
        if name in _REGISTERED and _REGISTERED[name].__qualname__ != cls.__qualname__:
            raise TypeError(f"{name} is declared twice")
        _REGISTERED[name] = cls


_REGISTERED: dict[str, type[Event]] = {}
_STAMP = ("recorded_at", "action_id", "traceparent")
# The stamp comes first in the stored bytes; parsing them all would halve a relay's speed.
_STORED_STAMP = re.compile(
    rb'\{"stamp":\{"recorded_at":"([^"]{1,40})"(?:,"action_id":"([^"]{0,200})")?'
    rb'(?:,"traceparent":"([0-9a-z-]{55})")?'
)


def registered() -> Mapping[str, type[Event]]:
    """Return every event class by its stored name."""
    return dict(_REGISTERED)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the store noted on a fact."""

    recorded_at: datetime = NEVER
    action_id: str = ""
    traceparent: str = ""


def stamp_of(state: bytes) -> Stamp:
    """Return the stamp of stored bytes; an empty one where they have none."""
    found = _STORED_STAMP.match(state)
    if found is None:
        return Stamp()
    recorded_at, action_id, traceparent = ((each or b"").decode() for each in found.groups())
    return Stamp(_moment(recorded_at), action_id, traceparent)


def timestamp(moment: datetime) -> str:
    """Return an RFC 3339 text in UTC with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def encode(event: Event, sealer: Sealer) -> bytes:
    """Return the event as JSON (the proto3 JSON form of its message), personal fields sealed."""
    stamp = {
        "recorded_at": timestamp(event.recorded_at),
        "action_id": event.action_id,
        "traceparent": event.traceparent,
    }
    body: dict[str, Any] = {"stamp": {key: value for key, value in stamp.items() if value}}
    shape = _shape(event.NAME)
    for each in shape.fields:
        value = getattr(event, each.name)
        if isinstance(value, datetime):
            value = timestamp(value) if value != NEVER else ""
        elif isinstance(value, tuple):
            value = list(value)
        owner = shape.personal.get(each.name)
        if owner and value:
            value = _apply(sealer.seal, event, owner, each.name, value)
        if value not in ("", [], None):
            body[each.name] = value
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def decode(name: str, state: bytes, sealer: Sealer) -> Event:
    """Return the event of that stored name; unknown fields are ignored, missing ones defaulted."""
    shape = _shape(name)
    body = json.loads(state)
    stamp = body.get("stamp", {})
    values: dict[str, Any] = {
        "recorded_at": _moment(stamp.get("recorded_at", "")),
        "action_id": stamp.get("action_id", ""),
        "traceparent": stamp.get("traceparent", ""),
    }
    for each in shape.fields:
        value = body.get(each.name, MISSING)
        if value is MISSING:
            if each.empty is not None:
                values[each.name] = each.empty()
        elif each.is_moment:
            values[each.name] = _moment(value)
        else:
            values[each.name] = tuple(value) if isinstance(value, list) else value
    event = shape.kind(**values)
    for field_name, owner in shape.personal.items():
        value = values.get(field_name)
        if value:
            opened = _apply(sealer.open, event, owner, field_name, value)
            object.__setattr__(
                event, field_name, tuple(opened) if isinstance(opened, list) else opened
            )
    return event


def _apply(call: Any, event: Event, owner: str, name: str, value: Any) -> Any:
    person = str(getattr(event, owner))
    context = f"{event.NAME}.{name}"
    if isinstance(value, str):
        return call(person, [value], context)[0]
    return call(person, list(value), context)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field as it is read; ``empty`` makes what it is where it is not stored."""

    name: str
    is_moment: bool
    empty: Callable[[], Any] | None


@dataclass(frozen=True, slots=True)
class _Shape:
    """What encoding and decoding must know of a class, looked up once."""

    kind: type[Event]
    fields: tuple[_Field, ...]
    personal: Mapping[str, str]


@cache
def _shape(name: str) -> _Shape:
    kind = _REGISTERED[name]
    hints = get_type_hints(kind)
    stored = [each for each in fields(kind) if each.name not in _STAMP]
    read = []
    for each in stored:
        hint = hints[each.name]
        required = each.default is MISSING and each.default_factory is MISSING
        empty = partial(_empty, hint) if required else None
        read.append(_Field(each.name, hint is datetime, empty))
    owners = {each.name: each.metadata[_PERSON] for each in stored if _PERSON in each.metadata}
    return _Shape(kind, tuple(read), owners)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text) if text else NEVER


def _empty(hint: Any) -> Any:
    if hint is datetime:
        return NEVER
    origin = getattr(hint, "__origin__", hint)
    return origin() if origin in (str, int, bool, float, tuple, dict, list) else ""


@dataclass(frozen=True, kw_only=True)
class SupportActionRecorded(Event):
    """
    Somebody did, saw or was refused something.

    Exactly one for each call, and beside it one for each customer of whom the answer showed
    something without naming the customer.
    """

    NAME = "helpdesk.audit.v1.SupportActionRecorded"

    action: str
    outcome: str
    error: str = ""
    agent_id: str = ""
    partner_id: str = ""
    acting_organization_id: str = ""
    roles: tuple[str, ...] = ()
    act: tuple[str, ...] = ()
    organization_id: str = ""
    user_id: str = ""
    subjects: tuple[str, ...] = ()
    ticket: str = ""
    reason_key: str = field(default="", compare=False, repr=False)
    reason: str = personal(of="reason_key", default="")
    consent_id: str = ""
    view_id: str = ""
    sign_in_id: str = ""
    request_id: str = ""
    trace_id: str = ""
    query_key: str = field(default="", compare=False, repr=False)
    query: str = personal(of="query_key", default="")
    shown: tuple[str, ...] = ()
    answer_digest: str = ""
    positions: tuple[str, ...] = ()
    writer: str = ""
    number: int = 0
    occurred_at: datetime = NEVER
    method: str = ""
    service: str = ""
    ticket_state: str = ""
    sections: tuple[str, ...] = ()
    request_key: str = field(default="", compare=False, repr=False)
    request: str = personal(of="request_key", default="")
    found: str = personal(of="request_key", default="")


@dataclass(frozen=True, kw_only=True)
class CallsWithoutTokenRefused(Event):
    """Calls without a valid token, counted for one minute and peer."""

    NAME = "helpdesk.audit.v1.CallsWithoutTokenRefused"

    peer: str
    count: int
    reasons: tuple[str, ...]
    minute: datetime
    service: str


@dataclass(frozen=True, kw_only=True)
class RequestAnswered(Event):
    """A request with a request_id was answered; the same id gets the same answer."""

    NAME = "helpdesk.audit.v1.RequestAnswered"

    payload_digest: str
    answer: str
