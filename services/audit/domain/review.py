"""Sessions that auditors decide on: queued by their risk, approved, flagged, opened again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from helpdesk.kernel.errors import NotFound, Refused
from helpdesk.kernel.events import Event, personal
from services.audit.domain.risk import Assessment, Found

_RISE = 10


@dataclass(frozen=True, kw_only=True)
class SessionQueued(Event):
    """A session looks like misuse, or more so than when it was last queued."""

    NAME = "helpdesk.audit.v1.SessionQueued"

    session_id: str
    agent_id: str
    partner_id: str
    started_at: datetime
    ended_at: datetime
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SessionApproved(Event):
    """An auditor found a session right."""

    NAME = "helpdesk.audit.v1.SessionApproved"

    session_id: str
    decided_by: str
    note_key: str
    note: str = personal(of="note_key")


@dataclass(frozen=True, kw_only=True)
class SessionFlagged(Event):
    """An auditor found a session to be misuse."""

    NAME = "helpdesk.audit.v1.SessionFlagged"

    session_id: str
    decided_by: str
    note_key: str
    note: str = personal(of="note_key")


@dataclass(frozen=True, kw_only=True)
class SessionReopened(Event):
    """An auditor took a decision on a session back."""

    NAME = "helpdesk.audit.v1.SessionReopened"

    session_id: str
    decided_by: str
    note_key: str
    note: str = personal(of="note_key")


Decided = SessionApproved | SessionFlagged | SessionReopened


class ReviewState(StrEnum):
    """Where a session of the queue stands; the names are those of the contract."""

    OPEN = "OPEN"
    APPROVED = "APPROVED"
    FLAGGED = "FLAGGED"


_STATE = {
    SessionApproved: ReviewState.APPROVED,
    SessionFlagged: ReviewState.FLAGGED,
    SessionReopened: ReviewState.OPEN,
}


def state_after(event: Event) -> ReviewState:
    """Return the state that a fact leaves a session in."""
    return _STATE.get(type(event), ReviewState.OPEN)


@dataclass(frozen=True)
class Review:
    """A session of the queue; ``queued`` is None while it is not in it."""

    queued: SessionQueued | None = None
    state: ReviewState = ReviewState.OPEN
    decisions: tuple[Decided, ...] = ()


def evolve(review: Review, event: Event) -> Review:
    """Apply a fact."""
    if isinstance(event, SessionQueued):
        return replace(review, queued=event, state=ReviewState.OPEN)
    if isinstance(event, Decided):
        return Review(review.queued, state_after(event), (*review.decisions, event))
    return review


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A session that was assessed; its times as moments."""

    session_id: str
    agent_id: str
    partner_id: str
    started_at: datetime
    ended_at: datetime
    assessment: Assessment


def queue(review: Review, reviewed: Reviewed, least: int) -> SessionQueued | None:
    """
    Return the fact that a session of a score of ``least`` or more comes into the queue.

    What is in it already comes again only where the risk rose or another reason was found: also
    after a decision, which was about less.
    """
    assessment = reviewed.assessment
    if assessment.score < least:
        return None
    if review.queued is not None and not _rose(review.queued, assessment):
        return None
    return SessionQueued(
        session_id=reviewed.session_id,
        agent_id=reviewed.agent_id,
        partner_id=reviewed.partner_id,
        started_at=reviewed.started_at,
        ended_at=reviewed.ended_at,
        score=assessment.score,
        reasons=tuple(map(str, assessment.found)),
    )


def _rose(queued: SessionQueued, assessment: Assessment) -> bool:
    before = {each.reason for each in reasons_of(queued.reasons)}
    return assessment.score >= queued.score + _RISE or any(
        each.reason not in before for each in assessment.found
    )


def reasons_of(stored: Sequence[str]) -> list[Found]:
    """Return the reasons that a fact names."""
    return [Found.parse(each) for each in stored]


def approve(review: Review, by: str, note_key: str, note: str) -> SessionApproved:
    """Find a session right. Raises NotFound, Refused."""
    session_id = _open(review, by)
    return SessionApproved(session_id=session_id, decided_by=by, note_key=note_key, note=note)


def flag(review: Review, by: str, note_key: str, note: str) -> SessionFlagged:
    """Find a session to be misuse. Raises NotFound, Refused."""
    session_id = _open(review, by)
    return SessionFlagged(session_id=session_id, decided_by=by, note_key=note_key, note=note)


def reopen(review: Review, by: str, note_key: str, note: str) -> SessionReopened:
    """Take the decision back. Raises NotFound, Refused."""
    queued = _others(review, by)
    if review.state is ReviewState.OPEN:
        raise Refused("NOT_DECIDED", "Nobody decided on this session yet.")
    return SessionReopened(
        session_id=queued.session_id, decided_by=by, note_key=note_key, note=note
    )


def _open(review: Review, by: str) -> str:
    queued = _others(review, by)
    if review.state is not ReviewState.OPEN:
        raise Refused("DECIDED", "This session was decided on. Open it again first.")
    return queued.session_id


def _others(review: Review, by: str) -> SessionQueued:
    if review.queued is None:
        raise NotFound("session")
    if review.queued.agent_id == by:
        raise Refused("OWN_SESSION", "Nobody decides on their own session. Ask another auditor.")
    return review.queued
