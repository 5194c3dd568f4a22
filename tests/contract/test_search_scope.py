"""
Generated questions to SearchService while customers move and its index lags, against an oracle.

The oracle of ``tests.chaos.scope`` knows what matches from the documents and who may see it from
the list of moves alone; here the scope is what identity says of the asking agent.
"""

import random
import threading
from dataclasses import dataclass, field

import pytest

from helpdesk.kernel.errors import NotFound
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.demo.domain import api_id
from services.identity.service import SERVICE as IDENTITY
from services.search.application import Row
from services.search.clients import DirectoryClient
from services.search.domain import Kind, Scope, parse_query
from services.search.service import SERVICE as SEARCH
from tests.chaos.scope import FIRST, LAST, TEXTS, Move, Oracle, World
from tests.support.product import CREATED, running_product, uuid

PARTNERS = tuple(api_id("ORGANIZATION", uuid(n)) for n in range(1, 5))
CUSTOMERS = tuple(api_id("ORGANIZATION", uuid(n)) for n in range(100, 116))
STAGES = 6
EACH = 60
MOST = 100
SEED = "scope"
KINDS = {search_pb2.Kind.Value(f"KIND_{kind.name}"): kind for kind in Kind}


def customer(dice, number):
    """One customer as the feed has it, managed by nobody or by some partners."""
    return {
        "id": CUSTOMERS[number],
        "displayName": f"Acme {number}",
        "created": CREATED,
        "managedBy": dice.sample(PARTNERS, dice.choice((0, 1, 1, 1, 2))),
        "settings": {"country": "RO", "language": "ro_RO"},
    }


def person(dice, number, home, address, roles=()):
    first, last = dice.choice(FIRST), dice.choice(LAST)
    return {
        "id": api_id("PEOPLE", uuid(number)),
        "emails": [address],
        "displayName": f"{first} {last}",
        "firstName": first,
        "lastName": last,
        "orgId": home,
        "roles": list(roles),
        "licenses": [],
        "phoneNumbers": [{"type": "work", "value": f"+407210000{number % 100:02}"}],
        "sipAddresses": [],
        "created": CREATED,
        "type": "person",
        "loginEnabled": True,
        "invitePending": False,
        "status": "active",
        "featureToggles": {},
    }


def directory(dice):
    agents = [
        person(dice, 1000 + n, home, f"agent{n}@partner.example", ["help_desk"])
        for n, home in enumerate(PARTNERS)
    ]
    users = [
        person(dice, 2000 + 10 * n + each, home, f"u{each}@corp{n}.example")
        for n, home in enumerate(CUSTOMERS)
        for each in range(5)
    ]
    return {
        "partners": [
            {"id": each, "displayName": f"Partner {n}", "created": CREATED}
            for n, each in enumerate(PARTNERS)
        ],
        "organizations": [customer(dice, n) for n in range(len(CUSTOMERS))],
        "people": agents + users,
        "domains": [
            {"orgId": home, "domain": f"corp{n}.example", "status": "verified"}
            for n, home in enumerate(CUSTOMERS)
        ],
    }


class Gate:
    """Stands before the index's consumer: shut, the index gets no older and no newer."""

    def __init__(self, consumer):
        self._open = threading.Event()
        self._open.set()
        self._handle, consumer.handle = consumer.handle, self._held

    def _held(self, fact):
        self._open.wait()
        self._handle(fact)

    def shut(self):
        self._open.clear()

    def open(self):
        self._open.set()


@dataclass
class Report:
    """What was asked, and where hits or counts of others came, or something else differed."""

    asked: int = 0
    stale: int = 0
    shown: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)


class Asking:
    """A product whose customers move, and the questions of its partners' agents."""

    def __init__(self, product, dice):
        self._product, self._dice = product, dice
        self._stub = product.stub(search_pb2_grpc.SearchServiceStub, "search")
        (consumer,) = product.host.running["search"].consumers
        self._index, self.gate = consumer._index, Gate(consumer)
        self._documents = tuple(
            document for each in CUSTOMERS for document in self._index.of_organization(each)
        )
        self._managers = {}

    def move(self, records):
        """Let identity take customers under other partners."""
        self._product.load({"organizations": records})
        self._managers |= {each["id"]: frozenset(each["managedBy"]) for each in records}

    def run(self):
        """Ask, in each stage, while some moves of it are not in the index."""
        moves = tuple(Move(0, each, frozenset()) for each in CUSTOMERS)
        oracle, report = Oracle(World(self._documents, moves)), Report()
        try:
            for _ in range(STAGES):
                self.move(self._moves())
                self._product.settle()
                self.gate.shut()
                try:
                    self.move(self._moves())
                    at = self._index.positions()["identity"]
                    stale = at < self._product.store_of("identity").position
                    for _ in range(EACH):
                        self._ask(oracle, report)
                        report.stale += stale
                finally:
                    self.gate.open()
        finally:
            oracle.close()
        return report

    def _moves(self):
        return [customer(self._dice, n) for n in self._dice.sample(range(len(CUSTOMERS)), 5)]

    def _ask(self, oracle, report):
        dice = self._dice
        text, number = dice.choice(TEXTS), dice.randrange(len(PARTNERS))
        inside = dice.choice(CUSTOMERS) if dice.random() < 0.2 else ""
        typing = not inside and dice.random() < 0.2
        partner = PARTNERS[number]
        seen = frozenset(c for c, managers in self._managers.items() if partner in managers)
        customers = seen & {inside} if inside else seen
        query = parse_query(text, Scope(partner), inside or None, None, MOST, typing=typing)
        wanted, counts = oracle.answer(query, customers, None, typing=typing)
        caller = self._product.caller(
            sub=api_id("PEOPLE", uuid(1000 + number)), partner=partner, roles=["HELP_DESK"]
        )
        told = f"question {report.asked}: {text} of partner {number}"
        report.asked += 1
        if typing:
            found = things(caller(self._stub.Suggest, search_pb2.SuggestRequest(query=text)))
            if found - wanted:
                report.shown.append(told)
            elif len(found) != min(8, len(wanted)):
                report.differences.append(told)
            return
        request = search_pb2.SearchRequest(query=text, organization_id=inside, page_size=MOST)
        try:
            answer = caller(self._stub.Search, request)
        except NotFound:
            if inside in seen:
                report.differences.append(told)
            return
        found, of_each = things(answer), {KINDS[each.kind]: each.count for each in answer.counts}
        if found - wanted or (inside and inside not in seen):
            report.shown.append(told)
        if any(count > counts.get(kind, 0) for kind, count in of_each.items()):
            report.counted.append(told)
        if (found, of_each, answer.total_size) != (wanted, counts, len(wanted)):
            report.differences.append(told)


def things(answer):
    return {(KINDS[hit.kind], hit.id) for hit in answer.hits}


@pytest.fixture
def asking(tmp_path):
    dice = random.Random(SEED)
    made = directory(dice)
    with running_product(tmp_path, [IDENTITY, SEARCH], directory=made) as product:
        product.settle()
        asking = Asking(product, dice)
        asking.move(made["organizations"])
        try:
            yield asking
        finally:
            asking.gate.open()


@pytest.fixture
def scope_as_old_as_the_index(monkeypatch):
    """Identity's correction of the scope is forgotten, so that the second check stands alone."""
    exact = DirectoryClient.scope
    monkeypatch.setattr(
        DirectoryClient,
        "scope",
        lambda self, viewer, since: (Scope(viewer.partner_id), exact(self, viewer, since)[1]),
    )


def test_no_answer_shows_or_counts_what_is_not_the_partners_though_the_index_lags(asking, say):
    report = asking.run()
    say(f"scope over SearchService: {report.asked} questions, {len(report.shown)} leaks")

    assert report.asked == report.stale == STAGES * EACH
    assert (report.shown, report.counted, report.differences) == ([], [], [])


def test_the_second_check_stops_what_the_index_should_not_have_found(
    asking, scope_as_old_as_the_index
):
    report = asking.run()

    assert report.counted != []
    assert report.shown == []


def test_the_oracle_sees_hits_that_nothing_checked(asking, scope_as_old_as_the_index, monkeypatch):
    monkeypatch.setattr(DirectoryClient, "rows", everything_is_visible)

    assert asking.run().shown != []


def everything_is_visible(_self, _viewer, wanted):
    return {thing: Row(thing, "", "", "", "", "", 0, "") for thing in wanted}
