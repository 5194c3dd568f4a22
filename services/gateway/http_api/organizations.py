"""A customer's page, and asking to look into its portal."""

from __future__ import annotations

import re
from typing import Any, cast
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Exhausted, Forbidden, InvalidArgument, Refused
from services.gateway.clients import SECTIONS, access_of, sections_of
from services.gateway.http_api import codes, errors
from services.gateway.http_api.people import masked
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import (
    Admin,
    Domain,
    Fact,
    Order,
    OrganizationConsent,
    OrganizationPage,
    Site,
    Subscription,
)

REQUESTABLE = tuple(code for code in SECTIONS if code != "overview")
WINDOW = "helpdesk-window"
_REFUSED = (Refused, Forbidden, Exhausted)
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LEAST_MINUTES, _MOST_MINUTES = 5, 60


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of customers."""
    organization = "/t/{ticket}/orgs/{organization}"
    return [
        desk.get(organization, show),
        *desk.form(f"{organization}/request", request_access),
        desk.post(f"{organization}/view", start_view),
    ]


def show(visit: Visit) -> Response:
    """Show a customer."""
    found = visit.clients.identity.organization(
        visit.token, visit.param("organization"), visit.ticket
    )
    organization = found.organization
    model = OrganizationPage(
        frame=visit.frame(within=(organization.organization_id, organization.display_name)),
        id=organization.organization_id,
        name=organization.display_name,
        status="active",
        created=codes.moment_or_epoch(organization.created),
        consent=_consent(visit, organization.organization_id),
        sections=REQUESTABLE,
        domains=domains(found),
        admins=admins(found),
        subscriptions=subscriptions(found.licenses),
        sites=tuple(Site(name=each.site_url) for each in found.sites),
        orders=orders(found),
        settings=settings(found),
        reference=visit.reference,
    )
    return visit.page("organization", model)


def request_access(visit: Visit) -> Response:
    """Ask the customer for access."""
    organization_id = visit.param("organization")
    back = f"{visit.base}/orgs/{organization_id}"
    sections = visit.form.choices("section", REQUESTABLE)
    minutes = visit.form.number("minutes", _LEAST_MINUTES, _MOST_MINUTES, "minutes_range")
    reason = visit.form.reason()
    if not sections:
        visit.form.wrong("sections", "section_required")
    if visit.form.problems:
        return visit.invalid(show)
    try:
        visit.clients.sessions.request_access(
            visit.token,
            organization_id,
            sections=sections,
            minutes=minutes,
            reason=reason,
            ticket=visit.ticket,
            request_id=visit.request_id,
        )
    except _REFUSED as error:
        return visit.go(back, errors.refusal(error))
    except InvalidArgument as error:
        return visit.invalid(show, [errors.problem(error)])
    return visit.done(back, "customer_asked")


def start_view(visit: Visit) -> Response:
    """Open the customer's portal, read only."""
    organization_id = visit.param("organization")
    try:
        started = visit.clients.sessions.start_view(
            visit.token, organization_id, visit.ticket, visit.request_id
        )
    except _REFUSED as error:
        return visit.go(f"{visit.base}/orgs/{organization_id}", errors.refusal(error))
    path = f"/view/{started.view_id}"
    visit.put_cookie(WINDOW, str(started.seconds), seconds=started.seconds, path=path)
    return visit.go(f"{path}/overview")


def domains(found: Any) -> tuple[Domain, ...]:
    """Return a customer's mail domains."""
    return tuple(
        Domain(name=each.domain, status=codes.domain_status_of(each.status))
        for each in found.domains
    )


def admins(found: Any) -> tuple[Admin, ...]:
    """Return a customer's admins, their addresses masked."""
    return tuple(
        Admin(
            id=each.user_id,
            name=each.display_name,
            address=masked(f"admin-address-{number}", each.user_id, "emails:0", each.email),
        )
        for number, each in enumerate(found.admins)
    )


def subscriptions(licences: Any) -> tuple[Subscription, ...]:
    """Return what a customer bought and uses."""
    return tuple(
        Subscription(
            name=f"{each.name} · {each.subscription_id}" if each.subscription_id else each.name,
            bought=each.total_units,
            used=each.consumed_units,
            status="overused" if each.consumed_units > each.total_units else "active",
        )
        for each in licences
    )


def orders(found: Any) -> tuple[Order, ...]:
    """Return a customer's orders."""
    return tuple(
        Order(
            number=each.web_order_number,
            status=codes.order_status_of(each.status),
            at=codes.moment_or_epoch(each.created),
        )
        for each in found.orders
    )


def settings(found: Any) -> tuple[Fact, ...]:
    """Return a customer's configuration, nested names joined."""
    return tuple(
        Fact(name=name, value=value) for name, value in sorted(_flat("", found.settings.items()))
    )


def _flat(prefix: str, items: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in items:
        words = _WORD.sub(" ", str(name)).replace("_", " ").lower()
        full = f"{prefix} · {words}" if prefix else words.capitalize()
        if hasattr(value, "items"):
            found.extend(_flat(full, value.items()))
        elif isinstance(value, bool):
            found.append((full, "✓" if value else "✕"))
        elif isinstance(value, float):
            found.append((full, f"{value:g}"))
        elif value is None:
            found.append((full, "–"))
        elif isinstance(value, str):
            found.append((full, value))
        else:
            found.append((full, ", ".join(str(each) for each in value)))
    return found


def _under(ticket: str, organization_id: str) -> str:
    return f"/t/{quote(ticket, safe='')}/orgs/{organization_id}" if ticket else ""


def _consent(visit: Visit, organization_id: str) -> OrganizationConsent:
    standing = visit.clients.sessions.access(visit.token, organization_id, visit.ticket)
    state = access_of(standing.state)
    if state == "none" and not standing.has_admin:
        state = "no_admin"
    if standing.obstacle == "PARTNERS_BLOCKED":
        state = "blocked"
    return OrganizationConsent(
        state=cast("Any", state),
        sections=sections_of(standing.sections),
        minutes=standing.minutes,
        until=codes.moment(standing.until),
        view=f"/view/{standing.view_id}/overview" if standing.view_id else "",
        ticket=standing.consent_ticket,
        under=_under(standing.consent_ticket, organization_id),
    )
