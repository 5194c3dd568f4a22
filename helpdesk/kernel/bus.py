"""Consumers of other services' facts, and the in-process bus that drives them from the logs."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from helpdesk.kernel import metrics, tracing
from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.context import Actor, RequestContext, bind
from helpdesk.kernel.errors import Conflict
from helpdesk.kernel.events import Event, Stamp, decode, stamp_of
from helpdesk.kernel.store import Store, StoredRow
from helpdesk.kernel.vault import Vault

_log = logging.getLogger(__name__)
_BATCH = 500
_LONGEST_PAUSE = 10.0


@dataclass(frozen=True, slots=True)
class Published:
    """
    A fact as it reaches a consumer: opened for use, and the sealed bytes as they were stored.

    ``traceparent`` is the trace context of its way here, empty where that is not known.
    """

    source: str
    row: StoredRow
    vault: Vault
    traceparent: str = ""

    @property
    def event(self) -> Event:
        """The fact as its own service's class; for a service that follows its own log."""
        return decode(self.row.name, self.row.state, self.vault)

    def fields(self) -> dict[str, Any]:
        """Return the fields that are set, as the proto names them, personal ones opened."""
        return self.vault.open_fields(self.row.name, self.body)

    @property
    def body(self) -> dict[str, Any]:
        """The stored JSON, personal fields sealed."""
        body: dict[str, Any] = json.loads(self.row.state)
        return body

    @property
    def stamp(self) -> Stamp:
        """What the store noted on it."""
        return stamp_of(self.row.state)

    @property
    def id(self) -> str:
        """Identity of the fact: stream and version."""
        return f"{self.row.stream_id}:{self.row.version}"

    @property
    def position(self) -> int:
        """Position in the source's log."""
        return self.row.position


class Consumer(Protocol):
    """
    Follows the logs of other services.

    A fact may come twice; ``handle`` must not have its effect twice. ``flush`` ends a batch: all of
    the source up to that position was handled, facts of other names included.
    """

    @property
    def name(self) -> str:
        """``<service>.<purpose>``, such as ``search.index``."""

    @property
    def wants(self) -> Mapping[str, Sequence[str]]:
        """Names of the facts it wants, by source service."""

    def position(self, source: str) -> int:
        """Return how far a source was handled, durably."""

    def handle(self, fact: Published) -> None:
        """Handle one fact."""

    def flush(self, source: str, position: int) -> None:
        """Make durable what was handled, and the position with it."""


Handler = Callable[[UnitOfWork, Published], None]


class StoreConsumer:
    """
    A table ``{event name: function}`` whose functions stage facts in the service's own store.

    What a function staged and the position are one transaction, so a fact has its effect once.
    ``share`` is which of how many shares of all streams it takes, such as the first of one.
    """

    def __init__(
        self,
        name: str,
        store: Store,
        wants: Mapping[str, Mapping[str, Handler]],
        share: tuple[int, int] = (0, 1),
    ) -> None:
        self.name = name
        self._store = store
        self.wants: Mapping[str, Sequence[str]] = {
            source: tuple(table) for source, table in wants.items()
        }
        self._handlers = wants
        self._share = share
        self._actor = Actor(id=f"system:{name}", roles=frozenset({"SERVICE"}))

    def position(self, source: str) -> int:
        return self._store.engine.tracked(f"{self.name}<{source}")

    def takes(self, row: StoredRow) -> bool:
        """Return whether a fact is of its share; that of a stream never changes."""
        number, shares = self._share
        return shares == 1 or UUID(row.stream_id).int % shares == number

    def handle(self, fact: Published) -> None:
        try:
            self._handle(fact)
        except Conflict:
            if self.position(fact.source) < fact.position:
                self._handle(fact)

    def _handle(self, fact: Published) -> None:
        stamp = fact.stamp
        work = UnitOfWork(
            store=self._store,
            actor=self._actor,
            now=datetime.now(UTC),
            id=stamp.action_id or fact.id,
            traceparent=fact.traceparent or stamp.traceparent,
        )
        self._handlers[fact.source][fact.row.name](work, fact)
        tracking = (f"{self.name}<{fact.source}", fact.position)
        self._store.commit(work.unit(tracking=tracking))

    def flush(self, source: str, position: int) -> None:
        """Note how far it got where the last facts were not of its share; others were committed."""
        if self._share[1] > 1 and position > self.position(source):
            with self._store.engine.transaction() as tx:
                tx.track(f"{self.name}<{source}", position)


def shared(
    name: str, store: Store, wants: Mapping[str, Mapping[str, Handler]], shares: int
) -> list[StoreConsumer]:
    """
    Return consumers that share the streams of what they want; several workers run them at once.

    The order within a stream is kept, that between streams is not.
    """
    names = [name, *(f"{name}.{number}" for number in range(2, shares + 1))]
    return [StoreConsumer(n, store, wants, (at, shares)) for at, n in enumerate(names)]


class Batch:
    """Facts of one source on their way through a consumer: each in its trace, and timed."""

    def __init__(self, consumer: Consumer, source: str) -> None:
        self._consumer = consumer
        self._source = source
        self._handled: list[tuple[Stamp, str]] = []

    def handle(self, fact: Published) -> None:
        """Hand over one fact, as a part of the request that it came from."""
        if isinstance(self._consumer, StoreConsumer) and not self._consumer.takes(fact.row):
            return
        name, stamp = self._consumer.name, fact.stamp
        about: dict[str, str | int] = {
            "messaging.consumer.group.name": name,
            "messaging.destination.name": fact.row.name,
            "messaging.operation.type": "process",
            "helpdesk.source": fact.source,
            "helpdesk.position": fact.position,
        }
        parent = fact.traceparent or stamp.traceparent
        with tracing.span(f"{name} process", "consumer", parent, about) as span:
            bind(RequestContext(action_id=stamp.action_id, traceparent=span.traceparent))
            try:
                self._consumer.handle(replace(fact, traceparent=span.traceparent))
            except Exception:
                metrics.HANDLE_FAILURES.labels(name).inc()
                raise
            finally:
                bind(RequestContext())
        self._handled.append((stamp, span.traceparent))

    def flush(self, position: int) -> None:
        """Make durable what was handled; only then it counts."""
        name, begin = self._consumer.name, time.time_ns()
        self._consumer.flush(self._source, position)
        end = time.time_ns()
        delay = metrics.HANDLED_DELAY.labels(name)
        for stamp, traceparent in self._handled:
            delay.observe(max(0.0, end / 1e9 - stamp.recorded_at.timestamp()))
            if traceparent and not isinstance(self._consumer, StoreConsumer):
                about = {"messaging.consumer.group.name": name, "helpdesk.source": self._source}
                tracing.lived(f"{name} commit", "internal", traceparent, (begin, end), about)
        if self._handled:
            newest = max(stamp.recorded_at for stamp, _ in self._handled)
            metrics.HANDLED_NEWEST.labels(name, self._source).set(newest.timestamp())
        self._handled.clear()


class InProcessBus:
    """Drives consumers from the stores of the same process; a thread for each pair."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._stores: dict[str, Store] = {}
        self._after: dict[tuple[str, str], int] = {}
        self._names: dict[tuple[str, str], tuple[str, ...]] = {}
        self._moved = threading.Condition()

    def connect(self, consumer: Consumer, stores: Mapping[str, Store]) -> None:
        """Let a consumer follow every store that it wants and that is here."""
        for source, names in consumer.wants.items():
            store = stores.get(source)
            if store is None:
                continue
            self._stores[source] = store
            self._after[consumer.name, source] = consumer.position(source)
            self._names[consumer.name, source] = tuple(names)
            thread = threading.Thread(
                target=self._follow,
                args=(consumer, store),
                name=f"{consumer.name}<{source}",
                daemon=True,
            )
            self._threads.append(thread)

    def start(self) -> None:
        """Begin to deliver."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the facts that are being handled now."""
        self._stopping.set()
        for store in self._stores.values():
            store.wake()
        for thread in self._threads:
            thread.join()

    def look(self) -> Iterator[metrics.Reading]:
        """Say how far each consumer is."""
        for key in list(self._after):
            newest, reached = self._stores[key[1]].position, self._reached(key)
            yield "helpdesk_consumer_position", key, reached
            yield "helpdesk_consumer_lag", key, max(0, newest - reached)

    def wait(self, consumer: str, source: str, position: int, timeout: float = 5.0) -> bool:
        """Wait until a consumer has handled a source up to a position; False if not in time."""
        key = (consumer, source)
        with self._moved:
            return self._moved.wait_for(lambda: self._reached(key) >= position, timeout)

    def _reached(self, key: tuple[str, str]) -> int:
        if key not in self._after:
            return 0
        return self._stores[key[1]].reached(self._after[key], self._names[key])

    def _follow(self, consumer: Consumer, store: Store) -> None:
        key = (consumer.name, store.name)
        pause = 0.0
        while not self._stopping.is_set():
            after, ended = self._after[key] + 1, self._stopping.is_set
            if not store.wait(after, timeout=5, names=self._names[key], unless=ended):
                continue
            try:
                self._deliver(consumer, store, key)
                pause = 0.0
            except Exception as error:
                # The fact stays next in line: order within a source matters more than speed.
                pause = min(_LONGEST_PAUSE, pause * 2 or 0.1)
                _log.error(
                    "%s cannot handle %s after %d: %s; again in %.1f s",
                    consumer.name,
                    store.name,
                    self._after[key],
                    type(error).__name__,
                    pause,
                    exc_info=_log.isEnabledFor(logging.DEBUG),
                )
                self._stopping.wait(pause)

    def _deliver(self, consumer: Consumer, store: Store, key: tuple[str, str]) -> None:
        newest = store.position
        rows = store.read(self._after[key], _BATCH, self._names[key])
        batch = Batch(consumer, store.name)
        done = 0
        try:
            for row in rows:
                if self._stopping.is_set():
                    break
                batch.handle(Published(store.name, row, store.vault))
                done += 1
        finally:
            # What came before a fact that fails, or before the end, is done and stays so.
            if 0 < done < len(rows):
                self._reach(batch, key, rows[done - 1].position)
        if done < len(rows):
            return
        reached = (
            rows[-1].position
            if len(rows) == _BATCH
            else max(newest, rows[-1].position if rows else 0)
        )
        self._reach(batch if rows else None, key, reached)

    def _reach(self, batch: Batch | None, key: tuple[str, str], position: int) -> None:
        if batch is not None:
            batch.flush(position)
        with self._moved:
            self._after[key] = position
            self._moved.notify_all()
