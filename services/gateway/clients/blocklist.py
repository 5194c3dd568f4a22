"""What leads to the removal of an address from the blocklist, and what became of removals."""

from __future__ import annotations

from typing import Any

import grpc

from helpdesk.email.v1 import blocklist_pb2, blocklist_pb2_grpc
from helpdesk.kernel.rpc.client import Caller


class Blocklist:
    """Words that lift blocks, and removals; ``own`` calls as the gateway itself."""

    def __init__(self, channel: grpc.Channel, call: Caller, own: Caller) -> None:
        self._call = call
        self._own = own
        self._stub = blocklist_pb2_grpc.BlocklistServiceStub(channel)  # type: ignore[no-untyped-call]

    def removals(self, token: str, *, everyone: bool, page: str = "") -> Any:
        """Return a page of the caller's removals, or of all of the caller's partner."""
        request = blocklist_pb2.ListRemovalsRequest(everyone=everyone, page_token=page)
        return self._call(self._stub.ListRemovals, request, token=token)

    def ask_admin(
        self, token: str, user_id: str, index: int, reason: str, ticket: str, request_id: str
    ) -> None:
        """Ask the customer's admins to vouch for an address. Raises Refused."""
        request = blocklist_pb2.AskAdminToVouchRequest(
            user_id=user_id,
            address_index=index,
            reason=reason,
            ticket=ticket,
            request_id=request_id,
        )
        self._call(self._stub.AskAdminToVouch, request, token=token)

    def ask_recipient(
        self, token: str, user_id: str, index: int, reason: str, ticket: str, request_id: str
    ) -> None:
        """Mail the recipient of a complaint at another address. Raises Refused, Exhausted."""
        request = blocklist_pb2.AskForMailConsentRequest(
            user_id=user_id,
            address_index=index,
            reason=reason,
            ticket=ticket,
            request_id=request_id,
        )
        self._call(self._stub.AskForMailConsent, request, token=token)

    def lift_lock(self, token: str, user_id: str, index: int, reason: str, request_id: str) -> None:
        """Let the caller's partner remove an address once more. Raises Refused."""
        request = blocklist_pb2.LiftRemovalLockRequest(
            user_id=user_id, address_index=index, reason=reason, request_id=request_id
        )
        self._call(self._stub.LiftRemovalLock, request, token=token)

    def vouch_requests(self, token: str) -> Any:
        """Return the addresses that wait for the word of the caller's organization."""
        request = blocklist_pb2.ListAddressVouchRequestsRequest()
        return self._call(self._stub.ListAddressVouchRequests, request, token=token).requests

    def vouch(self, token: str, user_id: str, index: int, reason: str, request_id: str) -> None:
        """Give an admin's word for an address. Raises NotFound, Refused."""
        request = blocklist_pb2.VouchForAddressRequest(
            user_id=user_id, address_index=index, reason=reason, request_id=request_id
        )
        self._call(self._stub.VouchForAddress, request, token=token)

    def consent(self, link: str) -> Any:
        """Return what the link of a mail is about. Raises NotFound."""
        return self._own(self._stub.GetMailConsent, blocklist_pb2.GetMailConsentRequest(link=link))

    def give_consent(self, link: str, request_id: str) -> None:
        """Agree to our mail, for who opened the link. Raises NotFound, Refused."""
        request = blocklist_pb2.GiveMailConsentRequest(link=link, request_id=request_id)
        self._own(self._stub.GiveMailConsent, request)
