"""Appending in groups against the library's locked default, in one run."""

import threading
import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresDatastore, PostgresProcessRecorder
from psycopg.conninfo import conninfo_to_dict

from helpdesk.kernel.store import Append, Store, Unit

SECONDS = 1.5


def rate(write, writers):
    """Return how often ``write`` runs per second, called from so many threads."""
    counts = [0] * writers
    until = time.monotonic() + SECONDS

    def run(n):
        while time.monotonic() < until:
            write()
            counts[n] += 1

    threads = [threading.Thread(target=run, args=(n,)) for n in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


@pytest.mark.parametrize(("writers", "aim"), [(1, 0.9), (8, 2.0)])
def test_appending_keeps_up_with_the_librarys_locked_default(
    postgres, owner_url, schema, vault, line, writers, aim
):
    store = Store("notes", postgres(), vault, b"k" * 32)
    given = conninfo_to_dict(owner_url)
    datastore = PostgresDatastore(
        given["dbname"], given["host"], given["port"], given["user"], given["password"],
        pool_size=1, max_overflow=20, schema=schema,
    )  # fmt: skip
    recorder = PostgresProcessRecorder(datastore)
    now = datetime.now(UTC)

    def ours():
        store.commit(Unit(appends=(Append(uuid4().hex, 0, (line("x" * 100),)),), now=now))

    def library():
        recorder.insert_events([StoredEvent(uuid4(), 1, "helpdesk.test.v1.X", b"x" * 400)])

    ratios = []
    for _ in range(3):
        theirs, mine = rate(library, writers), rate(ours, writers)
        ratios.append(mine / theirs)
        print(f"{writers} writers: {mine:.0f}/s, library {theirs:.0f}/s: {mine / theirs:.2f}x")
    store.close()
    datastore.close()

    assert sorted(ratios)[1] >= aim
