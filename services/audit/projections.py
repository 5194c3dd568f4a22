"""What one record changes in the views; pure, so that a verifier builds the same from the log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from services.audit.domain.facts import Facts, Kind, facts_of
from services.audit.domain.numbers import Hole, Writer, arrived
from services.audit.domain.sessions import Session, follow, key_of

SessionKey = tuple[str, str]


class Stored(NamedTuple):
    """A record in the log, as far as the views need it."""

    idx: int
    source: str
    source_position: int
    record_id: str
    sealed: bytes


class ActionRow(NamedTuple):
    """One row of ``audit_action``, columns in their order."""

    idx: int
    record_id: str
    source: str
    source_position: int
    kind: int
    action: str
    outcome: str
    agent_id: str
    partner_id: str
    organization_id: str
    user_id: str
    ticket: str
    consent_id: str
    view_id: str
    sign_in_id: str
    session_id: str
    service: str
    writer: str
    number: int
    occurred_at: int


@dataclass
class Views:
    """The states that a record is added to, and what it changed."""

    sessions: dict[SessionKey, Session] = field(default_factory=dict)
    writers: dict[str, Writer] = field(default_factory=dict)
    rows: list[ActionRow] = field(default_factory=list)
    changed: dict[str, Session] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def add(self, stored: Stored, noticed_at: int = 0) -> ActionRow:
        """Add one record of the log, in its order; Unix microseconds say when it arrived."""
        facts = facts_of(stored.sealed)
        session_id = self._follow(facts, stored)
        self._count(facts, noticed_at)
        self.records[stored.source] = self.records.get(stored.source, 0) + 1
        self.names.add(facts.action)
        return _row(facts, stored, session_id)

    def take(self, arriving: Iterable[Stored], noticed_at: int) -> None:
        """Add records and keep their rows for storing."""
        for stored in arriving:
            self.rows.append(self.add(stored, noticed_at))

    def _follow(self, facts: Facts, stored: Stored) -> str:
        key = key_of(facts)
        if key is None:
            return ""
        session = follow(self.sessions.get(key), facts, stored.idx, stored.record_id)
        self.sessions[key] = self.changed[session.session_id] = session
        return session.session_id

    def _count(self, facts: Facts, noticed_at: int) -> None:
        if facts.kind is not Kind.SUPPORT_ACTION or not facts.writer:
            return
        known = self.writers.get(facts.writer) or Writer(facts.writer, facts.service)
        self.writers[facts.writer] = arrived(known, facts.number, noticed_at)


def state_of(views: Views, open_after: int) -> str:
    """Return what later records build on, as JSON: writers, sessions that may go on, names."""
    return json.dumps(
        {
            "writers": [list(asdict(w).values()) for _, w in sorted(views.writers.items())],
            "sessions": [
                list(asdict(s).values())
                for _, s in sorted(views.sessions.items())
                if s.ended_at >= open_after
            ],
            "actions": sorted(views.names),
        },
        separators=(",", ":"),
    )


def views_of(state: str) -> Views:
    """Return the views as an archive left them; fresh ones for no text."""
    views = Views()
    if not state:
        return views
    body: dict[str, Any] = json.loads(state)
    for writer, service, head, last_at, holes, doubled in body["writers"]:
        views.writers[writer] = Writer(
            writer,
            service,
            head,
            last_at,
            tuple(Hole(*hole.values()) for hole in holes),
            tuple(doubled),
        )
    for values in body["sessions"]:
        session = Session(*values)
        views.sessions[session.agent_id, session.sign_in_id] = session
        views.changed[session.session_id] = session
    views.names.update(body["actions"])
    return views


def keys_in(facts: Iterable[Facts]) -> tuple[set[SessionKey], set[str]]:
    """Return the session keys and the writers whose states these records are added to."""
    sessions: set[SessionKey] = set()
    writers: set[str] = set()
    for each in facts:
        key = key_of(each)
        if key is not None:
            sessions.add(key)
        if each.writer:
            writers.add(each.writer)
    return sessions, writers


def differences(stored: ActionRow, expected: ActionRow) -> Mapping[str, tuple[object, object]]:
    """Return the columns in which a row is not what the sealed bytes say."""
    return {
        name: (is_, should)
        for name, is_, should in zip(ActionRow._fields, stored, expected, strict=True)
        if is_ != should
    }


def _row(facts: Facts, stored: Stored, session_id: str) -> ActionRow:
    return ActionRow(
        idx=stored.idx,
        record_id=stored.record_id,
        source=stored.source,
        source_position=stored.source_position,
        kind=int(facts.kind),
        action=facts.action,
        outcome=facts.outcome,
        agent_id=facts.agent_id,
        partner_id=facts.partner_id,
        organization_id=facts.organization_id,
        user_id=facts.user_id,
        ticket=facts.ticket,
        consent_id=facts.consent_id,
        view_id=facts.view_id,
        sign_in_id=facts.sign_in_id,
        session_id=session_id,
        service=facts.service,
        writer=facts.writer,
        number=facts.number,
        occurred_at=facts.occurred_at,
    )
