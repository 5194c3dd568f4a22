"""What somebody who owns a service's store can do to the numbers of its records."""

from __future__ import annotations

from datetime import UTC, datetime

from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.store import Store, Unit


def record(store: Store) -> int:
    """Leave the record of one call; return its position."""
    now = datetime.now(UTC)
    fact = SupportActionRecorded(
        action=f"{store.name}.mail.get", outcome="done", service=store.name, occurred_at=now
    )
    return store.commit(Unit(record=fact, now=now))


def lose_the_newest_number(store: Store) -> None:
    """Lose the record behind the newest one that arrives: only a heartbeat still counts it."""
    record(store)
    store._number += 1


def lose_a_number(store: Store) -> None:
    """Lose a record between two that arrive."""
    lose_the_newest_number(store)
    record(store)


def double_the_newest_number(store: Store) -> None:
    """Let a record arrive twice, the second time from elsewhere."""
    record(store)
    row = store.engine.select_stream(store.stream_id(f"actions:{store.writer}"))[-1]
    with store.engine.transaction() as tx:
        tx.insert([(store.stream_id("elsewhere"), 1, row.name, row.state)])
    store.refresh()
