"""Spans say what is allowed, and nothing of it is loaded where nobody asks."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from helpdesk.kernel import tracing
from helpdesk.kernel.otlp import message
from helpdesk.kernel.watching import traces_url

ROOT = Path(__file__).parents[3]
PARENT = f"00-{'1a' * 16}-{'2b' * 8}-01"


@pytest.fixture
def spans():
    exporter = InMemorySpanExporter()
    stop = tracing.start(exporter, "test", at_once=True)
    yield exporter.get_finished_spans
    stop()


def test_without_an_exporter_the_context_is_passed_on_as_it_is():
    with tracing.span("x", "server", PARENT) as span:
        assert span.traceparent == PARENT


def test_without_an_exporter_a_beginning_still_has_an_id():
    with tracing.span("x", "server", None) as span:
        assert len(tracing.trace_id(span.traceparent)) == 32


def test_a_span_is_a_child_of_the_context_that_it_is_given(spans):
    with tracing.span("x", "server", PARENT) as span:
        assert tracing.trace_id(span.traceparent) == "1a" * 16
    [made] = spans()

    assert f"{made.parent.span_id:016x}" == "2b" * 8
    assert span.traceparent.split("-")[2] == f"{made.context.span_id:016x}"


def test_a_beginning_has_no_parent(spans):
    with tracing.span("x", "server", None):
        pass

    assert spans()[0].parent is None


def test_work_of_no_trace_makes_no_span(spans):
    with tracing.span("x", "internal", "") as span:
        assert span.traceparent == ""

    assert spans() == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("user.email", "x"),
        ("helpdesk.reason", "stefana@acme.example"),
        ("helpdesk.reason", "Ștefana"),
        ("helpdesk.reason", "two words"),
        ("http.route", "/t/" + "x" * 200),
    ],
)
def test_what_is_not_on_the_list_or_has_not_the_form_of_a_code_is_left_out(spans, key, value):
    with tracing.span("x", "server", None, {key: value, "rpc.method": "Search"}) as span:
        span.say({key: value})

    assert dict(spans()[0].attributes) == {"rpc.method": "Search"}


def test_an_error_marks_a_span_and_says_no_word(spans):
    with pytest.raises(ValueError, match="stefana"), tracing.span("x", "server", None):
        raise ValueError("stefana@acme.example")
    [made] = spans()

    assert made.status.status_code.name == "ERROR"
    assert "stefana" not in made.to_json()


def test_a_trace_that_the_caller_does_not_want_is_not_sent(spans):
    unwanted = PARENT[:-2] + "00"
    with tracing.span("x", "server", unwanted) as span:
        assert span.traceparent.endswith("-00")

    assert spans() == ()


def test_the_message_is_that_of_the_protocol(spans):
    with tracing.span("x", "consumer", PARENT, {"helpdesk.position": 7}):
        pass
    [sent] = message(spans())["resourceSpans"][0]["scopeSpans"][0]["spans"]

    assert (sent["traceId"], sent["parentSpanId"], sent["kind"]) == ("1a" * 16, "2b" * 8, 5)
    assert sent["attributes"] == [{"key": "helpdesk.position", "value": {"intValue": "7"}}]
    assert int(sent["endTimeUnixNano"]) >= int(sent["startTimeUnixNano"]) > 1.6e18


@pytest.mark.parametrize(
    ("own", "env", "url"),
    [
        ("", {}, ""),
        ("http://a:4318/", {}, "http://a:4318/v1/traces"),
        ("http://a/v1/traces", {}, "http://a/v1/traces"),
        ("", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://b:4318"}, "http://b:4318/v1/traces"),
        ("", {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/own"}, "http://c/own"),
        ("http://a", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://b"}, "http://a/v1/traces"),
    ],
)
def test_our_setting_comes_before_the_standard_ones(own, env, url):
    assert traces_url(own, env) == url


def child(code):
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()


def test_nothing_of_it_is_loaded_where_nobody_asks_for_traces():
    code = "import services.hosting, sys; print(any('opentelemetry' in m for m in sys.modules))"

    assert child(code) == ["False"]


def test_a_worker_that_traces_and_is_measured_loads_no_grpc():
    code = (
        "from helpdesk.kernel import consumer, otlp, tracing, watching\n"
        "import sys\n"
        "tracing.start(otlp.Exporter('http://127.0.0.1:1', {}), 'x')\n"
        "print('eventlet' in sys.modules, 'grpc' in sys.modules)"
    )

    assert child(code)[:2] == ["True", "False"]


def test_it_costs_next_to_nothing_where_it_is_off():
    begin = time.thread_time()
    for _ in range(1000):
        with tracing.span("x", "server", PARENT, {"rpc.method": "Search"}):
            pass

    # A call takes milliseconds; this much a span would already be a percent of it.
    assert (time.thread_time() - begin) / 1000 < 20e-6
