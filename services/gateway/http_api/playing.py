"""A session of an agent played step by step: what the records say, and what was answered."""

from __future__ import annotations

from typing import Any, cast

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Exhausted, NotFound, Unavailable
from services.gateway.clients import outcome_of
from services.gateway.http_api import codes, naming, replayed
from services.gateway.http_api.completeness import completeness
from services.gateway.http_api.naming import Names
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import AuditSessionPage, PlayerStep, ReplayedFact

_MOST_STEPS = 1000


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of the player."""
    return [desk.get("/audit/sessions/{session}", session)]


def session(visit: Visit) -> Response:
    """Show a session step by step."""
    session_id = visit.param("session")
    about = visit.clients.audit.session(visit.token, session_id)
    if about is None:
        raise NotFound("session")
    records = _steps(visit, session_id)
    step = visit.request.query_params.get("step", "1")
    current = min(max(int(step) if step.isdigit() and len(step) < 6 else 1, 1), len(records)) - 1
    here = records[current]
    names = naming.of_records(visit, records)
    digest, why, answer = _rebuilt(visit, here)
    model = AuditSessionPage(
        frame=visit.frame(),
        completeness=completeness(visit),
        session=session_id,
        agent=names.of(about.agent_id),
        partner=names.of(about.partner_id) or "–",
        ticket=", ".join(about.tickets) or "–",
        organization=", ".join(names.of(each) for each in about.organization_ids) or "–",
        purpose=here.reason or "–",
        steps=tuple(
            PlayerStep(
                number=each.index,
                at=codes.moment_or_epoch(each.occurred_at),
                action=each.action,
                outcome=cast("Any", outcome_of(each.outcome)),
            )
            for each in records
        ),
        current=current,
        facts=_facts(here, names),
        answer=replayed.parts_of(answer),
        digest=cast("Any", digest),
        digest_text=here.answer_digest,
        why=why,
        positions=", ".join(here.positions),
    )
    return visit.page("audit_session", model)


def _rebuilt(visit: Visit, record: Any) -> tuple[str, str, str]:
    if outcome_of(record.outcome) != "done" or not record.answer_digest:
        return "no_answer", "", ""
    try:
        return visit.clients.audit.rebuilt(visit.token, record.record_id)
    except Exhausted:
        return "at_work", "", ""
    except Unavailable:
        return "not_rebuilt", "", ""


def _facts(record: Any, names: Names) -> tuple[ReplayedFact, ...]:
    named = [
        ("query", record.query),
        ("reason", record.reason),
        ("ticket", record.ticket),
        ("ticket_state", record.ticket_state),
        ("user", names.of(record.user_id)),
        ("customer", names.of(record.organization_id)),
        ("refusal", record.error),
        *(("shown", each) for each in record.shown),
    ]
    return tuple(
        ReplayedFact(name=name, value=value, erased=value == "[erased]")
        for name, value in named
        if value
    )


def _steps(visit: Visit, session_id: str) -> list[Any]:
    records: list[Any] = []
    page = ""
    while len(records) < _MOST_STEPS:
        answer = visit.clients.audit.actions(
            visit.token, {"session": session_id}, page, oldest_first=True
        )
        records.extend(answer.records)
        page = answer.next_page_token
        if not page:
            break
    if not records:
        raise NotFound("session")
    return records
