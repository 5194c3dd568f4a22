"""An index that is made anew beside the one that is searched."""

import threading

import pytest

from helpdesk.kernel.errors import Unavailable
from services.search.domain import parse_query
from services.search.index import opensearch_rebuild
from services.search.index.opensearch import OpenSearchIndex
from services.search.index.opensearch_client import Refused
from services.search.index.opensearch_rebuild import rebuild
from tests.integration.documents import SCOPE, ana, filled, found, person


def test_a_rebuilt_index_takes_the_place_of_the_old_one(opensearch, name):
    index = filled(OpenSearchIndex(opensearch, name), ana(5, "Old"), identity=5)
    old = index.current()
    rebuild(opensearch, lambda new: filled(new, ana(5), identity=5), name, grace_seconds=0)
    filled(index, person(1), identity=6)

    assert found(index) == [("Ana", 5), ("Ana Pop", 1)]
    assert (index.current() != old, dict(index.positions())) == (True, {"identity": 6})


def test_what_is_committed_during_a_rebuild_is_in_the_new_index(opensearch, name):
    index = filled(OpenSearchIndex(opensearch, name), ana(5), identity=5)
    log = [ana(5)]

    def fill(new):
        filled(new, *log, identity=log[-1].version)
        if len(log) == 1:
            log.append(ana(6, "Anabela"))
            filled(index, log[-1], identity=6)

    rebuild(opensearch, fill, name, grace_seconds=0)

    assert (found(index), dict(index.positions())) == ([("Anabela", 6)], {"identity": 6})


def test_nothing_is_committed_to_the_old_index_once_the_new_one_caught_up(opensearch, name):
    index = filled(OpenSearchIndex(opensearch, name), ana(5), identity=5)
    refused = []

    def fill(new):
        if new.positions():
            with pytest.raises(Unavailable) as raised:
                filled(index, ana(6, "Anabela"), identity=6)
            refused.append(raised.value.reason)
        filled(new, ana(5), identity=5)

    rebuild(opensearch, fill, name, grace_seconds=0)
    filled(index, ana(6, "Anabela"), identity=6)

    assert refused == ["INDEX_UNAVAILABLE"]
    assert (found(index), dict(index.positions())) == ([("Anabela", 6)], {"identity": 6})


def test_a_batch_that_was_applied_to_the_replaced_index_must_come_again(opensearch, name):
    index = filled(OpenSearchIndex(opensearch, name), ana(5), identity=5)
    index.apply([ana(6, "Anabela")])
    rebuild(opensearch, lambda new: filled(new, ana(5), identity=5), name, grace_seconds=0)

    with pytest.raises(Unavailable):
        index.commit({"identity": 6})
    assert dict(index.positions()) == {"identity": 5}
    filled(index, ana(6, "Anabela"), identity=6)
    assert found(index) == [("Anabela", 6)]


def test_a_rebuild_that_does_not_catch_up_leaves_everything_as_it_was(opensearch, name):
    index = filled(OpenSearchIndex(opensearch, name), ana(5), identity=5)

    with pytest.raises(Unavailable):
        rebuild(opensearch, lambda new: filled(new, identity=4), name, grace_seconds=0)
    filled(index, ana(6, "Anabela"), identity=6)
    assert found(index) == [("Anabela", 6)]
    assert list(opensearch.indices.get_settings(index=f"{name}-*")) == [index.current()]


def test_what_a_killed_rebuild_left_is_removed_by_the_next(opensearch, name):
    index = filled(OpenSearchIndex(opensearch, name), ana(5), identity=5)
    opensearch.indices.create(index=f"{index.alias}-dead")
    opensearch.indices.add_block(index=index.current(), block="write")
    rebuild(opensearch, lambda new: filled(new, ana(5), identity=5), name, grace_seconds=0)
    filled(index, ana(6, "Anabela"), identity=6)

    assert found(index) == [("Anabela", 6)]
    assert list(opensearch.indices.get_settings(index=f"{name}-*")) == [index.current()]


def test_searches_go_on_while_the_index_is_replaced(opensearch, name):
    documents = [person(n) for n in range(40)]
    index = filled(OpenSearchIndex(opensearch, name), *documents, identity=1)
    query = parse_query("ana pop", SCOPE)
    index.find(query)
    done, totals = threading.Event(), []

    def search():
        while not done.is_set():
            totals.append(index.find(query).total)

    searching = threading.Thread(target=search)
    searching.start()
    try:
        rebuild(
            opensearch, lambda new: filled(new, *documents, identity=1), name, grace_seconds=0.3
        )
        after = index.find(query).total
    finally:
        done.set()
        searching.join()

    assert len(totals) > 10
    assert {*totals, after} == {40}


def test_what_was_handed_over_is_there_for_who_moves_an_organization(opensearch, name):
    filled(OpenSearchIndex(opensearch, name), identity=1)
    seen = []

    def fill(new):
        new.apply([person(1), person(2)])
        seen.append(sorted(each.id for each in new.of_organization("o")))
        new.commit({"identity": 1})

    rebuild(opensearch, fill, name)

    assert seen[0] == ["u0001", "u0002"]


def test_a_batch_that_is_refused_in_the_background_ends_the_rebuild(opensearch, name, monkeypatch):
    index = filled(OpenSearchIndex(opensearch, name), ana(5), identity=5)

    def refused(*_):
        raise Refused("strict_dynamic_mapping_exception", 400)

    monkeypatch.setattr(opensearch_rebuild, "bulk", refused)

    with pytest.raises(Refused):
        rebuild(opensearch, lambda new: filled(new, ana(5), identity=5), name)
    assert found(index) == [("Ana", 5)]
    assert list(opensearch.indices.get_settings(index=f"{name}-*")) == [index.current()]


def test_the_old_index_stays_while_a_search_runs_on_it(opensearch, name, monkeypatch):
    filled(OpenSearchIndex(opensearch, name), ana(5), identity=5)
    running = iter((1, 0, 1, 0, 0))
    looks = []

    def stats(**asked):
        looks.append(opensearch.indices.exists(index=asked["index"]))
        now = {"query_current": next(running), "fetch_current": 0}
        return {"_all": {"total": {"search": now}}}

    monkeypatch.setattr(opensearch.indices, "stats", stats)
    rebuild(opensearch, lambda new: filled(new, ana(5), identity=5), name, grace_seconds=30)

    assert looks == [True] * 5
