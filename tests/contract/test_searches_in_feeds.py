"""A search that showed people of several customers: each is told of it, and of no other customer."""

import base64
import io
import json
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from helpdesk.audit.v1 import (
    audit_pb2,
    audit_pb2_grpc,
    feed_webhook_pb2,
    feed_webhook_pb2_grpc,
)
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.audit.service import SERVICE as AUDIT
from services.identity.service import SERVICE as IDENTITY
from services.search.service import SERVICE as SEARCH
from tests.support.product import (
    ACME,
    BETA,
    ORPHAN,
    PEOPLE,
    SHARED,
    person_id,
    running_product,
    small_directory,
)
from tests.support.receiver import Receiver

SETTINGS = {"HELPDESK_AUDIT_FEED_NETWORKS": "127.0.0.0/8"}
ADMINS = {ACME: "acme_admin", BETA: "beta_admin", SHARED: "shared_admin"}
WAYS = ("page", "open page", "webhook", "export")
TEXT = "+4021"
"""Begins the numbers of everybody, whoever their customer is."""
OF_SEVERAL, OF_BETA, WITHIN_ACME = "INC-SEVERAL", "INC-BETA", "INC-ACME"


@dataclass(frozen=True)
class Given:
    """What a customer was given: what its records say, and all of it as one text."""

    said: list[tuple[str, str]]
    whole: str

    @property
    def tickets(self):
        return {ticket for _, ticket in self.said}


class Desk:
    """A product in which agents of two partners searched, and what its customers are given."""

    def __init__(self, product, receivers):
        self.product, self.receivers = product, receivers
        for customer, receiver in receivers.items():
            stub = product.stub(feed_webhook_pb2_grpc.FeedWebhookServiceStub, "audit")
            request = feed_webhook_pb2.SetFeedWebhookRequest(
                organization_id=customer, url=receiver.url
            )
            product.caller(ADMINS[customer])(stub.SetFeedWebhook, request)
        self.search("north_agent", TEXT, OF_SEVERAL)
        self.search("south_agent", "zhanna petrova", OF_BETA)
        self.search("north_agent", TEXT, WITHIN_ACME, organization_id=ACME)
        product.settle()

    def search(self, who, text, ticket, **within):
        """Type a text in the search bar, and then search for it."""
        stub = self.product.stub(search_pb2_grpc.SearchServiceStub, "search")
        caller = self.product.caller(who)
        caller(stub.Suggest, search_pb2.SuggestRequest(query=text, ticket=ticket, **within))
        caller(stub.Search, search_pb2.SearchRequest(query=text, ticket=ticket, **within))

    def given(self, way, customer):
        caller = self.product.caller(ADMINS[customer])
        stub = self.product.stub(audit_pb2_grpc.AuditServiceStub, "audit")
        if way == "page":
            request = audit_pb2.ListOrganizationActivityRequest(organization_id=customer)
            return _listed(caller(stub.ListOrganizationActivity, request))
        if way == "open page":
            request = audit_pb2.WatchOrganizationActivityRequest(organization_id=customer)
            told = caller.stream(stub.WatchOrganizationActivity, request, timeout=60)
            return _listed(next(told))
        if way == "webhook":
            expected = set(self.given("page", customer).said)
            receiver = self.receivers[customer]
            receiver.wait(lambda r: expected <= set(_received(r).said))
            return _received(receiver)
        request = audit_pb2.ExportRequest(organization_id=customer)
        parts = caller.stream(stub.Export, request, timeout=60)
        return _exported(b"".join(part.chunk for part in parts))


def _listed(answer):
    return Given([(each.action, each.ticket) for each in answer.activities], str(answer))


def _received(receiver):
    said = [got.event["data"] for got in receiver.got]
    whole = "".join(got.body.decode() + str(got.headers) for got in receiver.got)
    return Given([(each["action"], each.get("ticket", "")) for each in said], whole)


def _exported(data):
    with zipfile.ZipFile(io.BytesIO(data)) as export:
        files = {name: export.read(name).decode() for name in export.namelist()}
    lines = files["records.ndjson"].splitlines()
    sealed = [base64.b64decode(json.loads(line)["bytes"]).decode() for line in lines]
    said = [json.loads(each) for each in sealed]
    whole = "".join([*files.values(), *sealed])
    return Given([(each["action"], each.get("ticket", "")) for each in said], whole)


def ids_of_others(customer):
    """Ids of every other customer, and of everybody who belongs to one."""
    others = {ACME, BETA, ORPHAN, SHARED} - {customer}
    return others | {person_id(name) for name, (_, home, *_) in PEOPLE.items() if home in others}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    services = [IDENTITY, SEARCH, AUDIT]
    with (
        ExitStack() as stack,
        running_product(folder, services, directory=small_directory(), **SETTINGS) as product,
    ):
        product.settle()
        yield Desk(product, {each: stack.enter_context(Receiver()) for each in ADMINS})


@pytest.mark.parametrize("customer", [ACME, SHARED], ids=["acme", "shared"])
@pytest.mark.parametrize("way", WAYS)
def test_a_customer_is_told_of_a_search_and_a_suggestion_that_showed_its_people(
    desk, way, customer
):
    said = desk.given(way, customer).said

    assert said.count(("search.search.shown", OF_SEVERAL)) == 1
    assert said.count(("search.suggest.shown", OF_SEVERAL)) == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_customer_is_not_told_of_searches_that_showed_nothing_of_it(desk, way):
    assert OF_BETA not in desk.given(way, ACME).tickets
    assert OF_SEVERAL not in desk.given(way, BETA).tickets
    assert OF_BETA in desk.given(way, BETA).tickets


@pytest.mark.parametrize("way", WAYS)
def test_a_search_within_a_customer_is_told_to_it_once(desk, way):
    said = [action for action, ticket in desk.given(way, ACME).said if ticket == WITHIN_ACME]

    assert sorted(said) == ["search.search", "search.suggest"]


@pytest.mark.parametrize("customer", [ACME, SHARED], ids=["acme", "shared"])
@pytest.mark.parametrize("way", WAYS)
def test_what_a_customer_is_given_names_no_other_customer_and_nobody_of_theirs(desk, way, customer):
    whole = desk.given(way, customer).whole

    assert person_id("north_agent") in whole
    assert [each for each in sorted(ids_of_others(customer)) if each in whole] == []


def test_the_record_for_a_customer_says_who_when_and_for_what_but_not_what_was_asked(desk):
    (asked,) = desk.product.records("search", action="search.search", ticket=OF_SEVERAL)
    told = desk.product.records("search", action="search.search.shown", ticket=OF_SEVERAL)
    shown = {each.organization_id: each.shown for each in told}

    assert set(shown) == {ACME, ORPHAN, SHARED}
    assert sorted(thing for things in shown.values() for thing in things) == sorted(asked.shown)
    assert any(person_id("acme_user") in thing for thing in shown[ACME])
    for each in told:
        assert (each.agent_id, each.partner_id) == (asked.agent_id, asked.partner_id)
        assert (each.request_id, each.occurred_at) == (asked.request_id, asked.occurred_at)
        assert (each.query_key, each.request_key, each.answer_digest) == ("", "", "")
    assert [each.number - asked.number for each in told] == [1, 2, 3]
