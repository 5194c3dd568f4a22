"""The cases of every bus, on RabbitMQ: relay, queues and the driver of workers, in processes of their own."""

import itertools
import os
import subprocess
import sys
import threading
from pathlib import Path
from uuid import uuid4

import pytest
from kombu import Connection

from helpdesk.kernel import broker
from helpdesk.kernel.inbox import Inbox, catch_up
from helpdesk.kernel.relay import Relay
from helpdesk.kernel.store import Store
from tests.contract.test_bus_contract import SOURCE, BallThrown, BusContract
from tests.integration.catching_elsewhere import Elsewhere
from tests.support.waiting import wait_until

HERE = Path(__file__).parent
RELAYED = "SELECT COALESCE(MAX(position), 0) FROM relay_position"


class _Working:
    """A process that handles a consumer's facts by the driver of the product's workers."""

    def __init__(self, database_url, broker_url, following):
        engine, name = following.store.engine, following.consumer.name
        script = [sys.executable, "-W", "ignore", str(HERE / "catcher_under_test.py")]
        self._process = subprocess.Popen(
            [*script, database_url, engine.schema, broker_url, name, following.folder],
            cwd=HERE.parents[1],
            env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
            stdout=subprocess.PIPE,
            text=True,
        )

    def is_ready(self):
        return self._process.stdout.readline().strip() == "ready"

    def stop(self):
        self._process.terminate()
        with self._process:
            code = self._process.wait(timeout=60)
        assert code == 0


class _OnRabbitMQ:
    def __init__(self, source, url, database_url):
        self._source, self._url, self._database_url = source, url, database_url
        self._workers, self._relays, self._names = [], [], set()
        self.letters = broker.DeadLetters(url)

    def start(self, *following):
        wants = {each.consumer.name: each.consumer.wants for each in following}
        self._names |= set(wants)
        self.relay(wants)
        begun = [_Working(self._database_url, self._url, each) for each in following]
        self._workers += begun
        assert all(each.is_ready() for each in begun)

    def relay(self, wants):
        relay = Relay(SOURCE, self._source.engine, lambda: broker.Publisher(self._url, wants))
        thread = threading.Thread(target=relay.run)
        thread.start()
        self._relays.append((relay, thread))
        assert wait_until(lambda: relay.leading)

    def stop(self):
        while self._workers:
            self._workers.pop().stop()
        while self._relays:
            relay, thread = self._relays.pop()
            relay.stop()
            thread.join()

    def again(self, following, position):
        """Publish it once more, as a relay does that was killed between confirm and note."""
        (row,) = self._source.read(position - 1, 1, (BallThrown.NAME,))
        made = broker.headers(SOURCE, row, {})
        self.letters.replay(following.consumer.name, made, row.state)

    def close(self):
        self.stop()
        self.letters.close()
        with Connection(self._url) as connection:
            channel = connection.channel()
            for name in self._names:
                channel.queue_delete(name)
                channel.queue_delete(f"{name}.dead")


class TestRabbitMQ(BusContract):
    @pytest.fixture
    def opened(self, owner_url, no_migrations, vault):
        import psycopg

        from helpdesk.kernel.postgres_store import PostgresEngine

        stores, prefix = {}, f"t{uuid4().hex[:10]}"

        def make(name):
            if name not in stores:
                engine = PostgresEngine(owner_url, f"{prefix}_{name}")
                engine.migrate(no_migrations)
                stores[name] = Store(name, engine, vault, b"k" * 32)
            return stores[name]

        yield make
        for store in stores.values():
            store.close()
        with psycopg.connect(owner_url, autocommit=True) as connection:
            connection.execute("SET client_min_messages = warning")
            for name in stores:
                connection.execute(f'DROP SCHEMA IF EXISTS "{prefix}_{name}" CASCADE')

    @pytest.fixture
    def source(self, opened):
        return opened(SOURCE)

    @pytest.fixture
    def following(self, opened, tmp_path):
        mark, count = uuid4().hex[:8], itertools.count()

        def make(name):
            folder = tmp_path / f"{name}-{next(count)}"
            folder.mkdir()
            return Elsewhere(f"test.{mark}.{name}", opened(name), folder)

        return make

    @pytest.fixture
    def bus(self, source, broker_url, owner_url):
        bus = _OnRabbitMQ(source, broker_url, owner_url)
        yield bus
        bus.close()

    def stuck(self, bus, following, poison):
        """By design it is a dead letter after some tries here, and what follows is parked."""
        parked = Inbox(following.consumer, following.store).parked()
        return bus.letters.count(following.consumer.name) == 1 and parked == {SOURCE: 1}

    def cure(self, bus, following, poison):
        """By design an operator replays it; what was parked follows."""
        name = following.consumer.name

        def again(headers, body):
            bus.letters.replay(name, headers, body)
            return True

        assert bus.letters.each(name, again) == 1

    def before_the_late_one(self, source, bus):
        bus.relay({})
        newest = source.engine.newest()
        assert wait_until(lambda: source.engine.query(RELAYED) == [(newest,)])
        bus.stop()

    def begin_late(self, source, bus, late):
        """By design its queue begins with what comes now: history is 'helpdesk catch-up'."""
        bus.start(late)

        def read(after, names):
            yield source.read(after, 500, names), source.position

        assert catch_up(late.consumer, late.store, SOURCE, read) == 5
