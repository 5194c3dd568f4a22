"""What was done when: the picture, the filters and the records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import InvalidArgument
from services.gateway.clients import outcome_of
from services.gateway.http_api import codes, naming
from services.gateway.http_api.completeness import completeness
from services.gateway.http_api.naming import Names
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import AuditActivityPage, AuditEntry, Bar

_SEALED = "audit"
_DAY = timedelta(hours=24)
_MINUTE = timedelta(minutes=1)
_OUTCOMES = ("", "done", "refused", "failed")


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of the activity."""
    return [*desk.both("/audit", latest, choose), desk.get("/audit/found/{sealed}", found)]


def latest(visit: Visit) -> Response:
    """Show the last day."""
    return _activity(visit, {})


def choose(visit: Visit) -> Response:
    """Take the filters and send the browser to what they find."""
    form = visit.form
    start, end = form.moment("start"), form.moment("end")
    wanted = {
        "agent": form.text("agent", 200),
        "organization": form.text("organization", 200),
        "outcome": form.choice("outcome", _OUTCOMES),
    }
    if start and end and start >= end:
        form.wrong("end", "range")
    if form.problems:
        return visit.invalid(latest)
    start, end = _moved(start, end, form.raw("move"))
    wanted["start"] = start.isoformat()
    wanted["end"] = end.isoformat()
    return visit.go(_address(visit, wanted))


def found(visit: Visit) -> Response:
    """Show what filters find."""
    return _activity(visit, visit.site.seals.open(_SEALED, visit.bound_to, visit.param("sealed")))


def _activity(visit: Visit, wanted: dict[str, Any]) -> Response:
    start, end = _moved(_when(wanted, "start"), _when(wanted, "end"), "")
    filters = {**wanted, "start": start, "end": end, "agent": _agent(visit, wanted)}
    counted = visit.clients.audit.activity(visit.token, filters)
    records = visit.clients.audit.actions(visit.token, filters, wanted.get("page", ""))
    names = naming.of_records(visit, records.records)
    older = ""
    if records.next_page_token:
        kept = {**wanted, "start": start.isoformat(), "end": end.isoformat()}
        older = _address(visit, {**kept, "page": records.next_page_token})
    model = AuditActivityPage(
        frame=visit.frame(),
        completeness=completeness(visit),
        bars=tuple(
            Bar(
                start=codes.moment_or_epoch(each.start),
                done=each.done,
                refused=each.refused,
                failed=each.failed,
            )
            for each in counted.buckets
        ),
        bars_end=end,
        entries=tuple(_entry(each, names) for each in records.records),
        total=counted.done + counted.refused + counted.failed,
        start=_field(start),
        end=_field(end + _MINUTE - timedelta(microseconds=1)),
        agent=wanted.get("agent", ""),
        organization=wanted.get("organization", ""),
        outcome=wanted.get("outcome", ""),
        older=older,
    )
    return visit.page("audit", model)


def _agent(visit: Visit, wanted: dict[str, Any]) -> str:
    typed = str(wanted.get("agent", ""))
    if "@" not in typed:
        return typed
    try:
        # Nobody's address finds no record, just as the address of another partner's person.
        return visit.clients.identity.person_with(typed) or typed
    except InvalidArgument:
        return typed


def _entry(record: Any, names: Names) -> AuditEntry:
    return AuditEntry(
        number=record.index,
        at=codes.moment_or_epoch(record.occurred_at),
        agent=names.of(record.agent_id) or "–",
        partner=names.of(record.partner_id),
        ticket=record.ticket,
        action=record.action or "calls_without_token",
        outcome=cast("Any", outcome_of(record.outcome)),
        organization=names.of(record.organization_id),
        session=record.session_id,
    )


def _moved(start: datetime | None, end: datetime | None, move: str) -> tuple[datetime, datetime]:
    end = end or datetime.now(UTC)
    start = start or end - _DAY
    length = end - start
    if move == "earlier":
        return start - length, end - length
    if move == "later":
        return start + length, end + length
    if move == "zoom":
        return start + length / 4, end - length / 4
    return start, end


def _when(wanted: dict[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(wanted[name]) if wanted.get(name) else None


def _field(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M")


def _address(visit: Visit, wanted: dict[str, Any]) -> str:
    return f"/audit/found/{visit.site.seals.seal(_SEALED, visit.bound_to, wanted)}"
