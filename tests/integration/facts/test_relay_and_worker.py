"""From a store's log over RabbitMQ to a nameko worker: in order, once, whatever is killed."""

import signal
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from kombu import Connection

from helpdesk.kernel import broker
from helpdesk.kernel.bus import StoreConsumer
from helpdesk.kernel.inbox import catch_up
from helpdesk.kernel.relay import Relay
from tests.support.handled import WANTED, arrives, everything, handled, write
from tests.support.stalling import stalled_at
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[3]
SHARES = 4
RELAYED = "SELECT position FROM relay_position"


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
    assert wait_until(lambda: store.engine.query("SELECT 1 FROM relay_position"))
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
    assert wait_until(lambda: handled(store))
    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=60) == 0
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

    assert process.wait(timeout=60) == 1


def test_a_topology_conflict_ends_a_worker_whose_other_consumers_are_not_ready(
    conflict, store, worker, broker_url, name
):
    others = [f"{name}.{number}" for number in range(2, SHARES + 1)]
    with stalled_at(broker_url, *others) as url:
        process = worker(SHARES, url)

        assert process.wait(timeout=60) == 1
    last = process.errors.read_text().splitlines()[-1]
    assert "TopologyConflict: HELPDESK_BROKER_URL: this vhost has something else" in last


def test_a_topology_conflict_ends_the_relay_with_an_error(conflict, store, relay):
    process = relay()

    assert process.wait(timeout=60) == 1


def test_a_topology_conflict_is_named_and_says_what_to_do(conflict, broker_url, name):
    with pytest.raises(broker.TopologyConflict, match=f"HELPDESK_BROKER_URL: .*'{name}'.* vhost"):
        broker.Publisher(broker_url, {name: {"source": (WANTED,)}})


def test_what_the_broker_lost_is_read_from_the_owner(store, line, relay, worker, broker_url, name):
    relay()
    first = worker()
    write(store, line, 5)
    assert arrives(store)
    first.kill()
    first.wait()
    lost = write(store, line, 3)
    assert wait_until(lambda: store.engine.query(RELAYED) == [(store.engine.newest(),)])
    with Connection(broker_url) as connection:
        # Besides those, what the killed one had handled and not yet acknowledged.
        assert connection.channel().queue_purge(name) >= 3
    worker()
    write(store, line, 4)
    assert wait_until(lambda: store.engine.query("SELECT COUNT(*) FROM parked_fact") == [(4,)])
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
    subprocess.run(["bash", "-c", script], cwd=ROOT, check=True, capture_output=True)


class Counting(broker.Publisher):
    """Notes how many events were unconfirmed at most, and after how many it waited for all."""

    def __init__(self, *given):
        super().__init__(*given)
        self.most, self.waited = 0, []

    def publish(self, *event):
        published = super().publish(*event)
        self.most = max(self.most, len(self._unconfirmed))
        return published

    def flush(self):
        self.waited.append(self._tag)
        super().flush()


def test_all_confirms_are_waited_for_only_where_nothing_is_left_to_publish(
    store, line, broker_url, name
):
    count = 3000
    for _ in range(count // 200):
        write(store, line, 200)
    publisher = Counting(broker_url, {name: {"source": (WANTED,)}})
    relaying = Relay("source", store.engine, lambda: publisher)
    thread = threading.Thread(target=relaying.run)
    thread.start()
    assert wait_until(lambda: store.engine.query(RELAYED) == [(count,)])
    relaying.stop()
    thread.join()

    assert publisher.most > 10
    assert set(publisher.waited) == {count}
