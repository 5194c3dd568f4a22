"""The customer's portal, read only: each request on a lease of a few seconds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Forbidden, HelpdeskError, NotFound, Refused
from services.gateway.clients import SECTIONS, sections_of
from services.gateway.http_api import codes, errors, organizations, portal, streaming
from services.gateway.http_api.portal import Content
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.users import REASONS, revealed_part
from services.gateway.http_api.visit import Visit
from services.gateway.pages import words
from services.gateway.pages.models import DoorPage, Frame, ViewPage

_SHOWN = tuple(SECTIONS)
_ENDED = "VIEW_ENDED_"


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of views; whatever else is sent below them is refused."""
    view = "/view/{view}"
    return [
        desk.post(f"{view}/end", end),
        desk.post(f"{view}/reveal", reveal),
        desk.get(f"{view}/live", live),
        desk.get(f"{view}/portal", door),
        desk.get(f"{view}/{{section}}", show),
        desk.get(f"{view}/{{section}}/{{user}}", show_person),
        desk.post(f"{view}/{{rest:path}}", change),
        desk.unsent(f"{view}/{{rest:path}}", change),
    ]


def show(visit: Visit) -> Response:
    """Show one section of the customer's portal."""
    section = visit.param("section")
    return _show(visit, lambda lease, found: portal.section(visit, lease, found, section))


def show_person(visit: Visit) -> Response:
    """Show what a section of the portal holds of one person."""
    section, user_id = visit.param("section"), visit.param("user")
    return _show(visit, lambda lease, _: portal.person(visit, lease, section, user_id))


def _show(visit: Visit, content_of: Callable[[Any, Any], Content]) -> Response:
    view_id, section = visit.param("view"), visit.param("section")
    if section not in SECTIONS:
        raise NotFound("section")
    try:
        lease = visit.clients.sessions.lease(visit.token, view_id)
    except Refused as error:
        if not error.reason.startswith(_ENDED):
            raise
        return _over(visit, view_id, section, error.reason.removeprefix(_ENDED).lower())
    found = visit.clients.identity.organization(lease.token, lease.organization_id)
    allowed = sections_of(lease.sections)
    content = Content()
    try:
        content = content_of(lease, found)
    except Forbidden:
        # The try was recorded; the page says that the section was not allowed.
        allowed = tuple(each for each in allowed if each != section)
    model = ViewPage(
        frame=_frame(visit, view_id, live=True),
        session=view_id,
        organization=found.organization.display_name,
        agent=visit.person.name,
        partner=visit.person.partner,
        ticket=lease.ticket,
        section=section,
        sections=_SHOWN,
        allowed=allowed,
        remaining=lease.remaining,
        window=max(_window(visit), lease.remaining),
        until=codes.moment(lease.until),
        rows=content.rows,
        facts=content.facts,
        parts=content.parts,
        below="user" in visit.request.path_params,
        endings=tuple(words.ENDED),
        portal=f"/view/{view_id}/portal" if visit.site.settings.portal_url else "",
    )
    return visit.page("view", model)


def end(visit: Visit) -> Response:
    """End one's own view."""
    view_id = visit.param("view")
    # Where it had ended already, the page says by whom.
    with contextlib.suppress(Refused):
        visit.clients.sessions.end_view(visit.token, view_id, visit.request_id)
    return visit.go(f"/view/{view_id}/overview")


def reveal(visit: Visit) -> Response:
    """Show one personal value in the view; the reason is recorded first."""
    lease = visit.clients.sessions.lease(visit.token, visit.param("view"))
    user_id = visit.form.text("subject", 200, required=True)
    where = visit.form.raw("field")
    reason = REASONS[visit.form.choice("reason", tuple(REASONS))]
    name, _, index = where.partition(":")
    if visit.form.problems or not index.isdigit():
        return errors.unexpected(visit, 400, "invalid")
    value = visit.clients.identity.reveal(lease.token, user_id, name, int(index[:3]), reason, "")
    return revealed_part(visit, user_id, where, value)


def door(visit: Visit) -> Response:
    """Bring the view's lease to the customer's own portal, by a form that sends itself."""
    portal = visit.site.settings.portal_url
    if not portal:
        raise NotFound("page")
    view_id = visit.param("view")
    lease = visit.clients.sessions.lease(visit.token, view_id)
    frame = _frame(visit, view_id, live=False)
    return visit.page(
        "door", DoorPage(frame=frame, action=f"{portal}/.helpdesk/enter", lease=lease.token)
    )


def change(visit: Visit) -> Response:
    """Refuse whatever else is asked for in a view; the attempt is recorded."""
    view_id = visit.param("view")
    lease = visit.clients.sessions.lease(visit.token, view_id)
    visit.clients.sessions.refuse_change(lease.token, view_id)
    return errors.read_only(visit)


def live(visit: Visit) -> Response:
    """Stream that the view still runs, every 2 s, and its end at once."""
    view_id, token = visit.param("view"), visit.token

    def messages(opened: streaming.Opened) -> Iterator[str]:
        for seen in visit.clients.sessions.watch(token, view_id, opened):
            if seen.ended:
                yield streaming.event("ended", seen.ended_by)
                return
            yield streaming.event("heartbeat", str(seen.remaining))

    return streaming.stream(messages, room=streaming.VIEWS)


def _frame(visit: Visit, view_id: str, *, live: bool) -> Frame:
    frame = visit.frame(live=f"/view/{view_id}/live" if live else "")
    return replace(frame, base=f"/view/{view_id}")


def _window(visit: Visit) -> int:
    kept = visit.request.cookies.get(organizations.WINDOW, "")
    return int(kept) if kept.isascii() and kept.isdigit() and len(kept) < 6 else 1800


def _over(visit: Visit, view_id: str, section: str, ended_by: str) -> Response:
    model = ViewPage(
        frame=_frame(visit, view_id, live=False),
        session=view_id,
        organization="",
        agent=visit.person.name,
        partner=visit.person.partner,
        ticket="",
        section=section,
        sections=(),
        allowed=(),
        remaining=0,
        window=0,
        until=None,
        ended_by=ended_by,
        ended_at=_ended_at(visit, view_id),
    )
    return visit.page("view", model)


def _ended_at(visit: Visit, view_id: str) -> Any:
    try:
        for seen in visit.clients.sessions.watch(visit.token, view_id, lambda _: None):
            return codes.moment(seen.ended_at)
    except HelpdeskError:
        return None
    return None
