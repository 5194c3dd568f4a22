"""Several workers of one service: each handles its share, in order, and all of it when it is alone."""

import signal
from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

from helpdesk.kernel.store import Append, Unit
from tests.support.handled import arrives, everything, handled
from tests.support.waiting import wait_until

SHARES = 4
LONG = 120


def throw(store, line, streams, count):
    """Write so many facts to each of some streams, one after the other."""
    for number in range(count):
        for stream, at in streams.items():
            append = Append(stream, at, (line(count=number + 100),))
            store.commit(Unit(appends=(append,), now=datetime.now(UTC)))
            streams[stream] += 1


def streams(store):
    """Streams at their beginning, three of each share."""
    found = {}
    while len(found) < 3 * SHARES:
        name = uuid4().hex
        share = store.stream_id(name).int % SHARES
        if Counter(store.stream_id(each).int % SHARES for each in found)[share] < 3:
            found[name] = 0
    return found


def in_order_of_streams(store):
    """Whether the facts of each stream were handled in its order, each once."""
    stream_of = {row.position: row.stream_id for row in store.read(0, 100_000)}
    found, wanted = {}, {}
    for position in handled(store):
        found.setdefault(stream_of[position], []).append(position)
    for position in everything(store):
        wanted.setdefault(stream_of[position], []).append(position)
    return found == wanted


def shares(store, after=0):
    """How many facts each process handled."""
    rows = store.engine.query("SELECT process FROM handled WHERE position > ?", (after,))
    return Counter(process for (process,) in rows)


def test_two_workers_share_the_streams_and_keep_their_order(store, line, relay, worker):
    relay(SHARES)
    workers, thrown = [worker(SHARES), worker(SHARES)], streams(store)

    def each_handles_half(count=2):
        before = store.position
        throw(store, line, thrown, count)
        assert arrives(store, LONG)
        return shares(store, before) == {each.pid: 6 * count for each in workers}

    assert wait_until(each_handles_half, LONG, 0)
    assert each_handles_half(20)
    assert in_order_of_streams(store)
    assert [each.poll() for each in workers] == [None, None]


def test_who_is_alone_handles_all_at_once_and_who_comes_gets_a_share(store, line, relay, worker):
    relay(SHARES)
    first, thrown = worker(SHARES), streams(store)
    throw(store, line, thrown, 3)
    assert arrives(store, LONG)
    alone = shares(store)
    second = worker(SHARES)

    def second_has_a_share():
        before = store.position
        throw(store, line, thrown, 2)
        assert arrives(store, LONG)
        return shares(store, before)[second.pid] > 0

    assert wait_until(second_has_a_share, LONG, 0)
    assert alone == {first.pid: 36}
    assert in_order_of_streams(store)


def test_the_others_take_over_from_one_that_dies_or_leaves(store, line, relay, worker):
    relay(SHARES)
    thrown, workers = streams(store), [worker(SHARES) for _ in range(3)]
    throw(store, line, thrown, 3)
    workers[0].kill()
    throw(store, line, thrown, 3)
    workers[1].send_signal(signal.SIGTERM)
    throw(store, line, thrown, 3)

    assert arrives(store, LONG)
    assert workers[1].wait(timeout=LONG) == 0
    throw(store, line, thrown, 3)
    assert arrives(store, LONG)
    assert in_order_of_streams(store)
