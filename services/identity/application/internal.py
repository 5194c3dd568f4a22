"""Use cases of the other services: scope, rows and addresses, unmasked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.events import NEVER
from services.identity.application.reading import Views, Visible, roles_now
from services.identity.domain import ids
from services.identity.domain.entries import Domain, Order, Organization, Partner, Person, Site
from services.identity.domain.scope import Viewer, changed_since

_PARTNER_ADMIN = "PARTNER_ADMIN"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose customers somebody may see: changes since a position, and limits."""

    added: list[str]
    removed: list[str]
    limited: bool
    only: list[str]
    position: int


@dataclass(frozen=True, slots=True)
class ResolvedUser:
    """A user, and who asked."""

    person: Person
    organization: Organization
    viewer_name: str
    viewer_partner_name: str


@dataclass(frozen=True, slots=True)
class ResolvedOrganization:
    """An organization, and who asked."""

    organization: Organization
    admins: list[Person]
    partners: list[Partner]
    viewer_name: str


@dataclass(frozen=True, slots=True)
class Row:
    """What a row of search results shows."""

    thing: str
    title: str
    detail: str
    status: str
    version: int
    target: str
    organization: str = ""
    names: Organization | None = None


class Internal:
    """Answers services of the product."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def get_scope(self, viewer: Viewer, since: int) -> Scope:
        """Return what changed in a viewer's scope since a position."""
        position = self._views.position
        customers = self._views.customers(viewer.partner) if viewer.partner else frozenset[str]()
        changes = self._views.relationship_changes(viewer.partner, since) if viewer.partner else []
        added, removed = changed_since(changes, customers)
        only = Visible(self._views, viewer).only()
        return Scope(
            added=self._ids(added),
            removed=self._ids(removed),
            limited=only is not None,
            only=self._ids(only or []),
            position=position,
        )

    def _ids(self, organizations: list[str]) -> list[str]:
        found = self._views.organizations(organizations)
        return [found[each].id for each in organizations if each in found]

    def resolve_user(self, viewer: Viewer, user_id: str) -> ResolvedUser:
        """Return a user. Raises NotFound."""
        visible = Visible(self._views, viewer)
        person = visible.person(user_id)
        organization = self._views.organization(person.organization) or Organization(
            person.organization, person.organization_id, self._partner_name(person.organization)
        )
        return ResolvedUser(
            person, organization, self._name(viewer), self._partner_name(viewer.partner)
        )

    def resolve_organization(self, viewer: Viewer, organization_id: str) -> ResolvedOrganization:
        """Return an organization. Raises NotFound."""
        organization = Visible(self._views, viewer).organization(organization_id)
        partners = [
            partner
            for uuid in sorted(self._views.managed_by(organization.uuid))
            if (partner := self._views.partner(uuid)) is not None
        ]
        admins = sorted(self._views.admins_of(organization.uuid), key=lambda p: p.uuid)
        return ResolvedOrganization(organization, admins, partners, self._name(viewer))

    def resolve_partner_admins(self, partner_id: str, now: datetime) -> list[Person]:
        """Return the people who administer a partner now. Raises NotFound."""
        partner = ids.uuid_of(ids.ORGANIZATION, partner_id)
        if self._views.partner(partner) is None:
            raise NotFound("partner")
        held = self._views.roles_at(partner)
        found = self._views.people(each.user for each in held if each.role == _PARTNER_ADMIN)
        admins = [p for p in found.values() if _PARTNER_ADMIN in roles_now(self._views, p, now)]
        return sorted(admins, key=lambda p: p.uuid)

    def _name(self, viewer: Viewer) -> str:
        person = self._views.person(viewer.user) if viewer.user else None
        return person.display_name if person else ""

    def _partner_name(self, partner: str) -> str:
        found = self._views.partner(partner) if partner else None
        return found.display_name if found else ""

    def resolve_rows(self, viewer: Viewer, things: list[str]) -> list[Row]:
        """Return rows in the order of the request; what the viewer may not see is left out."""
        visible = Visible(self._views, viewer)
        users = self._views.people(
            ids.uuid_of(ids.PEOPLE, each.removeprefix("user:"))
            for each in things
            if each.startswith("user:")
        )
        rows = [row for thing in things for row in self._rows(thing, users)]
        shown: dict[str, Row] = {}
        for row in rows:
            if visible.sees(row.organization):
                shown.setdefault(row.thing, row)
        organizations = self._views.organizations(row.organization for row in shown.values())
        return [replace(row, names=organizations.get(row.organization)) for row in shown.values()]

    def _rows(self, thing: str, users: dict[str, Person]) -> list[Row]:
        kind, _, key = thing.partition(":")
        match kind:
            case "user":
                person = users.get(ids.uuid_of(ids.PEOPLE, key))
                return [_user_row(thing, person)] if person else []
            case "organization":
                found = self._views.organization(ids.uuid_of(ids.ORGANIZATION, key))
                return [_organization_row(thing, found)] if found else []
            case "device":
                return self._device_rows(thing, key)
            case "order" | "site" | "domain":
                return self._part_rows(thing, kind, key)
        return []

    def _device_rows(self, thing: str, key: str) -> list[Row]:
        device = self._views.device(ids.uuid_of(ids.DEVICE, key))
        if device is None:
            return []
        target = (
            f"user:{device.user_id}" if device.user_id else f"organization:{device.organization_id}"
        )
        detail = ", ".join(part for part in (device.product, device.serial, device.mac) if part)
        return [
            Row(
                thing,
                device.display_name,
                detail,
                device.connection_status,
                device.version,
                target,
                device.organization,
            )
        ]

    def _part_rows(self, thing: str, kind: str, key: str) -> list[Row]:
        if kind == "order":
            order = self._views.order(key)
            found = [] if order is None else [(order, key, order.subscription_id, order.status)]
            return [self._part(thing, *each) for each in found]
        if kind == "site":
            site = self._views.site(key)
            return [] if site is None else [self._part(thing, site, key, site.type, "")]
        named = self._views.domains_named(key)
        return [self._part(thing, each, key, "", each.status) for each in named]

    def _part(
        self, thing: str, part: Domain | Order | Site, title: str, detail: str, status: str
    ) -> Row:
        organization = self._views.organization(part.organization)
        target = f"organization:{organization.id}" if organization else ""
        return Row(thing, title, detail, status, part.version, target, part.organization)

    def resolve_address(self, address: str) -> Person | None:
        """Return who has an address; an active account before others where two have it."""
        found = self._views.with_address(canonical(address))
        found.sort(key=lambda p: (p.status != "active", p.created, p.uuid))
        return found[0] if found else None

    def check_standing(
        self, user_id: str, role: str, organization_id: str, now: datetime
    ) -> tuple[str, datetime]:
        """Return what somebody lacks, empty where all holds, and when the role ends by itself."""
        person = self._views.person(ids.uuid_of(ids.PEOPLE, user_id))
        held = roles_now(self._views, person, now) if person else frozenset[str]()
        if person is None or not held or (role and role not in held):
            return "ROLE_MISSING", NEVER
        until = self._end_of(person, role)
        if not organization_id:
            return "", until
        is_partner = self._views.partner(person.organization) is not None
        viewer = Viewer(
            user=person.uuid,
            partner=person.organization if is_partner else "",
            organization="" if is_partner else person.organization,
        )
        organization = ids.uuid_of(ids.ORGANIZATION, organization_id)
        sees = Visible(self._views, viewer).sees(organization)
        return "" if sees else "CUSTOMER_NOT_MANAGED", until

    def _end_of(self, person: Person, role: str) -> datetime:
        held = self._views.roles_of(person.uuid)
        ends = (h.until for h in held if h.role == role and h.partner == person.organization)
        return next(ends, NEVER)


def _user_row(thing: str, person: Person) -> Row:
    target = f"user:{person.id}"
    return Row(
        thing,
        person.display_name,
        person.email,
        person.status,
        person.version,
        target,
        person.organization,
    )


def _organization_row(thing: str, organization: Organization) -> Row:
    target = f"organization:{organization.id}"
    return Row(
        thing,
        organization.display_name,
        "",
        "",
        organization.version,
        target,
        organization.uuid,
    )
