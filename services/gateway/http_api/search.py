"""Home, the search bar and its results; what was typed stands in no address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast, get_args

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import InvalidArgument, NotFound
from services.gateway.clients import kind_of
from services.gateway.http_api import errors
from services.gateway.http_api.codes import status_of
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import (
    Hit,
    HitGroup,
    HitKind,
    HomePage,
    OpenTicket,
    SearchPage,
    Span,
    Suggestions,
)

KINDS: tuple[HitKind, ...] = get_args(HitKind)
_SHOWN = 5
_ASKED = 50
_PAGE = 25
_LONGEST = 200
_SEARCH = "search"


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of searching."""
    return [
        desk.get("/", home),
        desk.get("/t/{ticket}", home),
        *desk.form("/tickets", open_ticket),
        *desk.form("/t/{ticket}/search", search),
        desk.post("/t/{ticket}/search/suggest", suggest),
        desk.get("/t/{ticket}/search/within/{organization}", within),
        desk.get("/t/{ticket}/search/{sealed}", results),
    ]


def home(visit: Visit) -> Response:
    """Show an agent's home, or send others to theirs."""
    person = visit.person
    if not person.has("helpdesk"):
        for role, path in (
            ("partner_admin", "/admin/roles"),
            ("customer_admin", "/consent"),
            ("auditor", "/audit"),
        ):
            if person.has(role):
                return visit.go(path)
    tickets = tuple(
        OpenTicket(number=each.ticket, organization=each.organization_name)
        for each in visit.clients.identity.open_tickets(visit.token)
    )
    return visit.page("home", HomePage(frame=visit.frame(), tickets=tickets))


def open_ticket(visit: Visit) -> Response:
    """Go on under a ticket."""
    ticket = visit.form.text("ticket", 64, required=True)
    if not visit.form.problems and not _is_ticket(ticket):
        visit.form.wrong("ticket", "ticket_format")
    if visit.form.problems:
        return visit.invalid(home)
    return visit.go(f"/t/{ticket}")


def search(visit: Visit) -> Response:
    """Take what was typed and send the browser to its results."""
    query = visit.form.text("q", _LONGEST)
    if not visit.form.problems and not query:
        visit.form.wrong("q", "query_short")
    if visit.form.problems:
        return visit.invalid(home)
    return visit.go(_address(visit, {"q": query, "in": visit.form.text("within", 200)}))


def results(visit: Visit) -> Response:
    """Show what matches."""
    wanted = visit.site.seals.open(_SEARCH, visit.bound_to, visit.param("sealed"))
    kind = cast("HitKind | None", wanted.get("kind"))
    pages: list[str] = wanted.get("pages", [])
    try:
        found = visit.clients.search.search(
            visit.token,
            wanted["q"],
            kinds=(kind,) if kind else (),
            organization_id=wanted["in"],
            page_size=_PAGE if kind else _ASKED,
            page_token=pages[-1] if pages else "",
            ticket=visit.ticket,
        )
    except InvalidArgument as error:
        problem = errors.problem(error, {"query": "q"})
        return visit.go(visit.base if visit.ticket else "/", problems=(problem,))
    hits = [_hit(each) for each in found.hits]
    if not kind and found.total_size == 1 and found.hits[0].exact:
        return visit.go(_target(visit, hits[0]))
    model = SearchPage(
        frame=visit.frame(within=_within(visit, wanted["in"], found.hits)),
        query=wanted["q"],
        best=hits[0] if hits and not kind and found.hits[0].exact else None,
        groups=_groups(visit, wanted, found, hits),
        total=found.total_size,
        kind=kind,
        previous=_address(visit, {**wanted, "pages": pages[:-1]}) if pages else "",
        following=(
            _address(visit, {**wanted, "pages": [*pages, found.next_page_token]})
            if kind and found.next_page_token
            else ""
        ),
    )
    return visit.page("search", model)


def suggest(visit: Visit) -> Response:
    """Show a few hits for what was typed so far."""
    query = visit.form.text("q", _LONGEST)
    if visit.form.problems or not query:
        return visit.page("suggest", Suggestions(frame=visit.frame()))
    within_id = visit.form.text("within", 200)
    found = visit.clients.search.suggest(visit.token, query, within_id, visit.ticket)
    hits = [_hit(each) for each in found]
    groups = tuple(
        HitGroup(kind=kind, hits=members, total=len(members))
        for kind in KINDS
        if (members := tuple(each for each in hits if each.kind == kind))
    )
    return visit.page("suggest", Suggestions(frame=visit.frame(), groups=groups, total=len(hits)))


def within(visit: Visit) -> Response:
    """Offer the search bar inside one customer."""
    organization = visit.clients.identity.organization(
        visit.token, visit.param("organization"), visit.ticket
    ).organization
    frame = visit.frame(within=(organization.organization_id, organization.display_name))
    return visit.page("search_within", HomePage(frame=frame))


def _address(visit: Visit, wanted: dict[str, Any]) -> str:
    return f"{visit.base}/search/{visit.site.seals.seal(_SEARCH, visit.bound_to, wanted)}"


def _is_ticket(text: str) -> bool:
    return text.isascii() and text[0].isalnum() and all(c.isalnum() or c in "._-" for c in text)


def _target(visit: Visit, hit: Hit) -> str:
    if hit.kind == "user":
        return f"{visit.base}/users/{hit.id}"
    organization_id = hit.id if hit.kind == "organization" else hit.organization_id
    return f"{visit.base}/orgs/{organization_id}"


def _within(visit: Visit, organization_id: str, hits: Sequence[Any]) -> tuple[str, str]:
    if not organization_id:
        return "", ""
    for each in hits:
        if each.organization_id == organization_id and each.organization_name:
            return organization_id, each.organization_name
    try:
        found = visit.clients.identity.organization(visit.token, organization_id, visit.ticket)
    except NotFound:
        return "", ""
    return organization_id, found.organization.display_name


def _groups(
    visit: Visit, wanted: dict[str, Any], found: Any, hits: Sequence[Hit]
) -> tuple[HitGroup, ...]:
    counts = {kind_of(each.kind): each.count for each in found.counts}
    shown = _PAGE if wanted.get("kind") else _SHOWN
    groups = []
    for kind in KINDS:
        members = tuple(each for each in hits if each.kind == kind)
        total = max(counts.get(kind, 0), len(members))
        if not total or (wanted.get("kind") and wanted["kind"] != kind):
            continue
        whole = {"q": wanted["q"], "in": wanted["in"], "kind": kind}
        more = _address(visit, whole) if total > min(shown, len(members)) else ""
        if wanted.get("kind"):
            more = ""
        groups.append(HitGroup(kind=kind, hits=members[:shown], total=total, more=more))
    return tuple(groups)


def _hit(found: Any) -> Hit:
    kind = cast("HitKind", kind_of(found.kind))
    return Hit(
        id=found.id,
        kind=kind,
        name=_spans(found.title, found.highlights),
        detail=found.detail,
        organization="" if kind == "organization" else found.organization_name,
        organization_id=found.organization_id,
        status=status_of(found.status),
    )


def _spans(title: str, highlights: Sequence[Any]) -> tuple[Span, ...]:
    spans = []
    at = 0
    for each in highlights:
        if each.start > at:
            spans.append(Span(text=title[at : each.start]))
        if each.end > each.start:
            spans.append(Span(text=title[each.start : each.end], hit=True))
        at = max(at, each.end)
    if at < len(title):
        spans.append(Span(text=title[at:]))
    return tuple(spans)
