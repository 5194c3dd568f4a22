"""The cases of every bus, on buses that lose, double or swap a fact: each of them must be found."""

import os
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from helpdesk.kernel.sqlite_store import SqliteEngine
from helpdesk.kernel.store import Append, Store, Unit
from helpdesk.kernel.vault import Vault
from tests.contract import test_bus_contract as contract

CASES = contract.TestTheBusOfOneProcess
PLANTED_AT = 7


class Broken:
    """Stands between a bus and a consumer, and breaks one promise at one fact."""

    def __init__(self, following):
        self._following, self._inner = following, following.consumer
        self.name, self.wants = self._inner.name, self._inner.wants
        self._seen, self._held = 0, None

    def position(self, source):
        return self._inner.position(source)

    def flush(self, source, position):
        self._inner.flush(source, position)

    def handle(self, fact):
        self._seen += 1
        self.deliver(fact, planted=self._seen == PLANTED_AT)

    def deliver(self, fact, planted):
        del planted
        self._inner.handle(fact)

    def again(self, position):
        """Leave the effect of a fact once more, past what keeps doubles away."""
        effect = Append(uuid4().hex, 0, (contract.BallCaught(position=position),))
        self._following.store.commit(Unit(appends=(effect,), now=datetime.now(UTC)))


class Losing(Broken):
    def deliver(self, fact, planted):
        if not planted:
            super().deliver(fact, planted)


class Doubling(Broken):
    def deliver(self, fact, planted):
        super().deliver(fact, planted)
        if planted:
            self.again(fact.position)


class Swapping(Broken):
    def deliver(self, fact, planted):
        held, self._held = self._held, fact.position if planted else None
        if not planted:
            super().deliver(fact, planted)
        if held is not None:
            self.again(held)


@pytest.fixture
def opened(tmp_path):
    vault, stores = Vault(tmp_path / "vault.db", os.urandom(32)), []

    def make(name):
        engine = SqliteEngine(tmp_path / f"{name}.db", durable=False)
        stores.append(Store(name, engine, vault, b"k" * 32))
        return stores[-1]

    yield make
    for store in stores:
        store.close()
    vault.close()


@pytest.fixture
def run(opened):
    """Runs one case of the contract on a bus that is broken in one way."""
    source, buses = opened(contract.SOURCE), []

    def case(name, breaking):
        cases, bus = CASES(), contract._InProcess(source)
        cases.seconds = 1.0
        buses.append(bus)

        def following(who):
            found = contract.Following(f"test.{who}", opened(who))
            found.consumer = breaking(found)
            return found

        getattr(cases, name)(source, following, bus)

    yield case
    for bus in buses:
        bus.stop()


ONCE = "test_each_fact_is_handled_once"
IN_ORDER = "test_facts_of_a_stream_come_in_its_order"


@pytest.mark.parametrize("name", [ONCE, IN_ORDER])
def test_a_bus_that_keeps_its_promises_passes(run, name):
    run(name, Broken)


@pytest.mark.parametrize(
    ("breaking", "name"),
    [
        (Losing, ONCE),
        (Losing, IN_ORDER),
        (Doubling, ONCE),
        (Doubling, IN_ORDER),
        (Swapping, IN_ORDER),
    ],
    ids=lambda each: getattr(each, "__name__", each),
)
def test_a_bus_that_breaks_one_is_found(run, breaking, name):
    with pytest.raises(AssertionError):
        run(name, breaking)


def test_a_swap_is_neither_a_loss_nor_a_double(run):
    run(ONCE, Swapping)
