"""How much a worker takes at once, and when it hands back what it cannot handle."""

import threading
from pathlib import Path

import pytest

from helpdesk.kernel import broker
from helpdesk.kernel.delivering import PREFETCH, Driver, Flow
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.store import StoredRow
from tests.support.waiting import wait_until

MIGRATIONS = Path(broker.__file__).parent / "migrations"
NAME = "helpdesk.test.v1.BallThrown"
BODY = b'{"stamp": {"recorded_at": "2026-01-02T00:00:00+00:00"}}'


def test_the_first_fact_of_a_connection_is_taken_alone_and_then_many():
    flow = Flow()
    first = flow.wanted
    flow.came(returned=0)

    assert (first, flow.wanted) == (1, PREFETCH)


def test_what_was_given_back_again_and_again_is_taken_alone():
    flow = Flow()
    for returned in (9, 5, 3):
        flow.came(returned)
    alone = flow.wanted
    flow.came(returned=2)

    assert (alone, flow.wanted) == (1, PREFETCH)


def test_a_new_connection_begins_with_one_again():
    flow = Flow()
    flow.came(returned=0)
    flow.begin()

    assert flow.wanted == 1


def test_a_halt_returns_when_nothing_more_comes():
    flow, halted = Flow(), threading.Event()
    flow.applied(PREFETCH)
    thread = threading.Thread(target=lambda: (flow.halt(), halted.set()))
    thread.start()
    assert wait_until(lambda: flow.wanted == 0)
    early = halted.is_set()
    flow.applied(0)
    thread.join()

    assert not early
    flow.go_on()
    assert flow.wanted == 1


def test_where_another_worker_is_to_handle_the_queue_one_is_taken_and_it_is_in_the_way():
    flow = Flow()
    flow.came(returned=0)
    flow.assign(own=False)
    others = (flow.wanted, flow.in_the_way)
    flow.alone()
    alone = (flow.wanted, flow.in_the_way)
    flow.assign(own=True)

    assert (others, alone) == ((1, True), (PREFETCH, False))
    assert (flow.wanted, flow.in_the_way) == (PREFETCH, False)


class Writing:
    """A consumer whose engine is away when a test says so."""

    def __init__(self):
        self.name, self.wants = "test.writing", {"source": (NAME,)}
        self.away = threading.Event()
        self.handled, self.tried, self._at = [], 0, 0

    def position(self, _source):
        return self._at

    def handle(self, fact):
        self.tried += 1
        if self.away.is_set():
            raise Unavailable("INDEX_UNAVAILABLE")
        self.handled.append(fact.position)

    def flush(self, _source, position):
        self._at = position


@pytest.fixture
def store(open_store):
    store = open_store()
    store.engine.migrate(MIGRATIONS)
    return store


@pytest.fixture
def consumer():
    return Writing()


@pytest.fixture
def driver(store, consumer):
    driver = Driver(consumer, store, patience=0.2)
    yield driver
    consumer.away.clear()
    driver.stop()


class Message:
    """A delivery that a thread waits for; ``ended`` says how."""

    def __init__(self, driver, position):
        row = StoredRow(position, "s", position, NAME, BODY)
        self._headers, self._driver = broker.headers("source", row, {}), driver
        self.ended = "not yet"
        self._thread = threading.Thread(target=self._take)
        self._thread.start()

    def _take(self):
        self.ended = "done" if self._driver.take(self._headers, BODY) else "handed back"

    def wait(self):
        self._thread.join(60)
        return self.ended


def test_a_short_absence_hands_nothing_back(driver, consumer):
    driver._patience = 60
    consumer.away.set()
    message = Message(driver, 1)
    assert wait_until(lambda: consumer.tried > 1)
    consumer.away.clear()

    assert message.wait() == "done"
    assert driver.flow.wanted == 1


def test_a_long_absence_hands_back_all_that_is_held_and_takes_nothing(driver, consumer):
    consumer.away.set()
    messages = [Message(driver, position) for position in (1, 2, 3)]

    assert [each.wait() for each in messages] == ["handed back"] * 3
    assert driver.flow.wanted == 0


def test_when_the_engine_is_back_the_worker_takes_again_and_handles_nothing_twice(driver, consumer):
    consumer.away.set()
    assert Message(driver, 1).wait() == "handed back"
    consumer.away.clear()
    assert wait_until(lambda: driver.flow.wanted == 1)
    again = Message(driver, 1).wait()

    assert again == "done"
    assert consumer.handled == [1]
