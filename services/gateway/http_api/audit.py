"""What was done when: the picture, the filters and the records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import InvalidArgument
from services.gateway import pages
from services.gateway.clients import outcome_of
from services.gateway.http_api import codes, naming, streaming
from services.gateway.http_api.completeness import completeness, shown
from services.gateway.http_api.naming import Names
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages import words
from services.gateway.pages.models import Asked, AuditActivityPage, AuditEntry, AuditLivePage, Bar

_SEALED = "audit"
_DAY = timedelta(hours=24)
_MINUTE = timedelta(minutes=1)
_OUTCOMES = ("", "done", "refused", "failed")
_TEXTS = ("agent", "organization", "partner", "user", "ticket", "session")
_SERVICES = tuple(dict.fromkeys(name.partition(".")[0] for name in words.ACTION))
ACTIONS: Mapping[str, tuple[str, ...]] = {
    service: tuple(name for name in words.ACTION if name.startswith(f"{service}."))
    for service in _SERVICES
    if any(name.startswith(f"{service}.") for name in words.ACTION)
}
"""Names of actions by the service that records them."""
_CHOICES = ("", *(f"{service}." for service in ACTIONS), *words.ACTION)


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of the activity."""
    return [
        *desk.both("/audit", latest, choose),
        desk.get("/audit/found/{sealed}", found),
        desk.get("/audit/live/{sealed}", follow),
        desk.get("/audit/live/{sealed}/events", events),
    ]


def latest(visit: Visit) -> Response:
    """Show the last day."""
    return _activity(visit, {})


def choose(visit: Visit) -> Response:
    """Take the filters and send the browser to what they find."""
    form = visit.form
    start, end = form.moment("start"), form.moment("end")
    wanted = {name: form.text(name, 200) for name in _TEXTS}
    wanted["action"] = form.choice("action", _CHOICES)
    wanted["outcome"] = form.choice("outcome", _OUTCOMES)
    if start and end and start >= end:
        form.wrong("end", "range")
    if form.problems:
        return visit.invalid(latest)
    start, end = _moved(start, end, form.raw("move"))
    wanted["start"] = start.isoformat()
    wanted["end"] = end.isoformat()
    return visit.go(address(visit, wanted))


def found(visit: Visit) -> Response:
    """Show what filters find."""
    return _activity(visit, wanted_of(visit))


def follow(visit: Visit) -> Response:
    """Show a page that records come to as they are made."""
    wanted = wanted_of(visit)
    # Records are streamed from here on, so that none is missed on the way to the browser.
    standing = visit.clients.audit.checkpoint(visit.token)
    model = AuditLivePage(
        frame=visit.frame(),
        completeness=shown(standing),
        asked=asked_of(visit, wanted),
        events=f"{visit.request.url.path}/events",
        after=standing.records,
        back=address(visit, wanted),
    )
    return visit.page("audit_live", model)


def events(visit: Visit) -> Response:
    """Stream records as rows of the page, and how the log stands."""
    filters = resolved(visit, {**wanted_of(visit), "start": None, "end": None})
    asked = visit.request.headers.get("last-event-id", "")
    after = asked or visit.request.query_params.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else -1
    token, client = visit.token, visit.clients.audit

    def messages(opened: streaming.Opened) -> Iterator[str]:
        for told in client.tail(token, filters, start, opened):
            if told.HasField("standing"):
                line = _fragment(visit, "audit_standing", completeness=shown(told.standing))
                yield streaming.fragment(line)
            rows = naming.of_records(visit, told.records)
            entries = tuple(_entry(each, rows) for each in reversed(told.records))
            html = _fragment(visit, "audit_rows", entries=entries) if entries else ""
            yield streaming.fragment(html, mark=str(told.next_index))

    return streaming.stream(messages)


def _fragment(visit: Visit, template: str, **parts: object) -> str:
    return pages.render(template, parts, visit.locale, visit.theme)


def wanted_of(visit: Visit) -> dict[str, Any]:
    """Return the filters that the address of a page holds. Raises NotFound."""
    sealed = visit.site.seals.open(_SEALED, visit.bound_to, visit.param("sealed"))
    return cast("dict[str, Any]", sealed)


def asked_of(visit: Visit, wanted: Mapping[str, Any]) -> tuple[Asked, ...]:
    """Return the filters that are set, with names for ids."""
    names = naming.of_people(
        visit,
        [str(wanted.get(name, "")) for name in ("agent", "user")],
        [str(wanted.get("organization", ""))],
    )
    columns = {"agent": "agent_id", "organization": "customer", "partner": "partner_id"}
    return tuple(
        Asked(name=columns.get(name, name), value=names.of(str(wanted[name])))
        for name in (*_TEXTS, "action", "outcome")
        if wanted.get(name)
    )


def _activity(visit: Visit, wanted: dict[str, Any]) -> Response:
    start, end = _moved(_when(wanted, "start"), _when(wanted, "end"), "")
    filters = resolved(visit, {**wanted, "start": start, "end": end})
    counted = visit.clients.audit.activity(visit.token, filters)
    records = visit.clients.audit.actions(visit.token, filters, wanted.get("page", ""))
    names = naming.of_records(visit, records.records)
    older = ""
    if records.next_page_token:
        older = address(visit, {**_kept(wanted, start, end), "page": records.next_page_token})
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
        start=field_of(start),
        end=until_of(end),
        **{name: wanted.get(name, "") for name in (*_TEXTS, "action", "outcome")},
        actions=tuple(ACTIONS.items()),
        own_partner=bool(visit.person.partner_id),
        older=older,
        live=_live(visit, wanted),
        export=f"{address(visit, _kept(wanted, start, end))}/export",
    )
    return visit.page("audit", model)


def resolved(visit: Visit, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return filters with the ids of people whose addresses were typed."""
    people = {name: _person(visit, str(wanted.get(name, ""))) for name in ("agent", "user")}
    return {**wanted, **people}


def _person(visit: Visit, typed: str) -> str:
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


def field_of(at: datetime) -> str:
    """Return a moment as a field of a form has it, to the minute."""
    return at.strftime("%Y-%m-%dT%H:%M")


def until_of(at: datetime) -> str:
    """Return the first minute that is not before a moment."""
    return field_of(at + _MINUTE - timedelta(microseconds=1))


def address(visit: Visit, wanted: Mapping[str, Any]) -> str:
    """Return the address of what filters find; nothing of them stands in it in clear."""
    return f"/audit/found/{_sealed(visit, wanted)}"


def _kept(wanted: Mapping[str, Any], start: datetime, end: datetime) -> dict[str, Any]:
    return {**wanted, "start": start.isoformat(), "end": end.isoformat(), "page": ""}


def _live(visit: Visit, wanted: Mapping[str, Any]) -> str:
    kept = {name: wanted[name] for name in (*_TEXTS, "action", "outcome") if wanted.get(name)}
    return f"/audit/live/{_sealed(visit, kept)}"


def _sealed(visit: Visit, wanted: Mapping[str, Any]) -> str:
    return visit.site.seals.seal(_SEALED, visit.bound_to, dict(wanted))
