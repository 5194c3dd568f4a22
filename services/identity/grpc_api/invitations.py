"""InvitationService."""

from __future__ import annotations

from helpdesk.identity.v1 import invitations_pb2, invitations_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from services.identity.application.invitations import Invitations, Wanted
from services.identity.grpc_api.roles import role_name
from services.identity.grpc_api.times import stamp_of, time_of


class InvitationServicer(invitations_pb2_grpc.InvitationServiceServicer):
    """Invitations of a partner."""

    def __init__(self, invitations: Invitations) -> None:
        self._invitations = invitations

    def InviteAgent(  # noqa: N802
        self, request: invitations_pb2.InviteAgentRequest, action: SupportAction
    ) -> invitations_pb2.InviteAgentResponse:
        wanted = Wanted(
            email=request.email,
            display_name=request.display_name,
            role=role_name(request.role),
            until=time_of(request, "until"),
            organization_ids=request.organization_ids,
        )
        return invitations_pb2.InviteAgentResponse(
            invitation_id=self._invitations.invite(action, wanted)
        )

    def ListInvitations(  # noqa: N802
        self, request: invitations_pb2.ListInvitationsRequest, action: SupportAction
    ) -> invitations_pb2.ListInvitationsResponse:
        shown, token = self._invitations.list_invitations(
            action, request.page_size, request.page_token
        )
        return invitations_pb2.ListInvitationsResponse(
            invitations=[
                invitations_pb2.Invitation(
                    invitation_id=each.invitation_id,
                    email=each.email,
                    display_name=each.display_name,
                    role=each.role,
                    limited=bool(each.organization_ids),
                    expires=stamp_of(each.expires),
                )
                for each in shown
            ],
            next_page_token=token,
        )

    def ResendInvitation(  # noqa: N802
        self, request: invitations_pb2.ResendInvitationRequest, action: SupportAction
    ) -> invitations_pb2.ResendInvitationResponse:
        self._invitations.resend(action, request.invitation_id)
        return invitations_pb2.ResendInvitationResponse()

    def WithdrawInvitation(  # noqa: N802
        self, request: invitations_pb2.WithdrawInvitationRequest, action: SupportAction
    ) -> invitations_pb2.WithdrawInvitationResponse:
        self._invitations.withdraw(action, request.invitation_id)
        return invitations_pb2.WithdrawInvitationResponse()
