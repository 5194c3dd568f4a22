"""What a partner's admin decides: who has which role, sees which customers, and leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.errors import Conflict, InvalidArgument, NotFound, Refused
from services.gateway.clients import ROLES
from services.gateway.http_api import codes, errors
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import Colleague, ColleaguePage, RoleHeld, RolesPage

CODES = {
    name: code
    for code, name in zip(
        ROLES, ("HELP_DESK", "HELP_DESK_READ_ONLY", "PARTNER_ADMIN", "AUDITOR"), strict=True
    )
}


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of partner admins."""
    return [
        *desk.both("/admin/roles", show, assign),
        desk.get("/admin/roles/people/{person}", show_person),
        *desk.form("/admin/roles/people/{person}/remove", remove),
        *desk.form("/admin/roles/people/{person}/limit", limit),
        *desk.form("/admin/roles/people/{person}/sign-out", sign_out),
        *desk.form("/admin/roles/people/{person}/offboard", offboard),
    ]


def show(visit: Visit) -> Response:
    """Show a page of the partner's people and their roles."""
    kept = visit.flash().values
    page = visit.clients.identity.people_page(
        visit.token, visit.request.query_params.get("page", "")
    )
    running = _running_views(visit)
    model = RolesPage(
        frame=visit.frame(),
        partner=visit.person.partner,
        people=tuple(_colleague(visit, each, running) for each in page.people),
        next_page=quote(page.next_page_token, safe=""),
        roles=tuple(ROLES),
        person=kept.get("person", ""),
        role=kept.get("role", ""),
        reason=kept.get("reason", ""),
        until=kept.get("until", ""),
    )
    return visit.page("roles", model)


def show_person(visit: Visit) -> Response:
    """Show one person of the partner."""
    found = _with_id(visit)
    person = _colleague(visit, found, _running_views(visit))
    limit = found.limited_organization_ids
    names = visit.clients.identity.names((), limit) if limit else {}
    person = replace(person, limit=tuple(sorted(names.get(each, each) for each in limit)))
    model = ColleaguePage(frame=visit.frame(), partner=visit.person.partner, person=person)
    return visit.page("colleague", model)


def _running_views(visit: Visit) -> Counter[str]:
    return Counter(view.agent_id for view in visit.clients.sessions.views(visit.token))


def _colleague(visit: Visit, person: Any, running: Counter[str]) -> Colleague:
    return Colleague(
        id=person.user_id,
        name=person.display_name,
        address=person.email,
        roles=tuple(
            RoleHeld(
                role=CODES.get(each.role, each.role.lower()),
                since=codes.moment(each.assigned),
                until=codes.moment(each.until),
            )
            for each in person.roles
        ),
        limited=person.limited,
        running_views=running[person.user_id],
        own=person.user_id == visit.person.id,
    )


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
    reason = _reason(visit, f"reason-{role}")
    if visit.form.problems:
        return visit.invalid(show_person)
    user_id = visit.param("person")
    return _done(
        visit,
        "role_taken",
        partial(
            visit.clients.identity.remove_role,
            visit.token,
            user_id,
            role,
            reason,
            visit.request_id,
        ),
    )


def limit(visit: Visit) -> Response:
    """Limit a person to the customers that are named, one a line; to nobody lifts it."""
    chosen = customers_named(visit)
    reason = _reason(visit, "reason-limit")
    if visit.form.problems:
        return visit.invalid(show_person)
    user_id = visit.param("person")
    return _done(
        visit,
        "limit_set" if chosen else "limit_lifted",
        partial(
            visit.clients.identity.limit, visit.token, user_id, chosen, reason, visit.request_id
        ),
    )


def customers_named(visit: Visit) -> list[str]:
    """Return the ids of the customers that a form names, one a line; a name may be of several."""
    names = visit.form.text("customers", 20_000, lines=True)
    wanted = [name for line in names.splitlines() if (name := line.strip().casefold())]
    ids: dict[str, list[str]] = {}
    for each in visit.clients.identity.customers(visit.token) if wanted else ():
        ids.setdefault(each.display_name.casefold(), []).append(each.organization_id)
    if any(name not in ids for name in wanted):
        visit.form.wrong("customers", "customer_unknown")
    return [each for name in wanted for each in ids.get(name, ())]


def sign_out(visit: Visit) -> Response:
    """End every sign-in of a person; roles stay."""
    reason = _reason(visit, "reason-sign-out")
    if visit.form.problems:
        return visit.invalid(show_person)
    user_id = visit.param("person")
    return _done(
        visit,
        "person_signed_out",
        partial(visit.clients.identity.sign_out, visit.token, user_id, reason, visit.request_id),
    )


def offboard(visit: Visit) -> Response:
    """End everything of a person who leaves, once the admin confirmed it."""
    reason = visit.form.reason()
    if visit.form.raw("confirmed") != "yes":
        visit.form.wrong("confirmed", "confirm")
    if visit.form.problems:
        return visit.invalid(show_person)
    user_id = visit.param("person")
    return _done(
        visit,
        "offboarded",
        partial(visit.clients.identity.offboard, visit.token, user_id, reason, visit.request_id),
    )


def _reason(visit: Visit, field: str) -> str:
    # The page has several forms: what is wrong with a reason is told at its own.
    reason = visit.form.reason()
    wrong = visit.form.problems
    wrong[:] = [replace(each, field=field) if each.field == "reason" else each for each in wrong]
    return reason


def _done(visit: Visit, notice: str, change: Callable[[], None]) -> Response:
    back = visit.request.url.path.rpartition("/")[0]
    try:
        change()
    except (Refused, Conflict) as error:
        return visit.go(back, errors.refusal(error))
    except InvalidArgument as error:
        fields = {"organization_ids": "customers"}
        return visit.invalid(show_person, [errors.problem(error, fields)])
    return visit.done(back, notice)


def _with_id(visit: Visit) -> Any:
    wanted = visit.param("person")
    for each in visit.clients.identity.people(visit.token):
        if each.user_id == wanted:
            return each
    raise NotFound("person")


def _person(visit: Visit, address: str) -> Any | None:
    try:
        wanted = canonical(address)
    except InvalidArgument:
        return None
    for each in visit.clients.identity.people(visit.token):
        if each.email and canonical(each.email) == wanted:
            return each
    return None
