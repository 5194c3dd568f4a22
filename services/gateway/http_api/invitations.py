"""Invitations: the partner admin's page, and the page that the link of the mail opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Conflict, InvalidArgument, NotFound, Refused
from services.gateway.clients import ROLES
from services.gateway.http_api import codes, errors
from services.gateway.http_api.roles import CODES, customers_named
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import InvitationRow, InvitationsPage, InvitedPage

_COOKIE = "helpdesk-invitation"
_PURPOSE = "invitation"
_LIVES = 1800
_PATH = "/admin/invitations"


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of invitations."""
    return [
        *desk.both(_PATH, show, invite),
        desk.post(_PATH + "/{invitation}/resend", resend),
        desk.post(_PATH + "/{invitation}/withdraw", withdraw),
        desk.get("/invitation/{link}", show_link, public=True),
        desk.post("/invitation/{link}", take, public=True),
    ]


def show(visit: Visit) -> Response:
    """Show the partner's open invitations."""
    found = visit.clients.identity.invitations(
        visit.token, visit.request.query_params.get("page", "")[:1000]
    )
    rows = tuple(
        InvitationRow(
            id=each.invitation_id,
            name=each.display_name,
            address=each.email,
            role=CODES.get(each.role, each.role.lower()),
            limited=each.limited,
            expires=codes.moment(each.expires),
        )
        for each in found.invitations
    )
    model = InvitationsPage(
        frame=visit.frame(),
        partner=visit.person.partner,
        rows=rows,
        roles=tuple(ROLES),
        next_page=quote(found.next_page_token, safe=""),
    )
    return visit.page("invitations", model)


def invite(visit: Visit) -> Response:
    """Invite somebody by mail."""
    form = visit.form
    address = form.text("email", 320, required=True)
    name = form.text("display_name", 200, required=True)
    role = form.choice("role", tuple(ROLES))
    until = form.moment("until")
    if until is not None:
        until += timedelta(days=1)
        if until <= datetime.now(UTC):
            form.wrong("until", "date_past")
    customers = customers_named(visit)
    reason = form.reason()
    if form.problems:
        return visit.invalid(show)
    try:
        visit.clients.identity.invite(
            visit.token, address, name, role, until, customers, reason, visit.request_id
        )
    except (Refused, Conflict) as error:
        return visit.go(_PATH, errors.refusal(error))
    except InvalidArgument as error:
        return visit.invalid(show, [errors.problem(error, {"organization_ids": "customers"})])
    return visit.done(_PATH, "invited")


def resend(visit: Visit) -> Response:
    """Send the mail again, with a new link."""
    invitation = visit.param("invitation")
    visit.clients.identity.resend_invitation(visit.token, invitation, visit.request_id)
    return visit.done(_PATH, "invited_again")


def withdraw(visit: Visit) -> Response:
    """Take an invitation back."""
    reason = visit.form.reason()
    if visit.form.problems:
        return visit.invalid(show)
    visit.clients.identity.withdraw_invitation(
        visit.token, visit.param("invitation"), reason, visit.request_id
    )
    return visit.done(_PATH, "invitation_withdrawn")


def show_link(visit: Visit) -> Response:
    """Show what the link of a mail is for; looking takes nothing, since mail scanners look too."""
    visit.param("link")
    model = InvitedPage(frame=visit.frame(), path=visit.request.url.path)
    return visit.page("invited", model)


def take(visit: Visit) -> Response:
    """Keep the link, sealed, for the sign-in that follows."""
    sealed = visit.site.seals.seal(_PURPOSE, "", visit.param("link")[:200])
    visit.put_cookie(_COOKIE, sealed, seconds=_LIVES)
    return visit.go("/signin")


def taken(visit: Visit) -> str:
    """Return the link that the browser came with, once; empty for none."""
    sealed = visit.cookie(_COOKIE)
    if not sealed:
        return ""
    visit.drop_cookie(_COOKIE)
    try:
        return str(visit.site.seals.open(_PURPOSE, "", sealed))
    except NotFound:
        return ""
