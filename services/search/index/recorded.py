"""What an index answered then, as records keep it: a ranking is not computed again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from services.search.domain import Kind, Query
from services.search.domain.queries import EXACT_IDENTIFIER
from services.search.index import Hit, Hits

_NOTHING = {"hits": [], "total": 0, "counts": {}, "next": ""}


class RecordedIndex:
    """Stands for the index while answers are rebuilt; one thread asks at a time."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = _NOTHING

    def recall(self, found: str) -> None:
        """Answer from now on what that record keeps."""
        self._found = json.loads(found) if found else _NOTHING

    def find(self, query: Query) -> Hits:
        """Return the page that was found then."""
        del query
        hits = tuple(_hit(*each) for each in self._found["hits"])
        return Hits(hits, self._found["total"], self._found["next"], {})

    def find_and_count(self, query: Query) -> tuple[Hits, Mapping[Kind, int]]:
        """Return the page that was found then, and what was counted."""
        counts = {Kind(kind): count for kind, count in self._found["counts"].items()}
        return self.find(query), counts

    def positions(self) -> Mapping[str, int]:
        """Return none: the scope is asked for, but nothing is searched within it."""
        return {}


def _hit(kind: str, id_: str, version: int, matched: str, exact: bool) -> Hit:
    return Hit(
        kind=Kind(kind),
        id=id_,
        organization_id="",
        version=version,
        score=EXACT_IDENTIFIER if exact else 0.0,
        matched=matched,
        title="",
        subtitle="",
        highlights=(),
    )
