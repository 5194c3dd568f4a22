"""A store whose facts are relayed, and processes of relays and workers that a test may kill."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from kombu import Connection

from helpdesk.kernel import broker
from helpdesk.kernel.store import Store

SHARES = 4
HERE = Path(__file__).parents[1]
ROOTS = os.pathsep.join([str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)


@pytest.fixture
def store(postgres, vault):
    store = Store("source", postgres(), vault, b"k" * 32)
    with store.engine.transaction() as tx:
        tx.execute("CREATE TABLE handled (id BIGSERIAL, position BIGINT, process BIGINT)")
    yield store
    store.close()


@pytest.fixture
def name(broker_url):
    """A consumer's name; its queues are gone after the test."""
    name = f"test.{uuid4().hex[:8]}"
    yield name
    with Connection(broker_url) as connection:
        channel = connection.channel()
        for each in (name, *(f"{name}.{number}" for number in range(2, SHARES + 1))):
            channel.queue_delete(each)
            channel.queue_delete(f"{each}.dead")


@pytest.fixture
def started(name, tmp_path):
    """Starts processes; they are ended by their id before their queues go, or they make them again."""
    del name
    running = []

    def start(script, *arguments):
        errors = tmp_path / f"errors-{len(running)}"
        with errors.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", str(HERE / script), *arguments],
                cwd=HERE.parents[1],
                env={**os.environ, "PYTHONPATH": ROOTS},
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )
        running.append(process)
        process.errors = errors
        process.said = process.stdout.readline().strip()
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        sys.stderr.write(process.errors.read_text())


@pytest.fixture
def relay(started, owner_url, schema, broker_url, name):
    return lambda shares=1: started(
        "relay_under_test.py", owner_url, schema, broker_url, name, "", str(shares)
    )


@pytest.fixture
def worker(started, owner_url, schema, broker_url, name, tmp_path):
    cure = str(tmp_path / "cured")
    return lambda shares=1, url=broker_url: started(
        "worker_under_test.py", owner_url, schema, url, name, cure, "", str(shares)
    )


@pytest.fixture
def letters(broker_url):
    letters = broker.DeadLetters(broker_url)
    yield letters
    letters.close()
