"""What a service clears when a person is forgotten, and the word that it has."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.bus import Published, StoreConsumer
from helpdesk.kernel.events import Event
from helpdesk.kernel.naming import Naming
from helpdesk.kernel.store import Store

FORGOTTEN = "helpdesk.identity.v1.PersonForgotten"
_AT_ONCE = 2_000
_KEY = b'_key":"'
_REPORT = "report_key"
_TEXT = re.compile(rb'"(reason|query|note|purpose)":"(sealed:v1:([^"]+):[^":]*)"')
# What a reading call asked repeats the text that was typed.
_WITH_A_TEXT = ("request", "found")
# Who acted is not whom it was about; and why somebody was forgotten stays readable.
_NOT_ABOUT = frozenset({"stamp", "agent_id", "act", "reason", "query"})
_KEPT = ("identity.forgetting.", "identity.legal_hold.")


@dataclass(frozen=True, kw_only=True)
class PersonCleared(Event):
    """A service cleared what it held of a forgotten person."""

    NAME = "helpdesk.identity.v1.PersonCleared"

    user_id: str
    service: str
    keys: int = 0


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Who was forgotten, under which addresses something may be kept, and by which names."""

    user_id: str
    device_ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    organization_id: str = ""

    @classmethod
    def of(cls, fact: Published) -> Forgotten:
        """Return what identity's fact says."""
        fields = fact.fields()
        return cls(
            str(fields["user_id"]),
            tuple(map(str, fields.get("device_ids", ()))),
            tuple(map(str, fields.get("addresses", ()))),
            tuple(map(str, fields.get("names", ()))),
            str(fields.get("organization_id", "")),
        )


Digest = Callable[[str], str]


def clear(store: Store, forgotten: Forgotten, digest: Digest | None = None) -> int:
    """
    Destroy the keys of everything in a service's log that is about a forgotten person.

    These are their own, those of their addresses where ``digest`` names what the service keeps of
    one, those of every search text, reason, code and report in a fact that names them, and those
    of every text that itself does. Returns how many. May be done twice.
    """
    digests = [digest(each) for each in forgotten.addresses] if digest else []
    keys = {forgotten.user_id, *(f"address:{each}" for each in digests)}
    keys |= texts_about(store, [forgotten.user_id, *digests])
    keys |= texts_naming(store, forgotten)
    return sum(store.vault.forget(each) for each in sorted(keys))


def texts_about(store: Store, names: Sequence[str]) -> set[str]:
    """Return the keys of the texts in a service's log whose facts name any of these."""
    keys: set[str] = set()
    reports: dict[str, set[str]] = {}
    actions: set[str] = set()
    wanted = [name.encode() for name in names]
    after = 0
    while rows := store.read(after, _AT_ONCE):
        after = rows[-1].position
        for row in rows:
            named = any(name in row.state for name in wanted)
            if not named and _KEY not in row.state:
                continue
            body = json.loads(row.state)
            action = body.get("stamp", {}).get("action_id", "")
            if body.get(_REPORT):
                reports.setdefault(action, set()).add(body[_REPORT])
            if named and is_about(body, names):
                actions.add(action)
                keys.update(_keys_in(body))
    # What a report says word for word is about everybody whose facts were read from it.
    return keys.union(*(reports.get(action, set()) for action in actions if action))


def texts_naming(store: Store, forgotten: Forgotten) -> set[str]:
    """
    Return the keys of the free texts in a service's log that hold a full name or an address.

    Texts are opened for it. An address counts everywhere; a name only in facts about the person's
    own organization or about none, since elsewhere it is more likely a namesake's.
    """
    naming = Naming(forgotten.names, forgotten.addresses)
    keys: set[str] = set()
    after = 0
    while naming and (rows := store.read(after, _AT_ONCE)):
        after = rows[-1].position
        found = [(row, match) for row in rows for match in _TEXT.finditer(row.state)]
        store.vault.read_ahead(b'"%b"' % match[2] for _, match in found)
        for row, match in found:
            field, sealed, key = (each.decode() for each in match.groups())
            (text,) = store.vault.open(key, [sealed], f"{row.name}.{field}")
            if naming.has_address(text) or naming.has_name(text):
                keys.update(_keys_of_text(json.loads(row.state), key, text, naming, forgotten))
    return keys


def _keys_of_text(
    body: dict[str, Any], key: str, text: str, naming: Naming, forgotten: Forgotten
) -> Iterable[str]:
    elsewhere = body.get("organization_id", "") not in ("", forgotten.organization_id)
    if str(body.get("action", "")).startswith(_KEPT) or (
        elsewhere and not naming.has_address(text)
    ):
        return
    prefix = f"sealed:v1:{key}:"
    others = {name for name, value in body.items() if prefix in str(value)}
    # A key that opens more than texts is not given up for one.
    if not others - {"reason", "query", "note", "purpose", *_WITH_A_TEXT}:
        yield key
    if body.get("request_key"):
        yield str(body["request_key"])


def consumer(store: Store, digest: Digest | None = None) -> StoreConsumer:
    """Return what clears a service's own log, views being sealed with the same keys."""

    def on_forgotten(work: UnitOfWork, fact: Published) -> None:
        forgotten = Forgotten.of(fact)
        acknowledge(work, forgotten.user_id, clear(store, forgotten, digest))

    return StoreConsumer(f"{store.name}.forgetting", store, {"identity": {FORGOTTEN: on_forgotten}})


def acknowledge(work: UnitOfWork, user_id: str, keys: int) -> None:
    """Say, once, that a service has cleared."""
    said = work.load(f"cleared:{user_id}", _said, initial=False)
    if not said.state:
        work.stage(said, PersonCleared(user_id=user_id, service=work.store.name, keys=keys))


def _said(_: bool, __: PersonCleared) -> bool:
    return True


def is_about(body: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Whether the stored JSON of a fact is about one of these, so that its texts go with them."""
    if str(body.get("action", "")).startswith(_KEPT):
        return False
    about = json.dumps({key: value for key, value in body.items() if key not in _NOT_ABOUT})
    return any(name in about for name in names)


def _keys_in(body: dict[str, Any]) -> Iterable[str]:
    return (str(value) for key, value in body.items() if key.endswith("_key") and value)
