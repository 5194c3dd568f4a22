"""The consumers of a service as one nameko service; this process never loads grpc."""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

# ruff: noqa: E402  # nothing may be imported before its locks and sockets are patched
import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from nameko import config
from nameko.amqp.consume import Consumer as Consuming
from nameko.messaging import Consumer as Entrypoint
from nameko.runners import ServiceRunner

from helpdesk.kernel import broker
from helpdesk.kernel.bus import Consumer
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.inbox import CannotHandle, Delivery, Inbox
from helpdesk.kernel.resources import Work
from helpdesk.kernel.store import Store

_log = logging.getLogger(__name__)
_PREFETCH = 100
_TRIES = 5
_DRAIN_SECONDS = 20.0


class Abandoned(RuntimeError):
    """The process ends; another one shall handle it."""


class _Draining(Consuming):
    """
    What nameko's consumer lacks.

    It finishes and acknowledges what is in flight before it closes; it ends on a topology that
    cannot be had instead of trying for ever; and it can be stopped while the broker is away.
    """

    def __init__(self, *args: Any, wants: broker.Wants, **options: Any) -> None:
        super().__init__(*args, **options)
        self._wants = wants
        self._in_flight: set[tuple[int, int]] = set()
        self._live: list[Any] = []
        self._failed: Exception | None = None

    def run(self) -> None:
        try:
            super().run()
        except Exception as error:
            self._failed = error
            self.ready.set()
            raise

    def wait_until_consumer_ready(self) -> None:
        super().wait_until_consumer_ready()
        if self._failed is not None:
            raise self._failed

    def get_consumers(self, consumer_cls: Any, channel: Any) -> list[Any]:
        with broker.agreed():
            broker.declare(channel, self._wants)
            found = consumer_cls(
                queues=self.queues, on_message=lambda message: self.on_message(None, message)
            )
            found.qos(prefetch_count=self.prefetch_count)
        self._live = [found]
        # A new channel: the broker has taken back everything that was not acknowledged.
        self._in_flight.clear()
        return self._live

    def on_message(self, body: Any, message: Any) -> None:
        self._in_flight.add((id(message.channel), message.delivery_tag))
        super().on_message(body, message)

    def _done(self, message: Any) -> None:
        self._in_flight.discard((id(message.channel), message.delivery_tag))

    def ack_message(self, message: Any) -> None:
        super().ack_message(message)
        self._done(message)

    def requeue_message(self, message: Any) -> None:
        super().requeue_message(message)
        self._done(message)

    def reject_message(self, message: Any) -> None:
        """Give a message to the dead letters."""
        if message.channel.connection:
            with suppress(ConnectionError):
                message.reject(requeue=False)
        self._done(message)

    def stop(self) -> None:
        if not self.ready.is_set():
            self._failed = Unavailable("STOPPED", "Stopped before the broker was reachable.")
            self.ready.set()
        for consumer in self._live:
            with suppress(Exception):
                consumer.cancel()
        deadline = time.monotonic() + _DRAIN_SECONDS
        while self._in_flight and time.monotonic() < deadline:
            time.sleep(0.05)
        super().stop()


class _Facts(Entrypoint):
    """An entry point that gets the message itself, and gives what fails to the dead letters."""

    consumer_cls = _Draining

    def handle_message(self, body: Any, message: Any) -> None:
        del body
        super().handle_message(message, message)

    def handle_message_processed(
        self, message: Any, _result: Any = None, exc_info: Any = None
    ) -> None:
        if exc_info is None:
            self.consumer.ack_message(message)
        elif isinstance(exc_info[1], Abandoned):
            self.consumer.requeue_message(message)
        else:
            self.consumer.reject_message(message)


_facts = _Facts.decorator


class _Turn:
    """A delivery that waits for its turn, and how that ended."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.done = threading.Event()
        self.error: Exception | None = None


class Driver:
    """Hands what is in flight to the inbox, in batches and in order."""

    def __init__(self, consumer: Consumer, store: Store) -> None:
        self.name = consumer.name
        self._inbox = Inbox(consumer, store)
        self._waiting: list[_Turn] = []
        self._moved = threading.Condition()
        self._ended = False
        self._abandon_at = float("inf")
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def take(self, message: Any) -> None:
        """Return when the message was handled or parked. Raises CannotHandle, ValueError."""
        source, row, after = broker.read(message.headers, message.body)
        turn = _Turn(Delivery(source, row, after, broker.traceparent(message.headers)))
        with self._moved:
            self._waiting.append(turn)
            self._moved.notify()
        turn.done.wait()
        if turn.error is not None:
            raise turn.error

    def hurry(self, seconds: float) -> None:
        """Give what cannot be handled back to the broker after so many seconds."""
        self._abandon_at = time.monotonic() + seconds

    def stop(self) -> None:
        """End after the batch that is being handled."""
        with self._moved:
            self._ended = True
            self._moved.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._moved:
                self._moved.wait_for(lambda: bool(self._waiting) or self._ended, timeout=2.0)
                if self._ended and not self._waiting:
                    return
                turns, self._waiting = self._waiting, []
            if turns:
                self._deliver(turns)
            else:
                self._resume()

    def _resume(self) -> None:
        try:
            self._inbox.resume()
        except (Unavailable, CannotHandle) as error:
            _log.warning("%s cannot go on with what is parked: %s", self.name, error)

    def _deliver(self, turns: list[_Turn]) -> None:
        tries, pause = 0, 0.1
        while turns:
            try:
                self._inbox.take([turn.delivery for turn in turns])
                break
            except CannotHandle as error:
                tries += 1
                at = (error.delivery.source, error.delivery.row.position)
                cause = type(error.__cause__).__name__
                _log.error("%s cannot handle %s: %s, try %d", self.name, error, cause, tries)
                if tries >= _TRIES:
                    for turn in turns:
                        if (turn.delivery.source, turn.delivery.row.position) == at:
                            turn.error = error
                            turn.done.set()
                    turns = [turn for turn in turns if turn.error is None]
                    tries, pause = 0, 0.1
                    continue
            except Exception as error:
                # The store, or what the consumer writes to: it is not the fact's fault.
                _log.warning("%s waits: %s", self.name, type(error).__name__)
            if time.monotonic() > self._abandon_at:
                for turn in turns:
                    turn.error = Abandoned()
                break
            time.sleep(pause)
            pause = min(pause * 2, 5.0)
        for turn in turns:
            turn.done.set()


def run(
    name: str,
    url: str,
    work: Work,
    ca_file: str = "",
    started: Callable[[], object] = lambda: None,
) -> None:
    """
    Consume until SIGTERM or SIGINT, then finish what is in flight.

    ``started`` is called once all queues are consumed. Raises TopologyConflict.
    """
    drivers = [Driver(consumer, work.store) for consumer in work.consumers]
    runner = ServiceRunner()
    with config.patch(
        {
            "AMQP_URI": url.replace("amqp://", "pyamqp://", 1),
            "AMQP_SSL": broker.secured(url, ca_file),
            "HEARTBEAT": 60,
            "max_workers": _PREFETCH * max(1, len(drivers)),
        }
    ):
        runner.add_service(_service(name, work.consumers, drivers))

        def stop() -> None:
            for driver in drivers:
                driver.hurry(_DRAIN_SECONDS / 2)
            runner.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: eventlet.spawn_n(stop))
        runner.start()
        _log.info("%s consumes", name)
        started()
        runner.wait()
    for driver in drivers:
        driver.stop()


def _service(name: str, consumers: Sequence[Consumer], drivers: Sequence[Driver]) -> type:
    methods: dict[str, Any] = {"name": name}
    for number, (consumer, driver) in enumerate(zip(consumers, drivers, strict=True)):
        names = [each for names in consumer.wants.values() for each in names]
        methods[f"consume_{number}"] = _method(consumer, driver, names)
    return type("Worker", (), methods)


def _method(consumer: Consumer, driver: Driver, names: list[str]) -> Any:
    @_facts(
        broker.queue(consumer.name, names),
        wants={consumer.name: consumer.wants},
        prefetch_count=_PREFETCH,
        expected_exceptions=(CannotHandle, ValueError, Abandoned),
    )
    def take(_service: Any, message: Any) -> None:
        driver.take(message)

    return take
