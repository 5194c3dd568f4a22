"""Facts that a broker brings to a consumer: in order of their source, early ones parked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from helpdesk.kernel.bus import Batch, Consumer, Published
from helpdesk.kernel.errors import Refused, Unavailable
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.metrics import Reading
from helpdesk.kernel.store import Store, StoredRow, Unit

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    A fact as the broker brings it.

    ``after`` maps names of facts to their newest position before this one, for every name that
    occurred since the previous fact of this one's own name: so the last fact before it that a
    consumer wants is always among them, whatever that consumer wants. ``traceparent`` is the trace
    context of the publishing.
    """

    source: str
    row: StoredRow
    after: Mapping[str, int]
    traceparent: str = ""

    def needs(self, wanted: Iterable[str]) -> int:
        """Return the position of the last fact before this one that has one of these names."""
        return max((self.after.get(name, 0) for name in wanted), default=0)


class CannotHandle(Exception):
    """One fact failed; those before it are done, those after it were not looked at."""

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(f"{delivery.row.name} at {delivery.source}:{delivery.row.position}")
        self.delivery = delivery


class Inbox:
    """
    Hands a consumer the facts of each source in order, each once.

    What comes before its predecessor is parked in the service's own store; ``helpdesk catch-up``
    reads what is missing from its owner, and then the parked facts follow.
    """

    def __init__(self, consumer: Consumer, store: Store) -> None:
        self._consumer = consumer
        self._store = store

    def take(self, deliveries: Sequence[Delivery]) -> None:
        """
        Handle or park deliveries; on return all of it is durable.

        Raises CannotHandle for a fact that fails, Unavailable when the store cannot be written.
        """
        for source in dict.fromkeys(each.source for each in deliveries):
            self._take(source, [each for each in deliveries if each.source == source])

    def resume(self) -> None:
        """Handle what is parked and no longer too early."""
        for source in self.parked():
            self._take(source, [])

    def parked(self) -> dict[str, int]:
        """Return how many facts are parked, by source."""
        rows = self._store.engine.query(
            "SELECT source, COUNT(*) FROM parked_fact WHERE consumer = ? GROUP BY source",
            (self._consumer.name,),
        )
        return {source: int(count) for source, count in rows}

    def _take(self, source: str, new: Sequence[Delivery]) -> None:
        try:
            self._go(source, new, self._consumer.position(source))
        except (Unavailable, CannotHandle):
            raise
        except Exception:
            # The batch cannot be made durable: one by one it shows which fact it is.
            self._go(source, new, self._consumer.position(source), each_alone=True)

    def _go(
        self, source: str, new: Sequence[Delivery], begun: int, *, each_alone: bool = False
    ) -> None:
        wanted = tuple(self._consumer.wants.get(source, ()))
        at = flushed = begun
        known = {each.row.position: each for each in new if each.row.name in wanted}
        parked = self._read_parked(source)
        waiting = sorted(known | parked)
        early: list[Delivery] = []
        batch = Batch(self._consumer, source)
        try:
            for position in waiting:
                each = parked.get(position) or known[position]
                if position <= at:
                    continue
                if each.needs(wanted) > at:
                    early = [known[p] for p in waiting if p >= position and p not in parked]
                    break
                self._handle(batch, each)
                if each_alone:
                    self._flush(batch, each)
                    flushed = position
                at = position
        finally:
            if at > flushed:
                batch.flush(at)
        if early:
            _log.warning(
                "%s: %d facts of %s are parked: what comes before %d is missing; "
                "'helpdesk catch-up' reads it from its owner",
                self._consumer.name, len(early), source, early[0].row.position,
            )  # fmt: skip
        if early or (parked and min(parked) <= at):
            self._park(source, early, at)

    def _handle(self, batch: Batch, each: Delivery) -> None:
        try:
            batch.handle(Published(each.source, each.row, self._store.vault, each.traceparent))
        except Unavailable:
            raise
        except Exception as error:
            raise CannotHandle(each) from error

    def _flush(self, batch: Batch, each: Delivery) -> None:
        try:
            batch.flush(each.row.position)
        except Unavailable:
            raise
        except Exception as error:
            raise CannotHandle(each) from error

    def _read_parked(self, source: str) -> dict[int, Delivery]:
        rows = self._store.engine.query(
            "SELECT position, name, stream_id, version, state, needs FROM parked_fact "
            "WHERE consumer = ? AND source = ? ORDER BY position",
            (self._consumer.name, source),
        )
        return {
            position: Delivery(
                source, StoredRow(position, stream, version, name, bytes(state)), {name: needs}
            )
            for position, name, stream, version, state, needs in rows
        }

    def _park(self, source: str, early: Sequence[Delivery], at: int) -> None:
        wanted = tuple(self._consumer.wants.get(source, ()))
        with self._store.engine.transaction() as tx:
            tx.execute(
                "DELETE FROM parked_fact WHERE consumer = ? AND source = ? AND position <= ?",
                (self._consumer.name, source, at),
            )
            tx.executemany(
                "INSERT INTO parked_fact "
                "(consumer, source, position, name, stream_id, version, state, needs) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [
                    (
                        self._consumer.name, source, e.row.position, e.row.name,
                        e.row.stream_id, e.row.version, e.row.state, e.needs(wanted),
                    )
                    for e in early
                ],
            )  # fmt: skip


def look(consumers: Sequence[Consumer], store: Store) -> Iterator[Reading]:
    """Say how far the consumers of a worker are, and what they parked."""
    for consumer in consumers:
        parked = Inbox(consumer, store).parked()
        for source in consumer.wants:
            labels = (consumer.name, source)
            yield "helpdesk_consumer_position", labels, consumer.position(source)
            yield "helpdesk_consumer_parked", labels, parked.get(source, 0)


def catch_up(
    consumer: Consumer,
    store: Store,
    source: str,
    read: Callable[[int, Sequence[str]], Iterable[tuple[Sequence[StoredRow], int]]],
) -> int:
    """
    Hand a consumer what it has not handled of a source, read from the owner's log.

    ``read(after, names)`` yields batches and the position that each reaches. Returns how many
    facts were handled.
    """
    count = 0
    for rows, reached in read(consumer.position(source), tuple(consumer.wants[source])):
        batch = Batch(consumer, source)
        for row in rows:
            # A worker that runs at the same time may be further by now.
            if row.position > consumer.position(source) or count:
                batch.handle(Published(source, row, store.vault))
                count += 1
        if rows:
            batch.flush(max(reached, rows[-1].position))
    Inbox(consumer, store).resume()
    return count


def skip(
    consumer: Consumer, store: Store, delivery: Delivery, record: SupportActionRecorded
) -> None:
    """
    Let a consumer go on after a fact that it cannot handle; the record says who decided it.

    Raises Refused while something before it is missing.
    """
    at = consumer.position(delivery.source)
    if delivery.needs(consumer.wants.get(delivery.source, ())) > at:
        raise Refused("NOT_NEXT", "What comes before it is missing: run 'helpdesk catch-up' first.")
    position, tracked = delivery.row.position, f"{consumer.name}<{delivery.source}"
    unhandled = position > max(at, store.engine.tracked(tracked))
    tracking = (tracked, position) if unhandled else None
    store.commit(Unit(record=record, now=record.occurred_at, tracking=tracking))
    if consumer.position(delivery.source) < position:
        # Its position is not in the store: recorded first, so nothing is left out unrecorded.
        consumer.flush(delivery.source, position)
