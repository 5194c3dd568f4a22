"""The lead of a relay: kept while it waits, taken from who is silent, and then nothing is done."""

import threading
from datetime import UTC, datetime

import psycopg
import pytest

from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.postgres_lead import SILENCE_SECONDS
from helpdesk.kernel.relay import Relay
from helpdesk.kernel.store import Append, Store, Unit
from tests.support.waiting import wait_until

RELAYED = "SELECT COALESCE(MAX(position), 0) FROM relay_position"
ROWS = 50


class Broker:
    """Notes what is published; ``meanwhile`` runs before each, and a closed gate holds the confirms."""

    def __init__(self):
        self.published = []
        self.confirming = threading.Event()
        self.confirming.set()
        self.confirmed_before = 0
        self.meanwhile = lambda _position: None

    @property
    def confirmed(self):
        return len(self.published) if self.confirming.is_set() else self.confirmed_before

    def publish(self, name, headers, body):
        self.published.append(int(headers["cloudEvents:position"]))
        self.meanwhile(self.published[-1])
        return len(self.published)

    def flush(self):
        if self.confirmed < len(self.published):
            self.confirming.wait(60)

    def idle(self):
        pass

    def close(self):
        pass


@pytest.fixture
def store(postgres, vault):
    store = Store("source", postgres(), vault, b"k" * 32)
    yield store
    store.close()


@pytest.fixture
def relaying(store, postgres):
    """Starts a relay to a broker; it ends after the test."""
    running = []

    def start(broker, engine=None):
        relay = Relay("source", engine or store.engine, lambda: broker)
        thread = threading.Thread(target=relay.run)
        thread.start()
        running.append((relay, thread, broker))
        return relay

    yield start
    for relay, _, broker in running:
        relay.stop()
        broker.confirming.set()
    for _, thread, _ in running:
        thread.join()


@pytest.fixture
def end_lead(owner_url, schema):
    """Ends the session that holds the lead, as the server does with one that is silent."""

    def end():
        with psycopg.connect(owner_url, autocommit=True) as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' "
                "AND (classid::bigint << 32) | objid::bigint = hashtextextended(%s, 0)",
                (f"{schema}:relay",),
            ).fetchall()
        assert ended == [(True,)]

    return end


def write(store, line, count=ROWS):
    events = tuple(line(count=n) for n in range(count))
    return store.commit(Unit(appends=(Append("notes:1", 0, events),), now=datetime.now(UTC)))


def test_a_relay_that_waits_for_the_broker_keeps_the_lead(store, line, relaying, postgres):
    broker, other = Broker(), postgres()
    broker.confirming.clear()
    relay = relaying(broker)
    write(store, line)
    assert wait_until(lambda: len(broker.published) == ROWS)

    def taken():
        lead = other.lead("relay")
        if lead is not None:
            lead.close()
        return lead is not None

    assert not wait_until(taken, 2 * SILENCE_SECONDS, 0.2)
    assert relay.leading


def test_a_relay_that_lost_the_lead_publishes_nothing_more(store, line, relaying, end_lead):
    broker, stopped = Broker(), []

    def lose_it(position):
        if position == 5 and not stopped:
            end_lead()
            assert wait_until(lambda: not relay.leading)
            stopped.append(store.engine.query(RELAYED))

    broker.meanwhile = lose_it
    relay = relaying(broker)
    newest = write(store, line)
    assert wait_until(lambda: store.engine.query(RELAYED) == [(newest,)])

    assert stopped == [[(0,)]]
    # The second turn begins where the position stood.
    assert broker.published == [*range(1, 6), *range(1, ROWS + 1)]


def test_a_relay_that_lost_the_lead_cannot_move_the_position(store, line, relaying, end_lead):
    broker = Broker()
    broker.confirming.clear()
    relay = relaying(broker)
    write(store, line)
    assert wait_until(lambda: len(broker.published) == ROWS)
    end_lead()
    assert wait_until(lambda: not relay.leading)
    broker.confirming.set()

    assert wait_until(lambda: len(broker.published) == 2 * ROWS), "it leads again, from the start"


def test_the_position_follows_the_confirms_while_what_comes_next_is_published(
    store, line, relaying, monkeypatch
):
    monkeypatch.setattr("helpdesk.kernel.relay._BATCH", 10)
    broker = Broker()
    broker.confirming.clear()
    broker.confirmed_before = 25
    relaying(broker)
    write(store, line)
    assert wait_until(lambda: len(broker.published) == ROWS)

    assert store.engine.query(RELAYED) == [(20,)]
    broker.confirming.set()
    assert wait_until(lambda: store.engine.query(RELAYED) == [(ROWS,)])


def test_a_lead_is_given_up_while_the_server_says_nothing(postgres, owner_url):
    lead, ended = postgres().lead("relay"), []

    def ask():
        try:
            lead.execute("SELECT pg_sleep(60)")
        except Unavailable as error:
            ended.append(error.reason)

    asking = threading.Thread(target=ask)
    asking.start()
    with psycopg.connect(owner_url, autocommit=True) as connection:
        busy = "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'"
        assert wait_until(lambda: connection.execute(busy).fetchone() is not None)
    lead.close()
    asking.join()

    assert ended == ["LEAD_LOST"]
    assert not lead.held
