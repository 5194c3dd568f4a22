"""ReviewService over gRPC: messages in, one use case each, messages out."""

from __future__ import annotations

from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.audit.v1 import review_pb2, review_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import InvalidArgument
from services.audit.application.reviews import Queued, Reviews
from services.audit.domain.facts import moment
from services.audit.domain.review import Decided, ReviewState, state_after
from services.audit.domain.risk import Found

_STATES = {0: "", 1: ReviewState.OPEN, 2: ReviewState.APPROVED, 3: ReviewState.FLAGGED}


class ReviewServicer(review_pb2_grpc.ReviewServiceServicer):
    """Serves the review queue."""

    def __init__(self, reviews: Reviews) -> None:
        self._reviews = reviews

    def ListReviews(  # noqa: N802  # names are the contract's
        self, request: review_pb2.ListReviewsRequest, action: SupportAction
    ) -> review_pb2.ListReviewsResponse:
        """List the queue."""
        state = _STATES.get(request.review_state)
        if state is None:
            raise InvalidArgument("review_state", "UNKNOWN_STATE")
        page, token, waiting = self._reviews.list_reviews(
            action, state, request.page_size, request.page_token
        )
        return review_pb2.ListReviewsResponse(
            reviews=[_review(each) for each in page], next_page_token=token, open=waiting
        )

    def GetReview(  # noqa: N802
        self, request: review_pb2.GetReviewRequest, action: SupportAction
    ) -> review_pb2.GetReviewResponse:
        """Show one session and its history."""
        queued, decisions = self._reviews.get_review(action, request.session_id)
        return review_pb2.GetReviewResponse(
            review=_review(queued), decisions=[_decision(each) for each in decisions]
        )

    def ApproveSession(  # noqa: N802
        self, request: review_pb2.ApproveSessionRequest, action: SupportAction
    ) -> review_pb2.ApproveSessionResponse:
        """Find a session right."""
        state = self._reviews.approve(action, request.session_id)
        return review_pb2.ApproveSessionResponse(review_state=_state(state))

    def FlagSession(  # noqa: N802
        self, request: review_pb2.FlagSessionRequest, action: SupportAction
    ) -> review_pb2.FlagSessionResponse:
        """Find a session to be misuse."""
        state = self._reviews.flag(action, request.session_id)
        return review_pb2.FlagSessionResponse(review_state=_state(state))

    def ReopenSession(  # noqa: N802
        self, request: review_pb2.ReopenSessionRequest, action: SupportAction
    ) -> review_pb2.ReopenSessionResponse:
        """Take a decision back."""
        state = self._reviews.reopen(action, request.session_id)
        return review_pb2.ReopenSessionResponse(review_state=_state(state))

    def MarkPerson(  # noqa: N802
        self, request: review_pb2.MarkPersonRequest, action: SupportAction
    ) -> review_pb2.MarkPersonResponse:
        """Mark a person."""
        self._reviews.mark(action, request.user_id)
        return review_pb2.MarkPersonResponse()

    def UnmarkPerson(  # noqa: N802
        self, request: review_pb2.UnmarkPersonRequest, action: SupportAction
    ) -> review_pb2.UnmarkPersonResponse:
        """Take a mark back."""
        self._reviews.unmark(action, request.user_id)
        return review_pb2.UnmarkPersonResponse()

    def ListMarkedPeople(  # noqa: N802
        self, request: review_pb2.ListMarkedPeopleRequest, action: SupportAction
    ) -> review_pb2.ListMarkedPeopleResponse:
        """List who is marked."""
        page, token = self._reviews.list_marks(action, request.page_size, request.page_token)
        return review_pb2.ListMarkedPeopleResponse(
            people=[
                review_pb2.MarkedPerson(
                    user_id=each.user_id,
                    marked_by=each.marked_by,
                    marked_at=_stamp(each.marked_at),
                )
                for each in page
            ],
            next_page_token=token,
        )


def _review(queued: Queued) -> review_pb2.Review:
    made = review_pb2.Review(
        session_id=queued.session_id,
        agent_id=queued.agent_id,
        partner_id=queued.partner_id,
        started_at=_stamp(queued.started_at),
        ended_at=_stamp(queued.ended_at),
        score=queued.score,
        reasons=[_reason(each) for each in queued.found],
        review_state=_state(queued.state),
        queued_at=_stamp(queued.queued_at),
        decided_by=queued.decided_by,
    )
    if queued.decided_at:
        made.decided_at.CopyFrom(_stamp(queued.decided_at))
    return made


def _reason(found: Found) -> review_pb2.RiskReason:
    return review_pb2.RiskReason(
        kind=_kind(found),
        points=found.points,
        count=found.count,
        total=found.total,
        usual=found.usual,
        minutes=found.minutes,
        sentence=found.sentence,
    )


def _decision(fact: Decided) -> review_pb2.ReviewDecision:
    at = Timestamp()
    at.FromDatetime(fact.recorded_at)
    return review_pb2.ReviewDecision(
        review_state=_state(state_after(fact)),
        decided_by=fact.decided_by,
        decided_at=at,
        reason=fact.note,
    )


def _kind(found: Found) -> Any:
    return review_pb2.RiskKind.Value(f"RISK_KIND_{found.reason}")


def _state(state: ReviewState) -> Any:
    return review_pb2.ReviewState.Value(f"REVIEW_STATE_{state}")


def _stamp(at: int) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment(at))
    return stamp
