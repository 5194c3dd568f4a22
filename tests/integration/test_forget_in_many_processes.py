"""A person is forgotten by the processes of the distributed size; nothing of them is left."""

import os
import random
import string
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpdesk.email.v1 import email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc, forgetting_pb2_grpc
from helpdesk.identity.v1 import forgetting_pb2 as pb
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from tests.contract.gateway_world import GatewayWorld, notice
from tests.support.kept import MAILBOX, kept_product, owner, publish, published, rows_with
from tests.support.product import ACME, person_id, small_directory
from tests.support.rotating import calls_go_on_while_the_master_key_changes
from tests.support.scanning import files_with
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
USER = person_id("acme_user")
ABOUT = {"user_id": USER, "reason": "asked for it"}


def letters(count=12):
    return "".join(random.choices(string.ascii_lowercase, k=count))


FIRST, LAST, PHONE = letters(), letters(), "40" + "".join(random.choices("123456789", k=11))
# Nobody else on the engines has them, so that what is found is this person's.
TEXTS = (FIRST, LAST, f"{FIRST}@acme.example", f"+{PHONE}", f"Phone of {FIRST}")
PLANTED = f"planted {letters(20)}"


def directory():
    """The small directory with a person whose name nobody else has."""
    made = small_directory()
    person = next(p for p in made["people"] if p["id"] == USER)
    person |= {
        "emails": [f"{FIRST}@acme.example"],
        "displayName": f"{FIRST} {LAST}",
        "firstName": FIRST,
        "lastName": LAST,
        "phoneNumbers": [{"type": "work", "value": f"+{PHONE}"}],
    }
    made["devices"][0]["displayName"] = f"Phone of {FIRST}"
    return made


@pytest.fixture(scope="module")
def engines():
    """The folder of the engines, whose files are read; None where they are in containers."""
    asked = ["bash", "-c", '. scripts/engines; in_docker 2>/dev/null || realpath -m "$ENGINES"']
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    folder = Path(said.strip() or "/nowhere")
    return folder if os.access(folder / "postgres" / "base", os.R_OK) else None


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forget") / "data"
    with kept_product(folder) as running:
        running.load(directory())
        running.settle()
        use(running)
        yield running


def use(product):
    """Let an agent search the person, look at them, and somebody write to them."""
    assert wait_until(lambda: len(search(product, f"{FIRST} {LAST}")) >= 1)
    people = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    reveal = directory_pb2.RevealFieldRequest(
        user_id=USER,
        field="emails",
        check_proof=product.proof(person_id("north_agent"), USER, "INC-1"),
        reason=f"{FIRST} {LAST} cannot join",
        ticket="INC-1",
    )
    product.caller("north_agent")(people.RevealField, reveal)
    mails = product.stub(email_pb2_grpc.EmailServiceStub, "email")
    welcome = email_pb2.SendMessageRequest(user_id=USER, template="welcome", request_id="mail-1")
    product.caller(sub="test-service", roles=["MAIL_SENDER"])(mails.SendMessage, welcome)
    product.settle()


def search(product, text):
    stub = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    return product.caller("north_agent")(stub.Search, search_pb2.SearchRequest(query=text)).hits


def forget(product):
    stub = product.stub(forgetting_pb2_grpc.ForgettingServiceStub, "identity")
    operator = product.caller(sub="operator:jo", roles=["DIRECTORY_WRITER"])
    operator(stub.AskForgetting, pb.AskForgettingRequest(**ABOUT))
    confirm_in_the_console(product)
    request = pb.ListForgettingsRequest(organization_id=ACME)

    def cleared():
        return list(operator(stub.ListForgettings, request).forgettings[0].cleared)

    assert wait_until(lambda: len(cleared()) == 4, 90, 0.2), cleared()
    product.settle()


def confirm_in_the_console(product):
    console = GatewayWorld(product)
    try:
        page = f"/admin/forgetting/{USER}/confirm"
        said = console.browser("acme_admin").submit(
            page, name=f"{FIRST} {LAST}", reason="checked the letter"
        )
    finally:
        console.close()
    assert notice(said) == "The person is being forgotten. It cannot be undone."


def wrapped_key(product):
    """Return the person's key as it is stored, and the folder of the database's files."""
    with owner(product) as connection:
        key = connection.execute("SELECT wrapped FROM vault.person_key WHERE person = %s", (USER,))
        oid = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        return bytes(key.fetchone()[0]), Path("postgres") / "base" / str(oid.fetchone()[0])


def test_the_master_key_changes_under_calls_to_many_processes_and_no_call_fails(product):
    def rotate():
        ended = product.helpdesk("keys", "rotate-master")
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    calls_go_on_while_the_master_key_changes(product, rotate)


@pytest.fixture(scope="module")
def gone(product, engines):
    """The person is forgotten; returns what the files held of them before."""
    before = SimpleNamespace(indexed=[], kept=[], files=list)
    if engines:
        key, database = wrapped_key(product)
        before.files = lambda: [
            file.name for file in (engines / database).iterdir() if key in file.read_bytes()
        ]
        with owner(product) as connection:
            connection.execute("CHECKPOINT")
        before.kept = before.files()
        before.indexed = files_with(engines / "opensearch", TEXTS)
    forget(product)
    with owner(product) as connection:
        connection.execute("VACUUM FULL")
        connection.execute("CHECKPOINT")
    return before


def needed(engines):
    if engines is None:
        pytest.skip("the files of the engines cannot be read here")


def test_every_process_clears_and_no_table_event_or_log_holds_the_person(product, gone):
    data = product.host.wiring.data_dir

    assert not search(product, f"{FIRST} {LAST}")
    assert search(product, "Ada Acme")
    assert {text: rows_with(product, text) for text in TEXTS} == {text: [] for text in TEXTS}
    assert files_with(data, TEXTS, [MAILBOX]) == []
    bodies = published(product)
    assert sum(USER.encode() in body for body in bodies) > 1
    assert not [body for body in bodies if any(each.encode() in body for each in TEXTS)]
    assert product.verified().returncode == 0


def test_one_trace_leads_from_the_click_through_every_process_to_index_and_audit_log(product, gone):
    confirmed = "helpdesk.identity.v1.ForgettingService.ConfirmForgetting"
    (record,) = product.records("identity", method=confirmed, outcome="done")
    ends = {"search.index commit", "audit.actions commit"}

    def spans():
        return product.traces.trace(record.trace_id)

    assert wait_until(lambda: ends <= {each["name"] for each in spans()}, pause=0.2)
    [click] = [each for each in spans() if "parentSpanId" not in each]
    assert (click["process"], click["name"]) == (
        "serve-gateway", "POST /admin/forgetting/{user}/confirm",
    )  # fmt: skip
    index = next(each for each in spans() if each["name"] == "search.index commit")
    assert way(product, index) == [
        ("work-search", "search.index commit"),
        ("work-search", "search.index process"),
        ("relay-identity", "identity relay"),
        ("work-identity", "identity.forgetting process"),
        ("relay-identity", "identity relay"),
        ("serve-identity", f"{confirmed.rpartition('.')[0]}/ConfirmForgetting"),
        ("serve-gateway", click["name"]),
    ]
    stored = [way(product, each) for each in spans() if each["name"] == "store commit"]
    asked = ("serve-identity", f"{confirmed.rpartition('.')[0]}/ConfirmForgetting")
    clicked = ("serve-gateway", click["name"])
    assert [("serve-identity", "store commit"), asked, clicked] in stored
    assert {each[-1] for each in stored} == {clicked}
    log = [way(product, each) for each in spans() if each["name"] == "audit.actions commit"]
    assert [
        ("work-audit", "audit.actions commit"),
        ("work-audit", "audit.actions process"),
        ("relay-identity", "identity relay"),
        asked,
        clicked,
    ] in log


def way(product, span):
    """The spans from one up to where its trace began, each with its process."""
    by_id = {each["spanId"]: each for each in product.traces.spans}
    found = []
    while span is not None:
        found.append((span["process"], span["name"]))
        span = by_id.get(span.get("parentSpanId", ""))
    return found


def test_no_span_of_any_process_holds_the_person(product, gone):
    said = str(product.traces.spans)

    assert {each["process"] for each in product.traces.spans} >= {
        "serve-gateway", "serve-identity", "relay-identity", "work-search", "work-audit",
    }  # fmt: skip
    assert [each for each in (*TEXTS, USER) if each in said] == []


@pytest.mark.parametrize("engine", ["postgres", "rabbitmq", "opensearch"])
def test_no_file_of_an_engine_holds_the_person(engines, gone, engine):
    needed(engines)

    # Write-ahead logs too: only sealed bytes were ever written to them.
    assert files_with(engines / engine, TEXTS) == []


def test_a_vacuum_takes_the_wrapped_key_out_of_the_files_of_the_tables(engines, gone):
    needed(engines)

    assert gone.kept
    assert gone.files() == []


def test_the_looks_find_what_is_there(product, engines, gone):
    with owner(product) as connection:
        connection.execute("CREATE TABLE public.planted AS SELECT %s::text AS words", (PLANTED,))
        connection.execute("CHECKPOINT")
        # Segments of before it may be gone, and one record may be cut by the end of a page.
        for _ in range(3):
            connection.execute("INSERT INTO public.planted VALUES (%s)", (PLANTED,))
    publish(product, PLANTED)
    logs = product.host.wiring.data_dir / "logs"
    assert len(list(logs.glob("*.log"))) > 10
    (logs / "planted.log").write_text(PLANTED)

    assert rows_with(product, PLANTED) == [("public", "planted")]
    assert files_with(logs, [PLANTED]) == ["planted.log"]
    assert wait_until(
        lambda: any(PLANTED.encode() in each for each in published(product)), pause=0.2
    )
    needed(engines)
    found = {file.partition("/")[0] for file in files_with(engines / "postgres", [PLANTED])}
    assert {"base", "pg_wal"} <= found
    assert files_with(engines / "rabbitmq", [PLANTED])
    assert gone.indexed
