"""What every bus promises its consumers, on the bus of one process; RabbitMQ runs the same cases."""

import os
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from helpdesk.kernel.bus import InProcessBus, StoreConsumer
from helpdesk.kernel.events import Event
from helpdesk.kernel.sqlite_store import SqliteEngine
from helpdesk.kernel.store import Append, Store, Unit
from helpdesk.kernel.vault import Vault
from tests.support.waiting import wait_until

SOURCE = "source"
POISON = 13


@dataclass(frozen=True, kw_only=True)
class BallThrown(Event):
    """What the consumers of these tests want."""

    NAME = "helpdesk.test.v1.BallThrown"

    count: int = 0


@dataclass(frozen=True, kw_only=True)
class RainFallen(Event):
    """What nobody wants."""

    NAME = "helpdesk.test.v1.RainFallen"

    count: int = 0


@dataclass(frozen=True, kw_only=True)
class BallCaught(Event):
    """The effect of a fact, in the log of who handled it."""

    NAME = "helpdesk.test.v1.BallCaught"

    position: int = 0


class Following:
    """A consumer that notes what it catches, and drops some balls as a test wants it."""

    def __init__(self, name, store, source=SOURCE):
        self.store = store
        self.failing = {}
        self.asked = []
        self.consumer = StoreConsumer(name, store, {source: {BallThrown.NAME: self._catch}})

    def note(self, position):
        """Note that it was asked to handle the fact at a position."""
        self.asked.append(position)

    def drops(self, count):
        """Whether it fails at this ball, this time."""
        if self.failing.get(count, 0) == 0:
            return False
        self.failing[count] -= 1
        return True

    def _catch(self, work, fact):
        self.note(fact.position)
        if self.drops(fact.body.get("count", 0)):
            raise ValueError("dropped")
        caught = work.load(f"ball:{self.consumer.name}:{fact.position}", lambda s, _: s, None)
        work.stage(caught, BallCaught(position=fact.position))

    @property
    def caught(self):
        """Positions in the order in which their effects are in the log, doubles included."""
        rows = self.store.read(0, 100_000, (BallCaught.NAME,))
        return [self.store.opened(row).position for row in rows]


class BusContract(ABC):
    """The cases; who runs them says how a bus is made, and how facts get onto it again."""

    seconds = 20.0

    @pytest.fixture
    @abstractmethod
    def source(self):
        """A store whose facts are followed."""

    @pytest.fixture
    @abstractmethod
    def following(self, source):
        """Return a consumer in a store of its own, by name; the same name is the same consumer."""

    @pytest.fixture
    @abstractmethod
    def bus(self, source):
        """``start(following)``, ``stop()`` and ``again(position)``, which brings a fact twice."""

    @abstractmethod
    def stuck(self, bus, following, poison):
        """Tell whether a fact that always fails is where the docs of this bus say."""

    @abstractmethod
    def cure(self, bus, following, poison):
        """Do what an operator does once the cause is mended."""

    def arrives(self, following, positions):
        assert wait_until(lambda: len(following.caught) >= len(positions), self.seconds, 0.02)
        return following.caught

    def test_each_fact_is_handled_once(self, source, following, bus):
        catcher = following("one")
        bus.start(catcher)
        thrown = [throw(source) for _ in range(30)]
        last = max(thrown)

        assert sorted(self.arrives(catcher, thrown)) == thrown
        assert wait_until(lambda: catcher.consumer.position(SOURCE) >= last, self.seconds, 0.02)
        assert max(Counter(catcher.caught).values()) == 1

    def test_facts_of_a_stream_come_in_its_order(self, source, following, bus):
        catcher = following("one")
        bus.start(catcher)
        thrown = [throw(source, stream=f"s{n % 3}", at=n // 3) for n in range(30)]

        assert self.arrives(catcher, thrown) == thrown

    def test_every_consumer_gets_each_fact(self, source, following, bus):
        first, second = following("one"), following("two")
        bus.start(first, second)
        thrown = [throw(source) for _ in range(10)]

        assert self.arrives(first, thrown) == thrown
        assert self.arrives(second, thrown) == thrown

    def test_a_consumer_that_fails_is_asked_again_and_then_the_others_follow(
        self, source, following, bus
    ):
        catcher = following("one")
        catcher.failing = {POISON: 2}
        bus.start(catcher)
        thrown = [throw(source), throw(source, POISON), throw(source)]

        assert self.arrives(catcher, thrown) == thrown
        assert catcher.asked.count(thrown[1]) == 3

    def test_a_fact_that_always_fails_holds_back_what_follows_until_it_is_mended(
        self, source, following, bus
    ):
        catcher = following("one")
        catcher.failing = {POISON: 10**9}
        bus.start(catcher)
        thrown = [throw(source), throw(source, POISON), throw(source)]

        assert wait_until(lambda: self.stuck(bus, catcher, thrown[1]), self.seconds, 0.05)
        assert catcher.caught == thrown[:1]
        catcher.failing = {}
        self.cure(bus, catcher, thrown[1])
        assert self.arrives(catcher, thrown) == thrown

    def test_a_fact_that_fails_for_one_consumer_holds_back_no_other(self, source, following, bus):
        failing, fine = following("one"), following("two")
        failing.failing = {POISON: 10**9}
        bus.start(failing, fine)
        thrown = [throw(source, POISON), throw(source)]

        assert self.arrives(fine, thrown) == thrown
        assert failing.caught == []

    def test_a_fact_that_comes_twice_has_its_effect_once(self, source, following, bus):
        catcher = following("one")
        bus.start(catcher)
        thrown = [throw(source), throw(source)]
        self.arrives(catcher, thrown)
        bus.again(catcher, thrown[0])
        thrown.append(throw(source))

        assert self.arrives(catcher, thrown) == thrown

    def test_after_a_restart_it_goes_on_where_it_was(self, source, following, bus):
        catcher = following("one")
        bus.start(catcher)
        thrown = [throw(source) for _ in range(5)]
        self.arrives(catcher, thrown)
        bus.stop()
        thrown += [throw(source) for _ in range(5)]
        again = following("one")
        bus.start(again)

        assert self.arrives(again, thrown) == thrown
        assert set(again.asked) <= set(thrown[5:])

    def test_a_late_consumer_gets_what_was_before_it_and_nothing_twice(
        self, source, following, bus
    ):
        thrown = [throw(source) for _ in range(5)]
        self.before_the_late_one(source, bus)
        late = following("late")
        self.begin_late(source, bus, late)
        thrown += [throw(source) for _ in range(5)]

        assert self.arrives(late, thrown) == thrown

    def test_facts_that_it_does_not_want_cost_it_nothing(self, source, following, bus):
        catcher = following("one")
        bus.start(catcher)
        for _ in range(20):
            rain(source)
        thrown = [throw(source)]
        for _ in range(20):
            rain(source)
        thrown.append(throw(source))

        assert self.arrives(catcher, thrown) == thrown
        assert catcher.asked == thrown
        assert catcher.store.position == len(thrown), "its own log has more than the effects"

    def before_the_late_one(self, source, bus):
        """Let the facts so far go by on this bus, where that makes a difference."""
        del source, bus

    def begin_late(self, source, bus, late):
        """Begin with a consumer that was not there when the facts so far went by."""
        bus.start(late)


def throw(source, count=100, stream="", at=0):
    append = Append(stream or uuid4().hex, at, (BallThrown(count=count),))
    return source.commit(Unit(appends=(append,), now=datetime.now(UTC)))


def rain(source):
    append = Append(uuid4().hex, 0, (RainFallen(),))
    return source.commit(Unit(appends=(append,), now=datetime.now(UTC)))


class _InProcess:
    def __init__(self, source):
        self._source = source
        self._buses = []

    def start(self, *following):
        bus = InProcessBus()
        for each in following:
            bus.connect(each.consumer, {SOURCE: self._source})
        bus.start()
        self._buses.append(bus)

    def stop(self):
        while self._buses:
            self._buses.pop().stop()

    def again(self, following, position):
        """Begin once more at a place that is behind, as after a crash between effect and note."""
        (row,) = self._source.read(position - 1, 1, (BallThrown.NAME,))
        self.stop()
        behind = InProcessBus()
        real = following.consumer.position
        following.consumer.position = lambda _: row.position - 1
        behind.connect(following.consumer, {SOURCE: self._source})
        following.consumer.position = real
        behind.start()
        self._buses.append(behind)


class TestTheBusOfOneProcess(BusContract):
    @pytest.fixture
    def opened(self, tmp_path):
        vault, stores = Vault(tmp_path / "vault.db", os.urandom(32)), {}

        def make(name):
            if name not in stores:
                engine = SqliteEngine(tmp_path / f"{name}.db", durable=False)
                stores[name] = Store(name, engine, vault, b"k" * 32)
            return stores[name]

        yield make
        for store in stores.values():
            store.close()
        vault.close()

    @pytest.fixture
    def source(self, opened):
        return opened(SOURCE)

    @pytest.fixture
    def following(self, opened):
        return lambda name: Following(f"test.{name}", opened(name))

    @pytest.fixture
    def bus(self, source):
        bus = _InProcess(source)
        yield bus
        bus.stop()

    def stuck(self, bus, following, poison):
        """By design there are no dead letters here: the fact stays next in line, for ever tried."""
        behind = following.consumer.position(SOURCE) < poison
        return behind and following.asked.count(poison) > 2

    def cure(self, bus, following, poison):
        """Nothing to do by design: the bus tries again by itself."""
