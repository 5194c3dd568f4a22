"""The consumers of a service as one nameko service; this process never loads grpc."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # That eventlet is in maintenance is no news to an operator, and no line of JSON.
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

eventlet.monkey_patch()

# ruff: noqa: E402  # nothing may be imported before its locks and sockets are patched
import logging
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

from eventlet import hubs
from nameko import config
from nameko.amqp.consume import Consumer as Consuming
from nameko.messaging import Consumer as Entrypoint
from nameko.runners import ServiceRunner

from helpdesk.kernel import broker
from helpdesk.kernel.bus import Consumer
from helpdesk.kernel.delivering import PATIENCE, PREFETCH, Driver, Flow
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.inbox import CannotHandle
from helpdesk.kernel.resources import Work
from helpdesk.kernel.sharing import Roster, Sharing

_log = logging.getLogger(__name__)
_DRAIN_SECONDS = 20.0
_Failure = tuple[type[BaseException], BaseException, TracebackType | None]


class _Draining(Consuming):
    """
    What nameko's consumer lacks.

    It finishes and acknowledges what is in flight before it closes; it ends on a topology that
    cannot be had instead of trying for ever; it can be stopped while the broker is away; it takes
    as much at once as its flow says; and of several workers it lets the one go first that is to
    handle the queue.
    """

    def __init__(self, *args: Any, wants: broker.Wants, flow: Flow, **options: Any) -> None:
        super().__init__(*args, **options)
        self._wants = wants
        self._flow = flow
        self._in_flight: set[tuple[int, int]] = set()
        self._made: Any = None
        self._taken = 0
        self._strayed: list[Any] = []
        self._stopping = False
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
            self._made = consumer_cls(
                queues=self.queues, on_message=lambda message: self.on_message(None, message)
            )
        # A new channel: the broker has taken back everything that was not acknowledged.
        self._in_flight.clear()
        self._strayed.clear()
        self._taken = 0
        self._flow.begin()
        # The first iteration begins with what the flow says.
        return []

    def on_iteration(self) -> None:
        """Take as much at once as the flow says; called once a second at least."""
        if self._stopping:
            return
        strayed, self._strayed = self._strayed, []
        if strayed and self._consumers() == 1:
            self._flow.alone()
            self._acknowledge(strayed)
            strayed = []
        wanted = self._flow.wanted
        if wanted == self._taken and not strayed:
            return
        if self._taken:
            self._made.cancel()
        # Behind the others in the line from here on, and what comes next has its predecessor.
        self._acknowledge(strayed)
        if wanted:
            self._made.qos(prefetch_count=wanted)
            self._made.consume()
        self._taken = wanted
        self._flow.applied(wanted)

    def on_message(self, body: Any, message: Any) -> None:
        self._flow.came(broker.returned(message.headers))
        self._in_flight.add((id(message.channel), message.delivery_tag))
        super().on_message(body, message)

    def _done(self, message: Any) -> None:
        self._in_flight.discard((id(message.channel), message.delivery_tag))

    def _consumers(self) -> int:
        (queue,) = self.queues
        declared = queue(self._made.channel).queue_declare(passive=True)
        return int(declared.consumer_count)

    def _acknowledge(self, messages: Sequence[Any]) -> None:
        for message in messages:
            super().ack_message(message)
            self._done(message)

    def ack_message(self, message: Any) -> None:
        if self._flow.in_the_way and not self._stopping:
            self._strayed.append(message)
        else:
            self._acknowledge([message])

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
        self._stopping = True
        strayed, self._strayed = self._strayed, []
        self._acknowledge(strayed)
        if self._made is not None:
            with suppress(Exception):
                self._made.cancel()
        deadline = time.monotonic() + _DRAIN_SECONDS
        while self._in_flight and time.monotonic() < deadline:
            time.sleep(0.05)
        super().stop()


class _Facts(Entrypoint):
    """An entry point that gets the message itself, and gives what fails to the dead letters."""

    consumer_cls = _Draining

    def kill(self) -> None:
        # Another's failure kills this one, and the start that tells it waits until all are ready.
        self.consumer.ready.set()

    def handle_message(self, body: Any, message: Any) -> None:
        del body
        super().handle_message(message, message)

    def handle_message_processed(
        self, message: Any, result: Any = None, exc_info: Any = None
    ) -> None:
        if exc_info is not None:
            self.consumer.reject_message(message)
        elif result:
            self.consumer.ack_message(message)
        else:
            self.consumer.requeue_message(message)


_facts = _Facts.decorator


def run(
    name: str,
    url: str,
    work: Work,
    ca_file: str = "",
    started: Callable[[], object] = lambda: None,
    patience: float = PATIENCE,
) -> None:
    """
    Consume until SIGTERM or SIGINT, then finish what is in flight.

    ``started`` is called once all queues are consumed; after ``patience`` seconds without an engine
    what is in flight is given back. Raises TopologyConflict.
    """
    drivers = [Driver(consumer, work.store, patience) for consumer in work.consumers]
    sharing = Sharing(Roster(work.store.engine), {each.name: each.flow for each in drivers})
    _log_failures()
    runner = ServiceRunner()
    with config.patch(
        {
            "AMQP_URI": url.replace("amqp://", "pyamqp://", 1),
            "AMQP_SSL": broker.secured(url, ca_file),
            "HEARTBEAT": 60,
            "max_workers": PREFETCH * max(1, len(drivers)),
        }
    ):
        runner.add_service(_service(name, work.consumers, drivers))
        sharing.start()

        def stop() -> None:
            for driver in drivers:
                driver.hurry(_DRAIN_SECONDS / 2)
            sharing.stop()
            runner.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: eventlet.spawn_n(stop))
        runner.start()
        _log.info("%s consumes", name)
        started()
        runner.wait()
    for driver in drivers:
        driver.stop()


def _log_failures() -> None:
    """Log what green threads fail with, which eventlet would print."""
    hub = hubs.get_hub()

    def failed(error: _Failure) -> None:
        _log.error("a green thread failed", exc_info=error)

    def failed_reading(descriptor: int, error: _Failure) -> None:
        failed(error)
        with suppress(Exception):
            hub.remove_descriptor(descriptor)

    hub.squelch_generic_exception = failed
    hub.squelch_timer_exception = lambda _timer, error: failed(error)
    hub.squelch_exception = failed_reading


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
        flow=driver.flow,
        expected_exceptions=(CannotHandle, ValueError),
    )
    def take(_service: Any, message: Any) -> bool:
        return driver.take(message.headers, message.body)

    return take
