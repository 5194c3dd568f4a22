"""Facts that fail, kill or wait: which become dead letters, and what is done with those."""

import signal
from datetime import UTC, datetime

from kombu import Connection, Consumer, Queue

from helpdesk.kernel import broker
from helpdesk.kernel.bus import StoreConsumer
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.inbox import Delivery, skip
from helpdesk.kernel.store import Append, Unit
from tests.support.handled import WANTED, arrives, everything, handled, write, wrong
from tests.support.waiting import wait_until


def test_a_fact_that_fails_is_a_dead_letter_and_what_follows_is_parked(
    store, line, relay, worker, letters, name, tmp_path
):
    relay()
    worker()
    write(store, line, 5)
    poison = store.commit(
        Unit(appends=(Append("poison", 0, (line(count=13),)),), now=datetime.now(UTC))
    )
    write(store, line, 5)
    assert wait_until(lambda: letters.count(name) == 1, pause=0.1)
    parked = "SELECT COUNT(*) FROM parked_fact"
    assert wait_until(lambda: store.engine.query(parked) == [(5,)], pause=0.1)
    assert handled(store) == [p for p in everything(store) if p < poison]

    (tmp_path / "cured").touch()

    def again(headers, body):
        letters.replay(name, headers, body)
        return True

    assert letters.each(name, again) == 1
    assert arrives(store)
    assert handled(store) == everything(store)
    assert letters.count(name) == 0
    assert wait_until(lambda: store.engine.query(parked) == [(0,)], pause=0.1)


def test_a_dead_letter_that_is_dropped_lets_the_others_follow(
    store, line, relay, worker, letters, name
):
    relay()
    worker()
    write(store, line, 2)
    poison = store.commit(
        Unit(appends=(Append("poison", 0, (line(count=13),)),), now=datetime.now(UTC))
    )
    write(store, line, 3)
    assert wait_until(lambda: letters.count(name) == 1, pause=0.1)
    followed = StoreConsumer(name, store, {"source": {WANTED: lambda *_: None}})
    record = SupportActionRecorded(
        action="operations.dead_letter.drop", outcome="done", occurred_at=datetime.now(UTC)
    )

    def dropped(headers, body):
        skip(followed, store, Delivery(*broker.read(headers, body)), record)
        return True

    assert letters.each(name, dropped) == 1
    assert wait_until(lambda: len(handled(store)) == 5, pause=0.1)
    assert handled(store) == [p for p in everything(store) if p != poison]


def returned(broker_url, name, count):
    """How often each of so many facts in a queue was delivered and given back, by position."""
    found = {}

    def take(message):
        _, row, _ = broker.read(message.headers, message.body)
        found[row.position] = broker.returned(message.headers)

    with Connection(broker_url) as connection:
        channel = connection.channel()
        with Consumer(channel, [Queue(name, no_declare=True)], on_message=take, prefetch_count=100):
            while len(found) < count:
                connection.drain_events(timeout=60)
    return found


def test_a_fact_that_takes_the_process_with_it_is_counted_alone(
    store, line, relay, worker, letters, broker_url, name
):
    relay()
    write(store, line, 5)
    deadly = wrong(store, line, 14)
    write(store, line, 20)
    codes = [worker().wait(timeout=120) for _ in range(7)]
    ((parked,),) = store.engine.query("SELECT COUNT(*) FROM parked_fact")
    counts = returned(broker_url, name, 21 - parked)

    assert codes == [-signal.SIGKILL] * 7
    assert handled(store) == [p for p in everything(store) if p < deadly]
    assert counts.pop(deadly) == 7
    assert max(counts.values(), default=0) <= 3
    assert letters.count(name) == 0


def test_what_is_held_while_an_engine_is_away_for_long_is_given_back_once(
    store, line, relay, worker, letters, broker_url, name, tmp_path
):
    relay()
    write(store, line, 5)
    wrong(store, line, 15)
    write(store, line, 10)
    process = worker()
    assert wait_until(lambda: handled(store) and letters.waiting(name) == 0)
    # Those before it may have been in the same batch.
    assert wait_until(lambda: letters.waiting(name) >= 11, pause=0.1)
    counts = returned(broker_url, name, 11)
    (tmp_path / "cured").touch()

    assert arrives(store, 60)
    assert handled(store) == everything(store)
    assert set(counts.values()) == {1}
    assert wait_until(lambda: letters.waiting(name) == 0, pause=0.1)
    assert (letters.count(name), process.poll()) == (0, None)


def test_looking_at_a_dead_letter_again_and_again_does_not_lose_it(
    store, line, relay, worker, letters, name
):
    relay()
    worker()
    wrong(store, line, 13)
    seen = []
    for _ in range(30):
        assert wait_until(lambda: letters.count(name) == 1)
        letters.each(name, lambda headers, _: bool(seen.append(headers["cloudEvents:id"])))

    assert len(seen) == 30
    assert wait_until(lambda: letters.count(name) == 1)
