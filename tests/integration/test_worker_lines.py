"""What a worker writes to standard error: lines of JSON, also where it fails."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from kombu import Connection

from tests.support.distributed import space
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
# Warnings are on here, as they are where an operator starts it.
HELPDESK = [sys.executable, "-m", "services"]


@pytest.fixture(scope="module")
def env(tmp_path_factory):
    """Settings of a database, a vhost and an index of our own."""
    with space() as made:
        made.pop("ENGINES_OWNER_DATABASE_URL")
        settings = {
            **os.environ,
            **made,
            "HELPDESK_DATA_DIR": str(tmp_path_factory.mktemp("lines") / "data"),
            "HELPDESK_GATEWAY_URL": "http://127.0.0.1:8080",
            "HELPDESK_EMAIL_SMTP_ADDRESS": "127.0.0.1:1",
        }
        for word in ("init", "migrate"):
            command = [*HELPDESK, word]
            subprocess.run(command, cwd=ROOT, env=settings, check=True, capture_output=True)
        yield settings


@pytest.fixture
def worker(env, tmp_path):
    file = tmp_path / "errors"
    with file.open("w") as errors:
        process = subprocess.Popen([*HELPDESK, "work", "email"], cwd=ROOT, env=env, stderr=errors)
    process.lines = lambda: file.read_text().splitlines()
    yield process
    process.kill()
    process.wait()


def not_json(lines):
    def is_json(line):
        try:
            return bool(json.loads(line)["message"])
        except ValueError:
            return False

    return [line for line in lines if not is_json(line)]


def test_a_worker_writes_lines_of_json_and_that_it_is_ready(worker):
    ready = "ready: work email"
    assert wait_until(lambda: ready in worker.lines() or worker.poll() is not None)
    worker.terminate()

    assert worker.wait(timeout=60) == 0
    assert not_json(worker.lines()) == [ready]
    assert len(worker.lines()) > 1


@pytest.fixture
def conflict(env):
    with Connection(env["HELPDESK_BROKER_URL"]) as connection:
        channel = connection.channel()
        channel.queue_delete("email.delivery")
        channel.queue_declare("email.delivery", durable=True, auto_delete=False)
        yield
        channel.queue_delete("email.delivery")


def test_a_worker_that_fails_says_why_in_one_line(conflict, worker):
    assert worker.wait(timeout=60) == 1
    (said,) = not_json(worker.lines())
    assert said.startswith("helpdesk: HELPDESK_BROKER_URL: this vhost has something else")
    assert len(worker.lines()) > 1
