"""
Generated partners, customers, moves and queries on both engines, against a brute-force oracle.

``python -m tests.chaos.scope --count 100000`` asks Tantivy, and OpenSearch where
``HELPDESK_SEARCH_OPENSEARCH_URL`` is set, that many generated questions each. The oracle takes what
matches from an index that is asked without any filter, and decides by the list of moves alone what
of it the partner may see at that moment. Exit code 1 where an answer differs.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import uuid4

from helpdesk.kernel.progress import counting
from services.search.domain import Document, Fields, Kind, Query, Scope, parse_query
from services.search.domain.queries import FEW
from services.search.index import Index
from services.search.index.tantivy import TantivyIndex

PARTNERS = tuple(f"p{n}" for n in range(5))
CUSTOMERS = tuple(f"o{n}" for n in range(40))
STAGES = 10
MOVES = 240
FIRST = ("Ana", "Anna", "Ioana", "Юлия", "Ştefan", "Robert", "Ευαγγελία", "نسيب", "Jörg", "Niamh")
LAST = ("Pop", "Popa", "Popescu", "Щербакова", "Williams", "Müller", "Τραγούστη", "الجفالي", "Öz")
TEXTS = (
    "ana", "an", "a", "pop", "popescu ana", "anna popa", "yulia", "williams robrt", "mueller", "oz",
    "stefn", "evangelia", "nasib", "acme", "acme 3", "acme 31", "u5@corp1.example", "u7@corp3.example",
    "corp12.example", "corp", "room", "room ana", "+40721000007", "+4072100003", "serial4",
    "serial17", "W100000003", "W1000000", "popesko iona", "e", "niamh muller", "jorg", "shcherbakova",
    "ana acme 5", "robert w", "xylophone", "ann pop acme",
)  # fmt: skip
Thing = tuple[Kind, str]


@dataclass(frozen=True)
class Move:
    """From a position on a customer is managed by these partners, and by no other."""

    position: int
    customer: str
    managers: frozenset[str]


@dataclass(frozen=True)
class World:
    """Customers and who manages them, from the first to the last position."""

    documents: tuple[Document, ...]
    moves: tuple[Move, ...]

    def managers(self, position: int) -> dict[str, frozenset[str]]:
        """Return who manages whom after a position."""
        return {move.customer: move.managers for move in self.moves if move.position <= position}

    def indexed(self, after: int, position: int) -> list[Document]:
        """Return the documents that change between two positions."""
        newest = {m.customer: m for m in self.moves if after < m.position <= position}
        return [
            replace(d, partner_ids=newest[at].managers, version=newest[at].position)
            for d in self.documents
            if (at := d.organization_id) in newest
        ]

    def scope(self, partner: str, indexed: int, now: int, limited: frozenset[str] | None) -> Scope:
        """Return what corrects an index that is at an older position."""
        moved = {m.customer for m in self.moves if indexed < m.position <= now}
        managed = {c for c, managers in self.managers(now).items() if partner in managers}
        return Scope(partner, frozenset(moved & managed), frozenset(moved - managed), limited)


def made(seed: int) -> World:
    """Return a generated world; of each customer the first move says who managed it at first."""
    dice = random.Random(seed)
    moves = []
    for position in range(1, MOVES + 1):
        first = position <= len(CUSTOMERS)
        customer = CUSTOMERS[position - 1] if first else dice.choice(CUSTOMERS)
        managers = frozenset(dice.sample(PARTNERS, dice.choice((0, 1, 1, 1, 2))))
        moves.append(Move(position, customer, managers))
    documents = [d for n, name in enumerate(CUSTOMERS) for d in _customer(dice, n, name)]
    return World(tuple(documents), tuple(moves))


def _customer(dice: random.Random, number: int, id_: str) -> list[Document]:
    name, host = f"Acme {number}", f"corp{number}.example"
    order, serial = f"W10000000{number}", f"SERIAL{number}"
    new = partial(Document, organization_id=id_, partner_ids=frozenset(), version=0, subtitle=name)
    found = [
        new(Kind.ORGANIZATION, id_, title=name, fields=Fields(names=(name,), domains=(host,))),
        new(Kind.DOMAIN, host, title=host, fields=Fields(domains=(host,))),
        new(Kind.ORDER, order, title=order, fields=Fields(order_numbers=(order,))),
        new(
            Kind.DEVICE, f"r{number}", title="Room Ana",
            fields=Fields(names=("Room Ana",), serials=(serial,), organization_name=name),
        ),
    ]  # fmt: skip
    for person in range(8):
        shown = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
        fields = Fields(
            names=(shown,),
            emails=(f"u{person}@corp{dice.randrange(6)}.example",),
            phones=(f"+407210000{number:02}",),
            organization_name=name,
        )
        found.append(new(Kind.USER, f"u{number}-{person}", title=shown, fields=fields))
    return found


class Oracle:
    """What matches a text, found without any filter; who may see it is decided in plain Python."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._index = TantivyIndex()
        self._index.apply(replace(d, version=1) for d in world.documents)
        self._index.commit({})
        self._owner = {(d.kind, d.id): d.organization_id for d in world.documents}
        self._known: dict[str, tuple[dict[Thing, float], dict[Thing, float]]] = {}

    def answer(
        self,
        query: Query,
        customers: frozenset[str],
        kinds: frozenset[Kind] | None,
        *,
        typing: bool,
    ) -> tuple[set[Thing], dict[Kind, int]]:
        """Return what is to be found in these customers of these kinds, and the counts of all."""
        certain, uncertain = self._scores(query, typing=typing)
        seen = {thing: s for thing, s in certain.items() if self._owner[thing] in customers}
        best = sorted(seen.values(), reverse=True)[:FEW]
        if query.uncertain is not None and not query.is_settled(best):
            seen = {thing: s for thing, s in uncertain.items() if self._owner[thing] in customers}
        counts = {kind: sum(k is kind for k, _ in seen) for kind in Kind}
        return (
            {(kind, id_) for kind, id_ in seen if kinds is None or kind in kinds},
            {kind: count for kind, count in counts.items() if count},
        )

    def _scores(
        self, query: Query, *, typing: bool
    ) -> tuple[dict[Thing, float], dict[Thing, float]]:
        key = f"{typing} {query.text}"
        if key not in self._known:
            free = parse_query(query.text, Scope("", all_partners=True), typing=typing)
            everything = replace(free, limit=len(self._owner), uncertain=None)
            self._known[key] = (
                self._of(everything),
                self._of(replace(everything, certain=free.uncertain)),
            )
        return self._known[key]

    def _of(self, query: Query) -> dict[Thing, float]:
        return {(h.kind, h.id): h.score for h in self._index.find(query).hits}

    def close(self) -> None:
        self._index.close()


@dataclass
class Report:
    """What was asked of one engine, and what was wrong, told without any name."""

    engine: str
    asked: dict[str, int] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        ways = ", ".join(f"{count} {way}" for way, count in sorted(self.asked.items()))
        return (
            f"{self.engine}: {sum(self.asked.values()):,} questions ({ways}) "
            f"in {self.seconds:.0f} s, {len(self.leaks)} leaks, "
            f"{len(self.differences)} other differences"
        )


WAYS = ("hits", "hits", "counts", "suggestions", "in a customer", "pages")


def _ask(
    index: Index, world: World, oracle: Oracle, indexed: int, seed: str
) -> tuple[str, str, bool]:
    """Ask one question; return its way, what differs ("" for nothing), and whether it leaks."""
    dice = random.Random(seed)
    way, text, partner = dice.choice(WAYS), dice.choice(TEXTS), dice.choice(PARTNERS)
    now = min(MOVES, indexed + dice.choice((0, 1, 5, 20)))
    limited = frozenset(dice.sample(CUSTOMERS, 12)) if dice.random() < 0.15 else None
    customer = dice.choice(CUSTOMERS) if way == "in a customer" else None
    kinds = frozenset(dice.sample(list(Kind), 2)) if dice.random() < 0.2 else None
    # A search may know only an earlier position of the index than the one it has reached.
    since = max(0, indexed - dice.choice((0, 0, 1, 5, 20)))
    scope = world.scope(partner, since, now, limited)
    ask = partial(parse_query, text, scope, customer, kinds)
    seen_by = {c for c, managers in world.managers(now).items() if partner in managers}
    customers = frozenset(seen_by & (limited if limited is not None else seen_by))
    customers &= {customer} if customer else customers
    typing = way == "suggestions"
    query = ask(8 if typing else 100, typing=typing)
    expected, counts = oracle.answer(query, customers, kinds, typing=typing)
    told = f"{way} of {partner} at {indexed} of {now}: {seed}"
    if way == "counts":
        got = dict(index.counts(query))
        leaks = any(count > counts.get(kind, 0) for kind, count in got.items())
        return way, "" if got == counts else told, leaks
    if way == "suggestions":
        found = [(hit.kind, hit.id) for hit in index.suggest(query)]
        wrong = not set(found) <= expected or len(found) != min(8, len(expected))
        return way, told if wrong else "", not set(found) <= expected
    deepest = 35 if way == "pages" else 100
    page, counted = index.find_and_count(ask(7) if way == "pages" else query)
    found, total = [], 0
    while True:
        found += [(hit.kind, hit.id) for hit in page.hits]
        total = max(total, page.total)
        if not page.next_page or len(found) >= deepest:
            break
        page = index.find(ask(7, page_token=page.next_page))
    whole = len(expected) <= deepest
    wrong = total != len(expected) or len(found) != len(set(found))
    wrong |= set(found) != expected if whole else not set(found) <= expected
    wrong |= dict(counted) != counts
    leaks = any(count > counts.get(kind, 0) for kind, count in counted.items())
    leaks |= not set(found) <= expected or total > len(expected)
    return way, told if wrong else "", leaks


def run(
    index: Index,
    count: int,
    *,
    seed: int = 1,
    threads: int = 4,
    answered: Callable[[], object] = lambda: None,
) -> Report:
    """
    Ask an empty index so many questions while customers move; it lags behind them.

    ``answered`` is called after each question.
    """
    began = time.monotonic()
    world = made(seed)
    oracle = Oracle(world)
    report = Report(type(index).__name__)
    stages = range(len(CUSTOMERS), MOVES + 1, (MOVES - len(CUSTOMERS)) // STAGES)
    before = 0
    with ThreadPoolExecutor(threads) as pool:
        for number, indexed in enumerate(stages):
            index.apply(world.indexed(before, indexed))
            index.commit({"identity": indexed})
            before = indexed
            share = count // len(stages) + (number < count % len(stages))
            ask = partial(_ask, index, world, oracle, indexed)
            seeds = (f"{seed}-{number}-{each}" for each in range(share))
            for way, difference, leaks in pool.map(ask, seeds):
                report.asked[way] = report.asked.get(way, 0) + 1
                if leaks:
                    report.leaks.append(difference)
                elif difference:
                    report.differences.append(difference)
                answered()
    oracle.close()
    report.seconds = time.monotonic() - began
    return report


def _shown(index: Index, count: int, seed: int) -> Report:
    with counting(transient=True) as progress:
        bar = progress.add_task("questions", total=count)
        return run(index, count, seed=seed, answered=lambda: progress.advance(bar))


def main() -> int:
    """Ask both engines; say what differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.scope", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="questions an engine")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    tantivy = TantivyIndex()
    reports = [_shown(tantivy, chosen.count, chosen.seed)]
    tantivy.close()
    url = os.environ.get("HELPDESK_SEARCH_OPENSEARCH_URL", "")
    if url:
        from services.search.index.opensearch import OpenSearchIndex
        from services.search.index.opensearch_client import connected

        client, name = connected(url, timeout_seconds=30), f"scope-{uuid4().hex[:12]}"
        try:
            index = OpenSearchIndex(client, name)
            reports.append(_shown(index, chosen.count, chosen.seed))
        finally:
            for each in client.indices.get_settings(index=f"{name}-*"):
                client.indices.delete(index=each)
            client.close()
    else:
        print("OpenSearch was not asked: HELPDESK_SEARCH_OPENSEARCH_URL is not set")
    for report in reports:
        print(report)
        for each in (*report.leaks, *report.differences)[:10]:
            print(f"  {each}")
    return int(any(report.leaks or report.differences for report in reports))


if __name__ == "__main__":
    sys.exit(main())
