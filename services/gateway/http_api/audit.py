"""What an auditor sees: activity, sessions step by step, the log itself, exports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Exhausted, InvalidArgument, NotFound, Unavailable
from services.gateway.clients import outcome_of
from services.gateway.http_api import codes, errors, naming, replayed
from services.gateway.http_api.naming import Names
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import (
    AuditActivityPage,
    AuditEntry,
    AuditExportPage,
    AuditLogPage,
    AuditSessionPage,
    Bar,
    Checkpoint,
    Completeness,
    PlayerStep,
    ReplayedFact,
    State,
    Writer,
)

_SEALED = "audit"
_LATE = 60
_DAY = timedelta(hours=24)
_MINUTE = timedelta(minutes=1)
_OUTCOMES = ("", "done", "refused", "failed")
_FORMATS = ("proofs", "ocsf", "cadf", "cloudevents", "csv")
_MOST_STEPS = 1000


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of auditors."""
    return [
        *desk.both("/audit", latest, choose),
        desk.get("/audit/log", log),
        *desk.both("/audit/export", export_page, export),
        desk.get("/audit/found/{sealed}", found),
        desk.get("/audit/sessions/{session}", session),
    ]


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


def log(visit: Visit) -> Response:
    """Show the log itself."""
    standing = visit.clients.audit.checkpoint(visit.token)
    model = AuditLogPage(
        frame=visit.frame(),
        completeness=_complete(standing),
        checkpoints=tuple(
            Checkpoint(
                size=each.size,
                root=each.root.hex(),
                at=codes.moment_or_epoch(each.signed_at),
                witnesses=tuple(each.witnesses),
            )
            for each in standing.recent
        ),
        writers=tuple(
            Writer(
                service=each.service,
                writer=each.writer,
                head=each.head,
                heartbeat=codes.moment_or_epoch(each.last_at),
                state="blocked" if each.missing else "ok",
                missing=", ".join(
                    str(hole.first) if hole.first == hole.last else f"{hole.first}–{hole.last}"
                    for hole in each.missing
                ),
            )
            for each in standing.writers
        ),
        key=standing.verifier_key,
    )
    return visit.page("audit_log", model)


def export_page(visit: Visit) -> Response:
    """Ask what to export."""
    model = AuditExportPage(frame=visit.frame(), completeness=completeness(visit), format="proofs")
    return visit.page("audit_export", model)


def export(visit: Visit) -> Response:
    """Send the file; it is asked for before the answer begins, so that a refusal is a page."""
    form = visit.form
    start, end = form.moment("start"), form.moment("end")
    if start and end and start >= end:
        form.wrong("end", "range")
    filters = {"start": start, "end": end, "organization": form.text("organization", 200)}
    kind = form.choice("format", _FORMATS)
    if form.problems:
        return visit.invalid(export_page)
    parts = visit.clients.audit.export(visit.token, filters, kind)
    try:
        first = next(parts, b"")
    except InvalidArgument as error:
        return visit.invalid(export_page, [errors.problem(error)])
    name = f"audit-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip"
    return visit.finished(
        StreamingResponse(
            _joined(first, parts),
            media_type="application/zip",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )
    )


def _joined(first: bytes, parts: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from parts


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


def completeness(visit: Visit) -> Completeness:
    """Return the line on top of each auditor's page."""
    return _complete(visit.clients.audit.checkpoint(visit.token))


def _complete(standing: Any) -> Completeness:
    broken = standing.verification.first_index if standing.verification.names_record else None
    holes = [(each, hole) for each in standing.writers for hole in each.missing]
    others = [each for each in standing.alarms if each.kind != "MISSING"]
    state: State = "ok"
    if broken is not None or standing.verification.findings or holes or others:
        state = "blocked"
    elif standing.age_seconds > _LATE or not standing.complete:
        state = "warn"
    writer, hole = holes[0] if holes else (None, None)
    return Completeness(
        state=state,
        until=codes.moment_or_epoch(standing.complete_to),
        records=standing.records,
        checkpoint_age=int(standing.age_seconds),
        broken_record=broken,
        missing_writer=writer.service if writer else "",
        missing_number=hole.first if hole else 0,
        missing_since=codes.moment(hole.since) if hole else None,
        alarm=others[0].kind if others else "",
        alarm_service=others[0].service if others else "",
        alarm_since=codes.moment(others[0].noticed_at) if others else None,
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
