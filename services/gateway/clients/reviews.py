"""The auditors' review queue, and people whom they marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import grpc

from helpdesk.audit.v1 import review_pb2, review_pb2_grpc
from helpdesk.kernel.rpc.client import Caller

_STATES: Mapping[str, Any] = {
    "open": review_pb2.REVIEW_STATE_OPEN,
    "approved": review_pb2.REVIEW_STATE_APPROVED,
    "flagged": review_pb2.REVIEW_STATE_FLAGGED,
}


class Reviews:
    """The review queue."""

    def __init__(self, channel: grpc.Channel, call: Caller) -> None:
        self._call = call
        self._stub = review_pb2_grpc.ReviewServiceStub(channel)  # type: ignore[no-untyped-call]

    def page(self, token: str, state: str, page: str) -> Any:
        """Return a page of the queue; of every state where it is empty."""
        request = review_pb2.ListReviewsRequest(
            review_state=_STATES.get(state, review_pb2.REVIEW_STATE_UNSPECIFIED), page_token=page
        )
        return self._call(self._stub.ListReviews, request, token=token)

    def one(self, token: str, session_id: str) -> Any:
        """Return a session of the queue with its history. Raises NotFound."""
        request = review_pb2.GetReviewRequest(session_id=session_id)
        return self._call(self._stub.GetReview, request, token=token)

    def decide(
        self, token: str, session_id: str, decision: str, note: str, request_id: str
    ) -> None:
        """Approve, flag or reopen a session. Raises NotFound, Refused."""
        fields = {"session_id": session_id, "reason": note, "request_id": request_id}
        if decision == "approve":
            request: Any = review_pb2.ApproveSessionRequest(**fields)
            self._call(self._stub.ApproveSession, request, token=token)
        elif decision == "flag":
            request = review_pb2.FlagSessionRequest(**fields)
            self._call(self._stub.FlagSession, request, token=token)
        else:
            request = review_pb2.ReopenSessionRequest(**fields)
            self._call(self._stub.ReopenSession, request, token=token)

    def marked(self, token: str, page: str) -> Any:
        """Return a page of marked people."""
        request = review_pb2.ListMarkedPeopleRequest(page_token=page)
        return self._call(self._stub.ListMarkedPeople, request, token=token)

    def mark(self, token: str, user_id: str, reason: str, request_id: str) -> None:
        """Mark a person. Raises NotFound, Refused."""
        request = review_pb2.MarkPersonRequest(
            user_id=user_id, reason=reason, request_id=request_id
        )
        self._call(self._stub.MarkPerson, request, token=token)

    def unmark(self, token: str, user_id: str, reason: str, request_id: str) -> None:
        """Take a mark back. Raises NotFound."""
        request = review_pb2.UnmarkPersonRequest(
            user_id=user_id, reason=reason, request_id=request_id
        )
        self._call(self._stub.UnmarkPerson, request, token=token)
