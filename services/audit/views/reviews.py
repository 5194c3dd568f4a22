"""The review queue, what was counted of sessions, and who is marked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from helpdesk.kernel.store import Engine
from services.audit.application.reviews import Mark, Queued, RiskCursor
from services.audit.domain.facts import body_of
from services.audit.domain.review import ReviewState, reasons_of
from services.audit.domain.risk import (
    OWN_SESSIONS,
    PARTNER_SESSIONS,
    Earlier,
    Measures,
    Step,
)
from services.audit.domain.sessions import Session
from services.audit.views.actions import BY_PARTNERS

_SESSION = (
    "session_id, agent_id, sign_in_id, partner_id, first_idx, started_at, ended_at, "
    "done, refused, failed"
)
_QUEUED = (
    "session_id, agent_id, partner_id, started_at, ended_at, score, reasons, state, queued_at, "
    "decided_by, decided_at"
)
_MOST_STEPS = 5000


class ReviewQueue:
    """Reads the queue for auditors."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(
        self, partner_id: str, state: str, after: RiskCursor | None, limit: int
    ) -> list[Queued]:
        """Return sessions of a partner, or of all, the highest risk first."""
        where, params = _where(partner_id, state)
        if after is not None:
            where += " AND (score, session_id) < (?, ?)"
            params += [after.score, after.session_id]
        rows = self._engine.query(
            f"SELECT {_QUEUED} FROM review WHERE 1 = 1{where} "
            "ORDER BY score DESC, session_id DESC LIMIT ?",
            (*params, limit),
        )
        return [_queued(row) for row in rows]

    def one(self, session_id: str) -> Queued | None:
        """Return a session of the queue."""
        rows = self._engine.query(
            f"SELECT {_QUEUED} FROM review WHERE session_id = ?", (session_id,)
        )
        return _queued(rows[0]) if rows else None

    def count(self, partner_id: str, state: str) -> int:
        """Return how many sessions of a partner, or of all, are in a state."""
        where, params = _where(partner_id, state)
        rows = self._engine.query(f"SELECT COUNT(*) FROM review WHERE 1 = 1{where}", params)
        return int(rows[0][0])

    def marks(self, partner_id: str, after: str, limit: int) -> list[Mark]:
        """Return whom auditors of a partner, or of the platform, marked, by id."""
        rows = self._engine.query(
            "SELECT user_id, marked_by, marked_at FROM marked_person "
            "WHERE partner_id = ? AND user_id > ? ORDER BY user_id LIMIT ?",
            (partner_id, after, limit),
        )
        return [Mark(*row) for row in rows]


class SessionRisks:
    """Reads the records of sessions, keeps what was counted of them, and how far that is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def records(self) -> int:
        """Return how many records the log holds."""
        rows = self._engine.query("SELECT COALESCE(MAX(idx), -1) + 1 FROM audit_action")
        return int(rows[0][0])

    def position(self) -> int:
        """Return the index of the first record that was not looked at."""
        rows = self._engine.query("SELECT idx FROM review_position WHERE place = 1")
        return int(rows[0][0]) if rows else 0

    def reach(self, idx: int) -> None:
        """Keep how far the log was looked at. Raises Unavailable."""
        with self._engine.transaction() as tx:
            tx.execute(
                "INSERT INTO review_position (place, idx) VALUES (1, ?) "
                "ON CONFLICT (place) DO UPDATE SET idx = excluded.idx",
                (idx,),
            )

    def touched(self, start: int, end: int) -> list[Session]:
        """Return the sessions of partners' people that records of a range belong to."""
        rows = self._engine.query(
            f"SELECT {_SESSION} FROM audit_session a WHERE {BY_PARTNERS} AND session_id IN "
            "(SELECT session_id FROM audit_action WHERE idx >= ? AND idx < ? "
            "AND session_id <> '') ORDER BY started_at, first_idx",
            (start, end),
        )
        return [Session(*row) for row in rows]

    def steps(self, session_id: str) -> list[Step]:
        """Return the records of a session in order of time."""
        rows = self._engine.query(
            "SELECT a.action, a.outcome, a.occurred_at, a.organization_id, a.user_id, a.ticket, "
            "CASE a.outcome WHEN 'done' THEN NULL ELSE l.bytes END "
            "FROM audit_action a JOIN log_leaf l ON l.idx = a.idx "
            "WHERE a.session_id = ? AND a.session_id <> '' ORDER BY a.occurred_at, a.idx LIMIT ?",
            (session_id, _MOST_STEPS),
        )
        return [_step(row) for row in rows]

    def marked(self, partner_id: str) -> frozenset[str]:
        """Return who is marked for the sessions of a partner's people."""
        rows = self._engine.query(
            "SELECT user_id FROM marked_person WHERE partner_id IN ('', ?)", (partner_id,)
        )
        return frozenset(str(user_id) for (user_id,) in rows)

    def earlier(self, session: Session, least: int) -> tuple[list[Earlier], list[Earlier]]:
        """Return the agent's and the partner's sessions before one; flagged ones are left out."""
        return (
            self._earlier("agent_id", session.agent_id, session, least, OWN_SESSIONS),
            self._earlier("partner_id", session.partner_id, session, least, PARTNER_SESSIONS),
        )

    def keep(self, session: Session, measures: Measures, score: int) -> None:
        """Keep what was counted of a session. Raises Unavailable."""
        with self._engine.transaction() as tx:
            tx.execute(
                "INSERT INTO session_risk "
                "(session_id, agent_id, partner_id, started_at, score, measures) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (session_id) DO UPDATE SET "
                "started_at = excluded.started_at, score = excluded.score, "
                "measures = excluded.measures",
                (
                    session.session_id,
                    session.agent_id,
                    session.partner_id,
                    session.started_at,
                    score,
                    json.dumps(asdict(measures), separators=(",", ":")),
                ),
            )

    def _earlier(
        self, column: str, value: str, session: Session, least: int, limit: int
    ) -> list[Earlier]:
        rows = self._engine.query(
            "SELECT r.measures, r.score, COALESCE(v.state, '') FROM session_risk r "
            f"LEFT JOIN review v ON v.session_id = r.session_id WHERE r.{column} = ? "
            "AND r.started_at < ? AND COALESCE(v.state, '') <> ? "
            "ORDER BY r.started_at DESC LIMIT ?",
            (value, session.started_at, ReviewState.FLAGGED, limit),
        )
        return [
            Earlier(_measures(text), score < least or state == ReviewState.APPROVED)
            for text, score, state in rows
        ]


def _where(partner_id: str, state: str) -> tuple[str, list[Any]]:
    parts, params = "", []
    if partner_id:
        parts += " AND partner_id = ?"
        params.append(partner_id)
    if state:
        parts += " AND state = ?"
        params.append(state)
    return parts, params


def _queued(row: Sequence[Any]) -> Queued:
    (session_id, agent_id, partner_id, started, ended, score, reasons, state, *rest) = row
    found = tuple(reasons_of(json.loads(reasons)))
    queued_at, decided_by, decided_at = rest
    return Queued(
        session_id,
        agent_id,
        partner_id,
        started,
        ended,
        score,
        found,
        ReviewState(state),
        queued_at,
        decided_by,
        decided_at,
    )


def _measures(text: str) -> Measures:
    body = json.loads(text)
    return Measures(**{**body, "marked": tuple(body["marked"]), "hours": tuple(body["hours"])})


def _step(row: Sequence[Any]) -> Step:
    action, outcome, at, organization_id, user_id, ticket, sealed = row
    return Step(action, outcome, at, organization_id, user_id, ticket, _error(sealed))


def _error(sealed: bytes | None) -> str:
    # Of an archived record the bytes are gone.
    return str(body_of(bytes(sealed)).get("error", "")) if sealed else ""
