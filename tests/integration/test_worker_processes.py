"""What a worker's process may load."""

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
