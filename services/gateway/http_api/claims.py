"""Claims that give roles: the partner admin's page."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Conflict, InvalidArgument, Refused
from services.gateway.clients import ROLES
from services.gateway.http_api import codes, errors
from services.gateway.http_api.roles import CODES
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import ClaimRow, ClaimsPage

_PATH = "/admin/claims"
_ROLES = tuple(role for role in ROLES if role != "partner_admin")


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of claims."""
    return [
        *desk.both(_PATH, show, add),
        desk.post(_PATH + "/{mapping}/remove", remove),
    ]


def show(visit: Visit) -> Response:
    """Show which claims give which roles."""
    rows = tuple(
        ClaimRow(
            id=each.mapping_id,
            claim=each.claim,
            value=each.value,
            role=CODES.get(each.role, each.role.lower()),
            since=codes.moment(each.mapped),
        )
        for each in visit.clients.role_claims.all(visit.token)
    )
    model = ClaimsPage(frame=visit.frame(), partner=visit.person.partner, rows=rows, roles=_ROLES)
    return visit.page("claims", model)


def add(visit: Visit) -> Response:
    """Let a claim give a role."""
    form = visit.form
    claim = form.text("claim", 100, required=True)
    value = form.text("value", 200, required=True)
    role = form.choice("role", _ROLES)
    reason = form.reason()
    if form.problems:
        return visit.invalid(show)
    try:
        visit.clients.role_claims.map(visit.token, claim, value, role, reason, visit.request_id)
    except (Refused, Conflict) as error:
        return visit.go(_PATH, errors.refusal(error))
    except InvalidArgument as error:
        return visit.invalid(show, [errors.problem(error)])
    return visit.done(_PATH, "claim_mapped")


def remove(visit: Visit) -> Response:
    """Let a claim give its role no more."""
    reason = visit.form.reason()
    if visit.form.problems:
        return visit.invalid(show)
    mapping = visit.param("mapping")
    visit.clients.role_claims.unmap(visit.token, mapping, reason, visit.request_id)
    return visit.done(_PATH, "claim_unmapped")
