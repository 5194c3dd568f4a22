"""A service's own event store: load a state, commit facts in groups, say how far."""

from __future__ import annotations

import hashlib
import hmac
import logging
import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID, uuid4

from helpdesk.kernel import tracing
from helpdesk.kernel.context import Stores, current_request
from helpdesk.kernel.errors import Conflict, Forbidden, HelpdeskError, Unavailable
from helpdesk.kernel.events import (
    Event,
    RequestAnswered,
    SupportActionRecorded,
    decode,
    encode,
)
from helpdesk.kernel.folded import FoldedStates
from helpdesk.kernel.log_end import LogEnd
from helpdesk.kernel.metrics import COMMIT_SECONDS
from helpdesk.kernel.vault import Vault

S = TypeVar("S")
_log = logging.getLogger(__name__)
_GROUP = 256
OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
"""Reason of an Unavailable whose transaction may have been committed all the same."""


class Database(Protocol):
    """
    SQL on the store's database: ``?`` placeholders, rows as tuples.

    Statements stay within what SQLite 3.35 and PostgreSQL 15 share.
    """

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows, if any."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for many rows."""


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One event as stored: the unit of the log, of publishing and of the audit tree's leaves."""

    position: int
    stream_id: str
    version: int
    name: str
    state: bytes


class Transaction(Database, Protocol):
    """The writer's open transaction."""

    def savepoint(self) -> AbstractContextManager[None]:
        """Undo what the block did when it raises."""

    def insert(self, rows: Sequence[tuple[UUID, int, str, bytes]]) -> list[int]:
        """Insert events (stream id, version, name, state); return positions. Raises Conflict."""

    def track(self, source: str, position: int) -> bool:
        """Note how far a source was consumed; False where that was noted before."""


Query = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
"""Runs a reading statement; `?` stands for a value."""


class Engine(Protocol):
    """What the store needs from a database; one implementation a size."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Open the one writing transaction; commits at the end of the block. Raises Unavailable."""

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a reading statement on what is committed."""

    def snapshot(self) -> AbstractContextManager[Query]:
        """
        Open one state for reading: what is committed meanwhile is not seen. Raises Unavailable.

        Between two statements any time may pass; a database keeps what it would else clear away.
        """

    def select_stream(self, stream_id: UUID, after: int = 0) -> list[StoredRow]:
        """Return the events of one stream, positions left 0."""

    def select_log(self, after: int, limit: int, names: Sequence[str]) -> list[StoredRow]:
        """Return events after a position, in order."""

    def newest(self) -> int:
        """Return the newest position, 0 for an empty log."""

    def tracked(self, source: str) -> int:
        """Return how far a source was consumed, 0 at first."""

    def migrate(self, folder: Path) -> list[str]:
        """Apply the migrations of a folder that are not applied yet; return their names."""

    def watch(self, moved: Callable[[], object]) -> None:
        """Call a function when another process may have committed; from any thread."""

    def close(self) -> None:
        """Close all connections."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event that is being, or was, committed: what a projection gets."""

    event: Event
    stream: str
    version: int
    position: int


Projection = Callable[[Database, Recorded], None]
Projections = Mapping[str, Projection]


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """A state and the version of the stream that it was folded at."""

    stream: str
    version: int
    state: S


@dataclass(frozen=True, slots=True)
class Append:
    """Events to add to one stream that is expected to be at ``version``."""

    stream: str
    version: int
    events: tuple[Event, ...]


@dataclass(slots=True)
class Unit:
    """
    What one caller wants committed as a whole.

    ``beside`` are the records of single customers that follow the call's own. ``counted`` makes a
    fact of the writer's name and of how many records it has written by then. ``names`` are those of
    the facts that were written.
    """

    appends: Sequence[Append] = ()
    record: SupportActionRecorded | None = None
    beside: Sequence[SupportActionRecorded] = ()
    counted: Callable[[str, int], Event] | None = None
    tracking: tuple[str, int] | None = None
    now: datetime | None = None
    action_id: str = ""
    traceparent: str = ""
    position: int = 0
    names: Sequence[str] = ()
    error: BaseException | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Store:
    """
    The log of one service, and the views that are projected in the same transaction.

    While a request is served that only reads, or one of a read-only session, no fact is taken in;
    ``lifecycle`` names the facts about such a session itself, which some of its methods store.

    One thread writes: it commits what concurrent callers handed in as one group, each in its own
    savepoint, so positions have no gaps in time and appending gets faster with load. Projections
    run inside the transaction, so a view is never behind its log.
    """

    def __init__(
        self,
        name: str,
        engine: Engine,
        vault: Vault,
        stream_key: bytes,
        projections: Projections | None = None,
        lifecycle: frozenset[str] = frozenset(),
    ) -> None:
        self.name = name
        self.engine = engine
        self.vault = vault
        self.writer = uuid4().hex
        self._number = 0
        self._key = stream_key
        self._projections = dict(projections or {})
        self._lifecycle = lifecycle | {RequestAnswered.NAME}
        self._folded = FoldedStates()
        self._queue: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._end = LogEnd(engine.newest())
        self._closed = False
        self._thread = threading.Thread(target=self._write, name=f"{name}-store", daemon=True)
        self._thread.start()
        engine.watch(self.refresh)

    def stream_id(self, stream: str) -> UUID:
        """Map a stream name to its id; keyed, because names may hold personal data."""
        digest = hmac.digest(self._key, stream.encode(), hashlib.sha256)
        return UUID(bytes=digest[:16], version=5)

    def digest(self, data: bytes | str) -> str:
        """Return a keyed digest (HMAC-SHA-256, hex) that cannot be guessed from its input."""
        raw = data.encode() if isinstance(data, str) else data
        return hmac.digest(self._key, b"digest\0" + raw, hashlib.sha256).hex()

    def load(self, stream: str, evolve: Callable[[S, Any], S], initial: S) -> Loaded[S]:
        """Fold a stream into a state; ``evolve`` has one ``initial``, and changes no state."""
        key = (self.stream_id(stream), evolve)
        with self._folded.turn(key):
            generation = self.vault.generation
            state, version = self._folded.get(key, generation) or (initial, 0)
            for row in self.engine.select_stream(key[0], version):
                state = evolve(state, decode(row.name, row.state, self.vault))
                version = row.version
            self._folded.keep(key, generation, state, version)
        return Loaded(stream, version, state)

    def commit(self, unit: Unit) -> int:
        """
        Store a unit as a whole; return the position of its last event once that is durable.

        Raises Conflict when a stream moved on, Unavailable when the database cannot be written,
        Forbidden for facts of a request that stores none, whoever wants them stored.
        """
        self._check_allowed(unit)
        if self._closed:
            raise Unavailable("STORE_CLOSED", "This service is stopping.")
        about = {"helpdesk.service": self.name}
        with (
            COMMIT_SECONDS.labels(self.name).time(),
            tracing.span("store commit", "internal", unit.traceparent, about),
        ):
            self._queue.put(unit)
            unit.done.wait()
            if unit.error is not None:
                raise unit.error
            return unit.position

    def _check_allowed(self, unit: Unit) -> None:
        allowed = current_request().stores
        if allowed is Stores.ANYTHING:
            return
        names = {event.NAME for append in unit.appends for event in append.events}
        if names - (self._lifecycle if allowed is Stores.LIFECYCLE else frozenset()):
            raise Forbidden("READ_ONLY", "This call only reads. Nothing was changed.")

    def read(self, after: int, limit: int = 500, names: Sequence[str] = ()) -> list[StoredRow]:
        """Return sealed events after a position, in order."""
        return self.engine.select_log(after, limit, names)

    def opened(self, row: StoredRow) -> Event:
        """Return the event of a row, personal fields opened."""
        return decode(row.name, row.state, self.vault)

    @property
    def projections(self) -> Projections:
        """What each fact does to the views."""
        return self._projections

    @property
    def position(self) -> int:
        """The newest position that readers can see."""
        return self._end.position

    @property
    def counted(self) -> tuple[str, int]:
        """The name of this process as a writer, and how many records it has numbered."""
        return self.writer, self._number

    def wait(
        self,
        position: int,
        timeout: float = 2.0,
        *,
        names: Iterable[str] = (),
        unless: Callable[[], bool] = lambda: False,
    ) -> bool:
        """
        Wait until the log reached a position; False when it did not in time (seconds).

        With ``names`` it is until there may be a fact of one of them at or after the position, and
        other facts wake nobody. Ends early when ``unless`` holds, which is asked at each ``wake``.
        """
        ended = lambda: self._closed or unless()  # noqa: E731
        return self._end.wait(position, timeout, names, ended) or self._closed

    def reached(self, after: int, names: Iterable[str]) -> int:
        """Return how far the facts of these names were read by who read them up to ``after``."""
        return self._end.reached(after, names)

    def wake(self) -> None:
        """Let those who wait look again."""
        self._end.wake()

    def refresh(self) -> int:
        """Look for what other processes committed; wake readers; return the newest position."""
        self._end.advance(self.engine.newest())
        return self._end.position

    def close(self) -> None:
        """Finish what was handed in, then close the database."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()
            self.wake()
            self.engine.close()

    def _write(self) -> None:
        stopping = False
        while not stopping:
            group: list[Unit] = []
            first = self._queue.get()
            if first is None:
                break
            group.append(first)
            while len(group) < _GROUP:
                try:
                    unit = self._queue.get_nowait()
                except queue.Empty:
                    break
                if unit is None:
                    stopping = True
                    break
                group.append(unit)
            self._write_group(group)

    def _write_group(self, group: list[Unit]) -> None:
        number = self._number
        try:
            with self.engine.transaction() as tx:
                self._write_units(tx, group)
        except Unavailable as error:
            self._failed(group, error, number)
        except Exception as error:
            self._number = number
            if len(group) > 1:
                self._write_apart(group)
            else:
                self._refused(group[0], error)
        stored = [unit for unit in group if unit.error is None]
        self._end.advance(
            max((unit.position for unit in stored), default=0),
            [name for unit in stored for name in unit.names],
        )
        for unit in group:
            unit.done.set()

    def _write_apart(self, group: list[Unit]) -> None:
        # One of the group is wrong: a savepoint each tells whose error it is.
        number = self._number
        try:
            with self.engine.transaction() as tx:
                for unit in group:
                    before = self._number
                    try:
                        with tx.savepoint():
                            self._write_units(tx, [unit])
                    except Unavailable:
                        raise
                    except Exception as error:
                        self._number = before
                        self._refused(unit, error)
        except BaseException as error:
            self._failed(group, error, number)

    def _refused(self, unit: Unit, error: Exception) -> None:
        if not isinstance(error, HelpdeskError):
            _log.error("a unit of %s could not be stored: %s", self.name, type(error).__name__)
        unit.error = error

    def _failed(self, group: list[Unit], error: BaseException, number: int) -> None:
        self._number = number
        failure = Unavailable(
            "STORE_UNAVAILABLE", "Nothing was changed or shown: it could not be recorded."
        )
        if isinstance(error, Unavailable) and error.reason == OUTCOME_UNKNOWN:
            failure = error
            # Its numbers may be taken or not: the next record begins a stream of its own.
            self.writer, self._number = uuid4().hex, 0
        elif not isinstance(error, Unavailable):
            _log.error("a group of %s failed with %s", self.name, type(error).__name__)
        for unit in group:
            if unit.error is None:
                unit.error = failure

    def _write_units(self, tx: Transaction, units: Sequence[Unit]) -> None:
        rows: list[tuple[UUID, int, str, bytes]] = []
        stamped: list[tuple[Unit, Event, str, int]] = []
        for unit in units:
            unit.position, before = 0, len(stamped)
            for append in unit.appends:
                for version, event in enumerate(append.events, start=append.version + 1):
                    stamped.append((unit, self._stamp(event, unit), append.stream, version))
            for record in (unit.record, *unit.beside):
                if record is None:
                    continue
                self._number += 1
                numbered = self._stamp(record, unit, writer=self.writer, number=self._number)
                stamped.append((unit, numbered, f"actions:{self.writer}", self._number))
            if unit.counted is not None:
                fact = unit.counted(self.writer, self._number)
                stamped.append((unit, self._stamp(fact, unit), f"counted:{uuid4().hex}", 1))
            unit.names = [event.NAME for _, event, _, _ in stamped[before:]]
            if unit.tracking is not None and not tx.track(*unit.tracking):
                raise Conflict("This event was handled before.")
        for _, event, stream, version in stamped:
            state = encode(event, self.vault)
            rows.append((self.stream_id(stream), version, event.NAME, state))
        positions = tx.insert(rows) if rows else []
        for (unit, event, stream, version), position in zip(stamped, positions, strict=True):
            unit.position = position
            projection = self._projections.get(event.NAME)
            if projection is not None:
                projection(tx, Recorded(event, stream, version, position))
        for unit in units:
            unit.position = unit.position or self._end.position

    def _stamp(self, event: Event, unit: Unit, **more: str | int) -> Event:
        if unit.now is None:
            raise ValueError("a unit without a time")
        return replace(
            event,
            recorded_at=unit.now,
            action_id=unit.action_id,
            traceparent=unit.traceparent,
            **more,
        )
