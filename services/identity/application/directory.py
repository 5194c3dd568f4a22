"""Use cases of people who read the directory."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from helpdesk.kernel.paging import Pages
from services.identity.application.reading import Views, Visible, viewer_for
from services.identity.domain import ids
from services.identity.domain.caller_check import Claims, checked
from services.identity.domain.entries import (
    Device,
    Domain,
    License,
    Order,
    Organization,
    Person,
    Site,
)

_REVEALED = ("emails", "phone_numbers", "sip_addresses")


@dataclass(frozen=True, slots=True)
class Me:
    """Who is calling."""

    display_name: str = ""
    partner_name: str = ""
    organization_name: str = ""


@dataclass(frozen=True, slots=True)
class UserPage:
    """One user with what belongs to them."""

    person: Person
    organization: Organization
    users: int
    devices: Sequence[Device]
    licenses: Sequence[License]


@dataclass(frozen=True, slots=True)
class OrganizationPage:
    """One organization with what belongs to it."""

    organization: Organization
    users: int
    domains: Sequence[Domain]
    sites: Sequence[Site]
    licenses: Sequence[License]
    orders: Sequence[Order]
    admins: Sequence[Person]
    devices: int


class Directory:
    """
    Reads the directory as far as the caller may see it.

    Names of people are stored sealed only, so lists are put in order here, in memory: an order
    kept in the database would tell which of two sealed names comes first.
    """

    def __init__(
        self, views: Views, digest: Callable[[str], str], claims_of: Callable[[str], Claims]
    ) -> None:
        self._views = views
        self._digest = digest
        self._claims_of = claims_of

    def _visible(self, action: SupportAction) -> Visible:
        return Visible(self._views, viewer_for(action.actor))

    def get_me(self, action: SupportAction) -> Me:
        """Return who is calling."""
        actor = action.actor
        person = self._views.person(ids.uuid_of(ids.PEOPLE, actor.id))
        partner = self._views.partner(ids.uuid_of(ids.ORGANIZATION, actor.partner_id))
        organization = self._views.organization(
            ids.uuid_of(ids.ORGANIZATION, actor.organization_id)
        )
        return Me(
            person.display_name if person else "",
            partner.display_name if partner else "",
            organization.display_name if organization else "",
        )

    def get_user(self, action: SupportAction, user_id: str) -> UserPage:
        """Return one user. Raises NotFound."""
        person = self._visible(action).person(user_id)
        organization = self._views.organization(person.organization)
        if organization is None:
            raise NotFound("user")
        devices = sorted(self._views.devices_of_user(person), key=_by_name)
        own = set(person.licenses)
        licenses = [each for each in self._views.licenses_of(organization.uuid) if each.uuid in own]
        action.about(organization_id=organization.id, user_id=person.id)
        action.showed([_shown("user", person), *(_shown("device", each) for each in devices)])
        users = self._views.users([organization.uuid]).get(organization.uuid, 0)
        return UserPage(person, organization, users, devices, licenses)

    def get_organization(self, action: SupportAction, organization_id: str) -> OrganizationPage:
        """Return one organization. Raises NotFound."""
        organization = self._visible(action).organization(organization_id)
        uuid = organization.uuid
        admins = sorted(self._views.admins_of(uuid), key=_by_name)
        action.about(organization_id=organization.id)
        action.showed(
            [_shown("organization", organization), *(_shown("user", each) for each in admins)]
        )
        return OrganizationPage(
            organization=organization,
            users=self._views.users([uuid]).get(uuid, 0),
            domains=self._views.domains_of(uuid),
            sites=self._views.sites_of(uuid),
            licenses=self._views.licenses_of(uuid),
            orders=self._views.orders_of(uuid),
            admins=admins,
            devices=self._views.count_devices(uuid),
        )

    def list_organizations(
        self, action: SupportAction, size: int, token: str
    ) -> tuple[Sequence[tuple[Organization, int]], str]:
        """Return a page of the caller's customers with their number of users, by name."""
        visible = self._visible(action)
        customers = self._views.customers(visible.viewer.partner)
        found = self._views.organizations(each for each in customers if visible.sees(each))
        ordered = sorted(found.values(), key=_by_name)
        pages = Pages(self._digest, action.actor.id, visible.viewer.partner, action.name)
        shown, following = pages.page(ordered, lambda each: each.uuid, size, token)
        users = self._views.users(each.uuid for each in shown)
        action.showed(_shown("organization", each) for each in shown)
        return [(each, users.get(each.uuid, 0)) for each in shown], following

    def list_users(
        self, action: SupportAction, organization_id: str, size: int, token: str
    ) -> tuple[Sequence[Person], str]:
        """Return a page of an organization's users, by name. Raises NotFound."""
        organization = self._visible(action).organization(organization_id)
        action.about(organization_id=organization.id)
        ordered = sorted(self._views.people_of(organization.uuid), key=_by_name)
        pages = Pages(self._digest, action.actor.id, organization.uuid, action.name)
        shown, following = pages.page(ordered, lambda each: each.uuid, size, token)
        action.showed(_shown("user", each) for each in shown)
        return shown, following

    def list_devices(
        self, action: SupportAction, organization_id: str, size: int, token: str
    ) -> tuple[Sequence[Device], str]:
        """Return a page of an organization's devices, by name. Raises NotFound."""
        organization = self._visible(action).organization(organization_id)
        action.about(organization_id=organization.id)
        ordered = sorted(self._views.devices_of(organization.uuid), key=_by_name)
        pages = Pages(self._digest, action.actor.id, organization.uuid, action.name)
        shown, following = pages.page(ordered, lambda each: each.uuid, size, token)
        action.showed(_shown("device", each) for each in shown)
        return shown, following

    def reveal_field(
        self, action: SupportAction, user_id: str, field: str, index: int, check_proof: str = ""
    ) -> str:
        """Return one personal field, unmasked. Raises NotFound, InvalidArgument, Refused."""
        person = self._visible(action).person(user_id)
        action.about(organization_id=person.organization_id, user_id=person.id)
        check = checked(self._claims_of(check_proof), action.actor.id, person.id, action.ticket)
        if check:
            action.proved(check)
        elif not action.actor.read_only:
            raise Refused(
                "CALLER_CHECK_REQUIRED",
                "This needs a caller check of this user for this ticket. Check the caller first.",
            )
        if field not in _REVEALED:
            raise InvalidArgument("field", "NOT_MASKED", f"field: one of {', '.join(_REVEALED)}.")
        values: tuple[str, ...] = getattr(person, field)
        if not 0 <= index < len(values):
            raise InvalidArgument("index", "OUT_OF_RANGE", "index: there is no such entry.")
        action.about(f"field:{field}[{index}]")
        action.showed([_shown("user", person)])
        return values[index]


def _shown(kind: str, entry: Person | Organization | Device) -> str:
    return f"{kind}:{entry.id}@{entry.version}"


def _by_name(entry: Person | Organization | Device) -> tuple[str, str]:
    return unicodedata.normalize("NFKD", entry.display_name).casefold(), entry.uuid
