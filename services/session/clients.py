"""What the session service asks identity."""

from __future__ import annotations

from datetime import UTC

import grpc

from helpdesk.identity.v1 import internal_pb2, internal_pb2_grpc
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.rpc.client import Caller
from services.session.application.ports import Footing, Organization
from services.session.domain.access import LOOKING

_TIMEOUT = 2.0


class DirectoryClient:
    """Identity's internal service; raises NotFound and Unavailable."""

    def __init__(self, channel: grpc.Channel, caller: Caller) -> None:
        self._stub = internal_pb2_grpc.DirectoryInternalServiceStub(channel)
        self._call = caller

    def organization(self, viewer: Actor, organization_id: str) -> Organization:
        """Return a customer that the viewer may see."""
        request = internal_pb2.ResolveOrganizationRequest(
            viewer=_viewer(viewer), organization_id=organization_id
        )
        found = self._call(self._stub.ResolveOrganization, request, timeout=_TIMEOUT)
        return Organization(
            id=found.organization_id,
            name=found.display_name,
            admin_ids=tuple(found.admin_ids),
            partner_ids=tuple(found.partner_ids),
            partner_names=tuple(found.partner_names),
        )

    def footing(self, user_id: str, roles: frozenset[str], organization_id: str) -> Footing:
        """Return whether and until when an agent may look there by any of the roles."""
        lost, ends = "ROLE_MISSING", []
        for role in sorted(roles & LOOKING):
            request = internal_pb2.CheckStandingRequest(
                user_id=user_id, role=role, organization_id=organization_id
            )
            answer = self._call(self._stub.CheckStanding, request, timeout=_TIMEOUT)
            if not answer.holds:
                lost = str(answer.reason)
            elif answer.HasField("until"):
                ends.append(answer.until.ToDatetime(tzinfo=UTC))
            else:
                return Footing()
        return Footing(until=max(ends)) if ends else Footing(lost)

    def name(self, user_id: str) -> str:
        """Return a person's name, or an empty text where there is none any more."""
        viewer = internal_pb2.Viewer(sees_all=True)
        request = internal_pb2.ResolveUserRequest(viewer=viewer, user_id=user_id)
        try:
            return str(self._call(self._stub.ResolveUser, request, timeout=_TIMEOUT).display_name)
        except NotFound:
            return ""


def _viewer(actor: Actor) -> internal_pb2.Viewer:
    return internal_pb2.Viewer(
        user_id=actor.id, partner_id=actor.partner_id, organization_id=actor.organization_id
    )
