"""A fact into the PostgreSQL store against the eventsourcing library's locked recorder."""

import statistics
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresDatastore, PostgresProcessRecorder
from psycopg.conninfo import conninfo_to_dict

from benchmarks.engines import in_turn, log
from benchmarks.measuring import row

WRITERS = (1, 8)
_AIMS = {1: 0.9, 8: 2.0}
_BYTES = 400
"""About what a fact takes in our log, its stamp and sealed text included."""


def run(rounds: int = 7, seconds: float = 1.5) -> list[dict[str, Any]]:
    """Append one event a commit by one writer and by eight, both to the same server."""
    with log() as ours:
        given = {key: str(value) for key, value in conninfo_to_dict(ours.url).items()}
        datastore = PostgresDatastore(
            given["dbname"],
            given["host"],
            given["port"],
            given["user"],
            given["password"],
            pool_size=1,
            max_overflow=20,
            schema="peer",
        )
        recorder = PostgresProcessRecorder(datastore)
        with datastore.transaction(commit=True) as cursor:
            cursor.execute("CREATE SCHEMA IF NOT EXISTS peer")
        recorder.create_table()
        now = datetime.now(UTC)

        def library() -> None:
            recorder.insert_events([StoredEvent(uuid4(), 1, "LineWritten", b"x" * _BYTES)])

        try:
            return [
                _row(writers, lambda: ours.write(now), library, rounds, seconds)
                for writers in WRITERS
            ]
        finally:
            datastore.close()


def _row(
    writers: int,
    ours: Callable[[], object],
    library: Callable[[], object],
    rounds: int,
    seconds: float,
) -> dict[str, Any]:
    found = in_turn(
        lambda _: _rate(ours, writers, seconds), lambda _: _rate(library, writers, seconds), rounds
    )
    mine, theirs = (statistics.median(side) for side in zip(*found, strict=True))
    ratio = statistics.median(one / other for one, other in found)
    name = f"append, {writers} writer{'s' if writers > 1 else ''}"
    return row(name, mine, theirs, "events/s", ratio, rounds, _AIMS[writers])


def _rate(write: Callable[[], object], writers: int, seconds: float) -> float:
    counts = [0] * writers
    began = time.monotonic()

    def repeat(number: int) -> None:
        while time.monotonic() < began + seconds:
            write()
            counts[number] += 1

    threads = [threading.Thread(target=repeat, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - began)
