"""What a worker's process may load."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLED_WHILE_IT_CONNECTS = """
from types import SimpleNamespace

import eventlet
from nameko import config
from nameko.containers import ServiceContainer

from helpdesk.kernel import consumer
from helpdesk.kernel.delivering import Flow

connecting = eventlet.event.Event()

def connection(self):
    connecting.send()
    try:
        eventlet.sleep(3600)
    finally:
        # A broker that does not answer does not answer to closing either.
        eventlet.sleep(3600)

consumer._Draining.connection = property(connection)
consumers = [SimpleNamespace(name="one", wants={})]
drivers = [SimpleNamespace(flow=Flow())]
config.setup({"AMQP_URI": "pyamqp://"})
container = ServiceContainer(consumer._service("worker", consumers, drivers))
starting = eventlet.spawn(container.start)
with eventlet.Timeout(60):
    connecting.wait()
    eventlet.spawn(container.kill)
    starting.wait()
"""

GREEN_THREADS_FAIL = """
import socket

from helpdesk.kernel import consumer, logging

import eventlet

logging.configure()
consumer._log_failures()
here, there = socket.socketpair()

def fail_at_once():
    raise ValueError("secret")

def fail_after_reading():
    here.recv(1)
    raise KeyError("secret")

eventlet.spawn(fail_at_once)
reading = eventlet.spawn(fail_after_reading)
eventlet.sleep(0)
there.send(b"1")
try:
    reading.wait()
except KeyError:
    # The hub comes to what it failed with after those who wait for it.
    eventlet.sleep(0)
"""


def test_what_green_threads_fail_with_is_logged_by_its_kind():
    code = [sys.executable, "-c", GREEN_THREADS_FAIL]
    done = subprocess.run(code, cwd=ROOT, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]

    assert [line["error"] for line in lines] == ["ValueError", "KeyError"]
    assert "secret" not in done.stderr


def test_a_start_does_not_wait_for_a_consumer_that_was_killed_before_it_was_ready():
    code = [sys.executable, "-W", "ignore", "-c", KILLED_WHILE_IT_CONNECTS]
    done = subprocess.run(code, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["email", "session", "audit", "search", "identity"])
def test_a_worker_and_all_that_it_needs_load_no_grpc(name):
    code = (
        "import helpdesk.kernel.consumer, sys, services.running, "
        f"services.{name}.worker; print('grpc' in sys.modules, 'eventlet' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True, text=True
    )

    assert said.stdout.split() == ["False", "True"], said.stderr


@pytest.mark.parametrize("module", ["helpdesk.kernel.relay", "services.running"])
def test_a_relay_loads_no_eventlet(module):
    code = f"import {module}, sys; print('eventlet' in sys.modules, 'grpc' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True, text=True
    )

    assert said.stdout.split() == ["False", "False"], said.stderr
