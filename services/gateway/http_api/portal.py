"""What the sections of a customer's portal show in a view, by the view's lease."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from helpdesk.kernel.errors import Forbidden, NotFound
from services.gateway.clients import sections_of
from services.gateway.http_api import codes, organizations
from services.gateway.http_api.people import masked
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import Cell, Fact, PortalPart, PortalRows

MAILS = 20


@dataclass(frozen=True)
class Content:
    """What a page of the portal holds."""

    rows: PortalRows | None = None
    facts: tuple[Fact, ...] = ()
    parts: tuple[PortalPart, ...] = ()


def section(visit: Visit, lease: Any, found: Any, name: str) -> Content:
    """Return a section of the portal; ``found`` is the organization. Raises Forbidden."""
    listed = _LISTS.get(name)
    if listed is not None:
        return Content(rows=listed(visit, lease))
    if name not in sections_of(lease.sections):
        raise Forbidden("NOT_IN_VIEW")
    if name == "licences":
        return Content(rows=_licences(found.licenses))
    if name == "sites":
        sites = tuple((each.site_url, each.type) for each in found.sites)
        return Content(rows=PortalRows(columns=("site", "type"), rows=sites))
    if name == "settings":
        return Content(facts=organizations.settings(found))
    return Content(facts=_overview(found))


def person(visit: Visit, lease: Any, name: str, user_id: str) -> Content:
    """Return what a section shows of one person. Raises NotFound, Forbidden."""
    shown = _PEOPLE.get(name)
    if shown is None:
        raise NotFound("section")
    return shown(visit, lease, user_id)


def _overview(found: Any) -> tuple[Fact, ...]:
    facts = [
        Fact(name="organization", value=found.organization.display_name),
        Fact(name="domains", value=", ".join(each.domain for each in found.domains) or "–"),
    ]
    if found.organization.users:
        facts.insert(1, Fact(name="users", value=str(found.organization.users)))
    facts += [
        Fact(name="admin", value=each.name, masked=each.address)
        for each in organizations.admins(found)
    ]
    return tuple(facts)


def _users(visit: Visit, lease: Any) -> PortalRows:
    page = visit.clients.identity.users(lease.token, lease.organization_id, _page(visit))
    rows: list[tuple[str | Cell, ...]] = [
        (
            _linked(visit, "users", number, each),
            _value(f"user-address-{number}", each.user_id, "emails:0", each.emails),
            _value(f"user-phone-{number}", each.user_id, "phone_numbers:0", each.phone_numbers),
            "✓" if each.admin else "–",
            _code("status", codes.status_of(each.status)),
        )
        for number, each in enumerate(page.users)
    ]
    return PortalRows(
        columns=("name", "address", "phone", "admin", "status"),
        rows=tuple(rows),
        next_page=quote(page.next_page_token, safe=""),
    )


def _devices(visit: Visit, lease: Any) -> PortalRows:
    page = visit.clients.identity.devices(lease.token, lease.organization_id, _page(visit))
    return _device_rows(page.devices, quote(page.next_page_token, safe=""))


def _mailboxes(visit: Visit, lease: Any) -> PortalRows:
    page = visit.clients.identity.mailboxes(lease.token, lease.organization_id, _page(visit))
    return PortalRows(
        columns=("name", "address"),
        rows=tuple(
            (_linked(visit, "mail", number, each), each.email or "–")
            for number, each in enumerate(page.mailboxes)
        ),
        next_page=quote(page.next_page_token, safe=""),
    )


def _user(visit: Visit, lease: Any, user_id: str) -> Content:
    found = visit.clients.identity.user(lease.token, user_id)
    user, allowed = found.user, sections_of(lease.sections)
    facts = [Fact(name="name", value=user.display_name)]
    for name, field, values in (
        ("address", "emails", user.emails),
        ("phone", "phone_numbers", user.phone_numbers),
        ("sip_address", "sip_addresses", user.sip_addresses),
    ):
        facts += [
            Fact(
                name=name,
                value="",
                masked=masked(f"{name}-{index}", user.user_id, f"{field}:{index}", text),
            )
            for index, text in enumerate(values)
        ]
    facts += [
        Fact(name="status", value=_code("status", codes.status_of(user.status))),
        Fact(name="admin", value="✓" if user.admin else "–"),
        Fact(name="login_enabled", value="✓" if user.login_enabled else "–"),
        Fact(name="created", value=Cell(at=codes.moment_or_epoch(user.created))),
    ]
    parts = []
    if "licences" in allowed:
        names = tuple((each.name,) for each in found.licenses)
        parts.append(PortalPart(name="licences", rows=PortalRows(columns=("name",), rows=names)))
    if "devices" in allowed:
        parts.append(PortalPart(name="devices", rows=_device_rows(found.devices)))
    return Content(facts=tuple(facts), parts=tuple(parts))


def _mail(visit: Visit, lease: Any, user_id: str) -> Content:
    found = visit.clients.email.mail(lease.token, user_id, "", size=MAILS)
    addresses = tuple(
        (
            each.address,
            _code("status", "blocked" if each.blocked else "active"),
            _code("cause", each.cause) if each.cause else "–",
        )
        for each in found.addresses
    )
    messages = tuple(
        (
            _code("mail_kind", each.kind),
            each.address or "–",
            _code("mail", codes.mail_state(each.state)),
            _code("cause", each.cause) if each.cause else "–",
            Cell(at=codes.moment_or_epoch(each.queued_at)),
        )
        for each in found.messages
    )
    parts = (
        PortalPart(
            name="addresses",
            rows=PortalRows(columns=("address", "status", "cause"), rows=addresses),
        ),
        PortalPart(
            name="messages",
            rows=PortalRows(
                columns=("kind", "address", "status", "cause", "queued_at"), rows=messages
            ),
        ),
    )
    return Content(parts=parts)


def _licences(licences: Any) -> PortalRows:
    bought = organizations.subscriptions(licences)
    rows = tuple((each.name, str(each.bought), str(each.used)) for each in bought)
    return PortalRows(columns=("subscription", "bought", "used"), rows=rows)


def _device_rows(devices: Any, next_page: str = "") -> PortalRows:
    rows = tuple(
        (
            each.display_name,
            each.product,
            each.serial,
            each.mac,
            _code("status", codes.status_of(each.connection_status)),
        )
        for each in devices
    )
    columns = ("name", "model", "serial", "mac", "status")
    return PortalRows(columns=columns, rows=rows, next_page=next_page)


def _code(group: str, code: str) -> Cell:
    return Cell(group=group, code=code)


def _linked(visit: Visit, name: str, number: int, each: Any) -> Cell:
    href = f"/view/{visit.param('view')}/{name}/{each.user_id}"
    return Cell(text=each.display_name, id=f"person-{number}", href=href)


def _value(name: str, user_id: str, where: str, values: Any) -> str | Cell:
    first = next(iter(values), "")
    return Cell(masked=masked(name, user_id, where, first)) if first else "–"


def _page(visit: Visit) -> str:
    return visit.request.query_params.get("page", "")[:1000]


_LISTS: Mapping[str, Callable[[Visit, Any], PortalRows]] = {
    "users": _users,
    "devices": _devices,
    "mail": _mailboxes,
}
_PEOPLE: Mapping[str, Callable[[Visit, Any, str], Content]] = {"users": _user, "mail": _mail}
