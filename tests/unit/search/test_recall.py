"""How much of what agents type finds what they mean, on an imported directory and on one made here."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from services.search.domain import Kind, Scope, parse_query
from services.search.index.tantivy import TantivyIndex
from tests.support.labelled import (
    IDENTIFIERS,
    Directory,
    Recall,
    documents_of,
    foreign_addresses,
    keyed,
    labelled_set,
    read_directory,
)
from tests.unit.search.directories import made_directory

EXPORT = Path(__file__).resolve().parents[4] / "shared" / "data" / "directory"
"""Not part of the repository."""


def exported() -> Directory:
    if not EXPORT.is_dir():
        pytest.skip("there is no directory export beside the repository")
    return read_directory(EXPORT)


@pytest.fixture(
    scope="module",
    params=[exported, lambda: made_directory(seed=11), lambda: made_directory(seed=12)],
    ids=["exported", "made-11", "made-12"],
)
def directory(request):
    return request.param()


@pytest.fixture(scope="module")
def index(directory):
    made = TantivyIndex()
    made.apply(documents_of(directory))
    made.commit({})
    yield made
    made.close()


@pytest.fixture(scope="module")
def recall(directory, index):
    counted = Recall()
    for label in labelled_set(directory, seed=2, most=60):
        hits = index.find(parse_query(label.text, Scope(label.partner_id), limit=5)).hits
        counted.add(label, [keyed(hit.kind, hit.id) for hit in hits])
    print("\n" + counted.table())
    return counted


def test_recall_at_five_is_at_least_98_percent_of_every_kind(recall):
    low = {kind: recall.at_five(kind) for kind in recall.asked if recall.at_five(kind) < 0.98}

    assert (low, [label.text for label in recall.missed if label.kind in low]) == ({}, [])


def test_a_document_named_by_its_identifier_is_always_first(recall):
    asked = {kind: n for kind, n in recall.asked.items() if kind in IDENTIFIERS}

    assert {kind: recall.first[kind] for kind in asked} == asked


def test_the_address_of_a_foreign_customers_person_finds_nothing(directory, index):
    found = [
        address
        for partner in directory.partners
        for address in foreign_addresses(directory, partner["id"])[::5]
        if index.find(parse_query(address, Scope(partner["id"]))).total
    ]

    assert found == []


def test_the_measure_notices_an_index_that_finds_nothing(directory):
    counted = Recall()
    for label in random.Random(1).sample(labelled_set(directory, most=3), 5):
        counted.add(label, [keyed(Kind.USER, "somebody else")])

    assert counted.at_five() == 0
