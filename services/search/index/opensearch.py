"""The index of the distributed size: OpenSearch 3, shared by every search and worker process."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from helpdesk.kernel.errors import InvalidArgument, Unavailable
from services.search.domain import Document, Kind
from services.search.domain.queries import FEW
from services.search.index import Hits
from services.search.index.opensearch_client import (
    OpenSearch,
    Refused,
    bulk,
    checked,
    failures,
    missing,
    searched,
    unavailable,
)
from services.search.index.opensearch_pages import (
    POSITIONS,
    Place,
    Search,
    best_of,
    counted,
    counts_in,
    document_of,
    hits_of,
    indexed,
    page_of,
    position_of,
    positions_in,
    scores_of,
    with_counts,
)
from services.search.index.opensearch_requests import (
    MAPPING_VERSION,
    ORDER,
    asked,
    index_body,
    lines,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from services.search.domain import Query, Tombstone
    from services.search.domain.clauses import Clause
    from services.search.index import Hit

_T = TypeVar("_T")
_BLOCK = 1_000
_KEEP_ALIVE = "1m"
_MERGE_SECONDS = 3_600
_MERGES = 30
_BETWEEN_MERGES_SECONDS = 4.0


class OpenSearchIndex:
    """
    An Index over OpenSearch; one process writes at a time, any number read.

    Documents and positions are not one unit here: the position is written when the documents are
    there and to be seen. After a crash some facts come again; their versions make that harmless.
    """

    def __init__(
        self,
        client: OpenSearch,
        name: str = "helpdesk-search",
        *,
        only: str = "",
        shards: int = 1,
    ) -> None:
        """Use the index under an alias, made when it is missing; ``only`` names one beside it."""
        self._client = client
        self._alias = f"{name}-v{MAPPING_VERSION}"
        self._only = only
        self._shards = shards
        self._lock = threading.RLock()
        self._target = ""

    @property
    def alias(self) -> str:
        """The name under which the index is read; a rebuilt one takes it over."""
        return self._alias

    @property
    def _read(self) -> str:
        return self._only or self._alias

    def current(self) -> str:
        """Return the name of the index itself, made where there is none yet."""
        if self._only:
            return self._only

        def resolve() -> str:
            (name,) = self._client.indices.get_alias(name=self._alias)
            return str(name)

        with failures():
            if not self._client.indices.exists_alias(name=self._alias):
                create(self._client, f"{self._alias}-1", self._shards, self._alias)
            return resolve()

    def _present(self, call: Callable[[], _T]) -> _T:
        """Call again where the index was not there yet, or was replaced at that moment."""
        try:
            return call()
        except Refused as error:
            if self._only or not missing(error):
                raise
        self.current()
        return call()

    def apply(self, documents: Iterable[Document], tombstones: Iterable[Tombstone] = ()) -> None:
        """Take in documents and deletions; found after a commit."""
        with self._lock:
            target = self.current()
            if self._target and self._target != target:
                # What was applied went to an index that is no more: the batch must come again.
                self._target = ""
                raise unavailable()
            self._target = target
            both: Iterator[Document | Tombstone] = chain(documents, tombstones)
            self._writing(indexed(each) for each in both)

    def _writing(self, actions: Iterable[dict[str, Any]]) -> None:
        # This alias ends with its index: a late write never makes an index of its own.
        target = writing_alias(self._target)
        try:
            bulk(self._client, ({**action, "_index": target} for action in actions))
        except BaseException:
            self._target = ""
            raise

    def commit(self, positions: Mapping[str, int]) -> None:
        """Make everything applied findable, then the position of each source."""
        with self._lock:
            self._target = self._target or self.current()
            # Who sees a position sees what came before it, in every copy.
            self._refresh(self._target)
            if positions:
                self._writing(position_of(source, at) for source, at in positions.items())
                self._refresh(self._target)
            self._target = ""

    def _refresh(self, index: str) -> None:
        try:
            with failures():
                done = self._client.indices.refresh(index=index)
        except Refused as error:
            self._target = ""
            raise unavailable() if missing(error) else error from None
        except BaseException:
            self._target = ""
            raise
        if done["_shards"]["failed"]:
            self._target = ""
            raise unavailable()

    def positions(self) -> Mapping[str, int]:
        """Return the position of each source that is findable."""
        (answer,) = self._searches(POSITIONS)
        return positions_in(answer)

    def find(self, query: Query) -> Hits:
        """Return one page of what a query finds, the best first."""
        if query.certain is None:
            return Hits((), 0, "", self.positions())
        return self._next_page(query) if query.mark else self._first_page(query, counting=True)

    def find_and_count(self, query: Query) -> tuple[Hits, Mapping[Kind, int]]:
        """Return one page and the counts, asked for together wherever one request can."""
        if query.certain is None or query.mark:
            return self.find(query), self.counts(query)
        counts: dict[Kind, int] = {}
        return self._first_page(query, counting=True, counts=counts), counts

    def suggest(self, query: Query) -> tuple[Hit, ...]:
        """Return the best few hits for type-ahead, counting nothing."""
        if query.certain is None:
            return ()
        return self._first_page(query, counting=False).hits

    def _first_page(
        self, query: Query, *, counting: bool, counts: dict[Kind, int] | None = None
    ) -> Hits:
        clause = query.certain
        assert clause is not None
        apart = query.uncertain is not None and (query.filter.kinds is not None or query.offset)
        searches = [POSITIONS, *([best_of(query)] if apart else [])]
        page = self._page_and_counts(query, clause, counting, counts)
        # Positions first: what is found is never older than the position that is told.
        answers = self._searches(*searches, *page)
        first, best, answers = answers[0], answers[1], answers[len(searches) :]
        if query.uncertain is not None and not query.is_settled(scores_of(best)):
            clause = query.uncertain
            answers = self._searches(*self._page_and_counts(query, clause, counting, counts))
        answer = answers[0]
        if counts is not None:
            counts.update(counts_in(answers[-1]))
        place = Place(clause is query.certain, "")
        return hits_of(query, answer, positions_in(first), place)

    def _page_and_counts(
        self, query: Query, clause: Clause, counting: bool, counts: dict[Kind, int] | None
    ) -> list[Search]:
        """Ask for a page; counts are a part of it, or apart where it shows some kinds only."""
        size = max(query.limit, FEW)
        page = page_of(query, clause, counting, size=size, offset=query.offset)
        if counts is None:
            return [page]
        if query.filter.kinds is None:
            return [with_counts(page)]
        return [page, counted(query.filter.of_all_kinds(), clause)]

    def _next_page(self, query: Query) -> Hits:
        place = Place.read(query.mark)
        clause = query.certain if place.certain else query.uncertain
        if clause is None:
            raise InvalidArgument("page_token", "NOT_A_PAGE_TOKEN")
        if place.view:
            positions = self.positions()
            if tuple(sorted(positions.items())) == place.positions:
                with suppress(Refused):  # It was kept for a minute, and that is over.
                    return self._page_in(place, query, clause, positions)
            self._forget(place.view)
        view = self._view()
        answer = self._in_view(view, POSITIONS[1])
        positions = positions_in(answer)
        known = tuple(sorted(positions.items()))
        return self._page_in(
            Place(place.certain, place.after, view, known), query, clause, positions
        )

    def _page_in(
        self, place: Place, query: Query, clause: Clause, positions: Mapping[str, int]
    ) -> Hits:
        last = {
            "query": asked(query.filter, clause, {"term": {"key": place.after}}),
            "sort": ORDER,
            "size": 1,
            "_source": False,
        }
        found = self._in_view(place.view, last)["hits"]["hits"]
        _, body = page_of(query, clause, counting=True, size=query.limit)
        # Where the hit before is gone, what follows is found by counting.
        body |= {"search_after": found[0]["sort"]} if found else {"from": query.offset}
        hits = hits_of(query, self._in_view(place.view, body), positions, place)
        if not hits.next_page:
            self._forget(place.view)
        return hits

    def _view(self) -> str:
        """Return a new point in time, or "" where OpenSearch has too many of them."""

        def opened() -> str:
            with failures():
                made = self._client.create_pit(index=self._read, params={"keep_alive": _KEEP_ALIVE})
            return str(made["pit_id"])

        try:
            return self._present(opened)
        except (Refused, Unavailable):
            return ""

    def _forget(self, view: str) -> None:
        if view:
            with suppress(Refused, Unavailable), failures():
                self._client.delete_pit(body={"pit_id": [view]})

    def _in_view(self, view: str, body: dict[str, Any]) -> dict[str, Any]:
        if not view:
            (answer,) = self._searches(({}, body))
            return answer
        with failures():
            seen = {"id": view, "keep_alive": _KEEP_ALIVE}
            return checked(self._client.search(body={**body, "pit": seen}))

    def counts(self, query: Query) -> Mapping[Kind, int]:
        """Return how many documents of each kind a query finds, whatever kinds it asks for."""
        if query.certain is None:
            return {}
        shown = query.filter.of_all_kinds()
        if query.uncertain is None:
            (answer,) = self._searches(counted(shown, query.certain))
        else:
            best, answer = self._searches(best_of(query), counted(shown, query.certain))
            if not query.is_settled(scores_of(best)):
                (answer,) = self._searches(counted(shown, query.uncertain))
        return counts_in(answer)

    def of_organization(self, organization_id: str) -> Sequence[Document]:
        """Return every document of an organization, whoever may see it."""
        body: dict[str, Any] = {
            "query": {"bool": {"filter": [{"term": {"organization": organization_id}}]}},
            "sort": [{"key": "asc"}],
            "size": _BLOCK,
            "_source": ["stored"],
        }
        found: list[Document] = []
        while True:
            (answer,) = self._searches(({}, body))
            hits = answer["hits"]["hits"]
            found += [document_of(hit) for hit in hits]
            if len(hits) < _BLOCK:
                return found
            body["search_after"] = hits[-1]["sort"]

    def _searches(self, *searches: Search) -> list[dict[str, Any]]:
        body = lines(*searches)
        return self._present(lambda: searched(self._client, body, self._read))

    def bare(self, query: Query) -> Callable[[], object]:
        """Return the engine's own work for a query, for a benchmark to compare with ``find``."""
        if query.certain is None:
            return lambda: None
        best, *_ = self._searches(best_of(query))
        settled = query.uncertain is None or query.is_settled(scores_of(best))
        clause = query.certain if settled else query.uncertain
        assert clause is not None
        _, body = page_of(query, clause, counting=True, size=query.limit)
        return lambda: self._client.search(index=self._read, body=body)

    def compact(self) -> None:
        """
        Rewrite the index so that nothing of what was deleted or replaced is left in it.

        OpenSearch lets go of what was replaced half a minute later: it takes that long. Raises
        Unavailable when something is left after 2 min; writes while it runs are such a reason.
        """
        index = self.current()
        tries = range(_MERGES)
        for each in tries:
            with failures():
                self._client.indices.flush(index=index, params={"force": "true"})
                self._client.indices.forcemerge(
                    index=index, params={"max_num_segments": 1, "request_timeout": _MERGE_SECONDS}
                )
                self._refresh(index)
                stats = self._client.indices.stats(index=index, metric="docs")
            if not stats["_all"]["total"]["docs"]["deleted"]:
                return
            if each != tries[-1]:
                time.sleep(_BETWEEN_MERGES_SECONDS)
        raise unavailable()

    def close(self) -> None:
        """Give back connections; what was not committed may be found later or come again."""
        with failures():
            self._client.close()


def writing_alias(index: str) -> str:
    """Return the alias through which one index is written."""
    return f"{index}-writes"


def create(client: OpenSearch, index: str, shards: int, *aliases: str) -> None:
    """Make an index under aliases; another process may have done so at the same time."""
    named: dict[str, Any] = {name: {} for name in (*aliases, writing_alias(index))}
    try:
        with failures():
            client.indices.create(index=index, body={**index_body(shards), "aliases": named})
    except Refused as error:
        if error.kind != "resource_already_exists_exception":
            raise
