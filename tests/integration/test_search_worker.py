"""Search as it runs on the engines: one process answers, another one writes the index."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from helpdesk.kernel import secrets
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.replaying.answers import Rebuilt
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.identity.service import SERVICE as IDENTITY
from services.replaying import rebuilt
from services.search.index.opensearch import OpenSearchIndex
from services.search.index.opensearch_client import connected
from services.search.service import SERVICE as SEARCH
from tests.chaos.replay import asked_of
from tests.support.distributed import space
from tests.support.product import (
    NORTH,
    SHARED,
    SOUTH,
    free_address,
    person_id,
    running_product,
    small_directory,
)
from tests.support.waiting import wait_until
from tests.support.wire import Wire

ROOT = Path(__file__).parents[2]
helpdesk = [sys.executable, "-W", "ignore", "-m", "services"]


class Processes:
    """Commands of the product, each a process on the same settings."""

    def __init__(self, env):
        self.env = {**os.environ, **env}
        self._running = {}

    def start(self, *words):
        process = subprocess.Popen(
            [*helpdesk, *words], cwd=ROOT, env=self.env, stderr=subprocess.PIPE, text=True
        )
        line = next((each for each in process.stderr if each.startswith("ready")), "")
        assert line, f"{words} ended"
        # A full pipe would stop the process.
        reading = threading.Thread(target=process.stderr.read, daemon=True)
        reading.start()
        self._running[words] = (process, reading)

    def pid(self, *words):
        """Return the id of a process that still runs."""
        process, _ = self._running[words]
        assert process.poll() is None
        return process.pid

    def end(self, *words, how=signal.SIGTERM):
        process, reading = self._running.pop(words)
        process.send_signal(how)
        code = process.wait(timeout=60)
        reading.join()
        process.stderr.close()
        return code

    def run(self, *words):
        return subprocess.run(
            [*helpdesk, *words], cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=60
        )

    def close(self):
        return [self.end(*words) for words in list(self._running)]


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("searching") / "data"
    with space() as made, Wire.to(made["HELPDESK_SEARCH_OPENSEARCH_URL"]) as wire:
        made.pop("ENGINES_OWNER_DATABASE_URL")
        made["HELPDESK_SEARCH_OPENSEARCH_URL"] = wire.through(
            made["HELPDESK_SEARCH_OPENSEARCH_URL"]
        )
        address = free_address()
        settings = made | {"HELPDESK_GRPC_ADDRESS": address, "HELPDESK_IDENTITY_ADDRESS": address}
        migrated = Processes({**settings, "HELPDESK_DATA_DIR": str(folder)})
        secrets.create(folder / "secrets")
        assert migrated.run("migrate").returncode == 0
        with running_product(folder, [IDENTITY, SEARCH], **settings) as product:
            env = {k: v for k, v in product.env.items() if "GATEWAY" not in k}
            product.processes, product.wire = Processes(env), wire
            try:
                product.processes.start("relay", "identity")
                product.processes.start("work", "search")
                product.load(small_directory())
                assert wait_until(lambda: is_made(product), pause=0.05)
                yield product
            finally:
                codes = product.processes.close()
            assert set(codes) == {0}


@pytest.fixture
def index(product):
    client = connected(product.env["HELPDESK_SEARCH_OPENSEARCH_URL"])
    yield OpenSearchIndex(client, product.env["HELPDESK_SEARCH_OPENSEARCH_INDEX"])
    client.close()


def searched(product, query, **more):
    stub = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    request = search_pb2.SearchRequest(query=query, **more)
    return [hit.id for hit in product.caller("north_agent")(stub.Search, request).hits]


def found(product, query, expected, timeout=60):
    def is_found():
        try:
            return searched(product, query) == expected
        except Unavailable:
            # The process that answers has not noticed yet that the index is back.
            return False

    return wait_until(is_found, timeout, 0.05)


def is_made(product):
    try:
        return bool(searched(product, "acme.example"))
    except Unavailable:
        # The worker makes the index, and that takes a moment.
        return False


def shared(*managers):
    model = next(o for o in small_directory()["organizations"] if o["id"] == SHARED)
    return {"organizations": [{**model, "managedBy": list(managers) or model["managedBy"]}]}


def renamed(name):
    people = small_directory()["people"]
    model = next(p for p in people if p["id"] == person_id("acme_user"))
    first, last = name.split()
    return {"people": [{**model, "displayName": name, "firstName": first, "lastName": last}]}


def position(product, index):
    """The newest fact that the worker wants, and where the index is."""
    (wanted,) = product.host.running["search"].consumers
    store = product.host.running["identity"].store
    store.refresh()
    rows = store.read(0, 100_000, tuple(wanted.wants["identity"]))
    return rows[-1].position, index.positions().get("identity", 0)


def is_all_there(product, index):
    newest, at = position(product, index)
    return at >= newest


def test_what_the_worker_wrote_is_found_by_the_process_that_answers(product):
    assert found(product, "stefana voinea", [person_id("acme_user")])


def test_the_scope_is_exact_while_the_worker_is_down(product, index):
    assert found(product, "giorgos pappas", [person_id("shared_user")])
    product.processes.end("work", "search")
    product.load(shared(SOUTH))
    newest, at = position(product, index)
    gone = searched(product, "giorgos pappas")
    product.load(shared(NORTH))
    back = searched(product, "giorgos pappas")
    product.processes.start("work", "search")

    assert at < newest
    assert (gone, back) == ([], [person_id("shared_user")])


def test_a_killed_worker_loses_nothing(product, index):
    product.load(renamed("Aurelia Killed"))
    product.processes.end("work", "search", how=signal.SIGKILL)
    product.load(renamed("Bernadette Reborn"))
    product.processes.start("work", "search")

    assert found(product, "bernadette reborn", [person_id("acme_user")])
    assert searched(product, "aurelia killed") == []
    assert wait_until(lambda: is_all_there(product, index), pause=0.05)


def test_a_worker_catches_up_by_itself_when_opensearch_is_back(product, index):
    before = product.processes.pid("work", "search")
    product.wire.cut()
    try:
        turned_away = product.wire.turned_away
        product.load(renamed("Elvira Returned"))
        assert wait_until(lambda: product.wire.turned_away > turned_away + 3, pause=0.05)
    finally:
        product.wire.mend()

    assert found(product, "elvira returned", [person_id("acme_user")], 60)
    assert wait_until(lambda: is_all_there(product, index), pause=0.05)
    assert product.processes.pid("work", "search") == before
    assert product.processes.run("dead-letters", "list").stdout.count("search.index: 0") == 1


def test_catching_up_needs_neither_relay_nor_worker(product, index):
    product.processes.end("work", "search")
    product.processes.end("relay", "identity")
    product.load(renamed("Cornelia Caught"))
    caught = product.processes.run("catch-up", "search")
    now = searched(product, "cornelia caught")
    product.processes.start("relay", "identity")
    product.processes.start("work", "search")

    assert (caught.returncode, now) == (0, [person_id("acme_user")])
    assert "search.index: 1 facts of identity" in caught.stdout
    assert is_all_there(product, index)


def test_the_rebuild_is_a_command_beside_a_running_worker(product, index):
    before = index.current()
    done, wrong = threading.Event(), []

    def search():
        while not done.is_set():
            if searched(product, "giorgos pappas") != [person_id("shared_user")]:
                wrong.append("giorgos")

    searching = threading.Thread(target=search)
    searching.start()
    try:
        rebuilt = product.processes.run("rebuild", "search")
        product.load(renamed("Dorothea Rebuilt"))
        after = found(product, "dorothea rebuilt", [person_id("acme_user")])
    finally:
        done.set()
        searching.join()

    assert (rebuilt.returncode, wrong, after) == (0, [], True), rebuilt.stderr
    assert "log of identity" in rebuilt.stderr
    assert rebuilt.stdout.startswith("search: rebuilt, at identity:")
    assert index.current() != before


def test_search_on_a_broker_needs_opensearch(product):
    env = {k: v for k, v in product.processes.env.items() if "OPENSEARCH" not in k}
    for words in (("serve", "search"), ("work", "search")):
        ended = Processes(env).run(*words)

        assert ended.returncode == 1
        assert "HELPDESK_SEARCH_OPENSEARCH_URL is not set" in ended.stderr


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("URL", "http://search.example:9200", "use https://"),
        ("CA_FILE", "/no/such/file.pem", "no such file"),
        ("PASSWORD", "secret", "OPENSEARCH_USER is not set"),
    ],
)
def test_a_setting_that_cannot_be_is_named_at_start(product, setting, value, said):
    env = {**product.processes.env, f"HELPDESK_SEARCH_OPENSEARCH_{setting}": value}
    ended = Processes(env).run("work", "search")

    assert ended.returncode == 1
    assert said in ended.stderr
    assert "secret" not in ended.stderr.replace("secrets", "")


def test_every_answer_is_rebuilt_from_the_log_without_asking_the_index(product):
    first = search_pb2.SearchRequest(query="acme", page_size=1)
    stub = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    token = product.caller("north_agent")(stub.Search, first).next_page_token
    searched(product, "acme", page_size=1, page_token=token)

    asked = [each for each in asked_of(product) if each.record.service == "search"]
    kinds = Counter(outcome.kind for _, outcome in rebuilt(asked, product.env))

    assert kinds[Rebuilt.MATCHES] > 3
    assert set(kinds) <= {Rebuilt.MATCHES, Rebuilt.NO_ANSWER}
