"""Which worker of a service handles which consumers: all that live share them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol
from uuid import uuid4

from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.store import Engine

LOOK_SECONDS = 2.0
LIVES_SECONDS = 10.0
"""A worker whose beat does not move for so long is taken for dead."""
_log = logging.getLogger(__name__)


class Assigned(Protocol):
    """What is told whether its consumer is this worker's."""

    def assign(self, *, own: bool) -> None:
        """Note whether this worker is the one that handles the consumer."""


def share_of(own: str, workers: Iterable[str], consumers: Iterable[str]) -> frozenset[str]:
    """Return the consumers of one worker: each has one, and no worker has two more than another."""
    order = sorted({own, *workers})
    return frozenset(sorted(consumers)[order.index(own) :: len(order)])


class Roster:
    """The workers of one service, by a table of its own; each judges by its own clock who lives."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self.own = uuid4().hex
        self._engine = engine
        self._clock = clock
        self._beat = 0
        self._seen: dict[str, tuple[int, float]] = {}

    def look(self) -> Sequence[str]:
        """Say that this worker lives, and return those that do. Raises Unavailable."""
        self._beat += 1
        with self._engine.transaction() as tx:
            tx.execute(
                "INSERT INTO service_worker (id, beat) VALUES (?, ?) "
                "ON CONFLICT (id) DO UPDATE SET beat = excluded.beat",
                (self.own, self._beat),
            )
            beats = {str(i): int(b) for i, b in tx.execute("SELECT id, beat FROM service_worker")}
            now = self._clock()
            self._seen = {
                worker: self._seen[worker]
                if self._seen.get(worker, (0, 0.0))[0] == beat
                else (beat, now)
                for worker, beat in beats.items()
            }
            dead = [w for w, (_, since) in self._seen.items() if now - since > LIVES_SECONDS]
            for worker in dead:
                # Who moved on meanwhile lives.
                tx.execute(
                    "DELETE FROM service_worker WHERE id = ? AND beat = ?", (worker, beats[worker])
                )
        return sorted(beats.keys() - set(dead))

    def leave(self) -> None:
        """Let the others take over at their next look. Raises Unavailable."""
        with self._engine.transaction() as tx:
            tx.execute("DELETE FROM service_worker WHERE id = ?", (self.own,))


class Sharing:
    """Looks again and again who is there, and tells each consumer whether it is this worker's."""

    def __init__(self, roster: Roster, consumers: Mapping[str, Assigned]) -> None:
        self._roster = roster
        self._consumers = consumers
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sharing", daemon=True)

    def start(self) -> None:
        """Begin; on return it is known what is this worker's, if the database answers."""
        self._look()
        self._thread.start()

    def stop(self) -> None:
        """Leave the rest to the others."""
        self._stopping.set()
        self._thread.join()
        try:
            self._roster.leave()
        except Unavailable:
            _log.warning("the other workers will miss this one in %d s", LIVES_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        try:
            workers = self._roster.look()
        except Unavailable:
            # Who was somebody's stays so: of those that consume a queue the broker lets one be.
            return
        own = share_of(self._roster.own, workers, self._consumers)
        for name, consumer in self._consumers.items():
            consumer.assign(own=name in own)
