"""The search index made anew from the log while agents search and the directory changes."""

import threading
from dataclasses import replace

import pytest

from helpdesk.kernel.eventlog import owners_log
from helpdesk.kernel.settings import SettingsError
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.demo.domain import api_id
from services.identity.service import SERVICE as IDENTITY
from services.search.composition import rebuilt
from services.search.index.opensearch import OpenSearchIndex
from services.search.index.tantivy import TantivyIndex
from services.search.service import SERVICE as SEARCH
from tests.support.product import (
    ACME,
    NORTH,
    SHARED,
    person_id,
    running_product,
    small_directory,
    uuid,
)


@pytest.fixture
def product(tmp_path, opensearch_url, name):
    settings = {
        "HELPDESK_SEARCH_OPENSEARCH_URL": opensearch_url,
        "HELPDESK_SEARCH_OPENSEARCH_INDEX": name,
    }
    services = [IDENTITY, SEARCH]
    with running_product(tmp_path, services, directory=small_directory(), **settings) as product:
        product.settle()
        yield product


def searched(product, query, name="north_agent"):
    stub = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    return product.caller(name)(stub.Search, search_pb2.SearchRequest(query=query))


def ids(answer):
    return [hit.id for hit in answer.hits]


def rebuild(product, progress=lambda *_: None):
    wiring = product.host.wiring
    read = owners_log(wiring.caller("search"), wiring.channel("identity"), "identity")
    return rebuilt(wiring, read, progress)


def newcomer(number):
    model = small_directory()["people"][-1]
    return {
        **model,
        "id": api_id("PEOPLE", uuid(5_000 + number)),
        "displayName": f"Wilhelmina Number{number}",
        "firstName": "Wilhelmina",
        "lastName": f"Number{number}",
        "emails": [f"wilhelmina{number}@orphan.example"],
    }


def shared(*managers):
    found = next(o for o in small_directory()["organizations"] if o["id"] == SHARED)
    return {**found, "managedBy": list(managers)}


def contents(index):
    everything = small_directory()["organizations"]
    found = [d for each in everything for d in index.of_organization(each["id"])]
    return sorted((d for d in found), key=lambda d: d.key)


def test_searches_and_changes_go_on_while_the_index_is_rebuilt(product, opensearch, name, say):
    done, wrong, count = threading.Event(), [], 0
    moved = []

    def search():
        nonlocal count
        while not done.is_set():
            try:
                one = ids(searched(product, "stefana voinea"))
                many = searched(product, "zhanna petrova")
            except Exception as error:
                wrong.append(repr(error))
                return
            if one != [person_id("acme_user")] or many.hits or many.total_size:
                wrong.append((one, ids(many)))
            count += 1

    def change():
        number = 0
        managers = [o for o in shared_managers if o != NORTH]
        while not done.is_set():
            number += 1
            product.load({"people": [newcomer(number)]})
            # The very next query must know who manages a customer, whichever index it meets.
            for now in (managers, shared_managers):
                product.load({"organizations": [shared(*now)]})
                expected = [person_id("shared_user")] if NORTH in now else []
                answer = searched(product, "giorgos pappas")
                if ids(answer) != expected or answer.total_size != len(expected):
                    wrong.append((now, ids(answer), answer.total_size))
            moved.append(number)

    shared_managers = next(
        o["managedBy"] for o in small_directory()["organizations"] if o["id"] == SHARED
    )
    threads = [threading.Thread(target=each) for each in (search, search, change)]
    for each in threads:
        each.start()
    before = OpenSearchIndex(opensearch, name).current()
    try:
        for _ in range(2):
            rebuild(product)
    finally:
        done.set()
        for each in threads:
            each.join()
    product.settle()
    index = OpenSearchIndex(opensearch, name)
    kept = contents(index)
    positions = rebuild(product)
    say(
        f"2 rebuilds, {count} pairs of searches, {len(moved)} rounds of changes, {len(wrong)} wrong"
    )

    assert wrong == []
    assert (count > 20, len(moved) > 2, index.current() != before) == (True, True, True)
    assert [replace(d, version=0) for d in contents(index)] == [replace(d, version=0) for d in kept]
    assert len(kept) > len(moved)
    assert positions["identity"] <= product.host.running["identity"].store.refresh()


def test_the_progress_ends_at_the_end_of_the_log(product):
    seen = []
    positions = rebuild(product, lambda at, total: seen.append((at, total)))

    assert seen[-1][0] == seen[-1][1] == positions["identity"]


def test_what_the_rebuild_knows_of_organizations_is_there_for_the_worker(product):
    store = product.host.running["search"].store
    with store.engine.transaction() as tx:
        tx.execute("DELETE FROM indexed_organization", ())
    rebuild(product)
    product.load({"people": [newcomer(1)]})
    product.settle()

    assert ids(searched(product, "wilhelmina")) == [newcomer(1)["id"]]


def test_a_customer_that_was_remembered_but_not_written_is_written_when_its_fact_comes_again(
    product, monkeypatch
):
    (consumer,) = product.host.running["search"].consumers
    index, failed = consumer._index, threading.Event()
    apply = index.apply

    def apply_later(*documents):
        if not failed.is_set():
            failed.set()
            raise OSError
        apply(*documents)

    monkeypatch.setattr(index, "apply", apply_later)
    product.load({"organizations": [shared(NORTH)]})
    product.settle()
    documents = index.of_organization(SHARED)

    assert failed.is_set()
    assert len(documents) > 1
    assert {d.partner_ids for d in documents} == {frozenset({NORTH})}


def test_in_one_process_the_command_says_what_to_do_and_that_works(tmp_path):
    with running_product(tmp_path, [IDENTITY, SEARCH], directory=small_directory()) as product:
        product.settle()
        before = contents(product.host.running["search"].consumers[0]._index)
        with pytest.raises(SettingsError, match="remove that folder"):
            rebuild(product)
    folder = tmp_path / "search-index"
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()
    with running_product(tmp_path, [IDENTITY, SEARCH]) as product:
        product.settle()
        index = product.host.running["search"].consumers[0]._index
        assert isinstance(index, TantivyIndex)
        assert contents(index) == before
        assert {d.organization_id for d in before} >= {ACME, SHARED}
