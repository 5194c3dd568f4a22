"""Nothing outside the scope is found, counted, suggested, marked or paged to."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from helpdesk.kernel.errors import InvalidArgument
from services.search.domain import Document, Fields, Kind, Scope, parse_query, visible
from services.search.index.tantivy import TantivyIndex

PARTNERS = ("p0", "p1", "p2", "p3")
FIRST = ("Ana", "Anna", "Ioana", "Юлия", "Ştefan", "Robert", "Ευαγγελία", "نسيب")
LAST = ("Pop", "Popa", "Popescu", "Щербакова", "Williams", "Müller", "Τραγούστη", "الجفالي")
TEXTS = (
    "ana", "an", "pop", "popescu ana", "anna popa", "yulia", "williams robrt", "mueller", "stefn",
    "evangelia", "nasib", "acme", "acme 3", "u5@corp1.example", "corp2.example", "room", "+4072100007",
    "corp", "a", "serial4", "W100000003", "popesko iona", "e",
)  # fmt: skip


def a_directory(seed: int) -> list[Document]:
    dice = random.Random(seed)
    documents: list[Document] = []
    for number in range(12):
        organization = f"o{number}"
        managers = frozenset(dice.sample(PARTNERS, dice.choice((0, 1, 1, 2))))

        def made(kind, id_, title, organization=organization, managers=managers, **fields):
            documents.append(
                Document(kind, id_, organization, managers, 1, title, fields=Fields(**fields))
            )

        made(Kind.ORGANIZATION, organization, f"Acme {number}", names=(f"Acme {number}",))
        made(Kind.DOMAIN, f"d{number}", f"corp{number}.example", domains=(f"corp{number}.example",))
        made(Kind.ORDER, f"w{number}", f"W10000000{number}", order_numbers=(f"W10000000{number}",))
        made(
            Kind.DEVICE, f"r{number}", "Room Ana", names=("Room Ana",), serials=(f"SERIAL{number}",)
        )
        for person in range(8):
            name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
            made(
                Kind.USER,
                f"u{number}-{person}",
                name,
                names=(name,),
                emails=(f"u{person}@corp{dice.randrange(3)}.example",),
                phones=(f"+407210000{number:02}",),
                organization_name=f"Acme {number}",
            )
    return documents


def a_scope(dice: random.Random) -> Scope:
    organizations = [f"o{n}" for n in range(12)]

    def some(most):
        return frozenset(dice.sample(organizations, dice.randint(0, most)))

    scope = Scope(
        dice.choice(PARTNERS),
        added_organizations=dice.choice((frozenset(), some(3))),
        removed_organizations=dice.choice((frozenset(), some(6))),
        limited_to=dice.choice((None, None, some(4))),
    )
    return replace(scope, all_partners=True) if dice.random() < 0.1 else scope


def every_page(index: TantivyIndex, text: str, limit: int, *asked) -> list:
    found, token = [], ""
    while True:
        hits = index.find(parse_query(text, *asked, limit=limit, page_token=token))
        found += hits.hits
        token = hits.next_page
        if not token:
            assert len(found) == hits.total
            return found


@pytest.mark.parametrize("seed", range(6))
def test_hits_counts_suggestions_and_pages_agree_with_an_oracle(seed):
    dice = random.Random(seed)
    documents = a_directory(seed)
    whole = TantivyIndex()
    whole.apply(documents)
    whole.commit({})
    for _ in range(60):
        text, scope = dice.choice(TEXTS), a_scope(dice)
        organization = dice.choice((None, None, f"o{dice.randrange(12)}"))
        kinds = dice.choice((None, None, frozenset(dice.sample(list(Kind), dice.randint(0, 3)))))
        admitted = visible(scope, organization, kinds).admits
        # What an index would answer that never had a document outside of the scope.
        alone = TantivyIndex()
        inside = visible(scope, organization).admits
        alone.apply([d for d in documents if inside(d)])
        alone.commit({})
        query = parse_query(text, scope, organization, kinds, limit=100)
        free = parse_query(text, Scope("", all_partners=True), None, kinds, limit=100)

        hits = whole.find(query)
        seen = {(h.kind, h.id) for h in hits.hits}
        allowed = {(d.kind, d.id) for d in documents if admitted(d)}
        assert seen <= allowed
        expected = alone.find(free)
        assert seen == {(h.kind, h.id) for h in expected.hits}
        assert hits.total == expected.total
        assert [h.score for h in hits.hits] == [h.score for h in expected.hits]
        assert whole.counts(query) == alone.counts(free)
        pages = every_page(whole, text, 3, scope, organization, kinds)
        assert Counter((h.kind, h.id) for h in pages) == Counter(seen)
        suggested = whole.suggest(parse_query(text, scope, organization, kinds, 8, typing=True))
        assert {(h.kind, h.id) for h in suggested} <= allowed
        alone.close()
    whole.close()


def document(id_: str, *partners: str) -> Document:
    return Document(
        Kind.USER, id_, id_, frozenset(partners), 1, id_, fields=Fields(names=("Ana Pop",))
    )


def found_by(scope: Scope, *documents: Document) -> set[str]:
    index = TantivyIndex()
    index.apply(documents)
    index.commit({})
    hits = {hit.id for hit in index.find(parse_query("ana pop", scope)).hits}
    index.close()
    return hits


def test_an_organization_that_just_came_is_found_before_the_index_knows():
    assert found_by(Scope("p", frozenset({"b"})), document("a", "p"), document("b", "q")) == {
        "a",
        "b",
    }


def test_an_organization_that_just_left_is_not_found_any_more():
    scope = Scope("p", removed_organizations=frozenset({"b"}))

    assert found_by(scope, document("a", "p"), document("b", "p", "q")) == {"a"}


def test_what_was_both_added_and_removed_is_not_found():
    assert found_by(Scope("p", frozenset({"a"}), frozenset({"a"})), document("a", "p")) == set()


def test_a_limit_to_no_organization_finds_nothing():
    assert found_by(Scope("p", limited_to=frozenset()), document("a", "p")) == set()


def test_searching_inside_a_foreign_organization_finds_nothing():
    query = parse_query("ana", Scope("p", limited_to=frozenset({"a"})), "b")

    assert query.filter.only == frozenset()


def test_the_partners_own_people_are_not_found():
    assert found_by(Scope("p"), document("p")) == set()


def test_a_scope_without_a_partner_is_refused():
    with pytest.raises(InvalidArgument, match="partner required"):
        parse_query("ana", Scope(""))


def test_only_one_place_makes_a_filter():
    import services.search.domain.queries as queries

    assert queries.visible is visible
    assert parse_query("a b", Scope("p")).filter == visible(Scope("p"))
