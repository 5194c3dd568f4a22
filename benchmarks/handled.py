"""From a commit until a worker handled its fact, against bare messaging and one bare commit."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from kombu.connection import Connection
from kombu.messaging import Producer

from benchmarks.engines import ROOT, SCHEMA, log, process
from benchmarks.measuring import p99, row
from helpdesk.kernel import broker

_TESTED = ROOT / "tests" / "integration"
_CONSUMER = "bench.lines"
_BARE = "bench.bare"
# At most twice as long.
_AIM = 0.5
_SECONDS = 60.0
# The worker's own transaction says that it is committed, on both sides alike.
_TABLE = """
CREATE TABLE bench.{0} (id BIGSERIAL, position BIGINT, process BIGINT);
CREATE FUNCTION bench.{0}_said() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN PERFORM pg_notify(''{0}'', NEW.position::text); RETURN NEW; END';
CREATE TRIGGER said AFTER INSERT ON bench.{0} FOR EACH ROW EXECUTE FUNCTION bench.{0}_said();
"""


def run(runs: int = 500) -> list[dict[str, Any]]:
    """
    Handle one fact at a time: relay, broker, worker and its commit, each a process of its own.

    The clock starts when the commit of the fact is acknowledged; the peer's, when kombu is asked to
    publish to a process that consumes and inserts one row.
    """
    with ExitStack() as ending:
        ours = ending.enter_context(log())
        folder = ending.enter_context(tempfile.TemporaryDirectory(prefix="helpdesk-benchmark-"))
        listening = ending.enter_context(psycopg.connect(ours.url, autocommit=True))
        for name in ("handled", "bare"):
            listening.execute(_TABLE.format(name).encode())
            listening.execute(f"LISTEN {name}".encode())
        for script, *words in (
            ("relay_under_test.py", ours.url, SCHEMA, ours.broker_url, _CONSUMER),
            ("worker_under_test.py", ours.url, SCHEMA, ours.broker_url, _CONSUMER, folder),
        ):
            ending.enter_context(_python(_TESTED / script, *words))
        ending.enter_context(
            _python(Path(__file__).with_name("bare.py"), ours.url, ours.broker_url)
        )
        channel = ending.enter_context(Connection(ours.broker_url)).channel()
        producer = Producer(channel, exchange=broker.EVENTS, auto_declare=False)

        def commit(_: int) -> float:
            position = ours.write(datetime.now(UTC))
            began = time.perf_counter()
            return _until(listening, "handled", position) - began

        def publish(number: int) -> float:
            began = time.perf_counter()
            producer.publish(
                b"x" * 400, routing_key=_BARE, delivery_mode=2, headers={"n": number + 1_000}
            )
            return _until(listening, "bare", number + 1_000) - began

        return _rows(commit, publish, runs)


def _python(script: Path, *arguments: str) -> Any:
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, "-W", "ignore", str(script), *arguments]
    return process(command, env=env, stdout=subprocess.DEVNULL)


def _until(listening: psycopg.Connection[Any], channel: str, number: int) -> float:
    """Return when the row of that number was committed."""
    for said in listening.notifies(timeout=_SECONDS):
        if (said.channel, said.payload) == (channel, str(number)):
            return time.perf_counter()
    raise TimeoutError(f"{channel} did not handle {number}")


def _rows(
    ours: Callable[[int], float], peer: Callable[[int], float], runs: int
) -> list[dict[str, Any]]:
    found = [(ours(number), peer(number)) for number in range(-20, runs)][20:]
    mine, theirs = zip(*found, strict=True)
    rows = []
    for name, measured, aim in (("median", statistics.median, 0.0), ("p99", p99, _AIM)):
        one, other = measured(mine) * 1000, measured(theirs) * 1000
        rows.append(row(f"commit to handled, {name}", one, other, "ms", other / one, runs, aim))
    return rows
