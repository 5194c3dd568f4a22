"""What a relay leaves at the broker: messages that outlive it, and nothing that nobody took."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from kombu import Connection, Consumer, Queue

from helpdesk.kernel import broker
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.events import Event
from helpdesk.kernel.relay import Relay
from helpdesk.kernel.store import Append, StoredRow, Unit
from tests.support.waiting import wait_until

RELAYED = "SELECT position FROM relay_position"


@dataclass(frozen=True, kw_only=True)
class LineLeft(Event):
    """No other test wants it, so no queue of theirs takes it."""

    NAME = "helpdesk.test.v1.LineLeft"


@pytest.fixture
def publisher(broker_url, name):
    """Opens publishers that want the fact for the consumer of the test."""
    opened = []

    def connect():
        opened.append(broker.Publisher(broker_url, {name: {"source": (LineLeft.NAME,)}}))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


@pytest.fixture
def unbind(broker_url, name):
    """Takes the queue of the consumer away from the exchange."""

    def unbind():
        with Connection(broker_url) as connection:
            connection.channel().queue_unbind(
                name, exchange=broker.EVENTS.name, routing_key=LineLeft.NAME
            )

    return unbind


@pytest.fixture
def taken(broker_url, name, letters):
    """Takes so many messages of the consumer's queue, once they are there."""

    def take(count=1):
        found = []
        assert wait_until(lambda: letters.waiting(name) >= count)
        with Connection(broker_url) as connection:
            queue = Queue(name, no_declare=True)
            with Consumer(connection.channel(), [queue], on_message=found.append):
                while len(found) < count:
                    connection.drain_events(timeout=60)
        return found

    return take


@pytest.fixture
def relayed(store):
    """Runs a relay for as long as the test; says how far it is."""
    running = []

    def start(connect):
        relay = Relay("source", store.engine, connect)
        thread = threading.Thread(target=relay.run)
        thread.start()
        running.append((relay, thread))
        return lambda: sum(position for (position,) in store.engine.query(RELAYED))

    yield start
    for relay, thread in running:
        relay.stop()
        thread.join()


def left(store):
    append = Append("lines:1", store.load("lines:1", lambda *_: 0, 0).version, (LineLeft(),))
    return store.commit(Unit(appends=(append,), now=datetime.now(UTC)))


def test_a_fact_that_no_queue_takes_does_not_pass_for_sent(publisher, unbind):
    publishing = publisher()
    unbind()
    row = StoredRow(1, "ab", 1, LineLeft.NAME, b"{}")
    publishing.publish(row.name, broker.headers("source", row, {}), row.state)

    with pytest.raises(Unavailable) as raised:
        publishing.flush()
    assert raised.value.reason == "NOT_CONFIRMED"


def test_a_relay_stays_where_no_queue_takes_its_fact(store, publisher, unbind, relayed, taken):
    turns, bound = [], threading.Event()

    def connect():
        # Who connects binds the queue again.
        made = publisher()
        if not bound.is_set():
            unbind()
        turns.append(made)
        return made

    newest = left(store)
    position = relayed(connect)
    assert wait_until(lambda: len(turns) > 2)
    stood = position()
    bound.set()

    assert stood == 0
    assert wait_until(lambda: position() == newest)
    (message,) = taken()
    assert message.headers["cloudEvents:position"] == str(newest)


def test_a_message_outlives_the_broker(store, publisher, relayed, taken):
    left(store)
    relayed(publisher)

    (message,) = taken()
    assert message.properties["delivery_mode"] == 2


def test_a_message_is_a_cloud_event_whose_body_is_what_was_stored(store, publisher, relayed, taken):
    left(store)
    newest = left(store)
    relayed(publisher)
    _, message = taken(2)
    row = store.read(0)[1]

    assert message.body == row.state.decode()
    assert message.content_type == "application/json"
    assert message.properties["message_id"] == f"{row.stream_id}:2"
    assert message.headers == {
        "cloudEvents:specversion": "1.0",
        "cloudEvents:id": f"{row.stream_id}:2",
        "cloudEvents:source": "/helpdesk/source",
        "cloudEvents:type": LineLeft.NAME,
        "cloudEvents:position": str(newest),
        "cloudEvents:after": f'{{"{LineLeft.NAME}":1}}',
    }
