"""Search on the engines of scripts/up: relay and worker are processes, the peer is OpenSearch."""

import random
import statistics
import string
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from opensearchpy import helpers

from benchmarks import engines
from benchmarks.measuring import p99, row
from benchmarks.product import Directory, Product, directory, import_requests
from benchmarks.search import _texts
from helpdesk.identity.v1 import feed_pb2_grpc
from helpdesk.kernel.eventlog import owners_log
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.demo.domain import api_id
from services.identity.service import SERVICE as IDENTITY
from services.search.composition import rebuilt
from services.search.handlers import SOURCE
from services.search.index.opensearch import create
from services.search.index.opensearch_client import connected
from services.search.index.opensearch_pages import indexed
from services.search.service import SERVICE as SEARCH

_LOOK_SECONDS = 0.002
_CHUNK = 500
_FOUND_SECONDS = 60.0
_OFTEN = 20_000
_SEARCH_AIM, _SEARCHABLE_AIM, _REBUILD_AIM = 1.5, 1.2, 0.8


def _running() -> AbstractContextManager[Product]:
    """Serve identity and search here, their relay and worker beside, on a space of their own."""
    return engines.running([IDENTITY, SEARCH], ("relay", "identity"), ("work", "search"))


def _load(product: Product, records: Directory) -> None:
    """Import without waiting: the consumer is a process of its own."""
    stub = product.stub(feed_pb2_grpc.DirectoryFeedServiceStub, "identity")
    feed = product.caller(sub="feed", roles=["DIRECTORY_WRITER"])
    for _ in feed.stream(stub.Import, import_requests(records), timeout=600):
        pass


def _index(product: Product) -> Any:
    (consumer,) = product.host.running["search"].consumers
    return consumer._index  # type: ignore[attr-defined]  # noqa: SLF001


def _settled(product: Product, seconds: float = 600) -> None:
    """Wait until the worker has indexed what identity's log has."""
    store, index = product.host.running["identity"].store, _index(product)
    assert store is not None
    (consumer,) = product.host.running["search"].consumers
    last = 0
    while rows := store.read(last, 1000, tuple(consumer.wants[SOURCE])):
        last = rows[-1].position
    deadline = time.monotonic() + seconds
    while index.positions().get(SOURCE, 0) < last:
        if time.monotonic() > deadline:
            raise TimeoutError("the worker did not catch up")
        time.sleep(_LOOK_SECONDS)


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _compared(
    name: str, ours: Callable[[int], object], peer: Callable[[int], object], runs: int, aim: float
) -> dict[str, Any]:
    """Compare the p99 of both; ``aim`` is how many times longer ours may take at most."""
    for number in range(20):
        ours(number)
        peer(number)
    mine, theirs = [], []
    for number in range(runs):
        mine.append(_timed(lambda number=number: ours(number)))  # type: ignore[misc]
        theirs.append(_timed(lambda number=number: peer(number)))  # type: ignore[misc]
    ours_ms, peer_ms = p99(mine) * 1000, p99(theirs) * 1000
    return row(name, ours_ms, peer_ms, "ms p99", peer_ms / ours_ms, runs, 1 / aim)


def search(runs: int = 500) -> list[dict[str, Any]]:
    """The search RPC, with scope, check of its hits and audit record, against the bare query."""
    with _running() as product:
        records = directory()
        _load(product, records)
        _settled(product)
        return [_search(product, records, runs)]


def _search(product: Product, records: Any, runs: int) -> dict[str, Any]:
    partner, texts = _texts(records)
    stub = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    agent = product.caller(sub="agent", partner=partner, roles=["HELP_DESK"])
    index, asked = _index(product), []
    find = index.find_and_count

    def noting(query: Any) -> Any:
        asked.append(query)
        return find(query)

    index.find_and_count = noting
    requests = [search_pb2.SearchRequest(query=text) for text in texts]
    for request in requests:
        agent(stub.Search, request)
    index.find_and_count = find
    bare = [index.bare(query) for query in asked]
    return _compared(
        "search_opensearch",
        lambda number: agent(stub.Search, requests[number % len(requests)]),
        lambda number: bare[number % len(bare)](),
        runs,
        _SEARCH_AIM,
    )


def searchable(runs: int = 60) -> list[dict[str, Any]]:
    """
    From the call that stores a person until a search finds it, against a raw indexing that waits.

    Ours has the whole import call, relay, broker, worker and the searches until one finds it in it;
    the peer is one document with ``refresh=wait_for`` on an index with the settings that OpenSearch
    has by itself, and one query that finds it.
    """
    with _running() as product:
        records = directory()
        _load(product, {**records, "people": records["people"][:200], "devices": []})
        _settled(product)
        client = connected(product.env["HELPDESK_SEARCH_OPENSEARCH_URL"], timeout_seconds=30)
        raw = f"{product.env['HELPDESK_SEARCH_OPENSEARCH_INDEX']}-raw"
        partner, _ = _texts(records)
        seen = {each["id"] for each in records["organizations"] if partner in each["managedBy"]}
        people = [each for each in records["people"][:200] if each["orgId"] in seen]
        dice = random.Random(1)

        stub = product.stub(search_pb2_grpc.SearchServiceStub, "search")
        agent = product.caller(sub="agent", partner=partner, roles=["HELP_DESK"])

        def ours(number: int) -> None:
            person, word = people[number % len(people)], _word(dice)
            _load(product, {"people": [{**person, "displayName": f"{word} {person['lastName']}"}]})
            deadline = time.monotonic() + _FOUND_SECONDS
            while not agent(stub.Search, search_pb2.SearchRequest(query=word)).hits:
                if time.monotonic() > deadline:
                    raise TimeoutError("no search finds it")
                time.sleep(_LOOK_SECONDS)

        def peer(number: int) -> None:
            waits, word = {"refresh": "wait_for"}, _word(dice)
            client.index(index=raw, id=str(number), body={"name": word}, params=waits)
            found = client.search(index=raw, body={"query": {"match": {"name": word}}})
            if not found["hits"]["hits"]:
                raise LookupError("the raw index does not find it")

        try:
            return [_compared("event_to_searchable", ours, peer, runs, _SEARCHABLE_AIM)]
        finally:
            client.indices.delete(index=raw, params={"ignore_unavailable": "true"})
            client.close()


def _word(dice: random.Random) -> str:
    """Return a name that nobody else has."""
    return "".join(dice.choices(string.ascii_lowercase, k=14)).capitalize()


def rebuild(users: int = 200_000) -> list[dict[str, Any]]:
    """Facts a second of a rebuild against reading the log alone or bulk alone, the slower."""
    # Neither relay nor worker: what they index meanwhile would be measured too.
    with engines.running([IDENTITY, SEARCH]) as product:
        records = directory()
        _load_users(product, records, users)
        wiring = product.host.wiring
        read = owners_log(wiring.caller("search"), wiring.channel(SOURCE), SOURCE)
        (consumer,) = product.host.running["search"].consumers
        names = tuple(consumer.wants[SOURCE])
        written: list[dict[str, Any]] = []

        def replayed() -> float:
            began = time.perf_counter()
            count = sum(len(rows) for rows, _ in read(0, names))
            return count / (time.perf_counter() - began)

        count = sum(len(rows) for rows, _ in read(0, names))

        def ours(_: int) -> float:
            began = time.perf_counter()
            rebuilt(wiring, read, lambda *_: None)
            return count / (time.perf_counter() - began)

        def slower(_: int) -> float:
            return min(replayed(), _bulk(product, written))

        rebuilt(wiring, read, lambda *_: None)
        index = _index(product)
        written += [
            indexed(document)
            for each in records["organizations"]
            for document in index.of_organization(each["id"])
        ]
        found = engines.in_turn(ours, slower, 1 if users > _OFTEN else 5)
        mine, theirs = (statistics.median(side) for side in zip(*found, strict=True))
        ratio = statistics.median(one / other for one, other in found)
        return [
            row(
                f"rebuild, {users:,} users",
                mine,
                theirs,
                "facts/s",
                ratio,
                len(found),
                _REBUILD_AIM,
            )
        ]


def _bulk(product: Product, written: list[dict[str, Any]]) -> float:
    client = connected(product.env["HELPDESK_SEARCH_OPENSEARCH_URL"], timeout_seconds=60)
    raw = f"{product.env['HELPDESK_SEARCH_OPENSEARCH_INDEX']}-raw"
    create(client, raw, 1)
    try:
        began = time.perf_counter()
        helpers.bulk(client, ({**each, "_index": raw} for each in written), chunk_size=_CHUNK)
        client.indices.refresh(index=raw)
        return len(written) / (time.perf_counter() - began)
    finally:
        client.indices.delete(index=raw)
        client.close()


def _load_users(product: Product, records: Any, users: int) -> None:
    _load(product, {**records, "people": []})
    people = records["people"]
    for start in range(0, users, 5_000):
        numbers = range(start, min(users, start + 5_000))
        _load(product, {"people": [_own(people[n % len(people)], n) for n in numbers]})


def _own(person: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a copy of a person with an id and addresses of its own."""
    local = person["emails"][0].partition("@")
    return {
        **person,
        "id": api_id("PEOPLE", UUID(int=10**9 + number)),
        "emails": [f"{local[0]}.{number}@{local[2]}"],
    }
