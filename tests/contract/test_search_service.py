"""The search bar over real channels, from an import to what an agent finds."""

import pytest

from helpdesk.kernel.errors import Forbidden, InvalidArgument, NotFound
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.identity.service import SERVICE as IDENTITY
from services.search.service import SERVICE as SEARCH
from tests.support.product import (
    ACME,
    BETA,
    NORTH,
    SHARED,
    person_id,
    running_product,
    small_directory,
)
from tests.support.waiting import AT_ONCE, wait_until


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    with running_product(folder, [IDENTITY, SEARCH], directory=small_directory()) as product:
        product.settle()
        yield product


@pytest.fixture
def search(product):
    stub = product.stub(search_pb2_grpc.SearchServiceStub, "search")

    def run(query, name="north_agent", **more):
        return product.caller(name)(stub.Search, search_pb2.SearchRequest(query=query, **more))

    return run


def ids(answer):
    return [hit.id for hit in answer.hits]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("stefana voinea", person_id("acme_user")),
        ("Voinea Stefana", person_id("acme_user")),
        ("STEFANA@acme.example", person_id("acme_user")),
        ("stefana+second@acme.example", person_id("acme_user")),
        ("+40 21 1000 122", person_id("acme_user")),
        (person_id("acme_user"), person_id("acme_user")),
        ("giorgos pappas", person_id("shared_user")),
        ("acme", ACME),
        ("acme.example", ACME),
        ("W100200300", "W100200300"),
    ],
)
def test_an_agent_finds_by_what_callers_say(search, query, found):
    assert found in ids(search(query))[:5]


@pytest.mark.parametrize(
    "query", ["FOC12345678", "aa-bb-cc-00-11-22", "AABB.CC00.1122", "lobby@rooms.acme.example"]
)
def test_a_device_is_first_by_any_of_its_numbers(search, query):
    first = search(query).hits[0]

    assert first.kind == search_pb2.KIND_DEVICE
    assert first.exact


@pytest.mark.parametrize(
    "query",
    ["zhanna@beta.example", "Жанна Петрова", "zhanna petrova", "beta", person_id("beta_user")],
)
def test_a_customer_of_another_partner_is_not_found(search, query):
    answer = search(query)

    assert not [hit for hit in answer.hits if hit.organization_id == BETA]
    assert answer.total_size == len(answer.hits)


def test_the_other_partner_finds_its_own(search):
    assert ids(search("zhanna petrova", "south_agent")) == [person_id("beta_user")]


def test_addresses_are_masked(search):
    assert search("stefana voinea").hits[0].detail == "s••••@acme.example"


def test_inside_one_organization_only_its_own_are_found(search):
    assert ids(search("giorgos", organization_id=ACME)) == []
    assert ids(search("giorgos", organization_id=SHARED)) == [person_id("shared_user")]


def test_inside_a_foreign_organization_there_is_nothing_to_search(search):
    with pytest.raises(NotFound):
        search("zhanna", organization_id=BETA)


@pytest.mark.parametrize("query", ["", "   ", "x" * 300, "a\x00b"])
def test_a_bad_query_is_named_by_its_field(search, query):
    with pytest.raises(InvalidArgument) as caught:
        search(query)

    assert caught.value.field == "query"


@pytest.mark.parametrize(
    "query", ["*", "name:*", "a OR b", '"', "(((", "/.*/", "~~", "stefana AND NOT x", "[a TO z]"]
)
def test_query_syntax_is_plain_text(search, query):
    search(query)


def test_who_has_no_role_searches_nothing(search):
    with pytest.raises(Forbidden):
        search("acme", "north_nobody")


def test_a_search_is_recorded_with_its_text_and_what_it_showed(product, search):
    search("stefana voinea", ticket="INC-7")

    last = product.records("search", action="search.search")[-1]
    assert last.query == "stefana voinea"
    assert last.ticket == "INC-7"
    assert any(person_id("acme_user") in shown for shown in last.shown)


def test_the_text_of_a_search_is_in_no_file_in_clear(product, search):
    search("stefana voinea")

    for path in product.host.wiring.data_dir.glob("search.db*"):
        assert b"stefana" not in path.read_bytes().lower()


def test_pages_neither_repeat_nor_skip(search):
    first = search("north", page_size=1)
    assert first.total_size == len(ids(search("north")))
    one = search("example", page_size=1)
    seen, token = ids(one), one.next_page_token
    while token:
        page = search("example", page_size=1, page_token=token)
        seen, token = seen + ids(page), page.next_page_token

    assert len(seen) == len(set(seen))


def test_a_page_token_of_another_caller_is_refused(search):
    token = search("acme.example", page_size=1).next_page_token
    if not token:
        token = search("a", page_size=1).next_page_token

    with pytest.raises(InvalidArgument):
        search("a", "south_agent", page_size=1, page_token=token or "x")


def test_a_new_person_is_found_at_once(product, search):
    directory = small_directory()
    person = {**directory["people"][-1], "id": person_id("orphan_user")[:-4] + "Y2Qx"}
    person |= {
        "displayName": "Wilhelmina Newcomer",
        "firstName": "Wilhelmina",
        "lastName": "Newcomer",
    }
    person["emails"] = ["wilhelmina@orphan.example"]
    from services.demo.domain import api_id
    from tests.support.product import uuid

    person["id"] = api_id("PEOPLE", uuid(999))
    product.load({"people": [person]})

    assert wait_until(lambda: ids(search("wilhelmina newcomer")) == [person["id"]], AT_ONCE)


def test_a_customer_that_left_is_gone_in_the_very_next_query(product, search):
    directory = small_directory()
    shared = next(o for o in directory["organizations"] if o["id"] == SHARED)
    assert ids(search("giorgos pappas")) == [person_id("shared_user")]
    product.load(
        {"organizations": [{**shared, "managedBy": [o for o in shared["managedBy"] if o != NORTH]}]}
    )

    assert ids(search("giorgos pappas")) == []
    assert search("giorgos pappas").total_size == 0
    assert ids(search("giorgos pappas", "south_agent")) == [person_id("shared_user")]
    product.load({"organizations": [shared]})
    assert ids(search("giorgos pappas")) == [person_id("shared_user")]
