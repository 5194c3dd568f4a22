"""Finding sessions, and what each of them touched."""

from __future__ import annotations

from typing import Any

from helpdesk.kernel.store import Engine
from services.audit.application.ports import FoundSession
from services.audit.domain.filters import Cursor, Filter
from services.audit.domain.sessions import Session

_SESSION = (
    "s.session_id, s.agent_id, s.sign_in_id, s.partner_id, s.first_idx, s.started_at, s.ended_at, "
    "s.done, s.refused, s.failed"
)
_NAMED = 20


class Sessions:
    """Reads ``audit_session``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, wanted: Filter, after: Cursor | None, limit: int) -> list[FoundSession]:
        """Return sessions, newest first, those behind the cursor."""
        parts: list[str] = ["1 = 1"]
        params: list[Any] = []
        for name in ("session_id", "agent_id", "partner_id"):
            if value := getattr(wanted, name):
                parts.append(f"s.{name} = ?")
                params.append(value)
        if wanted.organization_id:
            parts.append(
                "s.session_id IN (SELECT session_id FROM audit_action WHERE organization_id = ?)"
            )
            params.append(wanted.organization_id)
        if wanted.since:
            parts.append("s.ended_at >= ?")
            params.append(wanted.since)
        if wanted.until:
            parts.append("s.started_at < ?")
            params.append(wanted.until)
        if after is not None:
            parts.append("(s.started_at, s.first_idx) < (?, ?)")
            params += [after.at, after.idx]
        rows = self._engine.query(
            f"SELECT {_SESSION} FROM audit_session s WHERE {' AND '.join(parts)} "
            "ORDER BY s.started_at DESC, s.first_idx DESC LIMIT ?",
            (*params, limit),
        )
        return [self._touched(Session(*row)) for row in rows]

    def _touched(self, session: Session) -> FoundSession:
        return FoundSession(
            session,
            tickets=self._distinct(session, "ticket"),
            organization_ids=self._distinct(session, "organization_id"),
            view_ids=self._distinct(session, "view_id"),
        )

    def _distinct(self, session: Session, column: str) -> tuple[str, ...]:
        rows = self._engine.query(
            f"SELECT {column} FROM audit_action WHERE session_id = ? AND session_id <> '' "
            f"AND {column} <> '' GROUP BY {column} ORDER BY MIN(occurred_at), MIN(idx) LIMIT ?",
            (session.session_id, _NAMED),
        )
        return tuple(str(value) for (value,) in rows)
