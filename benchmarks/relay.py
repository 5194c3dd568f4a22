"""The relay, from PostgreSQL to confirmed messages, against bare kombu with pipelined confirms."""

import statistics
import threading
import time
from collections import deque
from datetime import UTC, datetime
from typing import Any

from kombu.connection import Connection
from kombu.entity import Queue
from kombu.messaging import Producer

from benchmarks.engines import LineWritten, Log, in_turn, log
from benchmarks.measuring import row
from helpdesk.kernel import broker
from helpdesk.kernel.broker import Publisher
from helpdesk.kernel.relay import Relay
from helpdesk.kernel.store import StoredRow

_CONSUMER = "bench.lines"
_WANTS = {_CONSUMER: {"source": (LineWritten.NAME,)}}
_RELAYED = "SELECT position FROM relay_position"
_WINDOW = 200
_AIM = 0.8
_LOOK_SECONDS = 0.005


def run(rounds: int = 5, events: int = 5_000) -> list[dict[str, Any]]:
    """Publish the same events to the same quorum queue: persistent, mandatory, confirmed."""
    with log() as ours:
        now = datetime.now(UTC)
        for _ in range(events // 100):
            last = ours.write(now, 100)
        rows = ours.store.read(0, events)
        found = in_turn(lambda _: _relayed(ours, last), lambda _: _bare(ours, rows), rounds)
    mine, theirs = (statistics.median(side) for side in zip(*found, strict=True))
    ratio = statistics.median(one / other for one, other in found)
    return [row("relay", mine, theirs, "events/s", ratio, rounds, _AIM)]


def _purge(url: str) -> None:
    with Connection(url) as connection:
        Queue(_CONSUMER)(connection.channel()).purge()


def _relayed(ours: Log, last: int) -> float:
    """Return events a second of a relay that begins at the first event, its start included."""
    relay = Relay("source", ours.engine, lambda: Publisher(ours.broker_url, _WANTS))
    thread = threading.Thread(target=relay.run)
    began = time.perf_counter()
    thread.start()
    while (found := ours.engine.query(_RELAYED)) != [(last,)]:
        if not thread.is_alive():
            raise RuntimeError(f"the relay ended at {found}")
        time.sleep(_LOOK_SECONDS)
    seconds = time.perf_counter() - began
    relay.stop()
    thread.join()
    with ours.engine.transaction() as tx:
        tx.execute("DELETE FROM relay_position")
    _purge(ours.broker_url)
    return last / seconds


def _bare(ours: Log, rows: list[StoredRow]) -> float:
    """Return messages a second of kombu's producer, with as many unconfirmed as the relay has."""
    waiting: deque[int] = deque()
    early: set[int] = set()

    def confirmed(tag: int, multiple: bool) -> None:
        early.update(each for each in waiting if each <= tag) if multiple else early.add(tag)
        while waiting and waiting[0] in early:
            early.discard(waiting.popleft())

    sent = [
        (each.name, broker.headers("source", each, {each.name: each.position - 1}), each.state)
        for each in rows
    ]
    began = time.perf_counter()
    with Connection(ours.broker_url) as connection:
        channel = connection.channel()
        broker.declare(channel, _WANTS)
        channel.confirm_select()
        channel.events["basic_ack"].add(confirmed)
        producer = Producer(channel, exchange=broker.EVENTS, auto_declare=False)
        for tag, (name, headers, body) in enumerate(sent, start=1):
            producer.publish(
                body,
                routing_key=name,
                headers=headers,
                delivery_mode=2,
                mandatory=True,
                content_type="application/json",
                content_encoding="utf-8",
            )
            waiting.append(tag)
            while len(waiting) > _WINDOW:
                connection.drain_events(timeout=30)
        while waiting:
            connection.drain_events(timeout=30)
        seconds = time.perf_counter() - began
    _purge(ours.broker_url)
    return len(sent) / seconds
