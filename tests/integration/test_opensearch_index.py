"""What is OpenSearch's own: mappings, limits, points in time, being busy or away."""

import socket
import threading
from copy import deepcopy
from dataclasses import replace

import pytest

from helpdesk.kernel.errors import Unavailable
from services.search.domain import Kind, Tombstone, parse_query
from services.search.index.opensearch import OpenSearchIndex
from services.search.index.opensearch_client import Refused, bulk, connected, failures
from tests.integration.documents import SCOPE, ana, filled, found, person


def test_a_field_without_a_mapping_is_refused(opensearch, name):
    index = OpenSearchIndex(opensearch, name)
    index.current()

    with pytest.raises(Refused, match="strict_dynamic_mapping_exception"):
        bulk(
            opensearch,
            [{"_index": f"{index.current()}-writes", "_id": "x", "_source": {"nickname": "Ana"}}],
        )


def test_the_longest_text_stays_within_the_limit_of_clauses(opensearch, name):
    index = filled(OpenSearchIndex(opensearch, name), person(1))
    texts = (
        "юлия щербакова жанна хрущёва цветаева чайковский ющенко яковлева",
        "Ευαγγελία Τραγούστη χρήστος ξενάκης ψυχή αυξέντιος μπάμπης γκίκας",
        "a b c d e f g h",
        "x" * 256,
    )

    assert [index.find(parse_query(text, SCOPE)).total for text in texts] == [0, 0, 0, 0]


def test_pages_go_on_where_the_index_was_changed_and_where_the_last_hit_is_gone(opensearch, name):
    index = filled(OpenSearchIndex(opensearch, name), *(person(n) for n in range(30)), identity=1)
    first = index.find(parse_query("ana pop", SCOPE, limit=10))
    second = index.find(parse_query("ana pop", SCOPE, limit=10, page_token=first.next_page))
    index.apply(
        [replace(person(30), version=2)],
        [Tombstone(Kind.USER, "u0003", 2), Tombstone(Kind.USER, "u0025", 2)],
    )
    index.commit({"identity": 2})
    third = index.find(parse_query("ana pop", SCOPE, limit=20, page_token=second.next_page))
    ids = [hit.id for page in (first, second, third) for hit in page.hits]

    assert ids == [f"u{n:04}" for n in range(31) if n != 25]


def test_an_older_view_is_not_used_when_a_customer_has_left(opensearch, name):
    index = filled(OpenSearchIndex(opensearch, name), *(person(n) for n in range(30)), identity=1)
    first = index.find(parse_query("ana pop", SCOPE, limit=10))
    second = index.find(parse_query("ana pop", SCOPE, limit=10, page_token=first.next_page))
    moved = [replace(person(n), version=2, partner_ids=frozenset({"another"})) for n in range(30)]
    filled(index, *moved, identity=2)
    third = index.find(parse_query("ana pop", SCOPE, limit=10, page_token=second.next_page))

    assert (third.hits, third.total) == ((), 0)


def test_who_sees_a_position_finds_what_came_before_it(opensearch, name):
    index = filled(OpenSearchIndex(opensearch, name), ana(1), identity=1)
    done, seen = threading.Event(), []

    def look():
        while not done.is_set():
            at = index.positions()["identity"]
            ((_, version),) = found(index)
            seen.append((at, version))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        for version in range(2, 20):
            filled(OpenSearchIndex(opensearch, name), ana(version), identity=version)
    finally:
        done.set()
        looking.join()

    assert len({at for at, _ in seen}) > 3
    assert [(at, version) for at, version in seen if at > version] == []


def test_no_position_is_written_before_what_it_stands_for_is_to_be_seen(
    opensearch, name, monkeypatch
):
    index = filled(OpenSearchIndex(opensearch, name), ana(1), identity=1)
    index.apply([ana(2)])

    def away(_index):
        raise Unavailable("INDEX_UNAVAILABLE", "")

    monkeypatch.setattr(index, "_refresh", away)
    with pytest.raises(Unavailable):
        index.commit({"identity": 2})
    monkeypatch.undo()
    opensearch.indices.refresh(index=index.current())

    assert index.positions() == {"identity": 1}


def test_compaction_leaves_nothing_of_what_was_replaced(opensearch, name):
    index = OpenSearchIndex(opensearch, name)
    for version in range(1, 6):
        filled(index, *(replace(person(n), version=version) for n in range(50)))
    before = opensearch.indices.stats(index=name + "-*")["_all"]["primaries"]["docs"]
    index.compact()
    after = opensearch.indices.stats(index=name + "-*")["_all"]["primaries"]["docs"]

    assert before["deleted"] > 0
    assert (after["count"], after["deleted"]) == (50, 0)


def answered(status, kind="error"):
    return {"items": [{"index": {"_id": "x", "status": status, "error": {"type": kind}}}]}


def a_client_that_answers(monkeypatch, *answers):
    client = connected(f"http://127.0.0.1:{closed_port()}")
    waiting = iter(answers)
    monkeypatch.setattr(client, "bulk", lambda **_: deepcopy(next(waiting)))
    waits = []
    monkeypatch.setattr("opensearchpy.helpers.actions.time.sleep", waits.append)
    return client, waits


ACTION = {"_op_type": "index", "_index": "i", "_id": "x", "_source": {}}


def test_a_busy_opensearch_is_waited_for_longer_each_time(monkeypatch):
    busy = answered(429, "rejected_execution_exception")
    client, waits = a_client_that_answers(monkeypatch, busy, busy, busy, answered(201))
    bulk(client, [ACTION])

    assert waits == [1, 2, 4]


def test_an_opensearch_that_stays_busy_is_unavailable(monkeypatch):
    busy = answered(429, "rejected_execution_exception")
    client, waits = a_client_that_answers(monkeypatch, *[busy] * 7)

    with pytest.raises(Unavailable):
        bulk(client, [ACTION])
    assert waits == [1, 2, 4, 8, 8, 8]


def test_a_newer_version_that_is_there_is_no_failure(monkeypatch):
    known = answered(409, "version_conflict_engine_exception")
    client, waits = a_client_that_answers(monkeypatch, known)
    bulk(client, [ACTION])

    assert waits == []


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    "call",
    [
        lambda index: index.find(parse_query("ana", SCOPE)),
        lambda index: index.counts(parse_query("ana", SCOPE)),
        lambda index: index.positions(),
        lambda index: index.apply([ana(1)]),
        lambda index: index.commit({"identity": 1}),
        lambda index: index.of_organization("o"),
    ],
    ids=["find", "counts", "positions", "apply", "commit", "of_organization"],
)
def test_an_opensearch_that_is_down_is_unavailable_with_a_hint_when_to_retry(call):
    index = OpenSearchIndex(connected(f"http://127.0.0.1:{closed_port()}"))

    with pytest.raises(Unavailable) as raised:
        call(index)
    assert (raised.value.reason, raised.value.retry_seconds) == ("INDEX_UNAVAILABLE", 2)
    index.close()


def test_no_error_repeats_what_was_asked(opensearch, name):
    with pytest.raises(Refused) as raised, failures():
        opensearch.search(index=name, body={"query": {"term": {"ana@corp.example": []}}})

    assert "ana@corp" not in f"{raised.value!s} {raised.value!r}"
