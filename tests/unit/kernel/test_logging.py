"""A line of the log is JSON, belongs to a request and a trace, and holds nobody's address."""

import json
import logging

import pytest

from helpdesk.kernel.context import RequestContext, bind
from helpdesk.kernel.logging import Lines

TRACE = "1a" * 16


def line(message, *args, error=None):
    info = (type(error), error, None) if error else None
    record = logging.LogRecord("kombu", logging.WARNING, "x.py", 1, message, args, info)
    return json.loads(Lines("work-email").format(record))


@pytest.fixture
def request_running():
    bind(RequestContext(action_id="a1", traceparent=f"00-{TRACE}-{'2b' * 8}-01"))
    yield
    bind(RequestContext())


@pytest.mark.usefixtures("request_running")
def test_a_line_names_its_request_and_its_trace():
    written = line("started")

    assert (written["request"], written["trace"]) == ("a1", TRACE)
    assert written["process"] == "work-email"


def test_a_line_outside_of_a_request_names_none():
    assert {"request", "trace"} & line("started").keys() == set()


@pytest.mark.parametrize(
    "message",
    [
        "mail for stefana@acme.example was late",
        "no route to <stefana@acme.example>",
        "cannot reach amqp://user:stefana@broker:5672//",
    ],
)
def test_what_a_library_logs_loses_its_addresses(message):
    written = line(message)["message"]

    assert "stefana" not in written
    assert "[address]" in written


def test_an_error_is_logged_by_its_kind_only():
    written = line("failed", error=ValueError("stefana"))

    assert written["error"] == "ValueError"
    assert "stefana" not in json.dumps(written)
