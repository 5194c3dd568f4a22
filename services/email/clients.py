"""The directory, asked of identity."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import grpc

from helpdesk.identity.v1 import internal_pb2, internal_pb2_grpc
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.rpc.client import Caller
from services.email.application.ports import Owner, User

_SECONDS = 2.0
_SEE_ALL = frozenset({"SERVICE", "MAIL_SENDER", "AUDITOR"})
_EVERYBODY = Actor("service:email", roles=frozenset({"SERVICE"}))


class IdentityDirectory:
    """DirectoryInternalService behind the Directory that use cases know."""

    def __init__(self, channel: Callable[[], grpc.Channel], caller: Caller) -> None:
        self._channel = channel
        self._caller = caller

    @property
    def _stub(self) -> internal_pb2_grpc.DirectoryInternalServiceStub:
        return internal_pb2_grpc.DirectoryInternalServiceStub(self._channel())

    def user(self, viewer: Actor, user_id: str) -> User:
        """Return a user that the viewer may see. Raises NotFound, Unavailable."""
        if not user_id:
            raise NotFound("user")
        found = self._caller(
            self._stub.ResolveUser,
            internal_pb2.ResolveUserRequest(viewer=_viewer(viewer), user_id=user_id),
            timeout=_SECONDS,
        )
        return User(
            id=found.user_id,
            organization_id=found.organization_id,
            display_name=found.display_name,
            emails=tuple(found.emails),
            language=found.language,
            status=found.status,
            organization_name=found.organization_name,
            partner_name=found.viewer_partner_name,
            viewer_name=found.viewer_name,
        )

    def owner_of(self, address: str) -> Owner | None:
        """Return who has an address among all users. Raises Unavailable."""
        found = self._caller(
            self._stub.ResolveAddress,
            internal_pb2.ResolveAddressRequest(address=address),
            timeout=_SECONDS,
        )
        return Owner(found.user_id, found.organization_id) if found.user_id else None

    def has_admin(self, organization_id: str, besides: str = "") -> bool:
        """Return whether a customer has an active admin, beside somebody. Raises Unavailable."""
        if not organization_id:
            return False
        try:
            found = self._caller(
                self._stub.ResolveOrganization,
                internal_pb2.ResolveOrganizationRequest(
                    viewer=_viewer(_EVERYBODY), organization_id=organization_id
                ),
                timeout=_SECONDS,
            )
        except NotFound:
            return False
        return any(self._is_active(each) for each in found.admin_ids if each != besides)

    def _is_active(self, user_id: str) -> bool:
        try:
            return self.user(_EVERYBODY, user_id).status != "inactive"
        except NotFound:
            return False

    def partner_admins(self, partner_id: str) -> Sequence[User]:
        """Return the people who administer a partner now. Raises Unavailable."""
        found = self._caller(
            self._stub.ResolvePartnerAdmins,
            internal_pb2.ResolvePartnerAdminsRequest(partner_id=partner_id),
            timeout=_SECONDS,
        )
        return [self.user(_EVERYBODY, each) for each in found.user_ids]


def _viewer(actor: Actor) -> internal_pb2.Viewer:
    nobody = not actor.partner_id and not actor.organization_id
    return internal_pb2.Viewer(
        user_id=actor.id,
        partner_id=actor.partner_id,
        organization_id=actor.organization_id,
        sees_all=nobody and bool(_SEE_ALL & actor.roles),
    )
