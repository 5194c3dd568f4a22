"""What a worker's process may load."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


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
