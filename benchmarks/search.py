"""The search RPC against the bare Tantivy query that it ends in, on the same index."""

import random
from typing import Any

from benchmarks.measuring import milliseconds
from benchmarks.product import directory, running
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.identity.service import SERVICE as IDENTITY
from services.search.service import SERVICE as SEARCH

SEED = 20_300_506
TEXTS = 100


def run(runs: int = 200) -> list[dict[str, Any]]:
    """Ask names, addresses and beginnings of names of people whom the caller may see."""
    with running([IDENTITY, SEARCH]) as product:
        records = directory()
        product.load(records)
        partner, texts = _texts(records)
        stub = product.stub(search_pb2_grpc.SearchServiceStub, "search")
        agent = product.caller(sub="agent", partner=partner, roles=["HELP_DESK"])
        consumer: Any = product.host.running["search"].consumers[0]
        index = consumer._index  # noqa: SLF001
        find, asked = index.find_and_count, []

        def noting(query: Any) -> Any:
            asked.append(query)
            return find(query)

        index.find_and_count = noting
        requests = [search_pb2.SearchRequest(query=text) for text in texts]
        for request in requests:
            agent(stub.Search, request)
        index.find_and_count = find
        bare = [index.bare(query) for query in asked]
        return [
            milliseconds(
                "search",
                lambda number: agent(stub.Search, requests[number % len(requests)]),
                lambda number: bare[number % len(bare)](),
                runs,
            )
        ]


def _texts(records: dict[str, list[dict[str, Any]]]) -> tuple[str, list[str]]:
    dice = random.Random(SEED)
    managed = {each["id"]: each["managedBy"] for each in records["organizations"]}
    partner = next(iter(managed.values()))[0]
    people = [p for p in records["people"] if partner in managed.get(p["orgId"], ())]
    ways = (
        lambda person: person["displayName"],
        lambda person: person["emails"][0],
        lambda person: person["lastName"][:4],
    )
    return partner, [dice.choice(ways)(dice.choice(people)) for _ in range(TEXTS)]
