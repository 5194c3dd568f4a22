"""Generated questions to both engines against an oracle that knows only the list of moves."""

import pytest

from services.search.domain import Scope
from services.search.index import opensearch_requests
from services.search.index.opensearch import OpenSearchIndex
from services.search.index.tantivy import TantivyIndex
from tests.chaos.scope import World, run

# 5,000 in all; the large count is that of ``python -m tests.chaos.scope``.
EACH = 2_500


@pytest.fixture(params=["tantivy", "opensearch"])
def empty_index(request):
    if request.param == "tantivy":
        index = TantivyIndex()
        yield index
        index.close()
    else:
        opensearch = request.getfixturevalue("opensearch")
        yield OpenSearchIndex(opensearch, request.getfixturevalue("name"))


def test_no_answer_shows_or_counts_what_is_not_the_partners_at_that_moment(empty_index, say):
    report = run(empty_index, EACH)
    say(str(report))

    assert report.leaks == []
    assert report.differences == []
    assert sum(report.asked.values()) == EACH


def test_the_oracle_sees_a_scope_that_is_as_old_as_the_index(monkeypatch):
    monkeypatch.setattr(World, "scope", lambda _self, partner, *_: Scope(partner))
    index = TantivyIndex()
    report = run(index, 300)
    index.close()

    assert report.leaks != []


def test_the_oracle_sees_a_filter_that_forgets_who_left(opensearch, name, monkeypatch):
    whole = opensearch_requests._filter
    monkeypatch.setattr(
        opensearch_requests, "_filter", lambda *asked: whole(*asked) | {"must_not": []}
    )
    report = run(OpenSearchIndex(opensearch, name), 100)

    assert report.leaks != []
