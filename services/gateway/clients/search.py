"""The search bar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import grpc

from helpdesk.kernel.rpc.client import Caller
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.gateway.clients.codes import KINDS


class Search:
    """The search bar."""

    def __init__(self, channel: grpc.Channel, call: Caller) -> None:
        self._call = call
        self._stub = search_pb2_grpc.SearchServiceStub(channel)  # type: ignore[no-untyped-call]

    def search(
        self,
        token: str,
        query: str,
        *,
        kinds: Iterable[str],
        organization_id: str,
        page_size: int,
        page_token: str,
        ticket: str,
    ) -> Any:
        """Return what matches, best first. Raises InvalidArgument, NotFound, Unavailable."""
        request = search_pb2.SearchRequest(
            query=query,
            kinds=[KINDS[kind] for kind in kinds],
            organization_id=organization_id,
            page_size=page_size,
            page_token=page_token,
            ticket=ticket,
        )
        return self._call(self._stub.Search, request, token=token)

    def suggest(self, token: str, query: str, organization_id: str, ticket: str) -> Any:
        """Return a few hits for what was typed so far."""
        request = search_pb2.SuggestRequest(
            query=query, organization_id=organization_id, ticket=ticket
        )
        return self._call(self._stub.Suggest, request, token=token, timeout=2).hits
