"""A reader that follows the log misses nothing, whatever writes; and the test can tell."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresDatastore, PostgresProcessRecorder
from psycopg.conninfo import conninfo_to_dict

ROOT = Path(__file__).parents[2]
APPENDS = int(os.environ.get("APPENDS", "8000"))

WRITER = """
import sys, threading
from datetime import UTC, datetime
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.postgres_store import PostgresEngine
from helpdesk.kernel.store import Store, Unit
from helpdesk.kernel.vault import Vault
url, schema, threads, appends = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
store = Store("notes", PostgresEngine(url, schema), Vault(":memory:", b"m" * 32), b"k" * 32)
record = SupportActionRecorded(action="a.b.c", outcome="done")
def write():
    for _ in range(appends):
        store.commit(Unit(record=record, now=datetime.now(UTC)))
all_of_them = [threading.Thread(target=write) for _ in range(threads)]
for thread in all_of_them: thread.start()
for thread in all_of_them: thread.join()
store.close()
"""


class Tail:
    """Polls a log without pause and remembers the positions that it saw."""

    def __init__(self, read):
        self._read = read
        self._thread = threading.Thread(target=self._follow)
        self._ended = threading.Event()
        self.seen = []

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def _follow(self):
        last = False
        while not last:
            last = self._ended.is_set()
            while rows := self._read(self.seen[-1] if self.seen else 0):
                self.seen.extend(rows)


def library(url, schema, **options):
    given = conninfo_to_dict(url)
    datastore = PostgresDatastore(
        given["dbname"],
        given["host"],
        given["port"],
        given["user"],
        given["password"],
        pool_size=1,
        max_overflow=20,
        schema=schema,
        **options,
    )
    recorder = PostgresProcessRecorder(datastore)
    recorder.create_table()
    return recorder


def append_with(recorder, threads, appends):
    def write():
        for _ in range(appends):
            recorder.insert_events([StoredEvent(uuid4(), 1, "helpdesk.test.v1.X", b"x" * 300)])

    writers = [threading.Thread(target=write) for _ in range(threads)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()


def missed(engine, tail):
    stored = {row[0] for row in engine.query("SELECT notification_id FROM stored_events")}
    return len(stored - set(tail.seen)), len(stored)


@pytest.mark.parametrize("processes", [1, 4, 8])
def test_a_tailing_reader_misses_nothing(postgres, owner_url, schema, processes, say):
    engine = postgres()
    threads = 8 // processes
    arguments = [owner_url, schema, str(threads), str(APPENDS // 8)]
    with Tail(lambda after: [row.position for row in engine.select_log(after, 1000, ())]) as tail:
        began = time.monotonic()
        writers = [
            subprocess.Popen([sys.executable, "-W", "ignore", "-c", WRITER, *arguments], cwd=ROOT)
            for _ in range(processes)
        ]
        codes = [writer.wait() for writer in writers]
        took = time.monotonic() - began
    lost, stored = missed(engine, tail)
    say(f"{processes} processes: {stored} appends in {took:.1f} s, {lost} missed")

    assert codes == [0] * processes
    assert stored == APPENDS // 8 * 8
    assert lost == 0
    assert tail.seen == sorted(tail.seen)


def test_the_same_reader_misses_events_without_the_lock(postgres, owner_url, schema, say):
    engine = postgres()
    recorder = library(owner_url, schema, enable_db_functions=True)
    lost = stored = 0
    for _ in range(10):
        read = lambda after: [row.position for row in engine.select_log(after, 1000, ())]  # noqa: E731
        with Tail(read) as tail:
            append_with(recorder, 8, 500)
        lost, stored = missed(engine, tail)
        if lost:
            break
    recorder.datastore.close()
    say(f"without the lock: {stored} appends, {lost} missed")

    assert lost > 0
