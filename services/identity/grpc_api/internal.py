"""DirectoryInternalService."""

from __future__ import annotations

from helpdesk.identity.v1 import internal_pb2, internal_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from services.identity.application.internal import Internal, Row
from services.identity.application.reading import viewer_of
from services.identity.application.tickets import TicketChecks
from services.identity.domain.scope import Viewer
from services.identity.grpc_api.times import stamp_of


class InternalServicer(internal_pb2_grpc.DirectoryInternalServiceServicer):
    """The directory for services of the product."""

    def __init__(self, internal: Internal, tickets: TicketChecks) -> None:
        self._internal = internal
        self._tickets = tickets

    def GetScope(  # noqa: N802
        self, request: internal_pb2.GetScopeRequest, action: SupportAction
    ) -> internal_pb2.GetScopeResponse:
        del action
        scope = self._internal.get_scope(_viewer(request.viewer), request.since)
        return internal_pb2.GetScopeResponse(
            added_organization_ids=scope.added,
            removed_organization_ids=scope.removed,
            limited=scope.limited,
            limited_organization_ids=scope.only,
            position=scope.position,
        )

    def ResolveUser(  # noqa: N802
        self, request: internal_pb2.ResolveUserRequest, action: SupportAction
    ) -> internal_pb2.ResolveUserResponse:
        del action
        found = self._internal.resolve_user(_viewer(request.viewer), request.user_id)
        return internal_pb2.ResolveUserResponse(
            user_id=found.person.id,
            organization_id=found.person.organization_id,
            display_name=found.person.display_name,
            emails=found.person.emails,
            language=found.organization.language,
            status=found.person.status,
            organization_name=found.organization.display_name,
            viewer_name=found.viewer_name,
            viewer_partner_name=found.viewer_partner_name,
        )

    def ResolveOrganization(  # noqa: N802
        self, request: internal_pb2.ResolveOrganizationRequest, action: SupportAction
    ) -> internal_pb2.ResolveOrganizationResponse:
        del action
        found = self._internal.resolve_organization(
            _viewer(request.viewer), request.organization_id
        )
        return internal_pb2.ResolveOrganizationResponse(
            organization_id=found.organization.id,
            display_name=found.organization.display_name,
            admin_ids=[each.id for each in found.admins],
            admin_emails=[each.email for each in found.admins],
            partner_ids=[each.id for each in found.partners],
            partner_names=[each.display_name for each in found.partners],
            language=found.organization.language,
            viewer_name=found.viewer_name,
        )

    def ResolvePartnerAdmins(  # noqa: N802
        self, request: internal_pb2.ResolvePartnerAdminsRequest, action: SupportAction
    ) -> internal_pb2.ResolvePartnerAdminsResponse:
        found = self._internal.resolve_partner_admins(request.partner_id, action.now)
        return internal_pb2.ResolvePartnerAdminsResponse(user_ids=[each.id for each in found])

    def ResolveRows(  # noqa: N802
        self, request: internal_pb2.ResolveRowsRequest, action: SupportAction
    ) -> internal_pb2.ResolveRowsResponse:
        del action
        rows = self._internal.resolve_rows(_viewer(request.viewer), list(request.things))
        return internal_pb2.ResolveRowsResponse(rows=[_row(row) for row in rows])

    def ResolveAddress(  # noqa: N802
        self, request: internal_pb2.ResolveAddressRequest, action: SupportAction
    ) -> internal_pb2.ResolveAddressResponse:
        del action
        found = self._internal.resolve_address(request.address)
        if found is None:
            return internal_pb2.ResolveAddressResponse()
        return internal_pb2.ResolveAddressResponse(
            user_id=found.id, organization_id=found.organization_id
        )

    def CheckStanding(  # noqa: N802
        self, request: internal_pb2.CheckStandingRequest, action: SupportAction
    ) -> internal_pb2.CheckStandingResponse:
        reason, until = self._internal.check_standing(
            request.user_id, request.role, request.organization_id, action.now
        )
        return internal_pb2.CheckStandingResponse(
            holds=not reason, reason=reason, until=stamp_of(until)
        )

    def CheckTicket(  # noqa: N802
        self, request: internal_pb2.CheckTicketRequest, action: SupportAction
    ) -> internal_pb2.CheckTicketResponse:
        del action
        state, allowed = self._tickets.check(
            request.ticket, request.organization_id, request.partner_id
        )
        return internal_pb2.CheckTicketResponse(state=state, allowed=allowed)


def _viewer(viewer: internal_pb2.Viewer) -> Viewer:
    return viewer_of(
        viewer.user_id, viewer.partner_id, viewer.organization_id, sees_all=viewer.sees_all
    )


def _row(row: Row) -> internal_pb2.Row:
    return internal_pb2.Row(
        thing=row.thing,
        title=row.title,
        detail=row.detail,
        organization_id=row.names.id if row.names else "",
        organization_name=row.names.display_name if row.names else "",
        status=row.status,
        version=row.version,
        target=row.target,
    )
