"""Sessions that auditors review, and people whom they mark."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Conflict, NotFound, Refused
from services.gateway.http_api import codes, errors, naming
from services.gateway.http_api.completeness import completeness
from services.gateway.http_api.naming import Names
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import (
    MarkedPage,
    MarkedRow,
    ReviewDecision,
    ReviewPage,
    ReviewRow,
    ReviewsPage,
    RiskReason,
)

_PATH = "/audit/review"
_MARKED = "/audit/marked"
_STATES = {0: "", 1: "open", 2: "approved", 3: "flagged"}
_SHOWN = ("open", "approved", "flagged", "all")
_KINDS = {
    1: "without_ticket",
    2: "enumeration",
    3: "many_customers",
    4: "odd_hours",
    5: "marked_people",
    6: "reveal_after_refusal",
    7: "removal_quota",
}
_NOTICES = {
    "approve": "session_approved",
    "flag": "session_flagged",
    "reopen": "session_reopened",
}


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of the review queue."""
    return [
        desk.get(_PATH, queue),
        *desk.both(_PATH + "/{session}", show, decide),
        *desk.both(_MARKED, marked, mark),
        desk.post(_MARKED + "/{user}/unmark", unmark),
    ]


def queue(visit: Visit) -> Response:
    """Show the queue, the highest risk first."""
    shown = visit.request.query_params.get("state", "open")
    if shown not in _SHOWN:
        raise NotFound("page")
    page = visit.request.query_params.get("page", "")[:1000]
    found = visit.clients.reviews.page(visit.token, shown, page)
    names = naming.of_people(visit, [each.agent_id for each in found.reviews])
    model = ReviewsPage(
        frame=visit.frame(),
        completeness=completeness(visit),
        rows=tuple(_row(each, names) for each in found.reviews),
        shown=shown,
        waiting=found.open,
        next_page=quote(found.next_page_token, safe=""),
    )
    return visit.page("audit_reviews", model)


def show(visit: Visit) -> Response:
    """Show one session of the queue and what was decided on it."""
    found = visit.clients.reviews.one(visit.token, visit.param("session"))
    people = [found.review.agent_id, *(each.decided_by for each in found.decisions)]
    names = naming.of_people(visit, people)
    model = ReviewPage(
        frame=visit.frame(),
        completeness=completeness(visit),
        row=_row(found.review, names),
        decisions=tuple(
            ReviewDecision(
                status=_STATES[each.review_state],
                by=names.of(each.decided_by),
                at=codes.moment_or_epoch(each.decided_at),
                note=each.reason,
            )
            for each in found.decisions
        ),
        own=found.review.agent_id == visit.person.id,
    )
    return visit.page("audit_review", model)


def decide(visit: Visit) -> Response:
    """Approve, flag or reopen a session, with a note."""
    session_id = visit.param("session")
    decision = visit.form.choice("decision", tuple(_NOTICES))
    note = visit.form.reason()
    if visit.form.problems:
        return visit.invalid(show)
    path = f"{_PATH}/{session_id}"
    try:
        visit.clients.reviews.decide(visit.token, session_id, decision, note, visit.request_id)
    except (Refused, Conflict) as error:
        return visit.go(path, errors.refusal(error))
    return visit.done(path if decision == "reopen" else _PATH, _NOTICES[decision])


def marked(visit: Visit) -> Response:
    """Show who is marked."""
    page = visit.request.query_params.get("page", "")[:1000]
    found = visit.clients.reviews.marked(visit.token, page)
    people = [id_ for each in found.people for id_ in (each.user_id, each.marked_by)]
    names = naming.of_people(visit, people)
    model = MarkedPage(
        frame=visit.frame(),
        completeness=completeness(visit),
        rows=tuple(
            MarkedRow(
                user=each.user_id,
                name=names.of(each.user_id),
                by=names.of(each.marked_by),
                at=codes.moment_or_epoch(each.marked_at),
            )
            for each in found.people
        ),
        next_page=quote(found.next_page_token, safe=""),
    )
    return visit.page("audit_marked", model)


def mark(visit: Visit) -> Response:
    """Mark a person."""
    user_id = visit.form.text("user", 200, required=True)
    reason = visit.form.reason()
    if visit.form.problems:
        return visit.invalid(marked)
    try:
        visit.clients.reviews.mark(visit.token, user_id, reason, visit.request_id)
    except NotFound:
        visit.form.wrong("user", "user_unknown")
        return visit.invalid(marked)
    except (Refused, Conflict) as error:
        return visit.go(_MARKED, errors.refusal(error))
    return visit.done(_MARKED, "person_marked")


def unmark(visit: Visit) -> Response:
    """Take a mark back."""
    reason = visit.form.reason()
    if visit.form.problems:
        return visit.invalid(marked)
    visit.clients.reviews.unmark(visit.token, visit.param("user"), reason, visit.request_id)
    return visit.done(_MARKED, "person_unmarked")


def _row(found: Any, names: Names) -> ReviewRow:
    return ReviewRow(
        session=found.session_id,
        agent=names.of(found.agent_id),
        score=found.score,
        status=_STATES[found.review_state],
        started=codes.moment_or_epoch(found.started_at),
        ended=codes.moment_or_epoch(found.ended_at),
        reasons=tuple(
            RiskReason(
                kind=_KINDS.get(each.kind, ""),
                points=each.points,
                count=each.count,
                total=each.total,
                usual=each.usual,
                minutes=each.minutes,
            )
            for each in found.reasons
        ),
    )
