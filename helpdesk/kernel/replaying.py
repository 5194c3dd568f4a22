"""Rebuilds answers: a log is folded into views of its own, and a recorded request asked again."""

from __future__ import annotations

import base64
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

import grpc

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor, RequestContext, bind
from helpdesk.kernel.errors import HelpdeskError
from helpdesk.kernel.events import ERASED, Event, SupportActionRecorded, decode, stamp_of
from helpdesk.kernel.hosting import Service, Wiring
from helpdesk.kernel.rpc import rules
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.store import Engine, Recorded, Store, StoredRow
from helpdesk.kernel.vault import KeyTable, Vault

ReadLog = Callable[[int], list[StoredRow]]
"""Returns the events after a position, in batches; none at the end."""
_BATCH = 1000
_MORE_SECONDS = 5.0
_OUTSIDE = re.compile(r"HELPDESK_(\w+_DATABASE_URL|BROKER_URL|\w+_ADDRESS|TLS_\w+|METRICS_\w+)")
_KEPT_ADDRESSES = ("HELPDESK_GATEWAY_ADDRESS",)
_PERSON = re.compile(r"^(?:user|person|device):([^@]+)")
# What they answer is a credential, which is made of the time and of chance.
CREDENTIALS = frozenset(
    {
        "helpdesk.session.v1.PortalService.EnterPortal",
        "helpdesk.session.v1.PortalService.LeasePortal",
        "helpdesk.session.v1.ViewService.IssueViewToken",
    }
)


class Rebuilt(StrEnum):
    """What came of rebuilding one answer."""

    MATCHES = "matches"
    DIFFERS = "differs"
    ERASED = "erased"
    NOT_REBUILT = "not rebuilt"
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer as it was rebuilt; ``why`` is a sentence where it does not match."""

    kind: Rebuilt
    why: str = ""
    answer: Any = None


class FrozenKeys:
    """The keys of another vault; what would be added stays in memory."""

    shared = False

    def __init__(self, find: Callable[[str], tuple[bytes | None] | None]) -> None:
        self._find = find
        self._own: dict[str, bytes] = {}

    def add(self, keys: Sequence[tuple[str, bytes]]) -> None:
        for name, wrapped in keys:
            self._own.setdefault(name, wrapped)

    def find(self, person: str) -> tuple[bytes | None] | None:
        found = self._find(person)
        if found is None and person in self._own:
            return (self._own[person],)
        return found

    def forget(self, person: str) -> bool:
        """Destroy nothing: a rebuild is not the product."""
        del person
        return False

    def wrapped(self, after: str, limit: int) -> list[tuple[str, bytes]]:
        found = sorted(each for each in self._own.items() if each[0] > after)
        return found[:limit]

    def rewrap(self, changes: Sequence[tuple[str, bytes, bytes]]) -> None:
        for person, old, new in changes:
            if self._own.get(person) == old:
                self._own[person] = new

    def forgotten(self) -> list[str]:
        """Return nobody: who was forgotten is asked for one by one."""
        return []

    def close(self) -> None:
        self._own.clear()


class _Captured:
    """Stands for a gRPC server: keeps the handlers that services register."""

    def __init__(self) -> None:
        self.handlers: dict[str, Any] = {}

    def add_generic_rpc_handlers(self, _handlers: object) -> None:
        """Take nothing: the same come again, by name."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Any]) -> None:
        for name, handler in handlers.items():
            self.handlers[f"/{service}/{name}"] = handler


class _Stub:
    def __init__(self, call: Callable[[str, Any], Any], path: str) -> None:
        self._call = call
        self._path = path

    def with_call(self, request: Any, **_: object) -> tuple[Any, Any]:
        return self._call(self._path, request), self

    def trailing_metadata(self) -> tuple[()]:
        return ()


class _Channel:
    """Stands for the channel to a service that is rebuilt beside."""

    def __init__(self, call: Callable[[str, Any], Any]) -> None:
        self._call = call

    def unary_unary(self, path: str, **_: object) -> _Stub:
        return _Stub(self._call, path)

    def unary_stream(self, path: str, **_: object) -> _Stub:
        return _Stub(self._call, path)

    stream_stream = stream_unary = unary_stream

    def close(self) -> None:
        """Close nothing."""


class _Wiring(Wiring):
    """Fresh stores in a scratch folder; the secrets and keys are those of the product."""

    def __init__(
        self, env: Mapping[str, str], keys: KeyTable, call: Callable[[str, Any], Any]
    ) -> None:
        self._table = keys
        self._call = call
        super().__init__(env, Path(env["HELPDESK_DATA_DIR"]))

    def _keys(self) -> Path | KeyTable:
        return self._table

    def channel(self, service: str) -> grpc.Channel:
        """Return what asks the service that is rebuilt beside."""
        del service
        return cast("grpc.Channel", _Channel(self._call))

    def caller(self, service: str) -> Caller:
        """Return a caller without a token: nobody checks it here."""
        del service
        return Caller()


def read_log(engine: Engine) -> ReadLog:
    """Return what reads a log in batches."""
    return lambda after: engine.select_log(after, _BATCH, ())


def read_file(path: Path, stack: ExitStack) -> ReadLog:
    """Return what reads the log of a store's file in batches, and never writes to it."""
    db = stack.enter_context(_opened(path))

    def read(after: int) -> list[StoredRow]:
        found = db.execute(
            "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events "
            "WHERE rowid > ? ORDER BY rowid LIMIT ?",
            (after, _BATCH),
        )
        return [StoredRow(row[0], row[1], row[2], row[3], bytes(row[4])) for row in found]

    return read


class Folded:
    """The views of one service as of a position; they only move on."""

    def __init__(self, store: Store, read: ReadLog) -> None:
        self.store = store
        self._read = read
        self._rows: Iterator[StoredRow] = self._each()
        self._next = next(self._rows, None)
        self.position = 0
        self.count = 0

    def to_position(self, position: int) -> None:
        """Fold events up to a position."""
        self._fold(lambda row: row.position <= position)

    def to_time(self, at: datetime) -> None:
        """Fold events up to the first that was recorded later."""
        self._fold(lambda row: stamp_of(row.state).recorded_at <= at)

    def some_to_time(self, at: datetime) -> bool:
        """Fold a batch of events up to a time; return whether there was any."""
        before = self.position
        row = self._next
        if row is not None and stamp_of(row.state).recorded_at <= at:
            last = row.position + _BATCH
            self._fold(lambda each: each.position < last and stamp_of(each.state).recorded_at <= at)
        return self.position > before

    def one_more(self, before: int = 0) -> bool:
        """Fold the next event, if there is one, and it stands before a position."""
        row = self._next
        if row is None or (before and row.position >= before):
            return False
        self.to_position(row.position)
        return True

    @property
    def next_at(self) -> datetime | None:
        """When the next event was recorded; None at the end."""
        return stamp_of(self._next.state).recorded_at if self._next is not None else None

    def _fold(self, wanted: Callable[[StoredRow], bool]) -> None:
        while self._next is not None and wanted(self._next):
            batch: list[StoredRow] = []
            while self._next is not None and len(batch) < _BATCH and wanted(self._next):
                batch.append(self._next)
                self._next = next(self._rows, None)
            self._take(batch)

    def _take(self, rows: Sequence[StoredRow]) -> None:
        store = self.store
        with store.engine.transaction() as tx:
            tx.executemany(
                "INSERT INTO stored_events "
                "(rowid, originator_id, originator_version, topic, state) VALUES (?, ?, ?, ?, ?)",
                ((r.position, r.stream_id, r.version, r.name, r.state) for r in rows),
            )
            for row in rows:
                projection = store.projections.get(row.name)
                if projection is not None:
                    event = _distinct(decode(row.name, row.state, store.vault))
                    projection(tx, Recorded(event, "", row.version, row.position))
        self.position = rows[-1].position
        self.count += len(rows)
        store.refresh()

    def _each(self) -> Iterator[StoredRow]:
        after = 0
        while rows := self._read(after):
            yield from rows
            after = rows[-1].position


class Rebuild:
    """Services over scratch stores, which answer recorded requests as of then."""

    def __init__(
        self,
        env: Mapping[str, str],
        folder: Path,
        services: Sequence[Service],
        logs: Mapping[str, ReadLog],
        keys: KeyTable,
    ) -> None:
        origin = Path(env.get("HELPDESK_DATA_DIR", ".data"))
        secrets = env.get("HELPDESK_SECRETS_DIR") or str(origin / "secrets")
        kept = {
            name: value
            for name, value in env.items()
            if name in _KEPT_ADDRESSES or not _OUTSIDE.fullmatch(name)
        }
        kept |= {
            "HELPDESK_DATA_DIR": str(folder),
            "HELPDESK_SECRETS_DIR": secrets,
            "HELPDESK_DURABLE": "no",
        }
        self.folder = folder
        self._at = datetime.fromtimestamp(0, UTC)
        self._wiring = _Wiring(kept, keys, self._inside)
        self._server = _Captured()
        self.folded: dict[str, Folded] = {}
        self._running = []
        for service in services:
            running = service.build(self._wiring)
            self._running.append(running)
            for register in running.servicers.values():
                register(cast("grpc.Server", self._server))
            if running.store is not None:
                self.folded[service.name] = Folded(running.store, logs[service.name])

    @property
    def vault(self) -> Vault:
        """The keys of persons, of which none is made or destroyed."""
        return self._wiring.vault

    def close(self) -> None:
        """Close the scratch stores."""
        for running in self._running:
            running.close()
            if running.store is not None:
                running.store.close()
        self._wiring.close()

    @staticmethod
    def not_rebuilt(record: SupportActionRecorded) -> Outcome:
        """Say of a record of another service that its answer is not rebuilt."""
        if record.outcome != "done" or not record.answer_digest:
            return Outcome(Rebuilt.NO_ANSWER)
        return Outcome(Rebuilt.NOT_REBUILT, f"answers of {record.service} are not rebuilt")

    def answer(self, record: SupportActionRecorded, position: int) -> Outcome:
        """Rebuild the answer of a record that stands at a position of its service's log."""
        if record.outcome != "done" or not record.answer_digest:
            return Outcome(Rebuilt.NO_ANSWER)
        own = self.folded.get(record.service)
        read = dict(each.rpartition(":")[::2] for each in record.positions)
        if own is None:
            return self.not_rebuilt(record)
        if _method(record).changes:
            return Outcome(Rebuilt.NO_ANSWER, "a change")
        if record.method in CREDENTIALS:
            return Outcome(Rebuilt.NOT_REBUILT, "the answer is a credential")
        if record.request == ERASED:
            return Outcome(Rebuilt.ERASED, "the request was erased")
        if not record.request or record.service not in read:
            return Outcome(Rebuilt.NOT_REBUILT, "the record does not hold the request")
        at = int(read[record.service])
        if own.position > at:
            return Outcome(Rebuilt.NOT_REBUILT, f"{record.service} stands at {own.position}")
        own.to_position(at)
        others = [each for name, each in self.folded.items() if name != record.service]
        for other in others:
            other.to_time(record.occurred_at)
        self._at = record.occurred_at
        return self._tried(record, own, others, position)

    def _tried(
        self, record: SupportActionRecorded, own: Folded, others: Sequence[Folded], before: int
    ) -> Outcome:
        # Views may have moved on between the position that was noted and the reading of them.
        first = found = self._once(record, own.store)
        if found.kind is Rebuilt.ERASED:
            return found
        while found.kind is not Rebuilt.MATCHES and own.one_more(before):
            found = self._once(record, own.store)
        for other in others:
            while found.kind is not Rebuilt.MATCHES and _soon(other.next_at, record.occurred_at):
                other.one_more()
                found = self._once(record, own.store)
        return found if found.kind is Rebuilt.MATCHES else first

    def _once(self, record: SupportActionRecorded, store: Store) -> Outcome:
        method = _method(record)
        action = SupportAction(
            store=store,
            actor=actor_of(record),
            now=record.occurred_at,
            id=record.request_id,
            name=record.action,
            ticket=record.ticket,
            reason=record.reason,
        )
        handler = self._server.handlers[method.path]
        request = method.request(base64.b64decode(record.request.removeprefix("=")))
        bind(RequestContext(action_id=record.request_id, at=record.occurred_at.timestamp()))
        try:
            answer = handler.unary_unary(request, action)
        except HelpdeskError as error:
            if self._about_erased(record):
                return Outcome(Rebuilt.ERASED, "the person was forgotten")
            return Outcome(Rebuilt.DIFFERS, f"the rebuilt answer is a refusal: {error.reason}")
        finally:
            bind(RequestContext())
        erased = ERASED.encode() in answer.SerializeToString()
        if action.actor.read_only:
            rules.filter_sections(answer, action.actor.sections)
        if action.actor.partner_id or action.actor.read_only:
            rules.mask(answer)
        if store.digest(answer.SerializeToString(deterministic=True)) == record.answer_digest:
            return Outcome(Rebuilt.MATCHES, answer=answer)
        if erased or self._about_erased(record):
            return Outcome(Rebuilt.ERASED, "the person was forgotten", answer)
        where = ", ".join(record.positions)
        return Outcome(Rebuilt.DIFFERS, f"the answer of {record.method} at {where} differs", answer)

    def _about_erased(self, record: SupportActionRecorded) -> bool:
        named = [found[1] for each in record.subjects if (found := _PERSON.match(each))]
        named += [found[1] for each in record.shown if (found := _PERSON.match(each))]
        return any(self.vault.is_forgotten(each) for each in [record.user_id, *named] if each)

    def _inside(self, path: str, request: Any) -> Any:
        method = rules.method(path)
        name = method.full_name.split(".")[1]
        handler = self._server.handlers[path]
        store = self.folded[name].store
        action = SupportAction(
            store=store, actor=Actor("replay", roles=frozenset({"SERVICE"})), now=self._at
        )
        return handler.unary_unary(request, action)


def _method(record: SupportActionRecorded) -> rules.Method:
    service, _, name = record.method.rpartition(".")
    return rules.method(f"/{service}/{name}")


def actor_of(record: SupportActionRecorded) -> Actor:
    """Return who asked, as the record says."""
    return Actor(
        id=record.agent_id,
        partner_id=record.partner_id,
        organization_id=record.acting_organization_id,
        roles=frozenset(record.roles),
        act=record.act,
        sign_in_id=record.sign_in_id,
        mode="read_only" if record.view_id else "",
        view_id=record.view_id,
        consent_id=record.consent_id if record.view_id else "",
        sections=frozenset(record.sections),
        ticket=record.ticket,
    )


def _distinct(event: Event) -> Event:
    # Two addresses that were erased are one text, and views keep each text of a person once.
    changed: dict[str, Any] = {
        each.name: tuple(dict.fromkeys(value))
        for each in fields(event)
        if isinstance(value := getattr(event, each.name), tuple) and value.count(ERASED) > 1
    }
    return replace(event, **changed) if changed else event


def _soon(next_at: datetime | None, at: datetime) -> bool:
    return next_at is not None and (next_at - at).total_seconds() <= _MORE_SECONDS


def keys_in_file(path: Path, stack: ExitStack) -> FrozenKeys:
    """Return the keys of a vault's file, for reading."""
    db = stack.enter_context(_opened(path))

    def find(person: str) -> tuple[bytes | None] | None:
        row: tuple[bytes | None] | None = db.execute(
            "SELECT wrapped FROM person_key WHERE person = ?", (person,)
        ).fetchone()
        return row

    return FrozenKeys(find)


def _opened(path: Path) -> closing[sqlite3.Connection]:
    # The vault asks under a lock of its own.
    return closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False))
