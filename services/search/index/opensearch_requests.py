"""What OpenSearch is sent: its mappings, and a query's filter and clauses in its language; pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from services.search.domain import Document, Kind, Tombstone
from services.search.domain.clauses import AllOf, AnyOf, Match
from services.search.domain.terms import terms_of
from services.search.index.stored import stored_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.search.domain import Filter
    from services.search.domain.clauses import Clause

MAPPING_VERSION = 1
"""Part of the alias: another mapping is another index, filled again from the log."""
TERM_FIELDS = ("name", "sound", "bones", "whole", "context", "identifier")
_WITH_BEGINNINGS = frozenset({"name", "sound", "context"})
LONGEST_BEGINNING = 20
_SORTED_TITLE = 256
_ORDER_OF_KINDS = {kind: at for at, kind in enumerate(Kind)}

NOTHING: dict[str, Any] = {"match_none": {}}
# Equal scores have one order everywhere, so that a page can start after any hit.
ORDER: list[dict[str, str]] = [
    {"_score": "desc"},
    {"kind_order": "asc"},
    {"title": "asc"},
    {"key": "asc"},
]


def index_body(shards: int = 1) -> dict[str, Any]:
    """Return settings and mappings of a new index; fields that it does not name are refused."""
    only_found = {"type": "keyword", "doc_values": False, "norms": False}
    beginnings = {
        "start": {
            "type": "text",
            "analyzer": "beginnings",
            "search_analyzer": "keyword",
            "norms": False,
            "index_options": "docs",
        }
    }
    fields: dict[str, Any] = {
        name: {**only_found, "fields": beginnings} if name in _WITH_BEGINNINGS else only_found
        for name in TERM_FIELDS
    }
    return {
        "settings": {
            "index": {
                "number_of_shards": shards,
                "auto_expand_replicas": "0-1",
                # Commits refresh; between them nothing new is to be seen.
                "refresh_interval": "-1",
                # What is replaced is kept as history for copies that come back, and no merge
                # removes it: of a person who is forgotten nothing may be left for long.
                "soft_deletes": {"retention_lease": {"period": "1s"}},
                "max_terms_count": 1_000_000,
                "max_result_window": 20_000,
            },
            "analysis": {
                "filter": {
                    "beginnings": {
                        "type": "edge_ngram",
                        "min_gram": 1,
                        "max_gram": LONGEST_BEGINNING,
                    }
                },
                "analyzer": {
                    "beginnings": {
                        "type": "custom",
                        "tokenizer": "keyword",
                        "filter": ["beginnings"],
                    }
                },
            },
        },
        "mappings": {
            "dynamic": "strict",
            # The terms are made again from what is stored; they need not be kept twice.
            "_source": {"includes": ["stored", "source", "position"]},
            "properties": {
                "key": {"type": "keyword"},
                "kind": {"type": "keyword"},
                "kind_order": {"type": "byte", "index": False},
                "organization": only_found,
                "partner": only_found,
                "title": {"type": "keyword", "index": False},
                "stored": {"type": "keyword", "index": False, "doc_values": False},
                "source": {"type": "keyword", "index": False, "doc_values": False},
                "position": {"type": "long", "index": False, "doc_values": False},
                **fields,
            },
        },
    }


def written(each: Document | Tombstone) -> dict[str, Any]:
    """Return a document as it is indexed; a tombstone holds its place and has no terms."""
    body: dict[str, Any] = {"key": each.key, "stored": stored_form(each).decode()}
    if isinstance(each, Document):
        terms = terms_of(each)
        body |= {name: list(getattr(terms, name)) for name in TERM_FIELDS}
        body |= {
            "kind": each.kind,
            "kind_order": _ORDER_OF_KINDS[each.kind],
            "organization": each.organization_id,
            "partner": sorted(each.partner_ids),
            "title": each.title[:_SORTED_TITLE],
        }
    return body


def asked(shown: Filter, clause: Clause, *also: dict[str, Any]) -> dict[str, Any]:
    """Return the query that finds what matches a clause and exists for a filter."""
    return {"bool": {**_filter(shown, also), "must": [_clause(clause)]}}


def _filter(shown: Filter, also: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Translate a filter; the only place where a scope reaches OpenSearch."""
    must: list[dict[str, Any]] = [*also]
    if shown.partner_id is not None:
        managed: dict[str, Any] = {"term": {"partner": shown.partner_id}}
        if shown.also:
            managed = {"bool": {"should": [managed, _one_of("organization", shown.also)]}}
        must.append(managed)
    if shown.only is not None:
        must.append(_one_of("organization", shown.only))
    if shown.kinds is not None:
        must.append(_one_of("kind", shown.kinds))
    without = [_one_of("organization", shown.without)] if shown.without else []
    return {"filter": must, "must_not": without}


def _one_of(field: str, values: Iterable[str]) -> dict[str, Any]:
    listed = sorted(str(value) for value in values)
    return {"terms": {field: listed}} if listed else NOTHING


def _clause(clause: Clause) -> dict[str, Any]:
    if isinstance(clause, Match):
        return _worth(clause.score, _match(clause))
    if isinstance(clause, AnyOf):
        return _best_of(clause)
    if isinstance(clause, AllOf):
        return {"bool": {"must": [_clause(part) for part in clause.parts]}}
    should = [_clause(part) for part in clause.parts]
    return {"bool": {"should": should, "minimum_should_match": clause.count}}


def _worth(score: float, query: dict[str, Any]) -> dict[str, Any]:
    return {"constant_score": {"filter": query, "boost": score}}


def _best_of(clause: AnyOf) -> dict[str, Any]:
    """Ask for terms of one field that are worth the same at once: clauses are limited in number."""
    together: dict[tuple[str, float], list[str]] = {}
    queries: list[dict[str, Any]] = []
    for part in clause.parts:
        place = _field_of_term(part) if isinstance(part, Match) else ""
        if isinstance(part, Match) and place:
            together.setdefault((place, part.score), []).append(part.text)
        else:
            queries.append(_clause(part))
    for (field, score), texts in together.items():
        queries.append(_worth(score, {"terms": {field: list(dict.fromkeys(texts))}}))
    return {"dis_max": {"queries": queries, "tie_breaker": 0}} if len(queries) > 1 else queries[0]


def _field_of_term(match: Match) -> str:
    """Return the field in which one term tells the match, or ""."""
    if match.edits:
        return ""
    if not match.prefix:
        return match.field
    short = 0 < len(match.text) <= LONGEST_BEGINNING
    return f"{match.field}.start" if match.field in _WITH_BEGINNINGS and short else ""


def _match(match: Match) -> dict[str, Any]:
    field = _field_of_term(match)
    if field:
        return {"term": {field: match.text}}
    text = match.text
    if not match.edits:
        return {"prefix": {match.field: {"value": text, "rewrite": "constant_score"}}}
    field = match.field
    if match.prefix:
        # A word begins nearly so where one of its beginnings is nearly that.
        if field not in _WITH_BEGINNINGS:
            raise ValueError(f"{field} keeps no beginnings")
        field, text = f"{field}.start", text[: LONGEST_BEGINNING - match.edits]
    fuzzy = {
        "value": text,
        "fuzziness": match.edits,
        "prefix_length": 0,
        "transpositions": True,
        "rewrite": "constant_score",
    }
    return {"fuzzy": {field: fuzzy}}


def lines(*searches: tuple[dict[str, Any], dict[str, Any]]) -> str:
    """Return searches, each with its header, as one body of many."""
    return "".join(json.dumps(part) + "\n" for search in searches for part in search)
