"""Plays what somebody did, step by step, from the sealed records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.audit.domain.facts import Facts, Kind, body_of, facts_of, moment, name_of
from services.audit.domain.sessions import Session, follow, key_of
from services.audit.projections import SessionKey, Stored

SEALED = "[sealed]"
_SEALED = ("reason", "query", "request")
OpenFields = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """One record of a session, with its fields opened as far as there are keys."""

    number: int
    idx: int
    record_id: str
    session_id: str
    facts: Facts
    fields: Mapping[str, Any]
    stored: Stored


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whose steps to play: of a session, or of an agent between two Unix microseconds."""

    session_id: str = ""
    agent_id: str = ""
    since: int = 0
    until: int = 0

    def fits(self, facts: Facts, session_id: str) -> bool:
        """Whether a record is one of the steps."""
        return (
            facts.kind is Kind.SUPPORT_ACTION
            and (not self.session_id or session_id == self.session_id)
            and (not self.agent_id or facts.agent_id == self.agent_id)
            and (not self.since or facts.occurred_at >= self.since)
            and (not self.until or facts.occurred_at < self.until)
        )


def sealed_fields(_: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields of a record without any key: what is sealed stays so."""
    return {name: SEALED if name in _SEALED else value for name, value in body.items()}


def steps(records: Iterable[Stored], chosen: Chosen, opened: OpenFields) -> Iterator[Step]:
    """Yield the steps that were chosen, in the log's order. Raises ValueError for a non-record."""
    sessions: dict[SessionKey, Session] = {}
    number = 0
    for stored in records:
        facts = facts_of(stored.sealed)
        key = key_of(facts)
        session_id = ""
        if key is not None:
            sessions[key] = follow(sessions.get(key), facts, stored.idx, stored.record_id)
            session_id = sessions[key].session_id
        if chosen.fits(facts, session_id):
            number += 1
            body = body_of(stored.sealed)
            fields = opened(name_of(body), body)
            yield Step(number, stored.idx, stored.record_id, session_id, facts, fields, stored)


def lines_of(step: Step, rebuilt: str = "") -> list[str]:
    """Return a step as a person reads it; ``rebuilt`` says what came of rebuilding its answer."""
    facts, fields = step.facts, step.fields
    at = moment(facts.occurred_at).strftime("%Y-%m-%d %H:%M:%S")
    outcome = facts.outcome + (f" ({fields['error']})" if fields.get("error") else "")
    partner = f" of {facts.partner_id}" if facts.partner_id else ""
    lines = [
        f"{step.number:>4}  {at}  {facts.action}  {outcome}",
        f"      by {facts.agent_id}{partner}, record {step.idx}",
    ]
    about = [
        *([f"organization {facts.organization_id}"] if facts.organization_id else []),
        *([f"user {facts.user_id}"] if facts.user_id else []),
        *map(str, fields.get("subjects", ())),
    ]
    named = {
        "about": ", ".join(about),
        "on behalf": " for ".join(map(str, fields.get("act", ()))),
        "ticket": facts.ticket,
        "reason": str(fields.get("reason", "")),
        "consent": facts.consent_id,
        "view": facts.view_id,
        "searched": str(fields.get("query", "")),
        "read at": ", ".join(map(str, fields.get("positions", ()))),
        "answer": str(fields.get("answer_digest", ""))[:16],
        "rebuilt": rebuilt,
    }
    lines += [f"      {name}: {value}" for name, value in named.items() if value]
    lines += [f"      shown: {thing}" for thing in fields.get("shown", ())]
    return lines


def json_of(step: Step) -> dict[str, Any]:
    """Return a step as JSON."""
    return {
        "number": step.number,
        "index": step.idx,
        "record_id": step.record_id,
        "session_id": step.session_id,
        **step.fields,
    }
