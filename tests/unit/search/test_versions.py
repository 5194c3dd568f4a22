"""Whatever the order of updates, the newest wins; an index and its position are one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.search.domain import Document, Fields, Kind, Scope, Tombstone, parse_query
from services.search.index.tantivy import TantivyIndex

SCOPE = Scope("p")


def ana(version: int, name: str = "Ana") -> Document:
    return Document(
        Kind.USER, "1", "o", frozenset({"p"}), version, name, fields=Fields(names=(name,))
    )


def gone(version: int) -> Tombstone:
    return Tombstone(Kind.USER, "1", version)


def names(index: TantivyIndex, text: str = "ana") -> list[tuple[str, int]]:
    return [(hit.title, hit.version) for hit in index.find(parse_query(text, SCOPE)).hits]


@pytest.fixture
def open_index(tmp_path):
    opened = []

    def opened_again() -> TantivyIndex:
        for index in opened:
            index.close()
        opened.clear()
        opened.append(TantivyIndex(tmp_path / "index"))
        return opened[0]

    yield opened_again
    for index in opened:
        index.close()


def test_an_older_version_does_not_replace_a_newer_one():
    index = TantivyIndex()
    index.apply([ana(5)])
    index.commit({})
    index.apply([ana(4, "Anabela")])
    index.commit({})

    assert names(index) == [("Ana", 5)]


def test_the_same_version_again_changes_nothing():
    index = TantivyIndex()
    index.apply([ana(5)])
    index.apply([ana(5, "Anabela")])
    index.commit({})
    index.apply([ana(5, "Anastasia")], [gone(5)])
    index.commit({})

    assert names(index) == [("Ana", 5)]


def test_versions_are_ordered_within_one_commit():
    index = TantivyIndex()
    index.apply([ana(5), ana(4, "Anabela")])
    index.apply([ana(3, "Anastasia")])
    index.commit({})

    assert names(index) == [("Ana", 5)]


def test_a_late_update_does_not_revive_what_is_gone(open_index):
    index = open_index()
    index.apply([ana(5)], [gone(6)])
    index.commit({})
    index = open_index()
    index.apply([ana(5)])
    index.commit({})

    assert names(index) == []


def test_what_is_gone_may_come_back_with_a_newer_fact():
    index = TantivyIndex()
    index.apply([], [gone(6)])
    index.commit({})
    index.apply([ana(7)])
    index.commit({})

    assert names(index) == [("Ana", 7)]


def test_documents_and_positions_survive_a_restart_together(open_index):
    index = open_index()
    index.apply([ana(5)])
    index.commit({"identity": 5})
    index.apply([ana(6, "Anabela")])
    index = open_index()

    assert (names(index), dict(index.positions())) == ([("Ana", 5)], {"identity": 5})


def test_a_commit_for_one_source_keeps_the_position_of_the_other():
    index = TantivyIndex()
    index.commit({"identity": 5})
    index.commit({"audit": 3})

    assert dict(index.positions()) == {"identity": 5, "audit": 3}


def test_hits_say_the_position_that_they_were_found_at():
    index = TantivyIndex()
    index.apply([ana(5)])
    index.commit({"identity": 5})

    assert dict(index.find(parse_query("ana", SCOPE)).positions) == {"identity": 5}


def test_nothing_that_was_deleted_is_left_in_the_files_after_compacting(open_index, tmp_path):
    index = open_index()
    index.apply(
        [ana(1, "Quetzalina Xochitl"), Document(Kind.USER, "2", "o", frozenset({"p"}), 1, "Bo")]
    )
    index.commit({"identity": 1})
    index.apply([], [gone(2)])
    index.commit({"identity": 2})
    index.compact()

    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"quetzalina" not in left.lower()
    assert dict(index.positions()) == {"identity": 2}


def test_compacting_forgets_no_tombstone_and_no_document(open_index):
    index = open_index()
    index.apply([ana(1), Document(Kind.USER, "2", "o", frozenset({"p"}), 1, "Ana B",
                                  fields=Fields(names=("Ana B",)))])  # fmt: skip
    index.apply([], [gone(2)])
    index.commit({"identity": 2})
    index.compact()
    index = open_index()
    index.apply([ana(1)])
    index.commit({"identity": 3})

    assert names(index) == [("Ana B", 1)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.booleans()), max_size=12))
def test_any_order_and_repetition_of_updates_ends_the_same(steps):
    index = TantivyIndex()
    # One version is one fact: what it says does not depend on when it comes.
    dead = {version for version, is_gone, _ in steps if is_gone}
    for version, _, commits in steps:
        if version in dead:
            index.apply([], [gone(version)])
        else:
            index.apply([ana(version, f"Ana {version}")])
        if commits:
            index.commit({})
    index.commit({})

    newest = max((version for version, _, _ in steps), default=None)
    expected = [] if newest is None or newest in dead else [(f"Ana {newest}", newest)]
    assert names(index) == expected
    index.close()
