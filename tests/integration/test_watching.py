"""One trace over processes: gRPC, PostgreSQL, relay, RabbitMQ, worker, audit log; each is measured."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from kombu import Connection
from prometheus_client.parser import text_string_to_metric_families

from helpdesk.identity.v1 import feed_pb2_grpc
from helpdesk.kernel import tracing
from helpdesk.kernel.context import RequestContext, bind
from helpdesk.kernel.otlp import Exporter
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.store import wait_until
from services.audit.service import SERVICE as AUDIT
from services.identity.service import SERVICE as IDENTITY
from services.running import _wants
from tests.support.product import (
    PEOPLE,
    free_address,
    import_requests,
    person_id,
    running_product,
    small_directory,
)
from tests.support.traces import collector

ROOT = Path(__file__).parents[2]
HELPDESK = [sys.executable, "-W", "ignore", "-m", "services"]
RUN = (("relay", "identity"), ("relay", "audit"), ("work", "audit"))


@pytest.fixture(scope="module")
def database(owner_url):
    """A database of its own, since a service's schema has the service's name."""
    name = f"t{uuid4().hex[:12]}"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield owner_url.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def queues(broker_url):
    """Queues have the consumers' names; they are emptied before and after."""

    def empty():
        with Connection(broker_url) as connection:
            channel = connection.channel()
            for name in _wants():
                channel.queue_delete(name)
                channel.queue_delete(f"{name}.dead")

    empty()
    yield broker_url
    empty()


@pytest.fixture(scope="module")
def watching(tmp_path_factory, database, queues):
    folder = tmp_path_factory.mktemp("watching") / "data"
    settings = {f"HELPDESK_{name.upper()}_DATABASE_URL": database for name in SERVICES}
    settings |= {"HELPDESK_BROKER_URL": queues, "HELPDESK_EMAIL_SMTP_ADDRESS": free_address()}
    subprocess.run(
        [*HELPDESK, "migrate"],
        cwd=ROOT,
        env={**os.environ, **settings, "HELPDESK_DATA_DIR": str(folder)},
        check=True,
        capture_output=True,
    )
    running, addresses = [], {}
    with collector() as traces:
        stop = tracing.start(Exporter(f"{traces.endpoint}/v1/traces", {}), "serve", at_once=True)
        try:
            with running_product(folder, [IDENTITY, AUDIT], **settings) as product:
                for role, name in RUN:
                    addresses[role, name] = free_address()
                    watched = {
                        "HELPDESK_TRACES_ENDPOINT": traces.endpoint,
                        "HELPDESK_METRICS_ADDRESS": addresses[role, name],
                        "OTEL_BSP_SCHEDULE_DELAY": "200",
                    }
                    env = {**os.environ, **product.env, **watched}
                    running.append(subprocess.Popen([*HELPDESK, role, name], cwd=ROOT, env=env))
                product.traces, product.addresses = traces, addresses
                try:
                    yield product
                finally:
                    for process in running:
                        process.send_signal(signal.SIGTERM)
                    codes = [process.wait(timeout=40) for process in running]
                    assert codes == [0] * len(RUN)
        finally:
            stop()


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

    assert wait_until(lambda: "audit.actions commit" in names(), 60, 0.1), names()
    return watching.traces.trace(trace)


def scraped(watching, *process):
    url = f"http://{watching.addresses[process]}/metrics"
    text = urllib.request.urlopen(url, timeout=10).read().decode()
    return text, {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_one_trace_leads_through_the_broker_to_the_audit_log(watching, imported):
    [call] = [s for s in imported if s["name"].endswith("DirectoryFeedService/Import")]
    logged = [s for s in imported if s["name"] == "audit.actions commit"]
    by_id = {span["spanId"]: span for span in imported}
    way, span = [], logged[0]
    while span is not None:
        way.append((span["process"], span["name"]))
        span = by_id.get(span.get("parentSpanId", ""))

    assert call["process"] == "serve"
    assert way == [
        ("work-audit", "audit.actions commit"),
        ("work-audit", "audit.actions process"),
        ("relay-identity", "identity relay"),
        ("serve", call["name"]),
    ]


def test_spans_of_every_process_hold_nobodys_data(watching, imported):
    said = str(watching.traces.spans)
    known = [each for person in PEOPLE.values() for each in person[3:]]

    assert {span["process"] for span in imported} == {"serve", "relay-identity", "work-audit"}
    assert [each for each in [*known, person_id("acme_user"), "@"] if each in said] == []


def test_a_relay_says_how_far_behind_it_is(watching, imported):
    own = ("service", "identity")

    def caught_up():
        return scraped(watching, "relay", "identity")[1]["helpdesk_relay_lag", own] == 0

    assert wait_until(caught_up, 30, 0.2)
    _, values = scraped(watching, "relay", "identity")
    assert values["helpdesk_relay_leading", own] == 1
    assert values["helpdesk_relay_lag_seconds", own] == 0
    assert values["helpdesk_relay_published_total", own] > len(PEOPLE)


def test_the_owners_relay_says_what_waits_in_its_consumers_queues(watching, imported):
    _, values = scraped(watching, "relay", "audit")

    assert values["helpdesk_queue_messages", ("consumer", "audit.actions")] >= 0
    assert values["helpdesk_dead_letters", ("consumer", "audit.actions")] == 0


def test_a_worker_says_how_far_it_is(watching, imported):
    text, values = scraped(watching, "work", "audit")
    source = (("consumer", "audit.actions"), ("source", "identity"))

    assert values["helpdesk_consumer_position", *source] > 0
    assert values["helpdesk_consumer_parked", *source] == 0
    assert values["helpdesk_consumer_delay_seconds_count", ("consumer", "audit.actions")] >= 1
    assert [each for person in PEOPLE.values() for each in person[3:] if each in text] == []
