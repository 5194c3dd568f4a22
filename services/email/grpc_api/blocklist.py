"""BlocklistService."""

from __future__ import annotations

from datetime import datetime

from helpdesk.email.v1 import blocklist_pb2, blocklist_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.addresses import masked
from helpdesk.kernel.events import ERASED
from services.email.application.removals import Removals, RemovalView, VouchRequestView
from services.email.grpc_api.times import stamp


class BlocklistServicer(blocklist_pb2_grpc.BlocklistServiceServicer):
    """BlocklistService."""

    def __init__(self, removals: Removals) -> None:
        self._removals = removals

    def VouchForAddress(  # noqa: N802  # the names are the contract's
        self, request: blocklist_pb2.VouchForAddressRequest, action: SupportAction
    ) -> blocklist_pb2.VouchForAddressResponse:
        """Take a customer admin's word."""
        self._removals.vouch_for_address(action, request.user_id, request.address_index)
        return blocklist_pb2.VouchForAddressResponse()

    def AskAdminToVouch(  # noqa: N802
        self, request: blocklist_pb2.AskAdminToVouchRequest, action: SupportAction
    ) -> blocklist_pb2.AskAdminToVouchResponse:
        """Ask the customer's admins for their word."""
        self._removals.ask_admin_to_vouch(action, request.user_id, request.address_index)
        return blocklist_pb2.AskAdminToVouchResponse()

    def ListAddressVouchRequests(  # noqa: N802
        self, _: blocklist_pb2.ListAddressVouchRequestsRequest, action: SupportAction
    ) -> blocklist_pb2.ListAddressVouchRequestsResponse:
        """Return what waits for an admin of the caller's own organization."""
        return blocklist_pb2.ListAddressVouchRequestsResponse(
            requests=[_request(each) for each in self._removals.list_vouch_requests(action)]
        )

    def AskForMailConsent(  # noqa: N802
        self, request: blocklist_pb2.AskForMailConsentRequest, action: SupportAction
    ) -> blocklist_pb2.AskForMailConsentResponse:
        """Mail the recipient of a complaint."""
        message_id = self._removals.ask_for_consent(action, request.user_id, request.address_index)
        return blocklist_pb2.AskForMailConsentResponse(message_id=message_id)

    def GetMailConsent(  # noqa: N802
        self, request: blocklist_pb2.GetMailConsentRequest, action: SupportAction
    ) -> blocklist_pb2.GetMailConsentResponse:
        """Return what a link is about."""
        view = self._removals.get_consent(action, request.link)
        asked = view.consent
        return blocklist_pb2.GetMailConsentResponse(
            state=view.state,
            # Nobody is signed in who would be masked for: a link may have been passed on.
            address="" if asked.address == ERASED else masked(asked.address),
            ticket=asked.ticket,
            since=stamp(view.since),
            open_until=stamp(asked.expires_at),
        )

    def GiveMailConsent(  # noqa: N802
        self, request: blocklist_pb2.GiveMailConsentRequest, action: SupportAction
    ) -> blocklist_pb2.GiveMailConsentResponse:
        """Take the consent of who opened a link."""
        view = self._removals.give_consent(action, request.link)
        return blocklist_pb2.GiveMailConsentResponse(state=view.state)

    def LiftRemovalLock(  # noqa: N802
        self, request: blocklist_pb2.LiftRemovalLockRequest, action: SupportAction
    ) -> blocklist_pb2.LiftRemovalLockResponse:
        """Let the admin's partner remove an address once more."""
        self._removals.lift_removal_lock(action, request.user_id, request.address_index)
        return blocklist_pb2.LiftRemovalLockResponse()

    def ListRemovals(  # noqa: N802
        self, request: blocklist_pb2.ListRemovalsRequest, action: SupportAction
    ) -> blocklist_pb2.ListRemovalsResponse:
        """Return a page of removals."""
        views, token = self._removals.list_removals(
            action, everyone=request.everyone, size=request.page_size, token=request.page_token
        )
        return blocklist_pb2.ListRemovalsResponse(
            removals=[_removal(each) for each in views], next_page_token=token
        )


def _request(view: VouchRequestView) -> blocklist_pb2.AddressVouchRequest:
    asked = view.asked
    return blocklist_pb2.AddressVouchRequest(
        user_id=view.user.id,
        address_index=view.mailbox.index,
        user_name=view.user.display_name,
        address=view.mailbox.address,
        block=view.state.block,
        cause=view.state.cause,
        since=stamp(view.state.since),
        partner_name=asked.partner_name,
        ticket=asked.ticket,
        reason="" if asked.reason == ERASED else asked.reason,
        asked_at=stamp(asked.recorded_at),
    )


def _removal(view: RemovalView) -> blocklist_pb2.Removal:
    found = view.removal
    return blocklist_pb2.Removal(
        removal_id=found.removal_id,
        user_id=found.user_id,
        user_name=view.user_name,
        organization_id=view.organization_id,
        organization_name=view.organization_name,
        address=view.address,
        removed_by=found.removed_by,
        ticket=found.ticket,
        ground=found.ground,
        block=found.block,
        removed_at=stamp(datetime.fromisoformat(found.removed_at)),
        outcome=found.outcome or "waiting",
        outcome_at=stamp(datetime.fromisoformat(found.outcome_at)) if found.outcome_at else None,
        cause=found.cause,
        next_step=view.next_step,
        provider_state=view.provider_state,
    )
