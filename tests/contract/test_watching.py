"""Traces and metrics of the whole product in one process: one trace a click, nobody's data."""

import json
import logging
import re
import shutil
import socket
import ssl
import urllib.request
from dataclasses import replace

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from helpdesk.identity.v1 import feed_pb2_grpc
from helpdesk.kernel import metrics, tracing
from helpdesk.kernel.context import RequestContext, bind
from helpdesk.kernel.errors import HelpdeskError
from helpdesk.kernel.resources import HostSettings
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.rpc.contract import every_method
from helpdesk.kernel.watching import watched
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.certs.commands import certs
from services.email.application.refusals import RefusedWebhooks
from tests.contract.gateway_world import gateway_world
from tests.support.product import PEOPLE, free_address, import_requests, person_id, small_directory
from tests.support.traces import collector
from tests.support.waiting import wait_until

KNOWN = [
    *(each for person in PEOPLE.values() for each in person[3:]),
    *(word for person in PEOPLE.values() for word in person[3].split() if len(word) > 4),
    *(person_id(name) for name in PEOPLE),
    "acme.example",
    "INC-4711",
    "@",
]
METHODS = {method.full_name for method in every_method()}
"""What the label ``method`` may hold; some of their names are words of people's names as well."""


@pytest.fixture(scope="module")
def watching(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        yield from running(tmp_path_factory.mktemp("watching"))


def running(folder):
    address = free_address()
    with collector() as traces:
        settings = HostSettings(
            log_level="WARNING", traces_endpoint=traces.endpoint, metrics_address=address
        )
        before = logging.getLogger().handlers[:]
        with watched(settings, {}, "serve"):
            logging.getLogger().handlers[:] = before
            with (
                gateway_world(folder) as world,
                metrics.looked_at(world.product.host.look),
            ):
                world.traces, world.metrics = traces, f"http://{address}/metrics"
                yield world


@pytest.fixture(scope="module")
def clicked(watching):
    """The trace of one click on search, when all of it has arrived."""
    page = watching.browser("north_agent").submit("/t/INC-4711/search", q="stefana voinea")
    assert "tefana" in page.text
    watching.product.settle()
    record = watching.product.records("search", method="helpdesk.search.v1.SearchService.Search")[
        -1
    ]

    def arrived():
        spans = watching.traces.trace(record.trace_id)
        names = {span["name"] for span in spans}
        return "audit.actions commit" in names and any("parentSpanId" not in s for s in spans)

    assert wait_until(arrived, pause=0.05), [s["name"] for s in watching.traces.spans][-30:]
    return record, watching.traces.trace(record.trace_id)


def scraped(watching):
    text = urllib.request.urlopen(watching.metrics, timeout=60).read().decode()
    return text, {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_one_trace_leads_from_the_click_to_the_audit_log(clicked, watching):
    _, spans = clicked
    [click] = [span for span in spans if "parentSpanId" not in span]

    assert click["name"].startswith("GET /t/{ticket}/search/")
    for name in (
        "helpdesk.search.v1.SearchService/Search",
        "store commit",
        "audit.actions process",
        "audit.actions commit",
    ):
        found = [span for span in spans if span["name"] == name]
        assert found, (name, sorted({span["name"] for span in spans}))
        assert all(watching.traces.is_below(span, click) for span in found)


def test_calls_between_services_are_below_the_call_that_needed_them(clicked, watching):
    _, spans = clicked
    [search] = [s for s in spans if s["name"] == "helpdesk.search.v1.SearchService/Search"]
    asked = [s for s in spans if "DirectoryInternalService" in s["name"]]

    assert asked
    assert all(watching.traces.is_below(span, search) for span in asked)


def test_the_record_of_an_action_carries_its_request_and_its_trace(clicked):
    record, spans = clicked
    [search] = [s for s in spans if s["name"] == "helpdesk.search.v1.SearchService/Search"]

    assert record.request_id == search["about"]["helpdesk.request_id"]
    assert record.trace_id == search["traceId"]
    assert search["about"]["helpdesk.outcome"] == "done"


def test_one_trace_leads_from_an_import_to_the_index(watching):
    product, trace = watching.product, "ab" * 16
    directory = small_directory()
    directory["people"] = [p | {"displayName": "Renamed Person"} for p in directory["people"][:1]]
    stub = product.stub(feed_pb2_grpc.DirectoryFeedServiceStub, "identity")
    bind(RequestContext(traceparent=f"00-{trace}-{'cd' * 8}-01"))
    try:
        list(
            Caller().stream(
                stub.Import,
                import_requests({"people": directory["people"]}),
                token=product.service_token("DIRECTORY_WRITER"),
            )
        )
    finally:
        bind(RequestContext())
    product.settle()

    def names():
        return {span["name"] for span in watching.traces.trace(trace)}

    wanted = {"search.index process", "search.index commit", "store commit"}
    assert wait_until(lambda: wanted <= names(), pause=0.05), names()


def test_spans_say_only_what_is_on_the_list(clicked, watching):
    said = json.dumps(watching.traces.spans, ensure_ascii=False)
    attributes = {key for span in watching.traces.spans for key in span["about"]}

    assert attributes <= tracing.ATTRIBUTES
    assert attributes >= {"rpc.method", "http.route", "messaging.consumer.group.name"}
    assert [known for known in KNOWN if known in said] == []


def test_a_failed_call_says_its_code_and_nothing_else(watching):
    stub = watching.product.stub(search_pb2_grpc.SearchServiceStub, "search")
    with pytest.raises(HelpdeskError):
        watching.product.caller("north_nobody")(
            stub.Search, search_pb2.SearchRequest(query="secret words")
        )

    def refused():
        spans = watching.traces.named("helpdesk.search.v1.SearchService/Search")
        return [s for s in spans if s["about"].get("helpdesk.reason") == "ROLE_MISSING"]

    assert wait_until(lambda: bool(refused()), pause=0.05)
    assert refused()[0]["about"]["helpdesk.outcome"] == "refused"
    assert "secret" not in json.dumps(watching.traces.spans)


def test_a_scrape_parses_and_says_how_the_process_is(clicked, watching):
    stub = watching.product.stub(search_pb2_grpc.SearchServiceStub, "search")
    with pytest.raises(HelpdeskError):
        Caller()(stub.Search, search_pb2.SearchRequest(query="x"), token="no token")
    _, values = scraped(watching)
    method = ("method", "helpdesk.search.v1.SearchService.Search")

    assert values["helpdesk_rpc_seconds_count", method, ("outcome", "done")] >= 1
    assert any(
        name == "helpdesk_refused_calls_total" and value >= 1
        for (name, *_), value in values.items()
    )
    assert values["helpdesk_store_position", ("service", "search")] >= 1
    source = (("consumer", "audit.actions"), ("source", "search"))
    assert values["helpdesk_consumer_lag", *source] == 0
    assert values["helpdesk_consumer_newest_fact_timestamp_seconds", *source] > 1.6e9
    assert values["helpdesk_consumer_delay_seconds_count", ("consumer", "search.index")] > 1
    assert values["helpdesk_http_seconds_count", ("method", "POST"),
        ("route", "/t/{ticket}/search"), ("status", "3xx")] >= 1  # fmt: skip
    assert values["process_resident_memory_bytes",] > 0


def test_metrics_hold_no_name_address_or_id_of_anybody(clicked, watching):
    store = watching.product.host.running["email"].store
    RefusedWebhooks(store).count("mailgun", "stefana@acme.example")
    _, values = scraped(watching)

    labels = {value for _, *pairs in values for _, value in pairs} - METHODS
    assert [label for label in labels if any(known in label for known in KNOWN)] == []
    assert [each for each in labels if re.search(r"[0-9a-f]{16}|[0-9]{6}", each)] == []
    refused = ("helpdesk_webhooks_refused_total", ("provider", "mailgun"), ("reason", "OTHER"))
    assert values[refused] >= 1


def test_a_gauge_that_fails_takes_no_other_with_it(watching):
    def broken():
        raise OSError("the database at stefana@acme.example is away")
        yield

    with metrics.looked_at(broken):
        text, values = scraped(watching)

    assert values["helpdesk_store_position", ("service", "search")] >= 1
    assert "stefana" not in text
    assert scraped(watching)[1]["helpdesk_scrape_failures_total",] >= 1


def test_a_trace_context_from_outside_is_continued_only_where_it_is_one(watching):
    good = f"00-{'1a' * 16}-{'2b' * 8}-01"
    bad = [good.replace("1a", "zz"), good[:-1], f"00-{'0' * 32}-{'2b' * 8}-01", "stefana"]

    assert tracing.accepted(good) == good
    assert [tracing.accepted(each) for each in bad] == [None] * 4


def test_metrics_leave_the_machine_in_plain_text_only_where_that_is_allowed():
    settings = HostSettings(log_level="WARNING", metrics_address="192.0.2.1:9464")
    far = replace(settings, metrics_address="", traces_endpoint="http://192.0.2.1:4318")
    for each, name in ((settings, "METRICS_ADDRESS"), (far, "TRACES_ENDPOINT")):
        with pytest.raises(ValueError, match=name), watched(each, {}, "serve"):
            pass


def test_with_certificates_metrics_speak_tls_and_take_up_new_ones(tmp_path):
    address, context = free_address(), ssl.create_default_context()
    context.check_hostname = False
    CliRunner().invoke(certs, ["dev", str(tmp_path)], catch_exceptions=False)
    context.load_verify_locations(tmp_path / "ca.pem")
    files = [tmp_path / "own.pem", tmp_path / "own.key"]

    def shown(service):
        for file in files:
            shutil.copy(tmp_path / f"{service}{file.suffix}", file)
        with (
            socket.create_connection(address.split(":")) as plain,
            context.wrap_socket(plain) as secure,
        ):
            names = {value for _, value in secure.getpeercert()["subjectAltName"]}
            secure.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            text = b"".join(iter(lambda: secure.recv(65536), b""))
        return text, names

    with metrics.served(address, *map(str, files)):
        assert b"helpdesk_rpc_seconds" in shown("email")[0]
        assert "email" in shown("email")[1]
        assert "search" in shown("search")[1]
        with pytest.raises(OSError):  # noqa: PT011
            urllib.request.urlopen(f"http://{address}/metrics", timeout=60)


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(OSError, match=address), metrics.served(address):
            pass
