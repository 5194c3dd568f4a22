"""A store's log to the broker: in order, each event at least once, the position kept after that."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from helpdesk.kernel import metrics, tracing
from helpdesk.kernel.broker import headers
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.events import RequestAnswered, stamp_of
from helpdesk.kernel.postgres_lead import Leadership
from helpdesk.kernel.postgres_store import PostgresEngine
from helpdesk.kernel.store import StoredRow
from helpdesk.kernel.timers import Timer

_log = logging.getLogger(__name__)
_BATCH = 1000
_PAUSE = 0.5
_PRIVATE = frozenset({RequestAnswered.NAME})


class Publishing(Protocol):
    """What the relay publishes with."""

    @property
    def confirmed(self) -> int:
        """How many of what was published, from the first on, are known to be confirmed."""

    def publish(self, name: str, headers: dict[str, str], body: bytes) -> int:
        """Publish one event; return how many that makes."""

    def flush(self) -> None:
        """Return when everything is confirmed."""

    def idle(self) -> None:
        """Keep the connection alive."""

    def close(self) -> None:
        """Close the connection."""


@dataclass(frozen=True)
class _Batch:
    """Up to where the log was published, once so many messages are confirmed."""

    published: int
    position: int
    latest: str
    count: int


class Relay:
    """
    Follows the log of one service while it has the lead; several may run.

    The service's timers run beside the active one, so they are single.
    """

    def __init__(
        self,
        source: str,
        engine: PostgresEngine,
        connect: Callable[[], Publishing],
        timers: Sequence[Timer] = (),
    ) -> None:
        self._source = source
        self._engine = engine
        self._connect = connect
        self._timers = timers
        self._moved = threading.Event()
        self._stopping = threading.Event()
        self._lead: Leadership | None = None

    @property
    def leading(self) -> bool:
        """Whether this is the active relay of its service."""
        lead = self._lead
        return lead is not None and lead.held

    def run(self) -> None:
        """Relay until stopped. Raises TopologyConflict; the timers have ended by then."""
        self._engine.watch(self._moved.set)
        threads = [
            threading.Thread(target=each.run, args=(self._stopping, lambda: self.leading))
            for each in self._timers
        ]
        for thread in threads:
            thread.start()
        try:
            while not self._stopping.is_set():
                try:
                    self._take_turn()
                except Unavailable as error:
                    _log.warning("the relay of %s starts again: %s", self._source, error.message)
                self._stopping.wait(_PAUSE)
        finally:
            self._stopping.set()
            for thread in threads:
                thread.join()

    def stop(self) -> None:
        """End after the batch that is being published."""
        self._stopping.set()
        self._moved.set()

    def _take_turn(self) -> None:
        lead = self._engine.lead("relay")
        if lead is None:
            return
        try:
            publisher = self._connect()
            try:
                _log.info("the relay of %s leads", self._source)
                self._lead = lead
                self._follow(lead, publisher)
            finally:
                self._lead = None
                publisher.close()
        finally:
            lead.close()

    def _follow(self, lead: Leadership, publisher: Publishing) -> None:
        found = lead.execute(
            "SELECT position, latest FROM relay_position WHERE relay = ?", (self._source,)
        )
        position = int(found[0][0]) if found else 0
        latest: dict[str, int] = json.loads(found[0][1]) if found else {}
        published = 0
        batches: deque[_Batch] = deque()
        while not self._stopping.is_set():
            self._moved.clear()
            rows = self._engine.select_log(position, _BATCH, ())
            if not rows:
                publisher.flush()
                self._keep(lead, publisher, batches)
                publisher.idle()
                lead.check()
                self._moved.wait(1.0)
                continue
            for row in rows:
                # Who was stopped for a while begins with this, not with what it had in hand.
                lead.check()
                if row.name not in _PRIVATE:
                    own = latest.get(row.name, 0)
                    after = {name: at for name, at in latest.items() if at >= own and at}
                    published = self._publish(publisher, row, after)
                    latest[row.name] = row.position
                # While what comes next is on its way, so that the broker never waits for a commit.
                self._keep(lead, publisher, batches)
            position = rows[-1].position
            batches.append(_Batch(published, position, json.dumps(latest), len(rows)))
        publisher.flush()
        self._keep(lead, publisher, batches)

    def _keep(self, lead: Leadership, publisher: Publishing, batches: deque[_Batch]) -> None:
        """Store the position of what is confirmed."""
        done: list[_Batch] = []
        while batches and batches[0].published <= publisher.confirmed:
            done.append(batches.popleft())
        if done:
            metrics.RELAYED.labels(self._source).inc(sum(each.count for each in done))
            # In the session that holds the lead: who lost it cannot move the position.
            lead.execute(
                "INSERT INTO relay_position VALUES (?, ?, ?) ON CONFLICT (relay) DO UPDATE "
                "SET position = excluded.position, latest = excluded.latest",
                (self._source, done[-1].position, done[-1].latest),
            )

    def _publish(self, publisher: Publishing, row: StoredRow, after: Mapping[str, int]) -> int:
        begun = stamp_of(row.state).traceparent
        about: dict[str, str | int] = {
            "messaging.system": "rabbitmq",
            "messaging.destination.name": row.name,
            "messaging.operation.type": "send",
            "helpdesk.source": self._source,
            "helpdesk.position": row.position,
        }
        with tracing.span(f"{self._source} relay", "producer", begun, about) as span:
            made = headers(self._source, row, after, begun, span.traceparent)
            return publisher.publish(row.name, made, row.state)

    def look(self) -> Iterator[metrics.Reading]:
        """Say how far behind the log the publishing is, whichever relay does it."""
        own = (self._source,)
        found = self._engine.query("SELECT position FROM relay_position WHERE relay = ?", own)
        position = int(found[0][0]) if found else 0
        oldest = self._engine.select_log(position, 1, ())
        age = time.time() - stamp_of(oldest[0].state).recorded_at.timestamp() if oldest else 0.0
        yield "helpdesk_relay_leading", own, float(self.leading)
        yield "helpdesk_relay_lag", own, max(0, self._engine.newest() - position)
        yield "helpdesk_relay_lag_seconds", own, max(0.0, age)
