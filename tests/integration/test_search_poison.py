"""A fact that cannot be indexed: a dead letter, and on without it when an operator says so."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from helpdesk.kernel.errors import Refused as NotAllowed
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.inbox import CannotHandle, Delivery, Inbox, skip
from helpdesk.kernel.store import Store, StoredRow
from services.search.handlers import IndexConsumer, OrganizationsInMemory
from services.search.index.opensearch import OpenSearchIndex
from services.search.index.opensearch_client import Refused
from services.search.index.tantivy import TantivyIndex

PACKAGE = "helpdesk.identity.v1"
SITE = f"{PACKAGE}.SiteImported"


@pytest.fixture
def store(postgres, vault):
    store = Store("search", postgres(), vault, b"k" * 32)
    yield store
    store.close()


@pytest.fixture(params=["tantivy", "opensearch"])
def index(request):
    if request.param == "tantivy":
        yield TantivyIndex()
        return
    client, name = request.getfixturevalue("opensearch"), request.getfixturevalue("name")
    yield OpenSearchIndex(client, name)


@pytest.fixture
def following(index):
    return IndexConsumer(OrganizationsInMemory(), index)


def delivered(position, kind, body, before=0):
    stamp = '"stamp":{"recorded_at":"2026-01-01T00:00:00Z"}'
    state = ("{" + ",".join((*body, stamp)) + "}").encode()
    row = StoredRow(position, f"s{position}", 1, f"{PACKAGE}.{kind}", state)
    return Delivery("identity", row, {f"{PACKAGE}.{kind}": before, SITE: before})


def organization(position):
    return delivered(
        position, "OrganizationImported", ('"organization_id":"o1"', '"display_name":"Acme"')
    )


def site(position, url="https://acme.example", before=0):
    return delivered(
        position, "SiteImported", ('"organization_id":"o1"', f'"site_url":"{url}"'), before
    )


def poison(position, before):
    return delivered(position, "SiteImported", ('"site_url":"https://nobody.example"',), before)


RECORD = SupportActionRecorded(
    action="operations.dead_letter.drop",
    outcome="done",
    occurred_at=datetime.now(UTC),
    service="search",
)


def test_what_comes_before_a_fact_that_makes_no_sense_is_indexed_and_the_fact_is_named(
    store, index, following
):
    with pytest.raises(CannotHandle) as raised:
        Inbox(following, store).take([organization(1), poison(2, 0), site(3, before=2)])

    assert raised.value.delivery.row.position == 2
    assert following.position("identity") == 1
    assert [d.title for d in index.of_organization("o1")] == ["Acme"]


def test_a_document_that_the_index_refuses_is_found_among_those_of_its_batch(
    store, index, following, monkeypatch
):
    apply = index.apply

    def refusing(documents, tombstones=()):
        documents = list(documents)
        if any(each.title == "https://bad.example" for each in documents):
            raise Refused("mapper_parsing_exception", 400)
        apply(documents, tombstones)

    monkeypatch.setattr(index, "apply", refusing)
    batch = [organization(1), site(2), site(3, "https://bad.example", 2), site(4, before=3)]
    with pytest.raises(CannotHandle) as raised:
        Inbox(following, store).take(batch)

    assert raised.value.delivery.row.position == 3
    assert following.position("identity") == 2
    assert len(index.of_organization("o1")) == 2


def test_an_index_that_is_away_makes_no_dead_letter(store, index, following, monkeypatch):
    def away(*_):
        raise Unavailable("INDEX_UNAVAILABLE", "Search is not available now.")

    monkeypatch.setattr(index, "apply", away)

    with pytest.raises(Unavailable):
        Inbox(following, store).take([organization(1), site(2)])


def test_dropping_it_moves_the_index_on_and_what_was_parked_follows(store, index, following):
    inbox = Inbox(following, store)
    inbox.take([organization(1)])
    bad, after = poison(2, 0), site(3, before=2)
    inbox.take([after])
    assert (following.position("identity"), inbox.parked()) == (1, {"identity": 1})

    skip(following, store, bad, RECORD)
    inbox.resume()

    assert (following.position("identity"), inbox.parked()) == (3, {})
    assert len(index.of_organization("o1")) == 2


def test_it_is_not_dropped_while_something_before_it_is_missing(store, index, following):
    with pytest.raises(NotAllowed, match="catch-up"):
        skip(following, store, poison(3, 2), replace(RECORD, request_id="r"))

    assert following.position("identity") == 0
    assert store.position == 0


def test_dropping_it_again_records_it_and_moves_nothing(store, following):
    Inbox(following, store).take([organization(1)])
    skip(following, store, poison(2, 0), RECORD)
    skip(following, store, poison(2, 0), RECORD)

    assert following.position("identity") == 2
    assert [row.name for row in store.read(0, 10)] == [RECORD.NAME] * 2
