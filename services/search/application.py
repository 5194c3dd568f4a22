"""Use cases of the search service: one public method an RPC."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import InvalidArgument
from services.search.domain import Kind, Query, Scope, highlights, parse_query
from services.search.domain.queries import EXACT_IDENTIFIER, LARGEST_PAGE

SOURCE = "identity"
_MOST_SUGGESTIONS = 20
_SEEN_SECONDS = 5.0
"""How long a position that was seen is asked from: the older it is, the more is corrected."""
_T = TypeVar("_T")


class Found(Protocol):
    """A hit, as far as the use cases look at it."""

    @property
    def kind(self) -> Kind: ...
    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def score(self) -> float: ...
    @property
    def matched(self) -> str: ...


class Page(Protocol):
    """A page of hits."""

    @property
    def hits(self) -> Sequence[Found]: ...
    @property
    def total(self) -> int: ...
    @property
    def next_page(self) -> str: ...
    @property
    def positions(self) -> Mapping[str, int]: ...


class Index(Protocol):
    """What the use cases ask the index."""

    def find(self, query: Query) -> Page: ...
    def find_and_count(self, query: Query) -> tuple[Page, Mapping[Kind, int]]: ...
    def positions(self) -> Mapping[str, int]: ...


@dataclass(frozen=True)
class Row:
    """What identity shows of a hit to this viewer, now."""

    thing: str
    title: str
    detail: str
    organization_id: str
    organization_name: str
    status: str
    version: int
    target: str


class Directory(Protocol):
    """What search asks identity."""

    def scope(self, viewer: Actor, since: int) -> tuple[Scope, int]:
        """Return what the viewer may see, exact as of the returned position of identity's log."""

    def organization_id(self, viewer: Actor, organization_id: str) -> str:
        """Return the directory's id of a customer that the viewer may see. Raises NotFound."""

    def rows(self, viewer: Actor, things: Iterable[str]) -> Mapping[str, Row]:
        """Return rows of those things that the viewer may see."""


@dataclass(frozen=True)
class Hit:
    """One hit as it is answered."""

    kind: Kind
    id: str
    row: Row
    highlights: tuple[tuple[int, int], ...]
    matched: str
    exact: bool
    version: int


@dataclass(frozen=True)
class Results:
    """One page of hits; ``next_page`` is a cursor of the index, empty on the last."""

    hits: tuple[Hit, ...]
    total: int
    counts: Mapping[Kind, int]
    next_page: str


class SearchApplication:
    """Asks the index within the viewer's scope, then identity about each hit once more."""

    def __init__(self, index: Index, directory: Directory) -> None:
        self._index = index
        self._directory = directory
        self._seen = (0, float("-inf"))

    def search(
        self,
        action: SupportAction,
        text: str,
        *,
        kinds: frozenset[Kind],
        organization_id: str,
        size: int,
        cursor: str,
    ) -> Results:
        """Return what matches, best first."""
        _check_size(size, LARGEST_PAGE)
        customer = self._customer(action, text, organization_id)

        def ask(since: int) -> tuple[Query, Page, Mapping[Kind, int]]:
            query = self._query(action, text, kinds, customer, size, cursor, since)
            return query, *self._index.find_and_count(query)

        query, page, counts = self._as_of(action, ask, lambda answer: answer[1])
        action.found = recorded(page, counts)
        hits = self._checked(action, query, page.hits)
        hidden = len(page.hits) - len(hits)
        return Results(hits, page.total - hidden, counts, page.next_page)

    def suggest(
        self, action: SupportAction, text: str, *, organization_id: str, size: int
    ) -> tuple[Hit, ...]:
        """Return a few hits for what was typed so far."""
        _check_size(size, _MOST_SUGGESTIONS)
        customer = self._customer(action, text, organization_id)

        def ask(since: int) -> tuple[Query, Page]:
            every = frozenset[Kind]()
            query = self._query(action, text, every, customer, size, "", since, typing=True)
            return query, self._index.find(query)

        query, page = self._as_of(action, ask, lambda answer: answer[1])
        action.found = recorded(page)
        return self._checked(action, query, page.hits)

    def _as_of(
        self, action: SupportAction, ask: Callable[[int], _T], page_of: Callable[[_T], Page]
    ) -> _T:
        """
        Ask within a scope that is corrected since a position that the index surely has.

        That of a moment ago spares a request: the index only moves on, and a correction since
        earlier corrects no less. Where the index turns out to be behind it, an older copy that was
        restored for example, nothing of that answer is used.
        """
        since, seen_at = self._seen
        if time.monotonic() - seen_at > _SEEN_SECONDS:
            since = self._index.positions().get(SOURCE, 0)
        answer = ask(since)
        reached = page_of(answer).positions.get(SOURCE, 0)
        if reached < since:
            action.positions.clear()
            answer = ask(0)
            reached = page_of(answer).positions.get(SOURCE, 0)
        self._seen = (reached, time.monotonic())
        return answer

    def _customer(self, action: SupportAction, text: str, organization_id: str) -> str:
        action.query = text[: 2 * LARGEST_PAGE]
        if organization_id:
            organization_id = self._directory.organization_id(action.actor, organization_id)
            action.about(organization_id=organization_id)
        return organization_id

    def _query(
        self,
        action: SupportAction,
        text: str,
        kinds: frozenset[Kind],
        organization_id: str,
        size: int,
        cursor: str,
        since: int,
        *,
        typing: bool = False,
    ) -> Query:
        scope, position = self._directory.scope(action.actor, since)
        action.read_at(SOURCE, position)
        try:
            return parse_query(
                text,
                scope,
                organization_id or None,
                kinds or None,
                size,
                page_token=cursor,
                typing=typing,
            )
        except InvalidArgument as error:
            # The rules of texts know no field names of the wire.
            field = "query" if error.field == "text" else error.field
            raise InvalidArgument(field, error.reason) from error

    def _checked(
        self, action: SupportAction, query: Query, found: Sequence[Found]
    ) -> tuple[Hit, ...]:
        things = [f"{hit.kind}:{hit.id}" for hit in found]
        rows = self._directory.rows(action.actor, things) if things else {}
        hits = []
        for thing, hit in zip(things, found, strict=True):
            row = rows.get(thing)
            if row is None:
                continue
            action.showed_of(row.organization_id, f"{hit.kind}:{hit.id}@{hit.version}")
            marked = highlights(row.title, query)
            hits.append(
                Hit(hit.kind, hit.id, row, marked, hit.matched, _is_exact(hit), hit.version)
            )
        return tuple(hits)


def recorded(page: Page, counts: Mapping[Kind, int] | None = None) -> str:
    """Return what the index answered, as its record keeps it: a ranking is not computed again."""
    kept = {
        "hits": [[h.kind, h.id, h.version, h.matched, _is_exact(h)] for h in page.hits],
        "total": page.total,
        "counts": dict(counts or {}),
        "next": page.next_page,
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _is_exact(hit: Found) -> bool:
    return hit.score >= EXACT_IDENTIFIER


def _check_size(size: int, most: int) -> None:
    if not 1 <= size <= most:
        raise InvalidArgument("page_size", "OUT_OF_RANGE", f"page_size: 1 to {most}.")
