"""What search asks identity: scope before, rows after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import grpc

from helpdesk.identity.v1 import internal_pb2, internal_pb2_grpc
from helpdesk.kernel.context import Actor
from helpdesk.kernel.rpc.client import Caller
from services.search.application import Row
from services.search.domain import Scope

_TIMEOUT = 2.0


class DirectoryClient:
    """Identity's internal service; raises NotFound and Unavailable."""

    def __init__(self, channel: grpc.Channel, caller: Caller) -> None:
        self._stub = internal_pb2_grpc.DirectoryInternalServiceStub(channel)
        self._call = caller

    def scope(self, viewer: Actor, since: int) -> tuple[Scope, int]:
        """Return what the viewer may see, and identity's position that this is exact at."""
        request = internal_pb2.GetScopeRequest(viewer=_viewer(viewer), since=since)
        answer = self._call(self._stub.GetScope, request, timeout=_TIMEOUT)
        limited = frozenset(answer.limited_organization_ids) if answer.limited else None
        scope = Scope(
            partner_id=viewer.partner_id,
            added_organizations=frozenset(answer.added_organization_ids),
            removed_organizations=frozenset(answer.removed_organization_ids),
            limited_to=limited,
        )
        return scope, int(answer.position)

    def organization_id(self, viewer: Actor, organization_id: str) -> str:
        """Return the directory's id of a customer."""
        request = internal_pb2.ResolveOrganizationRequest(
            viewer=_viewer(viewer), organization_id=organization_id
        )
        answer = self._call(self._stub.ResolveOrganization, request, timeout=_TIMEOUT)
        return str(answer.organization_id)

    def rows(self, viewer: Actor, things: Iterable[str]) -> Mapping[str, Row]:
        """Return rows of what the viewer may see, by thing."""
        request = internal_pb2.ResolveRowsRequest(viewer=_viewer(viewer), things=things)
        answer = self._call(self._stub.ResolveRows, request, timeout=_TIMEOUT)
        return {
            row.thing: Row(
                row.thing,
                row.title,
                row.detail,
                row.organization_id,
                row.organization_name,
                row.status,
                row.version,
                row.target,
            )
            for row in answer.rows
        }


def _viewer(actor: Actor) -> internal_pb2.Viewer:
    return internal_pb2.Viewer(
        user_id=actor.id, partner_id=actor.partner_id, organization_id=actor.organization_id
    )
