"""The labelled set of an imported directory, asked of the search RPC itself."""

import pytest

from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.identity.service import SERVICE as IDENTITY
from services.search.service import SERVICE as SEARCH
from tests.support.exports import DIRECTORY, exported_directory, needs_directory
from tests.support.labelled import Recall, foreign_addresses, labelled_set, read_directory
from tests.support.product import running_product


@pytest.fixture(scope="module")
def directory():
    return read_directory(DIRECTORY)


@pytest.fixture(scope="module")
def search(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labelled")
    with running_product(folder, [IDENTITY, SEARCH], directory=exported_directory()) as product:
        product.settle()
        stub = product.stub(search_pb2_grpc.SearchServiceStub, "search")

        def run(text, partner_id):
            call = product.caller(sub="a", partner=partner_id, roles=["HELP_DESK"])
            return call(stub.Search, search_pb2.SearchRequest(query=text, page_size=5))

        yield run


@needs_directory
def test_recall_at_five_over_the_wire_is_at_least_98_percent(directory, search, say):
    recall = Recall()
    for label in labelled_set(directory, seed=7, most=40):
        hits = search(label.text, label.partner_id).hits
        names = [search_pb2.Kind.Name(hit.kind).removeprefix("KIND_").lower() for hit in hits]
        recall.add(label, [f"{name}:{hit.id}" for name, hit in zip(names, hits, strict=True)])
    say(f"search over gRPC, recall@5:\n{recall.table()}")

    assert recall.at_five() >= 0.98


@needs_directory
def test_the_address_of_a_foreign_customers_person_finds_nothing_over_the_wire(directory, search):
    for partner in directory.partners:
        for address in foreign_addresses(directory, partner["id"])[:40]:
            answer = search(address, partner["id"])

            assert (answer.total_size, len(answer.hits), len(answer.counts)) == (0, 0, 0)
