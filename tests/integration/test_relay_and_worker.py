"""From a store's log over RabbitMQ to a nameko worker: in order, once, whatever is killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from kombu import Connection, Consumer, Queue

from helpdesk.kernel import broker
from helpdesk.kernel.bus import StoreConsumer
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.inbox import Delivery, catch_up, skip
from helpdesk.kernel.relay import Relay
from helpdesk.kernel.store import Append, Store, Unit, wait_until

HERE = Path(__file__).parent
ROOTS = os.pathsep.join([str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
RELAYED = "SELECT position FROM relay_position"
WANTED = "helpdesk.test.v1.LineWritten"


@pytest.fixture
def store(postgres, vault):
    store = Store("source", postgres(), vault, b"k" * 32)
    with store.engine.transaction() as tx:
        tx.execute("CREATE TABLE handled (id BIGSERIAL, position BIGINT, process BIGINT)")
    yield store
    store.close()


@pytest.fixture
def name(broker_url):
    """A consumer's name; its queues are gone after the test."""
    name = f"test.{uuid4().hex[:8]}"
    yield name
    with Connection(broker_url) as connection:
        channel = connection.channel()
        channel.queue_delete(name)
        channel.queue_delete(f"{name}.dead")


@pytest.fixture
def started(name):
    """Starts processes; they are ended by their id before their queues go, or they make them again."""
    del name
    running = []

    def start(script, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(HERE / script), *arguments],
            cwd=HERE.parents[1],
            env={**os.environ, "PYTHONPATH": ROOTS},
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        process.said = process.stdout.readline().strip()
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def relay(started, owner_url, schema, broker_url, name):
    return lambda: started("relay_under_test.py", owner_url, schema, broker_url, name)


@pytest.fixture
def worker(started, owner_url, schema, broker_url, name, tmp_path):
    cure = str(tmp_path / "cured")
    return lambda: started("worker_under_test.py", owner_url, schema, broker_url, name, cure)


@pytest.fixture
def letters(broker_url):
    letters = broker.DeadLetters(broker_url)
    yield letters
    letters.close()


def write(store, line, count, **fields):
    stream = uuid4().hex
    events = tuple(line(count=n + 100, **fields) for n in range(count))
    return store.commit(Unit(appends=(Append(stream, 0, events),), now=datetime.now(UTC)))


def handled(store):
    return [p for (p,) in store.engine.query("SELECT position FROM handled ORDER BY id")]


def everything(store):
    return [row.position for row in store.read(0, 100_000, (WANTED,))]


def arrives(store, seconds=20):
    return wait_until(lambda: len(handled(store)) >= len(everything(store)), seconds, 0.05)


def test_facts_reach_a_worker_in_order_and_once(store, line, relay, worker):
    relay()
    process = worker()
    for _ in range(20):
        write(store, line, 10)

    assert arrives(store)
    assert handled(store) == everything(store)
    assert process.said == "False", "the worker has loaded grpc"


def test_what_was_published_before_the_first_worker_is_not_lost(store, line, relay, worker):
    write(store, line, 50)
    relay()
    assert wait_until(lambda: store.engine.query("SELECT 1 FROM relay_position"), 10)
    worker()

    assert arrives(store)
    assert handled(store) == everything(store)


def test_another_relay_takes_over_within_five_seconds(store, line, relay, worker):
    first = relay()
    worker()
    write(store, line, 5)
    assert arrives(store)
    relay()
    first.kill()
    killed = time.monotonic()
    write(store, line, 5)

    assert arrives(store)
    assert time.monotonic() - killed < 5
    assert handled(store) == everything(store)


def test_nothing_is_lost_or_doubled_when_relays_and_workers_are_killed(store, line, relay, worker):
    relays, workers = [relay(), relay()], [worker(), worker()]
    for turn in range(6):
        write(store, line, 100)
        victims, start = (relays, relay) if turn % 2 else (workers, worker)
        victims.pop(0).kill()
        write(store, line, 100)
        victims.append(start())

    assert arrives(store, 60)
    assert [p for p, n in Counter(handled(store)).items() if n > 1] == []
    assert handled(store) == everything(store)


def test_a_worker_ends_what_it_has_begun_when_it_is_told_to_stop(
    store, line, relay, worker, broker_url, name
):
    relay()
    process = worker()
    write(store, line, 300)
    assert wait_until(lambda: handled(store), 10)
    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=30) == 0
    ended_at = len(handled(store))
    worker()
    assert arrives(store)
    assert handled(store) == everything(store)
    assert ended_at > 0


@pytest.fixture
def conflict(broker_url, name):
    with Connection(broker_url) as connection:
        connection.channel().queue_declare(name, durable=True, auto_delete=False)


def test_a_topology_conflict_ends_the_worker_with_an_error(conflict, store, worker):
    process = worker()

    assert process.wait(timeout=20) == 1


def test_a_topology_conflict_ends_the_relay_with_an_error(conflict, store, relay):
    process = relay()

    assert process.wait(timeout=20) == 1


def test_a_topology_conflict_is_named_and_says_what_to_do(conflict, broker_url, name):
    with pytest.raises(broker.TopologyConflict, match=f"HELPDESK_BROKER_URL: .*'{name}'.* vhost"):
        broker.Publisher(broker_url, {name: {"source": (WANTED,)}})


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
    assert wait_until(lambda: letters.count(name) == 1, 20, 0.1)
    parked = "SELECT COUNT(*) FROM parked_fact"
    assert wait_until(lambda: store.engine.query(parked) == [(5,)], 20, 0.1)
    assert handled(store) == [p for p in everything(store) if p < poison]

    (tmp_path / "cured").touch()

    def again(headers, body):
        letters.replay(name, headers, body)
        return True

    assert letters.each(name, again) == 1
    assert arrives(store)
    assert handled(store) == everything(store)
    assert letters.count(name) == 0
    assert wait_until(lambda: store.engine.query(parked) == [(0,)], 10, 0.1)


def test_what_the_broker_lost_is_read_from_the_owner(store, line, relay, worker, broker_url, name):
    relay()
    first = worker()
    write(store, line, 5)
    assert arrives(store)
    first.kill()
    first.wait()
    lost = write(store, line, 3)
    assert wait_until(lambda: store.engine.query(RELAYED) == [(store.engine.newest(),)], 10)
    with Connection(broker_url) as connection:
        assert connection.channel().queue_purge(name) == 3
    worker()
    write(store, line, 4)
    assert wait_until(lambda: store.engine.query("SELECT COUNT(*) FROM parked_fact") == [(4,)], 20)
    assert lost not in handled(store)

    def on_line(_work, fact):
        with store.engine.transaction() as tx:
            tx.execute("INSERT INTO handled (position, process) VALUES (?, 0)", (fact.position,))

    def read(after, names):
        yield store.read(after, 500, names), store.position

    followed = StoreConsumer(name, store, {"source": {WANTED: on_line}})
    catch_up(followed, store, "source", read)
    write(store, line, 2)

    assert arrives(store)
    assert handled(store) == everything(store)


def test_both_outlive_a_restart_of_the_broker(store, line, relay, worker, broker_url):
    running, working = relay(), worker()
    write(store, line, 10)
    assert arrives(store)
    close_all_connections(broker_url)
    write(store, line, 10)

    assert arrives(store, 40)
    assert handled(store) == everything(store)
    assert (running.poll(), working.poll()) == (None, None)


def close_all_connections(broker_url):
    """What clients see of a restart, without ending a broker that others use."""
    script = ". scripts/engines; rabbitmqctl close_all_connections restart"
    subprocess.run(["bash", "-c", script], cwd=HERE.parents[1], check=True, capture_output=True)


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
    assert wait_until(lambda: letters.count(name) == 1, 20, 0.1)
    followed = StoreConsumer(name, store, {"source": {WANTED: lambda *_: None}})
    record = SupportActionRecorded(
        action="operations.dead_letter.drop", outcome="done", occurred_at=datetime.now(UTC)
    )

    def dropped(headers, body):
        skip(followed, store, Delivery(*broker.read(headers, body)), record)
        return True

    assert letters.each(name, dropped) == 1
    assert wait_until(lambda: len(handled(store)) == 5, 20, 0.1)
    assert handled(store) == [p for p in everything(store) if p != poison]


def wrong(store, line, count):
    append = Append(f"wrong:{count}", 0, (line(count=count),))
    return store.commit(Unit(appends=(append,), now=datetime.now(UTC)))


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
    assert wait_until(lambda: handled(store) and letters.waiting(name) == 0, 60, 0.02)
    # Those before it may have been in the same batch.
    assert wait_until(lambda: letters.waiting(name) >= 11, 60, 0.1)
    counts = returned(broker_url, name, 11)
    (tmp_path / "cured").touch()

    assert arrives(store, 60)
    assert handled(store) == everything(store)
    assert set(counts.values()) == {1}
    assert wait_until(lambda: letters.waiting(name) == 0, 60, 0.1)
    assert (letters.count(name), process.poll()) == (0, None)


def test_looking_at_a_dead_letter_again_and_again_does_not_lose_it(
    store, line, relay, worker, letters, name
):
    relay()
    worker()
    wrong(store, line, 13)
    seen = []
    for _ in range(30):
        assert wait_until(lambda: letters.count(name) == 1, 60, 0.02)
        letters.each(name, lambda headers, _: bool(seen.append(headers["cloudEvents:id"])))

    assert len(seen) == 30
    assert wait_until(lambda: letters.count(name) == 1, 60, 0.02)


def test_relaying_keeps_up_with_bare_publishing_with_confirms(store, line, broker_url, name):
    count = 6000
    for _ in range(count // 200):
        write(store, line, 200)
    wants = {name: {"source": (WANTED,)}}
    rows = store.read(0, count)
    ratios = []
    for _ in range(3):
        bare = broker.Publisher(broker_url, wants)
        began = time.monotonic()
        for row in rows:
            headers = {"cloudEvents:id": f"{row.stream_id}:{row.version}"}
            bare.publish(row.name, headers, row.state)
        bare.flush()
        theirs = count / (time.monotonic() - began)
        bare.close()
        with store.engine.transaction() as tx:
            tx.execute("DELETE FROM relay_position")
        relaying = Relay("source", store.engine, lambda: broker.Publisher(broker_url, wants))
        thread = threading.Thread(target=relaying.run)
        thread.start()
        # Neither side's time holds connecting.
        assert wait_until(lambda relay=relaying: relay.leading, 10)
        began = time.monotonic()
        assert wait_until(lambda: store.engine.query(RELAYED) == [(count,)], 60)
        ours = count / (time.monotonic() - began)
        relaying.stop()
        thread.join()
        ratios.append(ours / theirs)
        print(f"relay {ours:.0f}/s, bare {theirs:.0f}/s: {ours / theirs:.2f}x")

    assert sorted(ratios)[1] >= 0.5
