"""Facts that a test writes, and those that the workers of the test have handled."""

from datetime import UTC, datetime
from uuid import uuid4

from helpdesk.kernel.store import Append, Unit
from tests.support.waiting import PATIENCE, wait_until

WANTED = "helpdesk.test.v1.LineWritten"


def write(store, line, count, **fields):
    stream = uuid4().hex
    events = tuple(line(count=n + 100, **fields) for n in range(count))
    return store.commit(Unit(appends=(Append(stream, 0, events),), now=datetime.now(UTC)))


def handled(store):
    return [p for (p,) in store.engine.query("SELECT position FROM handled ORDER BY id")]


def everything(store):
    return [row.position for row in store.read(0, 100_000, (WANTED,))]


def arrives(store, seconds=PATIENCE):
    return wait_until(lambda: len(handled(store)) >= len(everything(store)), seconds, 0.05)


def wrong(store, line, count):
    append = Append(f"wrong:{count}", 0, (line(count=count),))
    return store.commit(Unit(appends=(append,), now=datetime.now(UTC)))
