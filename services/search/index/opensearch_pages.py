"""Pages of OpenSearch: what is asked for one, what was answered, and where the next one starts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpdesk.kernel.errors import InvalidArgument
from services.search.domain import Document, Kind
from services.search.domain.queries import FEW
from services.search.index import Hits
from services.search.index.hits import hit_of
from services.search.index.opensearch_requests import ORDER, asked, written
from services.search.index.stored import read_form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.search.domain import Filter, Query, Tombstone
    from services.search.domain.clauses import Clause

_POSITION = "position"
_MOST_SOURCES = 100


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where a page starts: after which hit, of which clause, and in which view of the index.

    A view (a point in time) is used only as long as the index has its position: the scope of a
    query is exact as of the index's position, and an older view would show what the scope
    no longer corrects.
    """

    certain: bool
    after: str
    view: str = ""
    positions: tuple[tuple[str, int], ...] = ()

    def written(self) -> str:
        """Return the place as a mark of a cursor."""
        return json.dumps([self.certain, self.after, self.view, self.positions])

    @classmethod
    def read(cls, mark: str) -> Place:
        """Return the place of a mark. Raises InvalidArgument for another engine's."""
        try:
            certain, after, view, positions = json.loads(mark)
            known = tuple((str(source), int(at)) for source, at in positions)
        except (ValueError, TypeError) as error:
            raise InvalidArgument("page_token", "NOT_A_PAGE_TOKEN") from error
        return cls(bool(certain), str(after), str(view), known)


Search = tuple[dict[str, Any], dict[str, Any]]
POSITIONS: Search = (
    {},
    {
        "query": {"bool": {"filter": [{"term": {"key": _POSITION}}]}},
        "size": _MOST_SOURCES,
        "_source": ["source", "position"],
        "track_total_hits": False,
    },
)


def page_of(query: Query, clause: Clause, counting: bool, *, size: int, offset: int = 0) -> Search:
    """Return the search for one page."""
    body: dict[str, Any] = {
        "query": asked(query.filter, clause),
        "sort": ORDER,
        "size": size,
        "track_total_hits": counting,
        "_source": ["stored"],
    }
    return ({}, body | ({"from": offset} if offset else {}))


def best_of(query: Query) -> Search:
    """Ask for the best scores among visible documents of every kind."""
    assert query.certain is not None
    body: dict[str, Any] = {
        "query": asked(query.filter.of_all_kinds(), query.certain),
        "size": FEW,
        "track_total_hits": False,
        "_source": False,
    }
    return ({}, body)


_KINDS = {"kinds": {"terms": {"field": "kind", "size": len(Kind)}}}


def counted(shown: Filter, clause: Clause) -> Search:
    """Return the search that counts each kind."""
    return ({}, {"query": asked(shown, clause), "size": 0, "aggs": _KINDS})


def with_counts(page: Search) -> Search:
    """Return the search for a page that counts each kind as well."""
    header, body = page
    return (header, {**body, "aggs": _KINDS})


def counts_in(answer: dict[str, Any]) -> dict[Kind, int]:
    """Return how many of each kind were counted."""
    buckets = answer["aggregations"]["kinds"]["buckets"]
    return {Kind(b["key"]): int(b["doc_count"]) for b in buckets}


def scores_of(answer: dict[str, Any]) -> list[float]:
    """Return the scores of what was found."""
    return [float(hit["_score"]) for hit in answer["hits"]["hits"]]


def positions_in(answer: dict[str, Any]) -> dict[str, int]:
    """Return the positions that were found."""
    found = (hit["_source"] for hit in answer["hits"]["hits"])
    return {str(each["source"]): int(each["position"]) for each in found}


def document_of(hit: dict[str, Any]) -> Document:
    """Return the document that was found."""
    read = read_form(hit["_source"]["stored"].encode())
    if not isinstance(read, Document):
        raise TypeError("a tombstone was found")  # It has no terms: a broken index.
    return read


def hits_of(
    query: Query, answer: dict[str, Any], positions: Mapping[str, int], place: Place
) -> Hits:
    """Return the hits of a page that starts at ``place``, and the cursor of the next."""
    found = [(float(hit["_score"]), document_of(hit)) for hit in answer["hits"]["hits"]]
    page = found[: query.limit]
    total = int(answer["hits"].get("total", {}).get("value", 0))
    end = query.offset + len(page)
    following = ""
    if page and end < total:
        after = page[-1][1].key
        place = Place(place.certain, after, place.view, place.positions)
        following = query.cursor(end, place.written())
    hits = tuple(hit_of(query, score, document) for score, document in page)
    return Hits(hits, total, following, positions)


def indexed(each: Document | Tombstone) -> dict[str, Any]:
    """Return the writing of a document or tombstone, unless a newer one is there."""
    return {
        "_op_type": "index",
        "_id": each.key,
        "version": each.version,
        "version_type": "external",
        "_source": written(each),
    }


def position_of(source: str, at: int) -> dict[str, Any]:
    """Return the writing of a source's position."""
    # The same position again is no conflict, a lower one is: positions never go back.
    return {
        "_op_type": "index",
        "_id": f"{_POSITION}:{source}",
        "version": at,
        "version_type": "external_gte",
        "_source": {"key": _POSITION, "source": source, "position": at},
    }
