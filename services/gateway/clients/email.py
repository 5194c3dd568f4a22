"""Mail to users, and the caller check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc

from helpdesk.email.v1 import caller_check_pb2, caller_check_pb2_grpc, email_pb2, email_pb2_grpc
from helpdesk.kernel.rpc.client import Caller, Opened


class Email:
    """Mail to users, and the caller check."""

    def __init__(self, channel: grpc.Channel, call: Caller) -> None:
        self._call = call
        self._mail = email_pb2_grpc.EmailServiceStub(channel)  # type: ignore[no-untyped-call]
        self._check = caller_check_pb2_grpc.CallerCheckServiceStub(channel)  # type: ignore[no-untyped-call]

    def mail(self, token: str, user_id: str, ticket: str, *, size: int, page: str = "") -> Any:
        """Return a page of messages to a user and the state of the user's addresses."""
        request = email_pb2.GetUserMailRequest(
            user_id=user_id, page_size=size, page_token=page, ticket=ticket
        )
        return self._call(self._mail.GetUserMail, request, token=token)

    def evidence(self, token: str, user_id: str, message_id: str, ticket: str) -> Any:
        """Return what mail systems said of a message."""
        request = email_pb2.GetEvidenceRequest(
            user_id=user_id, message_id=message_id, ticket=ticket
        )
        return self._call(self._mail.GetEvidence, request, token=token).evidence

    def remove_block(
        self, token: str, user_id: str, index: int, reason: str, ticket: str, request_id: str
    ) -> None:
        """Lift the block on an address. Raises Refused."""
        request = email_pb2.RemoveAddressFromBlocklistRequest(
            user_id=user_id,
            address_index=index,
            reason=reason,
            ticket=ticket,
            request_id=request_id,
        )
        self._call(self._mail.RemoveAddressFromBlocklist, request, token=token)

    def resend_welcome(self, token: str, user_id: str, ticket: str, request_id: str) -> None:
        """Send the welcome mail again. Raises Refused, Exhausted."""
        request = email_pb2.ResendMessageRequest(
            user_id=user_id, kind="welcome", ticket=ticket, request_id=request_id
        )
        self._call(self._mail.ResendMessage, request, token=token)

    def watch(self, token: str, user_id: str, ticket: str, opened: Opened) -> Iterator[Any]:
        """Stream what changes about a user's mail and the caller's check of the user."""
        request = email_pb2.WatchUserMailRequest(user_id=user_id, ticket=ticket)
        return self._call.stream(self._mail.WatchUserMail, request, token=token, opened=opened)

    def send_code(self, token: str, user_id: str, index: int, ticket: str, request_id: str) -> Any:
        """Send a code to one of the user's addresses. Raises Refused, Exhausted."""
        request = caller_check_pb2.SendCodeRequest(
            user_id=user_id, address_index=index, ticket=ticket, request_id=request_id
        )
        return self._call(self._check.SendCode, request, token=token)

    def verify_code(self, token: str, check_id: str, code: str, request_id: str) -> Any:
        """Take the code that the caller read out. Raises InvalidArgument, Refused."""
        request = caller_check_pb2.VerifyCodeRequest(
            check_id=check_id, code=code, request_id=request_id
        )
        return self._call(self._check.VerifyCode, request, token=token)

    def check(self, token: str, user_id: str, ticket: str) -> Any:
        """Return the caller's own latest check of a user."""
        request = caller_check_pb2.GetCallerCheckRequest(user_id=user_id, ticket=ticket)
        return self._call(self._check.GetCallerCheck, request, token=token).check
