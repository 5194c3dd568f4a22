"""Sessions: what one person did in one sign-in without a long pause."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from services.audit.domain.facts import Facts, Kind

PAUSE = 30 * 60 * 1_000_000
"""A longer pause than this, in microseconds, ends a session."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session so far; times are Unix microseconds."""

    session_id: str
    agent_id: str
    sign_in_id: str
    partner_id: str
    first_idx: int
    started_at: int
    ended_at: int
    done: int = 0
    refused: int = 0
    failed: int = 0


def key_of(facts: Facts) -> tuple[str, str] | None:
    """Return whose session a record belongs to; None where nobody was signed in."""
    if facts.kind is not Kind.SUPPORT_ACTION or not facts.agent_id:
        return None
    return facts.agent_id, facts.sign_in_id


def follow(session: Session | None, facts: Facts, idx: int, record_id: str) -> Session:
    """
    Add a record to the session of its key, or begin a new one after a pause.

    The id of a session follows from its first record, so whoever holds the log finds the same.
    """
    at = facts.occurred_at
    # A service answers agents of many partners, and a session is shown to one.
    if session is not None and session.partner_id != facts.partner_id:
        session = None
    if session is None or not session.started_at - PAUSE <= at <= session.ended_at + PAUSE:
        session = Session(
            session_id=sha256(record_id.encode()).hexdigest()[:32],
            agent_id=facts.agent_id,
            sign_in_id=facts.sign_in_id,
            partner_id=facts.partner_id,
            first_idx=idx,
            started_at=at,
            ended_at=at,
        )
    return replace(
        session,
        started_at=min(session.started_at, at),
        ended_at=max(session.ended_at, at),
        done=session.done + (facts.outcome == "done"),
        refused=session.refused + (facts.outcome == "refused"),
        failed=session.failed + (facts.outcome == "failed"),
    )
