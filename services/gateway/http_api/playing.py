"""A session of an agent played step by step: what the records say, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Exhausted, NotFound, Unavailable
from services.gateway.clients import outcome_of
from services.gateway.http_api import audit, codes, naming, replayed
from services.gateway.http_api.completeness import completeness
from services.gateway.http_api.naming import Names
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import AuditSessionPage, PlayerStep, ReplayedFact

_WINDOW = 200
"""Steps of the strip, and records of one page of the audit log."""
_MOST_STEPS = 100_000


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of the player."""
    return [desk.get("/audit/sessions/{session}", session)]


def session(visit: Visit) -> Response:
    """Show a session step by step."""
    session_id = visit.param("session")
    about = visit.clients.audit.session(visit.token, session_id)
    if about is None:
        raise NotFound("session")
    current, first, total, records = _window(visit, about)
    here = records[current - first]
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
        first=first,
        total=total,
        records=_records(visit, about),
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


def _window(visit: Visit, about: Any) -> tuple[int, int, int, Sequence[Any]]:
    """Return the step that is asked for, the first one of its window, how many, and the window."""
    step = visit.request.query_params.get("step", "1")
    asked = int(step) - 1 if step.isascii() and step.isdigit() and len(step) < 7 else 0
    total = about.done + about.refused + about.failed
    first, records = _around(visit, about, asked, total)
    if len(records) < min(_WINDOW, total - first):
        # Records that were archived are counted with the session, and are not there any more.
        total = _kept(visit, about)
        first, records = _around(visit, about, asked, total)
    if not records:
        raise NotFound("session")
    return min(max(asked, first), first + len(records) - 1), first, total, records


def _around(visit: Visit, about: Any, asked: int, total: int) -> tuple[int, Sequence[Any]]:
    current = max(0, min(asked, total - 1, _MOST_STEPS - 1))
    first = current - current % _WINDOW
    return first, visit.clients.audit.steps(visit.token, about.session_id, first, _WINDOW)


def _kept(visit: Visit, about: Any) -> int:
    """Return how many of the session's records are still there."""
    counted = visit.clients.audit.activity(visit.token, _during(about))
    return int(counted.done + counted.refused + counted.failed)


def _during(about: Any) -> dict[str, Any]:
    start = codes.moment_or_epoch(about.started_at)
    end = codes.moment_or_epoch(about.ended_at) + timedelta(minutes=1)
    return {"session": about.session_id, "start": start, "end": end}


def _records(visit: Visit, about: Any) -> str:
    """Return the address of the session's records among all."""
    wanted = _during(about)
    times = {name: wanted[name].isoformat() for name in ("start", "end")}
    return audit.address(visit, wanted | times)
