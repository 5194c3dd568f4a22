"""Finding records: by keyset over (time, index), so that any page of a million is as fast."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from services.audit.application.ports import Bucket, Found
from services.audit.domain.facts import SYSTEM
from services.audit.domain.filters import Cursor, Filter

_EXACT = (
    "agent_id",
    "partner_id",
    "organization_id",
    "user_id",
    "ticket",
    "view_id",
    "session_id",
    "consent_id",
    "sign_in_id",
    "service",
)
BY_PARTNERS = f"a.partner_id <> '' AND substr(a.agent_id, 1, {len(SYSTEM)}) <> '{SYSTEM}'"
"""What ``Facts.by_partner`` says, of a table with those columns that is called ``a``."""
# Their indexes leave out what is empty; a planner uses one only where the query says so too.
_SPARSE = ("user_id", "ticket", "view_id", "session_id", "consent_id", "sign_in_id")
_SELECTIVE = frozenset(_EXACT) - {"service"}
_NOT_DONE = ", ".join(
    f"COUNT(CASE WHEN a.outcome = '{outcome}' THEN 1 END)" for outcome in ("refused", "failed")
)
_FOUND = "l.idx, l.record_id, l.source, l.source_position, a.session_id, a.occurred_at, l.bytes"


class Queries(Protocol):
    """What reads: an engine, or the tool's own reader."""

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one reading statement."""


class Actions:
    """Reads the records of the log by way of ``audit_action``."""

    def __init__(self, engine: Queries) -> None:
        self._engine = engine

    def page(
        self,
        wanted: Filter,
        after: Cursor | None,
        *,
        newest_first: bool,
        limit: int,
        skip: int = 0,
    ) -> list[Found]:
        """Return records in order of time, those behind the cursor and so many more."""
        if skip:
            # Only sessions are read so, which are short.
            return self._page(wanted, after, newest_first, limit, "", skip)
        if not wanted.action or any(getattr(wanted, name) for name in _SELECTIVE):
            return self._page(wanted, after, newest_first, limit, "")
        # One index range for each action that begins so: a rare one is not sought among all.
        pages = [
            self._page(wanted, after, newest_first, limit, name)
            for name in self._names(wanted.action)
        ]
        merged = heapq.merge(*pages, key=lambda f: (f.occurred_at, f.idx), reverse=newest_first)
        return [found for found, _ in zip(merged, range(limit), strict=False)]

    def one(self, record_id: str) -> Found | None:
        """Return a record by its id."""
        rows = self._engine.query(
            f"SELECT {_FOUND} FROM log_leaf l JOIN audit_action a ON a.idx = l.idx "
            "WHERE l.record_id = ?",
            (record_id,),
        )
        return _found(rows[0]) if rows else None

    def arrived(self, wanted: Filter, start: int, end: int, limit: int) -> list[Found]:
        """Return records of a range of the log in its order."""
        where, params = _where(wanted, "")
        rows = self._engine.query(
            f"SELECT {_FOUND} FROM audit_action a JOIN log_leaf l ON l.idx = a.idx "
            f"WHERE a.idx >= ? AND a.idx < ?{where} ORDER BY a.idx LIMIT ?",
            (start, end, *params, limit),
        )
        return [_found(row) for row in rows]

    def any_of(self, wanted: Filter, indices: Sequence[int]) -> bool:
        """Return whether one of these records fits."""
        where, params = _where(wanted, "")
        places = ", ".join("?" * len(indices))
        rows = self._engine.query(
            f"SELECT 1 FROM audit_action a WHERE a.idx IN ({places}){where} LIMIT 1",
            (*indices, *params),
        )
        return bool(rows)

    def activity(self, wanted: Filter, width: int) -> list[Bucket]:
        """Count by outcome in buckets of so many microseconds, from ``since`` to ``until``."""
        where, params = _where(replace(wanted, since=0, until=0), "")
        # A range of an index for each: counting in groups would sort every record of the time.
        starts = range(wanted.since, wanted.until, width)
        counts = " UNION ALL ".join(
            f"SELECT {number}, COUNT(*), {_NOT_DONE} FROM audit_action a "
            f"WHERE a.occurred_at >= ? AND a.occurred_at < ?{where}"
            for number in range(len(starts))
        )
        rows = self._engine.query(
            counts,
            [
                value
                for start in starts
                for value in (start, min(start + width, wanted.until), *params)
            ],
        )
        return [
            Bucket(int(number), outcome, int(count))
            for number, every, refused, failed in rows
            for outcome, count in (
                ("done", every - refused - failed),
                ("refused", refused),
                ("failed", failed),
            )
            if count
        ]

    def _names(self, prefix: str) -> list[str]:
        rows = self._engine.query("SELECT action FROM audit_action_name ORDER BY action")
        return [str(name) for (name,) in rows if str(name).startswith(prefix)]

    def _page(
        self,
        wanted: Filter,
        after: Cursor | None,
        newest_first: bool,
        limit: int,
        action: str,
        skip: int = 0,
    ) -> list[Found]:
        where, params = _where(wanted, action)
        direction, sign = ("DESC", "<") if newest_first else ("ASC", ">")
        if after is not None:
            where += f" AND (a.occurred_at, a.idx) {sign} (?, ?)"
            params = [*params, after.at, after.idx]
        rows = self._engine.query(
            f"SELECT {_FOUND} FROM (SELECT a.idx, a.occurred_at, a.session_id FROM audit_action a "
            f"WHERE 1 = 1{where} ORDER BY a.occurred_at {direction}, a.idx {direction} "
            "LIMIT ? OFFSET ?) a JOIN log_leaf l ON l.idx = a.idx "
            f"ORDER BY a.occurred_at {direction}, a.idx {direction}",
            (*params, limit, skip),
        )
        return [_found(row) for row in rows]


def _where(wanted: Filter, action: str) -> tuple[str, list[Any]]:
    """Return conditions, each with AND before it; ``action`` is one whole name."""
    parts: list[str] = []
    params: list[Any] = []
    for name in _EXACT:
        value = getattr(wanted, name)
        if value:
            parts.append(f"a.{name} = ?" + (f" AND a.{name} <> ''" if name in _SPARSE else ""))
            params.append(value)
    if action:
        parts.append("a.action = ?")
        params.append(action)
    elif wanted.action:
        parts.append("substr(a.action, 1, ?) = ?")
        params += [len(wanted.action), wanted.action]
    if wanted.partners_only:
        parts.append(BY_PARTNERS)
    if wanted.outcome:
        rare = "" if wanted.outcome == "done" else " AND a.outcome <> 'done'"
        parts.append(f"a.outcome = ?{rare}")
        params.append(wanted.outcome)
    if wanted.since:
        parts.append("a.occurred_at >= ?")
        params.append(wanted.since)
    if wanted.until:
        parts.append("a.occurred_at < ?")
        params.append(wanted.until)
    return "".join(f" AND {part}" for part in parts), params


def _found(row: Sequence[Any]) -> Found:
    idx, record_id, source, position, session_id, occurred_at, sealed = row
    return Found(idx, record_id, source, position, session_id, occurred_at, bytes(sealed))
