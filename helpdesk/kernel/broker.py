"""RabbitMQ: exchanges and queues, publishing with confirms, dead letters."""

from __future__ import annotations

import json
import ssl
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from amqp.exceptions import AccessRefused, AMQPError, NotAllowed, NotFound, PreconditionFailed
from kombu.connection import Connection
from kombu.entity import Exchange, Queue, binding

from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.metrics import Reading
from helpdesk.kernel.settings import SettingsError
from helpdesk.kernel.store import StoredRow

EVENTS = Exchange("helpdesk.events", type="topic", durable=True)
DEAD = Exchange("helpdesk.dead-letters", type="topic", durable=True)

# Errors of a topology that another one contradicts: trying again does not help.
_CONFLICTS = (PreconditionFailed, AccessRefused, NotAllowed, NotFound)
_LOST = (AMQPError, OSError)
_WINDOW = 200
_CRASHES = 20
_LOOKS = 1_000_000_000
_SECONDS = 30.0
Wants = Mapping[str, Mapping[str, Sequence[str]]]
"""Names of facts by source, by consumer."""


class TopologyConflict(SettingsError):
    """The broker has an exchange or a queue of that name with other properties."""


def secured(url: str, ca_file: str = "") -> dict[str, Any] | bool:
    """
    Return what the libraries need to know for an ``amqps://`` URL: certificate and name count.

    An empty ``ca_file`` is the system's authorities.
    """
    if not any(each.strip().startswith("amqps://") for each in url.split(";")):
        return False
    # No name here stands for the one in the URL.
    return {
        "cert_reqs": ssl.CERT_REQUIRED,
        "ca_certs": ca_file or None,
        "server_hostname": None,
    }


def queue(consumer: str, names: Iterable[str]) -> Queue:
    """Return the queue of a consumer, bound to the names of the facts it wants."""
    return Queue(
        consumer,
        durable=True,
        bindings=[binding(EVENTS, routing_key=name) for name in sorted(set(names))],
        queue_arguments={
            "x-queue-type": "quorum",
            # Several workers share it, one is active: order within a source matters.
            "x-single-active-consumer": True,
            "x-delivery-limit": _CRASHES,
            "x-dead-letter-exchange": DEAD.name,
            "x-dead-letter-routing-key": consumer,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )


def dead_letters(consumer: str) -> Queue:
    """Return the queue of what a consumer could not handle."""
    return Queue(
        f"{consumer}.dead",
        DEAD,
        routing_key=consumer,
        durable=True,
        # Whoever looks gives everything back, which counts as deliveries; RabbitMQ 4 has a limit
        # of its own where there is none, and before it none can be said other than so.
        queue_arguments={"x-queue-type": "quorum", "x-delivery-limit": _LOOKS},
    )


def declare(channel: Any, wants: Wants) -> None:
    """Declare the exchanges, and both queues of each consumer. Raises TopologyConflict."""
    with agreed():
        for exchange in (EVENTS, DEAD):
            exchange(channel).declare()
        for consumer, sources in wants.items():
            dead_letters(consumer)(channel).declare()
            queue(consumer, [n for names in sources.values() for n in names])(channel).declare()


@contextmanager
def agreed() -> Iterator[None]:
    """Raise TopologyConflict where the broker has something else by a name of ours."""
    try:
        yield
    except _CONFLICTS as error:
        raise TopologyConflict(
            "HELPDESK_BROKER_URL: this vhost has something else by a name of ours, or refuses it: "
            f"{error.reply_text}. Use a vhost of its own, or delete that once it is empty"
        ) from error


def headers(
    source: str, row: StoredRow, after: Mapping[str, int], begun: str = "", sent: str = ""
) -> dict[str, str]:
    """
    Return the attributes of a CloudEvent (AMQP binding, binary mode): the body stays as is.

    ``begun`` is the trace context of the fact (CloudEvents "Distributed Tracing" extension),
    ``sent`` that of its publishing (W3C "Trace Context for AMQP").
    """
    attributes = {
        "specversion": "1.0",
        "id": f"{row.stream_id}:{row.version}",
        "source": f"/helpdesk/{source}",
        "type": row.name,
        "position": str(row.position),
        "after": json.dumps(after, separators=(",", ":")),
    }
    if begun:
        attributes["traceparent"] = begun
    made = {f"cloudEvents:{key}": value for key, value in attributes.items()}
    if sent:
        made["traceparent"] = sent
    return made


def traceparent(headers: Mapping[str, Any]) -> str:
    """Return the trace context that a message continues, empty for none."""
    return str(headers.get("traceparent") or headers.get("cloudEvents:traceparent") or "")


def read(
    headers: Mapping[str, Any], body: bytes | str | memoryview
) -> tuple[str, StoredRow, dict[str, int]]:
    """Return source, row and ``after`` of a message. Raises ValueError for what is no event."""
    try:
        stream, _, version = str(headers["cloudEvents:id"]).rpartition(":")
        row = StoredRow(
            int(headers["cloudEvents:position"]),
            stream,
            int(version),
            str(headers["cloudEvents:type"]),
            _bytes(body),
        )
        after = {str(k): int(v) for k, v in json.loads(headers["cloudEvents:after"]).items()}
        return str(headers["cloudEvents:source"]).removeprefix("/helpdesk/"), row, after
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("a message that is no event") from error


def returned(headers: Mapping[str, Any]) -> int:
    """Return how often a message was delivered and given back before."""
    return int(headers.get("x-delivery-count") or 0)


def _bytes(body: bytes | str | memoryview) -> bytes:
    return body.encode() if isinstance(body, str) else bytes(body)


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except _LOST as error:
        raise Unavailable("BROKER_UNAVAILABLE", "The broker cannot be reached.") from error


class Publisher:
    """Publishes in order, with so many unconfirmed at most; persistent messages."""

    def __init__(self, url: str, wants: Wants, ca_file: str = "") -> None:
        self._wanted = {
            n for sources in wants.values() for names in sources.values() for n in names
        }
        self._unconfirmed: deque[int] = deque()
        self._confirmed: set[int] = set()
        self._tag = 0
        self._problem = ""
        self._connection = Connection(
            url, ssl=secured(url, ca_file), heartbeat=30, connect_timeout=5
        )
        try:
            with _reached():
                self._connection.connect()
                self._channel = self._connection.channel()
                declare(self._channel, wants)
                self._channel.confirm_select()
        except BaseException:
            self.close()
            raise
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)

    @property
    def confirmed(self) -> int:
        """How many of what was published, from the first on, are known to be confirmed."""
        return self._tag - len(self._unconfirmed)

    def publish(self, name: str, headers: Mapping[str, str], body: bytes) -> int:
        """Publish one event, the how-manieth is returned; waits where too many are unconfirmed."""
        message = self._channel.prepare_message(
            body,
            content_type="application/json",
            content_encoding="utf-8",
            headers=dict(headers),
            properties={"delivery_mode": 2, "message_id": headers["cloudEvents:id"]},
        )
        with _reached():
            self._channel.basic_publish(
                message,
                exchange=EVENTS.name,
                routing_key=name,
                # An event that somebody wants and that reaches no queue must not pass for sent.
                mandatory=name in self._wanted,
            )
        self._tag += 1
        self._unconfirmed.append(self._tag)
        self._wait(_WINDOW)
        return self._tag

    def flush(self) -> None:
        """Return when everything is confirmed. Raises Unavailable where something is not."""
        self._wait(0)

    def idle(self) -> None:
        """Keep the connection alive while there is nothing to publish."""
        with _reached():
            self._connection.heartbeat_check()
            with suppress(TimeoutError):
                self._connection.drain_events(timeout=0.001)

    def _wait(self, most: int) -> None:
        while len(self._unconfirmed) > most and not self._problem:
            with _reached():
                self._connection.drain_events(timeout=_SECONDS)
        if self._problem:
            raise Unavailable("NOT_CONFIRMED", self._problem)

    def _on_ack(self, tag: int, multiple: bool) -> None:
        if multiple:
            while self._unconfirmed and self._unconfirmed[0] <= tag:
                self._unconfirmed.popleft()
        else:
            self._confirmed.add(tag)
        while self._unconfirmed and self._unconfirmed[0] in self._confirmed:
            self._confirmed.discard(self._unconfirmed.popleft())

    def _on_nack(self, _tag: int, _multiple: bool) -> None:
        self._problem = "The broker did not take a message."

    def _on_return(self, _error: Exception, _exchange: str, key: str, _message: Any) -> None:
        self._problem = f"No queue takes {key}."

    def close(self) -> None:
        """Close the connection."""
        with suppress(*_LOST):
            self._connection.release()


class Depths:
    """Looks how many facts wait in the queues of consumers, and how many are dead letters."""

    def __init__(self, url: str, consumers: Sequence[str], ca_file: str = "") -> None:
        self._url, self._consumers, self._ca_file = url, consumers, ca_file

    def look(self) -> Iterator[Reading]:
        """Ask the broker, on a connection for this once. Raises Unavailable."""
        letters = DeadLetters(self._url, self._ca_file)
        try:
            for consumer in self._consumers:
                yield "helpdesk_queue_messages", (consumer,), letters.waiting(consumer)
                yield "helpdesk_dead_letters", (consumer,), letters.count(consumer)
        finally:
            letters.close()


class DeadLetters:
    """What consumers could not handle, for the operator."""

    def __init__(self, url: str, ca_file: str = "") -> None:
        self._connection = Connection(
            url,
            ssl=secured(url, ca_file),
            connect_timeout=5,
            transport_options={"confirm_publish": True},
        )
        with _reached():
            self._connection.connect()
            self._channel = self._connection.channel()

    def count(self, consumer: str) -> int:
        """Return how many there are of a consumer."""
        return self._length(f"{consumer}.dead")

    def waiting(self, consumer: str) -> int:
        """Return how many facts wait in a consumer's own queue."""
        return self._length(consumer)

    def _length(self, name: str) -> int:
        with _reached():
            try:
                return int(Queue(name)(self._channel).queue_declare(passive=True)[1])
            except NotFound:
                self._channel = self._connection.channel()
                return 0

    def each(self, consumer: str, done: Callable[[Mapping[str, Any], bytes], bool]) -> int:
        """Show each to a function; those that it returns True for are taken away. Returns those."""
        taken, kept = 0, []
        with _reached():
            for _ in range(self.count(consumer)):
                message = dead_letters(consumer)(self._channel).get()
                if message is None:
                    break
                if done(message.headers, _bytes(message.body)):
                    message.ack()
                    taken += 1
                else:
                    kept.append(message)
            for message in kept:
                message.requeue()
        return taken

    def replay(self, consumer: str, headers: Mapping[str, Any], body: bytes) -> None:
        """Put a message at the end of the consumer's own queue, confirmed."""
        message = self._channel.prepare_message(
            body,
            content_type="application/json",
            content_encoding="utf-8",
            headers={k: v for k, v in headers.items() if not k.startswith("x-")},
            properties={"delivery_mode": 2, "message_id": headers.get("cloudEvents:id", "")},
        )
        with _reached():
            self._channel.basic_publish_confirm(message, exchange="", routing_key=consumer)

    def close(self) -> None:
        """Close the connection."""
        with suppress(*_LOST):
            self._connection.release()
