"""One trace over processes: gRPC, PostgreSQL, relay, RabbitMQ, workers, index and audit log; each is measured."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from helpdesk.identity.v1 import feed_pb2_grpc
from helpdesk.kernel import tracing
from helpdesk.kernel.context import RequestContext, bind
from helpdesk.kernel.otlp import Exporter
from helpdesk.kernel.rpc.client import Caller
from services.audit.service import SERVICE as AUDIT
from services.identity.service import SERVICE as IDENTITY
from services.search.domain import Scope, parse_query
from services.search.index.opensearch import OpenSearchIndex
from services.search.index.opensearch_client import connected
from tests.support.distributed import space
from tests.support.product import (
    PEOPLE,
    free_address,
    import_requests,
    person_id,
    running_product,
    small_directory,
)
from tests.support.traces import collector
from tests.support.waiting import wait_until
from tests.support.wire import Wire

ROOT = Path(__file__).parents[2]
HELPDESK = [sys.executable, "-W", "ignore", "-m", "services"]
RUN = (("relay", "identity"), ("relay", "audit"), ("work", "audit"), ("work", "search"))
CUT = ("relay", "identity")
"""Between it and the broker is a wire that can be cut."""


@pytest.fixture(scope="module")
def settings():
    """A database, a vhost and an index of our own."""
    with space() as made:
        made.pop("ENGINES_OWNER_DATABASE_URL")
        yield made | {"HELPDESK_EMAIL_SMTP_ADDRESS": free_address()}


@pytest.fixture(scope="module")
def watching(tmp_path_factory, settings):
    folder = tmp_path_factory.mktemp("watching") / "data"
    subprocess.run(
        [*HELPDESK, "migrate"],
        cwd=ROOT,
        env={**os.environ, **settings, "HELPDESK_DATA_DIR": str(folder)},
        check=True,
        capture_output=True,
    )
    processes = Processes()
    broker = settings["HELPDESK_BROKER_URL"]
    with collector() as traces, Wire.to(broker) as wire:
        stop = tracing.start(Exporter(f"{traces.endpoint}/v1/traces", {}), "serve", at_once=True)
        try:
            with running_product(folder, [IDENTITY, AUDIT], **settings) as product:
                for process in RUN:
                    processes.addresses[process] = free_address()
                    processes.env[process] = {
                        **os.environ,
                        **product.env,
                        "HELPDESK_TRACES_ENDPOINT": traces.endpoint,
                        "HELPDESK_METRICS_ADDRESS": processes.addresses[process],
                        "OTEL_BSP_SCHEDULE_DELAY": "200",
                    }
                processes.env[CUT]["HELPDESK_BROKER_URL"] = wire.through(broker)
                product.traces, product.wire, product.processes = traces, wire, processes
                try:
                    for process in RUN:
                        processes.start(process)
                    yield product
                finally:
                    codes = [processes.stop(process) for process in [*processes.running]]
                    assert codes == [0] * len(RUN)
        finally:
            stop()


class Processes:
    """Relays and workers, each of which can be stopped and started again."""

    def __init__(self):
        self.running, self.addresses, self.env = {}, {}, {}

    def start(self, process):
        self.running[process] = subprocess.Popen(
            [*HELPDESK, *process], cwd=ROOT, env=self.env[process]
        )

    def stop(self, process):
        """End a process as an operator does; return its exit code."""
        stopped = self.running.pop(process)
        stopped.send_signal(signal.SIGTERM)
        return stopped.wait(timeout=120)


@pytest.fixture(scope="module")
def imported(watching):
    """The trace of one import, when the last of it has arrived."""
    trace = uuid4().hex
    stub = watching.stub(feed_pb2_grpc.DirectoryFeedServiceStub, "identity")
    bind(RequestContext(traceparent=f"00-{trace}-{'cd' * 8}-01"))
    try:
        list(
            Caller().stream(
                stub.Import,
                import_requests(small_directory()),
                token=watching.service_token("DIRECTORY_WRITER"),
                timeout=60,
            )
        )
    finally:
        bind(RequestContext())

    def names():
        return {span["name"] for span in watching.traces.trace(trace)}

    ends = {"audit.actions commit", "search.index commit"}
    assert wait_until(lambda: ends <= names(), 120, 0.1), names()
    return watching.traces.trace(trace)


def scraped(watching, *process):
    url = f"http://{watching.processes.addresses[process]}/metrics"
    text = urllib.request.urlopen(url, timeout=60).read().decode()
    return text, {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("process", "consumer"), [("work-audit", "audit.actions"), ("work-search", "search.index")]
)
def test_one_trace_leads_through_the_broker_to_the_audit_log_and_to_the_index(
    imported, process, consumer
):
    [call] = [s for s in imported if s["name"].endswith("DirectoryFeedService/Import")]
    by_id = {span["spanId"]: span for span in imported}
    way, span = [], next(s for s in imported if s["name"] == f"{consumer} commit")
    while span is not None:
        way.append((span["process"], span["name"]))
        span = by_id.get(span.get("parentSpanId", ""))

    assert call["process"] == "serve"
    assert way == [
        (process, f"{consumer} commit"),
        (process, f"{consumer} process"),
        ("relay-identity", "identity relay"),
        ("serve", call["name"]),
    ]


def test_what_the_trace_brought_to_the_index_is_in_opensearch(imported, index):
    query = parse_query("stefana voinea", Scope("", all_partners=True))

    assert wait_until(lambda: index.find(query).total == 1, pause=0.1)


@pytest.fixture
def index(settings):
    client = connected(settings["HELPDESK_SEARCH_OPENSEARCH_URL"], timeout_seconds=30)
    opened = OpenSearchIndex(client, settings["HELPDESK_SEARCH_OPENSEARCH_INDEX"])
    yield opened
    opened.close()


def test_spans_of_every_process_hold_nobodys_data(watching, imported):
    said = str(watching.traces.spans)
    known = [each for person in PEOPLE.values() for each in person[3:]]

    assert {span["process"] for span in imported} == {
        "serve", "relay-identity", "work-audit", "work-search",
    }  # fmt: skip
    assert [each for each in [*known, person_id("acme_user"), "@"] if each in said] == []


def test_a_relay_says_how_far_behind_it_is(watching, imported):
    own = ("service", "identity")

    def said(figure):
        return scraped(watching, *CUT)[1][f"helpdesk_relay_{figure}", own]

    assert wait_until(lambda: said("lag") == 0, 120, 0.2)
    assert said("leading") == 1
    assert said("lag_seconds") == 0
    assert said("published_total") > len(PEOPLE)

    watching.wire.cut()
    try:
        watching.load({"people": renamed("Behind Thewire")})

        assert wait_until(lambda: said("lag") > 0, pause=0.2)
        older = said("lag_seconds")
        assert older > 0
        assert wait_until(lambda: said("lag_seconds") > older, pause=0.2)
    finally:
        watching.wire.mend()
    assert wait_until(lambda: said("lag") == 0, pause=0.2)
    assert said("lag_seconds") == 0


def renamed(name):
    """One person of the directory under another name: a fact for search and one for audit."""
    first, last = name.split()
    words = {"displayName": name, "firstName": first, "lastName": last}
    return [small_directory()["people"][0] | words]


def test_the_owners_relay_says_what_waits_in_its_consumers_queues(watching, imported):
    worker, consumer = ("work", "audit"), ("consumer", "audit.actions")

    def said(figure):
        return scraped(watching, "relay", "audit")[1][figure, consumer]

    assert watching.processes.stop(worker) == 0
    try:
        watching.load({"people": renamed("Queued Infront")})

        assert wait_until(lambda: said("helpdesk_queue_messages") > 0, pause=0.2)
    finally:
        watching.processes.start(worker)
    assert wait_until(lambda: said("helpdesk_queue_messages") == 0, pause=0.2)
    assert said("helpdesk_dead_letters") == 0


def test_a_worker_says_how_far_it_is(watching, imported):
    text, values = scraped(watching, "work", "audit")
    source = (("consumer", "audit.actions"), ("source", "identity"))

    assert values["helpdesk_consumer_position", *source] > 0
    assert values["helpdesk_consumer_parked", *source] == 0
    assert values["helpdesk_consumer_delay_seconds_count", ("consumer", "audit.actions")] >= 1
    assert [each for person in PEOPLE.values() for each in person[3:] if each in text] == []


def test_the_indexer_says_how_far_it_is(watching, imported):
    _, values = scraped(watching, "work", "search")
    source = (("consumer", "search.index"), ("source", "identity"))

    assert values["helpdesk_consumer_position", *source] > 0
    assert values["helpdesk_consumer_newest_fact_timestamp_seconds", *source] > 0
    assert values["helpdesk_consumer_delay_seconds_count", ("consumer", "search.index")] >= 1
