"""protobuf in, use case, protobuf out: the search bar."""

from __future__ import annotations

from collections.abc import Callable

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import InvalidArgument
from helpdesk.kernel.paging import Pages
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.search.application import Hit, SearchApplication
from services.search.domain import Kind
from services.search.settings import SearchSettings


class SearchServicer(search_pb2_grpc.SearchServiceServicer):
    """Finds what the caller may see."""

    def __init__(
        self, app: SearchApplication, digest: Callable[[str], str], settings: SearchSettings
    ) -> None:
        self._app = app
        self._digest = digest
        self._settings = settings

    def Search(  # noqa: N802
        self, request: search_pb2.SearchRequest, action: SupportAction
    ) -> search_pb2.SearchResponse:
        """Return what matches, best first."""
        kinds = _kinds(request)
        bound = (action.actor.id, request.query, request.organization_id, *sorted(kinds))
        pages = Pages(self._digest, "search", *bound)
        cursor = pages.cursor(request.page_token)
        results = self._app.search(
            action,
            request.query,
            kinds=kinds,
            organization_id=request.organization_id,
            size=request.page_size or self._settings.page_size,
            cursor=str(cursor[0]) if cursor else "",
        )
        return search_pb2.SearchResponse(
            hits=[_hit(hit) for hit in results.hits],
            total_size=results.total,
            counts=[
                search_pb2.KindCount(kind=_value(kind), count=count)
                for kind, count in results.counts.items()
            ],
            next_page_token=pages.token(results.next_page) if results.next_page else "",
        )

    def Suggest(  # noqa: N802
        self, request: search_pb2.SuggestRequest, action: SupportAction
    ) -> search_pb2.SuggestResponse:
        """Return a few hits for what was typed so far."""
        hits = self._app.suggest(
            action,
            request.query,
            organization_id=request.organization_id,
            size=request.page_size or self._settings.suggestions,
        )
        return search_pb2.SuggestResponse(hits=[_hit(hit) for hit in hits])


def _kinds(request: search_pb2.SearchRequest) -> frozenset[Kind]:
    names = {kind.name: kind for kind in Kind}
    asked = set()
    for value in request.kinds:
        try:
            asked.add(names[search_pb2.Kind.Name(value).removeprefix("KIND_")])
        except (KeyError, ValueError) as error:
            raise InvalidArgument("kinds", "UNKNOWN_KIND") from error
    return frozenset(asked)


def _value(kind: Kind) -> str:
    # protobuf takes the names of enum values in the place of their numbers.
    return f"KIND_{kind.name}"


def _hit(hit: Hit) -> search_pb2.Hit:
    return search_pb2.Hit(
        kind=_value(hit.kind),
        id=hit.id,
        title=hit.row.title,
        detail=hit.row.detail,
        organization_id=hit.row.organization_id,
        organization_name=hit.row.organization_name,
        status=hit.row.status,
        highlights=[search_pb2.Range(start=start, end=end) for start, end in hit.highlights],
        matched=hit.matched,
        exact=hit.exact,
        target=hit.row.target,
        version=hit.version,
    )
