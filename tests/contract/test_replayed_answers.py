"""What agents saw is rebuilt from events, to the byte."""

import json
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace

import pytest

from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from helpdesk.kernel import logins
from helpdesk.kernel.operating import announce
from helpdesk.kernel.replaying.answers import Rebuilt
from services.audit.service import SERVICE as AUDIT
from services.auditing import main as auditing
from services.identity.service import SERVICE as IDENTITY
from services.replaying import rebuilt
from tests.chaos.replay import asked_of, walked
from tests.support.commands import run_here
from tests.support.methods import told
from tests.support.product import person_id, running_product, small_directory

GET_USER = "helpdesk.identity.v1.DirectoryService.GetUser"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return walked(tmp_path_factory.mktemp("walk"), steps=700, seed=7)[0]


@pytest.mark.parametrize("service", ["identity", "email", "session", "search", "audit"])
def test_every_answer_of_a_random_walk_is_rebuilt(found, service):
    kinds = Counter()
    for (name, _, kind), count in found.items():
        kinds[kind] += count if name == service else 0

    assert kinds[Rebuilt.MATCHES] > 10
    assert kinds[Rebuilt.DIFFERS] == kinds[Rebuilt.ERASED] == 0


@pytest.fixture
def product(tmp_path):
    with running_product(tmp_path, [IDENTITY, AUDIT], directory=small_directory()) as product:
        yield product


def look(product, name="acme_user"):
    stub = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    request = directory_pb2.GetUserRequest(user_id=person_id(name))
    product.caller("north_agent")(stub.GetUser, request)


def looks(product):
    return [each for each in asked_of(product) if each.record.method == GET_USER]


def outcomes(product, asked):
    return [outcome for _, outcome in rebuilt(asked, product.env)]


def test_an_answer_is_rebuilt_as_it_was_before_the_directory_changed(product):
    look(product)
    directory = small_directory()
    person = next(p for p in directory["people"] if p["id"] == person_id("acme_user"))
    person["displayName"] = "Somebody Else"
    product.load(directory)
    look(product)

    before, after = outcomes(product, looks(product))

    assert [before.kind, after.kind] == [Rebuilt.MATCHES] * 2
    assert before.answer.user.display_name == "Ștefana Voinea"
    assert after.answer.user.display_name == "Somebody Else"


def test_another_answer_than_was_given_differs(product):
    look(product)
    (asked,) = looks(product)

    (outcome,) = outcomes(
        product, [replace(asked, record=replace(asked.record, answer_digest="0" * 64))]
    )

    assert outcome.kind is Rebuilt.DIFFERS
    assert GET_USER in outcome.why


def test_answers_behind_one_that_differs_are_rebuilt_all_the_same(product):
    for name in ("acme_user", "shared_user", "acme_user"):
        look(product, name)
    product.load(small_directory())
    first, *others = looks(product)
    forged = replace(first, record=replace(first.record, answer_digest="0" * 64))

    found = outcomes(product, [forged, *others])

    assert [each.kind for each in found] == [Rebuilt.DIFFERS, Rebuilt.MATCHES, Rebuilt.MATCHES]


def test_what_was_erased_since_shows_as_erased(product):
    look(product)
    look(product, "shared_user")
    product.host.wiring.vault.forget(person_id("acme_user"))

    first, second = outcomes(product, looks(product))

    assert first.kind is Rebuilt.ERASED
    assert second.kind is Rebuilt.MATCHES


def test_a_request_whose_key_was_destroyed_shows_as_erased(product):
    look(product)
    product.host.wiring.vault.forget(looks(product)[0].record.request_key)

    (outcome,) = outcomes(product, looks(product))

    assert outcome.kind is Rebuilt.ERASED


def test_rebuilding_writes_nothing_of_the_products(product):
    look(product)
    store = product.host.running["identity"].store
    before, held = store.position, keys(product)

    outcomes(product, looks(product))

    assert (told(store, before), keys(product)) == ([], held)


def keys(product):
    with closing(sqlite3.connect(product.host.wiring.data_dir / "vault.db")) as db:
        return db.execute("SELECT COUNT(*) FROM person_key").fetchone()


def tool(product, *words, data_dir=None):
    """Run the auditors' tool on the running product's data, or a copy, for the agent's steps."""
    data_dir = data_dir or product.host.wiring.data_dir
    announce(data_dir, product.host.address)
    return run_here(auditing, "replay", data_dir, "--agent", person_id("north_agent"), *words)


def test_the_tool_says_that_a_session_was_rebuilt(product):
    look(product)
    product.settle()

    done = tool(product, "--json")

    shown = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [each["rebuilt"] for each in shown] == ["matches"]
    assert shown[0]["rebuilt_answer"]["user"]["user_id"] == person_id("acme_user")


def test_the_tool_only_lists_where_that_is_asked(product):
    look(product)
    product.settle()

    done = tool(product, "--no-rebuild", "--json")

    assert "rebuilt" not in json.loads(done.stdout)


def test_reading_with_the_tool_leaves_a_record_of_the_operator(product, monkeypatch):
    monkeypatch.setenv("LOGNAME", "somebodyelse")
    look(product)
    product.settle()

    tool(product, "--reason", "complaint 7", "--sealed")
    tool(product, "--reason", "complaint 7")

    (record,) = product.records("audit", action="audit.text.open")
    agent = person_id("north_agent")
    assert record.agent_id == logins.operator()
    assert (record.subjects, record.reason) == (("command:replay", f"agent:{agent}"), "complaint 7")


def test_a_sealed_replay_compares_digests_and_shows_no_answer(product):
    look(product)
    product.settle()

    done = tool(product, "--json", "--sealed")

    shown = json.loads(done.stdout)
    assert shown["rebuilt"] == "matches"
    assert "rebuilt_answer" not in shown


def test_the_tool_rebuilds_only_the_steps_of_a_time(product):
    look(product)
    product.settle()

    before = tool(product, "--to", "2020-01-01")
    since = tool(product, "--from", "2020-01-01", "--to", "2999-01-01")

    assert (before.returncode, before.stderr) == (1, "No such steps in this log.\n")
    assert (since.returncode, "rebuilt: matches" in since.stdout) == (0, True)


def test_the_tool_says_which_answer_differs_when_a_log_was_changed(product):
    look(product)
    product.settle()
    with closing(sqlite3.connect(product.host.wiring.data_dir / "identity.db")) as db, db:
        planted = db.execute(
            "UPDATE stored_events SET state = CAST(REPLACE(CAST(state AS TEXT), "
            '\'"status":"active"\', \'"status":"inactive"\') AS BLOB) '
            "WHERE topic = 'helpdesk.identity.v1.PersonImported'"
        ).rowcount

    done = tool(product)

    assert planted > 0
    assert done.returncode == 1
    assert f"rebuilt: differs: the answer of {GET_USER} at identity:" in done.stdout


def test_the_tool_says_which_log_it_cannot_read(product, tmp_path):
    look(product)
    product.settle()
    copy = tmp_path / "copy"
    shutil.copytree(
        product.host.wiring.data_dir, copy, ignore=shutil.ignore_patterns("identity.db*")
    )

    done, listed = tool(product, "--rebuild", data_dir=copy), tool(product, data_dir=copy)

    assert (done.returncode, listed.returncode) == (2, 0)
    assert listed.stderr.startswith("Answers are not rebuilt: the log of identity is neither in")
    assert "identity.user.get" in listed.stdout
    assert done.stderr.startswith("Error: the log of identity is neither in")
