"""What a partner's admin decides: who has which role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.errors import Conflict, InvalidArgument, Refused
from services.gateway.clients import ROLES
from services.gateway.http_api import codes, errors
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import RoleHolder, RolesPage

_CODES = {
    name: code
    for code, name in zip(
        ROLES, ("HELP_DESK", "HELP_DESK_READ_ONLY", "PARTNER_ADMIN", "AUDITOR"), strict=True
    )
}
_REMOVED = "Removed on the roles page."


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of partner admins."""
    return [
        *desk.both("/admin/roles", show, assign),
        *desk.form("/admin/roles/remove", remove),
    ]


def show(visit: Visit) -> Response:
    """Show the partner's people and their roles."""
    kept = visit.flash().values
    running: dict[str, int] = {}
    for view in visit.clients.sessions.views(visit.token):
        running[view.agent_id] = running.get(view.agent_id, 0) + 1
    holders = [
        RoleHolder(
            id=person.user_id,
            name=person.display_name,
            address=person.email,
            role=_CODES.get(each.role, each.role.lower()),
            since=codes.moment(each.assigned),
            until=codes.moment(each.until),
            running_views=running.get(person.user_id, 0),
            refusal="own_role" if person.user_id == visit.person.id else "",
        )
        for person in visit.clients.identity.people(visit.token)
        for each in person.roles
    ]
    model = RolesPage(
        frame=visit.frame(),
        partner=visit.person.partner,
        holders=tuple(holders),
        roles=tuple(ROLES),
        person=kept.get("person", ""),
        role=kept.get("role", ""),
        reason=kept.get("reason", ""),
        until=kept.get("until", ""),
    )
    return visit.page("roles", model)


def assign(visit: Visit) -> Response:
    """Give a person of the partner a role."""
    form = visit.form
    address = form.text("person", 320, required=True)
    role = form.choice("role", tuple(ROLES))
    reason = form.reason()
    until = form.moment("until")
    kept = {"person": address, "role": role, "reason": reason, "until": form.raw("until")[:20]}
    if until is not None:
        until = until + timedelta(days=1) if until.hour == until.minute == 0 else until
        if until <= datetime.now(UTC):
            form.wrong("until", "date_past")
    person = _person(visit, address) if address else None
    if address and person is None:
        form.wrong("person", "person_unknown")
    if form.problems or person is None:
        return visit.invalid(show)
    try:
        visit.clients.identity.assign_role(
            visit.token, person.user_id, role, until, reason, visit.request_id
        )
    except (Refused, Conflict) as error:
        return visit.go("/admin/roles", errors.refusal(error), values=kept)
    except InvalidArgument as error:
        return visit.invalid(show, [errors.problem(error)])
    return visit.done("/admin/roles", "role_assigned", person.display_name)


def remove(visit: Visit) -> Response:
    """Take a role away; what runs on it ends."""
    role = visit.form.choice("role", tuple(ROLES))
    user_id = visit.form.text("person", 200, required=True)
    if visit.form.problems:
        return visit.invalid(show)
    try:
        visit.clients.identity.remove_role(visit.token, user_id, role, _REMOVED, visit.request_id)
    except (Refused, Conflict) as error:
        return visit.go("/admin/roles", errors.refusal(error))
    return visit.done("/admin/roles", "role_taken")


def _person(visit: Visit, address: str) -> Any | None:
    try:
        wanted = canonical(address)
    except InvalidArgument:
        return None
    for each in visit.clients.identity.people(visit.token):
        if each.email and canonical(each.email) == wanted:
            return each
    return None
