"""Mail to users, and the caller check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc

from helpdesk.email.v1 import (
    caller_answers_pb2,
    caller_answers_pb2_grpc,
    caller_check_pb2,
    caller_check_pb2_grpc,
    email_pb2,
    email_pb2_grpc,
)
from helpdesk.kernel.rpc.client import Caller, Opened


class Email:
    """Mail to users, and the caller check; ``own`` calls as the gateway itself."""

    def __init__(self, channel: grpc.Channel, call: Caller, own: Caller) -> None:
        self._call = call
        self._own = own
        self._answers = caller_answers_pb2_grpc.CallerAnswerServiceStub(channel)  # type: ignore[no-untyped-call]
        self._mail = email_pb2_grpc.EmailServiceStub(channel)  # type: ignore[no-untyped-call]
        self._check = caller_check_pb2_grpc.CallerCheckServiceStub(channel)  # type: ignore[no-untyped-call]

    def mail(
        self,
        token: str,
        user_id: str,
        ticket: str,
        *,
        size: int,
        page: str = "",
        only: int | None = None,
    ) -> Any:
        """Return a page of messages to a user, or to ``only`` one of the user's addresses."""
        request = email_pb2.GetUserMailRequest(
            user_id=user_id, page_size=size, page_token=page, address_index=only, ticket=ticket
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

    def send_again(
        self,
        token: str,
        user_id: str,
        kind: str,
        index: int,
        language: str,
        ticket: str,
        request_id: str,
    ) -> None:
        """Send the welcome or set-up mail to one of the user's addresses. Raises Refused."""
        request = email_pb2.ResendMessageRequest(
            user_id=user_id,
            kind=kind,
            address_index=index,
            language=language,
            ticket=ticket,
            request_id=request_id,
        )
        self._call(self._mail.ResendMessage, request, token=token)

    def watch(
        self, token: str, user_id: str, ticket: str, opened: Opened, only: int | None = None
    ) -> Iterator[Any]:
        """Stream what changes about a user's mail and the caller's check of the user."""
        request = email_pb2.WatchUserMailRequest(user_id=user_id, address_index=only, ticket=ticket)
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

    def proof(self, token: str, user_id: str, ticket: str) -> str:
        """Return a proof of the caller's own check of a user. Raises Refused."""
        request = caller_check_pb2.GetCallerProofRequest(user_id=user_id, ticket=ticket)
        return str(self._call(self._check.GetCallerProof, request, token=token).proof)

    def ask_to_vouch(self, token: str, check_id: str, reason: str, request_id: str) -> None:
        """Ask the customer's admins to vouch for a caller. Raises Refused."""
        request = caller_check_pb2.AskToVouchRequest(
            check_id=check_id, reason=reason, request_id=request_id
        )
        self._call(self._check.AskToVouch, request, token=token)

    def link(self, link: str) -> Any:
        """Return what the link of a mail is about. Raises NotFound."""
        request = caller_answers_pb2.GetCallerLinkRequest(link=link)
        return self._own(self._answers.GetCallerLink, request)

    def answer_link(self, link: str, *, confirmed: bool, request_id: str) -> str:
        """Take the answer of who opened the link; return its state. Raises NotFound, Refused."""
        request = caller_answers_pb2.AnswerCallerLinkRequest(
            link=link, confirmed=confirmed, request_id=request_id
        )
        return str(self._own(self._answers.AnswerCallerLink, request).state)

    def vouch_requests(self, token: str) -> Any:
        """Return what waits for the word of the caller's organization."""
        request = caller_answers_pb2.ListVouchRequestsRequest()
        return self._call(self._answers.ListVouchRequests, request, token=token).requests

    def vouch(
        self, token: str, check_id: str, *, approve: bool, reason: str, request_id: str
    ) -> None:
        """Answer a request to vouch. Raises NotFound, Refused."""
        request = caller_answers_pb2.VouchForCallerRequest(
            check_id=check_id, approve=approve, reason=reason, request_id=request_id
        )
        self._call(self._answers.VouchForCaller, request, token=token)

    def stopped_checks(self, token: str) -> Any:
        """Return the agents of the caller's partner whose checks of a user are stopped."""
        request = caller_answers_pb2.ListStoppedChecksRequest()
        return self._call(self._answers.ListStoppedChecks, request, token=token).stopped

    def allow_checks(
        self, token: str, agent_id: str, user_id: str, reason: str, request_id: str
    ) -> None:
        """Let an agent check a user again. Raises NotFound, Refused."""
        request = caller_answers_pb2.AllowChecksRequest(
            agent_id=agent_id, user_id=user_id, reason=reason, request_id=request_id
        )
        self._call(self._answers.AllowChecks, request, token=token)
