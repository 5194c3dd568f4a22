"""The distributed size while it runs: operators' commands, and engines and processes that die."""

import json
import os
import signal
import subprocess
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from helpdesk.email.v1 import email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import roles_pb2, roles_pb2_grpc
from helpdesk.kernel.errors import Conflict, Unavailable
from helpdesk.kernel.store import Append, Unit
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.gateway.dev_mailbox import DevMailbox
from services.identity.domain.facts import RoleAssigned, RoleRemoved
from services.processes import PROCESSES, SCRAPED, SERVED, read_pids
from services.running import all_wants
from tests.chaos.storm import weather
from tests.support.distributed import ROOT, distributed_product
from tests.support.engines import engines_of_ones_own, kill_engine, start_engine
from tests.support.product import free_address, person_id, small_directory
from tests.support.waiting import wait_until

# Nothing waits that long where the machine is not busy with something else.
LONG = 240
# Engines of our own start first.
pytestmark = pytest.mark.timeout(1_500)


@pytest.fixture(scope="module")
def engines():
    """Engines of our own, which may be killed; what installs them is not part of this test."""
    up = ["bash", "-c", ". scripts/engines; running postgres"]
    if subprocess.run(up, cwd=ROOT, capture_output=True).returncode:
        pytest.skip("no engines: run scripts/up")
    with engines_of_ones_own() as folder:
        yield folder


def test_nothing_is_lost_or_doubled_in_a_storm_of_kills(engines, tmp_path, say):
    """It has a product of its own and comes before the others, whose processes live on."""
    said = []
    well = weather(
        tmp_path,
        commands=int(os.environ.get("STORM_COMMANDS", "1200")),
        clients=8,
        kills=18,
        engines=engines,
        say=said.append,
        quiet=True,
    )
    say("\n".join(said))

    assert well, said


@pytest.fixture(scope="module")
def product(engines, tmp_path_factory):
    folder = tmp_path_factory.mktemp("operation")
    smtp = free_address()
    mailbox = DevMailbox(folder / "outside", smtp)
    mailbox.start()
    try:
        with distributed_product(
            folder / "data",
            directory=small_directory(),
            engines=engines,
            HELPDESK_EMAIL_SMTP_ADDRESS=smtp,
        ) as product:
            product.mailbox = mailbox
            product.settle(LONG)
            yield product
    finally:
        mailbox.stop()


@pytest.fixture(scope="module")
def changes(product):
    return Changes(product)


class Changes:
    """Roles given and taken, each with a reason of its own; remembers what was acknowledged."""

    def __init__(self, product):
        self.product, self.acknowledged, self.given, self.asked = product, [], False, None
        self.stub = product.stub(roles_pb2_grpc.RoleServiceStub, "identity")

    def one(self):
        """Make one change; return whether it was acknowledged. If not, the next call repeats it."""
        rpc = self.stub.RemoveRole if self.given else self.stub.AssignRole
        self.asked = self.asked or self._request()
        try:
            self.product.caller("north_admin")(rpc, self.asked, timeout=5)
        except (Unavailable, Conflict):
            return False
        self.acknowledged.append(self.asked.reason)
        self.given, self.asked = not self.given, None
        return True

    def _request(self):
        kind = roles_pb2.RemoveRoleRequest if self.given else roles_pb2.AssignRoleRequest
        return kind(
            user_id=person_id("north_nobody"),
            role="ROLE_HELP_DESK",
            reason=f"change {uuid4().hex}",
            request_id=uuid4().hex,
        )

    def some(self, count):
        for _ in range(count):
            assert wait_until(self.one, LONG, 0.2)

    def lost(self):
        """Return what was acknowledged and is not recorded as done."""
        done = {record.reason for record in self.product.records("identity", outcome="done")}
        return [reason for reason in self.acknowledged if reason not in done]

    def effects(self):
        """Count the facts that are stored; one each is wanted."""
        store = self.product.host.running["identity"].store
        rows = store.read(0, 100_000, (RoleAssigned.NAME, RoleRemoved.NAME))
        events = [store.opened(row) for row in rows]
        return len([each for each in events if each.user_id == person_id("north_nobody")])


def assert_everything_works(product):
    """A change is searchable, a mail goes out, and every record is in the audit log."""
    user = person_id("acme_user")
    search = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    agent = product.caller("north_agent")
    request = search_pb2.SearchRequest(query="stefana voinea")

    def found():
        try:
            return user in [hit.id for hit in agent(search.Search, request, timeout=5).hits]
        except Unavailable:
            return False

    def sent():
        try:
            sender = product.caller(sub="portal", roles=["MAIL_SENDER"])
            sender(mail.SendMessage, welcome, timeout=5)
        except Unavailable:
            return False
        return True

    assert wait_until(found, LONG, 0.2)
    before = len(product.mailbox.mails())
    mail = product.stub(email_pb2_grpc.EmailServiceStub, "email")
    welcome = email_pb2.SendMessageRequest(user_id=user, template="welcome", request_id=uuid4().hex)
    assert wait_until(sent, LONG, 0.2)
    assert wait_until(lambda: len(product.mailbox.mails()) > before, LONG, 0.1)
    product.settle(LONG)
    assert wait_until(lambda: in_the_log(product) == recorded(product), LONG, 0.2)


def recorded(product):
    counts = {name: len(product.records(name)) for name in SERVED}
    return {name: count for name, count in counts.items() if count}


def in_the_log(product):
    rows = product.host.running["audit"].store.engine.query(
        "SELECT source, COUNT(*) FROM log_leaf l WHERE EXISTS (SELECT 1 FROM audit_action a "
        "WHERE a.idx = l.idx) GROUP BY source"
    )
    return dict(rows)


def operate(product, *words):
    ended = product.helpdesk(*words)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def pids(product):
    return read_pids(Path(product.env["HELPDESK_DATA_DIR"]))


def scraped(product, name):
    """What Prometheus reads of a process, where the file of the data directory says: sums by name."""
    groups = json.loads((Path(product.env["HELPDESK_DATA_DIR"]) / SCRAPED).read_text())
    (target,) = [
        g["targets"][0] for g in groups if g["labels"]["process"] == name.replace(" ", "-")
    ]
    with urllib.request.urlopen(f"http://{target}/metrics", timeout=60) as answer:
        text = answer.read().decode()
    return [
        (sample.name, sample.labels, sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    ]


def labelled(samples, name, label):
    return {labels[label] for found, labels, _ in samples if found == name}


def measured(product, process, name, consumer):
    """The sum of a figure of a consumer, over all its sources, as a process gives it."""
    return sum(
        value
        for found, labels, value in scraped(product, process)
        if found == name and labels["consumer"] == consumer
    )


def told(process):
    """The figures that only this process can give, each with the label that says of whom."""
    own = [name for name in all_wants() if name.partition(".")[0] == process.service]
    if process.service == "gateway":
        return {}
    if process.role == "serve":
        return {("helpdesk_store_position", "service"): {process.service}}
    if process.role == "relay":
        figures = ("leading", "lag", "lag_seconds")
        return {
            **{(f"helpdesk_relay_{each}", "service"): {process.service} for each in figures},
            ("helpdesk_queue_messages", "consumer"): set(own),
            ("helpdesk_dead_letters", "consumer"): set(own),
        }
    return {
        ("helpdesk_consumer_position", "consumer"): set(own),
        ("helpdesk_consumer_parked", "consumer"): set(own),
    }


GIVEN = (
    "helpdesk_http_seconds_count", "helpdesk_store_position", "helpdesk_relay_lag",
    "helpdesk_relay_lag_seconds", "helpdesk_relay_leading", "helpdesk_queue_messages",
    "helpdesk_dead_letters", "helpdesk_consumer_position", "helpdesk_consumer_parked",
)  # fmt: skip


@pytest.mark.parametrize("process", PROCESSES, ids=lambda each: each.name)
def test_every_process_is_scraped_and_says_what_is_its_own(product, process):
    samples = scraped(product, process.name)
    said = {(name, label): labelled(samples, name, label) for name, label in told(process)}
    others = {name for name, _, _ in samples if name in GIVEN} - {name for name, _ in said}

    assert said == told(process)
    assert others == set()


def test_the_console_says_how_long_its_pages_take(product):
    address = product.env["HELPDESK_GATEWAY_ADDRESS"]
    urllib.request.urlopen(f"http://{address}/", timeout=60).close()
    routes = labelled(scraped(product, "serve gateway"), "helpdesk_http_seconds_count", "route")

    assert routes != set()
    assert all(each.startswith("/") for each in routes)


def test_latencies_and_how_late_the_audit_log_is_are_measured(product, changes):
    changes.some(1)
    product.settle(LONG)
    calls = labelled(scraped(product, "serve identity"), "helpdesk_rpc_seconds_count", "method")
    audit = scraped(product, "work audit")
    indexed = scraped(product, "work search")

    assert any(each.endswith(".RoleService.AssignRole") for each in calls)
    assert "identity" in labelled(
        audit, "helpdesk_consumer_newest_fact_timestamp_seconds", "source"
    )
    assert "audit.actions" in labelled(audit, "helpdesk_consumer_delay_seconds_count", "consumer")
    assert "search.index" in labelled(indexed, "helpdesk_consumer_delay_seconds_count", "consumer")


def test_a_process_that_dies_is_started_again_and_nothing_is_lost(product, changes):
    changes.some(3)
    before = pids(product)
    for name in ("serve identity", "relay identity", "work audit", "work email"):
        os.kill(before[name], signal.SIGKILL)
    changes.some(3)

    assert_everything_works(product)
    assert changes.lost() == []
    assert changes.effects() == len(changes.acknowledged)
    assert {line.split(" was ")[0] for line in product.deaths} == {
        "serve identity", "relay identity", "work audit", "work email",
    }  # fmt: skip
    assert wait_until(lambda: len(pids(product)) == len(before), LONG, 0.1)


def test_what_the_broker_never_got_is_read_from_its_owner(product, changes):
    changes.some(2)
    product.settle(LONG)
    relay = pids(product)["relay identity"]
    os.kill(relay, signal.SIGSTOP)
    identity = product.host.running["identity"].store
    before = identity.position
    changes.some(4)
    pretend_published(product, identity.read(before, 1000))
    os.kill(relay, signal.SIGKILL)
    assert wait_until(lambda: pids(product).get("relay identity", relay) != relay, LONG, 0.1)
    changes.some(4)
    session = product.work("session")
    assert wait_until(lambda: parked(session, "session.standing") > 0, LONG, 0.1)
    gauge = "work session", "helpdesk_consumer_parked", "session.standing"
    assert measured(product, *gauge) == parked(session, "session.standing")

    said = operate(product, "catch-up", "session")
    assert "session.standing: 0 facts of identity" not in said
    assert "facts of identity" in said
    operate(product, "catch-up", "audit")
    operate(product, "catch-up", "email")
    assert_everything_works(product)
    assert parked(session, "session.standing") == 0
    assert measured(product, *gauge) == 0


def pretend_published(product, rows):
    """Move the relay behind facts, as if the broker had taken them and lost them."""
    with psycopg.connect(product.owner_url, autocommit=True) as connection:
        ((latest,),) = connection.execute("SELECT latest FROM identity.relay_position").fetchall()
        latest = json.loads(latest) | {row.name: row.position for row in rows}
        connection.execute(
            "UPDATE identity.relay_position SET position = %s, latest = %s",
            (rows[-1].position, json.dumps(latest)),
        )


def parked(work, consumer):
    found = work.store.engine.query(
        "SELECT COUNT(*) FROM parked_fact WHERE consumer = ?", (consumer,)
    )
    return int(found[0][0])


def dead(product):
    lines = operate(product, "dead-letters", "list").splitlines()
    return {name: int(count) for name, _, count in (line.partition(": ") for line in lines)}


def test_an_operator_looks_at_a_dead_letter_tries_it_again_and_drops_it(product, changes):
    product.settle(LONG)
    # A role of nobody: session's consumer has no view to end.
    poison = RoleRemoved(user_id="", partner_id="", role="HELP_DESK")
    unit = Unit(appends=(Append(f"poison:{uuid4().hex}", 0, (poison,)),), now=datetime.now(UTC))
    position = product.commit("identity", unit)
    assert wait_until(lambda: dead(product)["session.standing"] == 1, LONG, 0.2)
    gauge = "relay session", "helpdesk_dead_letters", "session.standing"
    assert measured(product, *gauge) == 1
    changes.some(4)

    shown = operate(product, "dead-letters", "show", "session.standing")
    fact, source, at, name = shown.split()[:4]
    assert (source, at, name) == ("/helpdesk/identity", str(position), RoleRemoved.NAME)
    tried = operate(
        product, "dead-letters", "replay", "session.standing", fact, "--reason", "a try"
    )
    assert "1 of 1" in tried
    assert wait_until(lambda: dead(product)["session.standing"] == 1, LONG, 0.2)
    dropped = operate(
        product, "dead-letters", "drop", "session.standing", fact, "--reason", "of nobody"
    )
    assert "1 of 1" in dropped
    assert dead(product)["session.standing"] == 0
    assert measured(product, *gauge) == 0
    assert_everything_works(product)
    settled = [r for r in product.records("session") if r.action.startswith("operations.")]
    assert [(r.action, r.reason, r.agent_id.partition(":")[0]) for r in settled] == [
        ("operations.dead_letter.replay", "a try", "operator"),
        ("operations.dead_letter.drop", "of nobody", "operator"),
    ]


def test_a_killed_broker_loses_nothing_and_all_goes_on_by_itself(product, changes, engines):
    changes.some(5)
    kill_engine(engines, "rabbitmq")
    changes.some(5)
    start_engine(engines, "rabbitmq")
    changes.some(5)

    assert_everything_works(product)
    assert changes.lost() == []
    assert changes.effects() == len(changes.acknowledged)


def test_a_killed_postgresql_loses_nothing_and_all_goes_on_by_itself(product, changes, engines):
    changes.some(5)
    kill_engine(engines, "postgres")
    refused = not changes.one()
    start_engine(engines, "postgres")
    changes.some(5)

    assert refused
    assert_everything_works(product)
    assert changes.lost() == []
    assert changes.effects() == len(changes.acknowledged)
