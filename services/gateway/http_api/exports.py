"""Exports of the audit log, and those that are to be issued again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import InvalidArgument, Unavailable
from services.gateway.clients import format_of, outcome_of
from services.gateway.http_api import audit, codes, errors, naming
from services.gateway.http_api.completeness import completeness
from services.gateway.http_api.naming import Names
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import Asked, AuditExportPage, OutdatedExport

_PATH = "/audit/export"
_FORMATS = ("proofs", "ocsf", "cadf", "cloudevents", "csv")


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of exports."""
    return [
        *desk.both(_PATH, export_page, export),
        *desk.both("/audit/found/{sealed}/export", export_page, export),
        desk.post(_PATH + "/{export}/again", issue_again),
    ]


def export_page(visit: Visit) -> Response:
    """Ask what to export; coming from the activity, what was found there."""
    wanted, found = _wanted(visit), outdated(visit)
    model = AuditExportPage(
        frame=visit.frame(),
        completeness=completeness(visit),
        path=visit.request.url.path,
        asked=audit.asked_of(visit, wanted),
        start=audit.field_of(datetime.fromisoformat(wanted["start"])) if wanted else "",
        end=audit.until_of(datetime.fromisoformat(wanted["end"])) if wanted else "",
        format="proofs",
        outdated=None if found is None else tuple(shown for shown, _ in found),
    )
    return visit.page("audit_export", model)


def export(visit: Visit) -> Response:
    """Send the file; it is asked for before the answer begins, so that a refusal is a page."""
    form, wanted = visit.form, _wanted(visit)
    start, end = form.moment("start"), form.moment("end")
    if start and end and start >= end:
        form.wrong("end", "range")
    filters = audit.resolved(visit, {**wanted, "start": start, "end": end})
    filters["organization"] = form.text("organization", 200) or filters.get("organization", "")
    kind = form.choice("format", _FORMATS)
    if form.problems:
        return visit.invalid(export_page)
    parts = visit.clients.audit.export(visit.token, filters, kind)
    try:
        first = next(parts, b"")
    except InvalidArgument as error:
        return visit.invalid(export_page, [errors.problem(error)])
    return _download(visit, first, parts)


def issue_again(visit: Visit) -> Response:
    """Send the same selection as an earlier export, as it reads now."""
    parts = visit.clients.reissues.issue(visit.token, visit.param("export"))
    return _download(visit, next(parts, b""), parts)


def outdated(visit: Visit) -> list[tuple[OutdatedExport, tuple[str, ...]]] | None:
    """Return exports to issue again, each with whom it holds; None where nobody answers."""
    try:
        found = visit.clients.reissues.outdated(visit.token)
    except Unavailable:
        return None
    people = [id_ for each in found for id_ in (each.filter.agent_id, each.user_id)]
    names = naming.of_people(visit, people, [each.organization_id for each in found])
    return [(_outdated(each, names), tuple(each.forgotten)) for each in found]


def _outdated(each: Any, names: Names) -> OutdatedExport:
    asked = each.filter
    filters = (
        ("agent_id", names.of(asked.agent_id)),
        ("customer", names.of(each.organization_id)),
        ("user", names.of(each.user_id)),
        ("ticket", asked.ticket),
        ("action", asked.action),
        ("outcome", outcome_of(asked.outcome) if asked.outcome else ""),
        ("service", asked.service),
        ("session", codes.short(asked.session_id)),
        ("view", codes.short(asked.view_id)),
        ("consent_id", codes.short(asked.consent_id)),
    )
    return OutdatedExport(
        export_id=each.export_id,
        made_by=each.agent_name or codes.short(each.agent_id),
        made=codes.moment_or_epoch(each.made_at),
        format=cast("Any", format_of(each.format)),
        asked=tuple(Asked(name=name, value=value) for name, value in filters if value),
        since=codes.moment(getattr(asked, "from")),
        until=codes.moment(asked.until),
        mine=each.may_reissue,
        reissued=codes.moment(each.reissued_at),
        reissued_by=each.reissued_by_name or codes.short(each.reissued_by),
    )


def _download(visit: Visit, first: bytes, parts: Iterator[bytes]) -> Response:
    name = f"audit-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip"
    return visit.finished(
        StreamingResponse(
            _joined(first, parts),
            media_type="application/zip",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )
    )


def _wanted(visit: Visit) -> dict[str, Any]:
    return audit.wanted_of(visit) if "sealed" in visit.request.path_params else {}


def _joined(first: bytes, parts: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from parts
