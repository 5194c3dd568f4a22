"""The cases of every bus, on RabbitMQ: relay, queues and the drivers of workers."""

import threading
from contextlib import suppress
from uuid import uuid4

import pytest
from kombu import Connection, Consumer

from helpdesk.kernel import broker
from helpdesk.kernel.inbox import CannotHandle, Delivery, Inbox, catch_up
from helpdesk.kernel.relay import Relay
from helpdesk.kernel.store import Store, wait_until
from tests.contract.test_bus_contract import SOURCE, BallThrown, BusContract, Following

RELAYED = "SELECT COALESCE(MAX(position), 0) FROM relay_position"
TRIES = 5


class _Working:
    """A worker's queue and inbox, as the process of a worker drives them, in a thread."""

    def __init__(self, url, following):
        self._url = url
        self._following = following
        self._inbox = Inbox(following.consumer, following.store)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self):
        self._stopping.set()
        self._thread.join()

    def _run(self):
        consumer = self._following.consumer
        with Connection(self._url) as connection:
            channel = connection.channel()
            broker.declare(channel, {consumer.name: consumer.wants})
            queue = broker.queue(consumer.name, consumer.wants[SOURCE])
            with Consumer(channel, [queue], on_message=self._take, prefetch_count=20):
                while not self._stopping.is_set():
                    try:
                        connection.drain_events(timeout=0.1)
                    except TimeoutError:
                        with suppress(CannotHandle):
                            self._inbox.resume()

    def _take(self, message):
        delivery = Delivery(*broker.read(message.headers, message.body))
        for _ in range(TRIES):
            try:
                self._inbox.take([delivery])
            except CannotHandle:
                continue
            message.ack()
            return
        message.reject(requeue=False)


class _OnRabbitMQ:
    def __init__(self, source, url):
        self._source, self._url = source, url
        self._workers, self._relays, self._names = [], [], set()
        self.letters = broker.DeadLetters(url)

    def start(self, *following):
        wants = {each.consumer.name: each.consumer.wants for each in following}
        self._names |= set(wants)
        self.relay(wants)
        self._workers += [_Working(self._url, each) for each in following]

    def relay(self, wants):
        relay = Relay(SOURCE, self._source.engine, lambda: broker.Publisher(self._url, wants))
        thread = threading.Thread(target=relay.run)
        thread.start()
        self._relays.append((relay, thread))
        assert wait_until(lambda: relay.leading, 10)

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
    def following(self, opened):
        mark = uuid4().hex[:8]
        return lambda name: Following(f"test.{mark}.{name}", opened(name))

    @pytest.fixture
    def bus(self, source, broker_url):
        bus = _OnRabbitMQ(source, broker_url)
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
        assert wait_until(lambda: source.engine.query(RELAYED) == [(newest,)], 20, 0.02)
        bus.stop()

    def begin_late(self, source, bus, late):
        """By design its queue begins with what comes now: history is 'helpdesk catch-up'."""
        bus.start(late)

        def read(after, names):
            yield source.read(after, 500, names), source.position

        assert catch_up(late.consumer, late.store, SOURCE, read) == 5
