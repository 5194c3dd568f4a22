"""What use cases read the directory through, and who may see what of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import NotFound
from services.identity.domain import ids, roles
from services.identity.domain.entries import (
    Device,
    Domain,
    HeldRole,
    License,
    Order,
    Organization,
    Partner,
    Person,
    Site,
    may_sign_in,
)
from services.identity.domain.importing import Known
from services.identity.domain.scope import Viewer, may_see
from services.identity.domain.sign_in import Session


class Views(Protocol):
    """The directory's tables; keys are UUIDs, lists are in no order where none is named."""

    @property
    def position(self) -> int: ...
    def known(self, names: Iterable[str]) -> dict[str, Known]: ...
    def partner(self, uuid: str) -> Partner | None: ...
    def organization(self, uuid: str) -> Organization | None: ...
    def organizations(self, uuids: Iterable[str]) -> dict[str, Organization]: ...
    def customers(self, partner: str) -> frozenset[str]: ...
    def managed_by(self, organization: str) -> frozenset[str]: ...
    def relationship_changes(self, partner: str, since: int) -> list[str]: ...
    def users(self, organizations: Iterable[str]) -> dict[str, int]: ...
    def person(self, uuid: str) -> Person | None: ...
    def people(self, uuids: Iterable[str]) -> dict[str, Person]: ...
    def people_of(self, organization: str) -> list[Person]: ...
    def admins_of(self, organization: str) -> list[Person]: ...
    def with_address(self, address: str) -> list[Person]: ...
    def device(self, uuid: str) -> Device | None: ...
    def devices_of(self, organization: str) -> list[Device]: ...
    def devices_of_user(self, person: Person) -> list[Device]: ...
    def count_devices(self, organization: str) -> int: ...
    def licenses_of(self, organization: str) -> list[License]: ...
    def domains_of(self, organization: str) -> list[Domain]: ...
    def domains_named(self, domain: str) -> list[Domain]: ...
    def sites_of(self, organization: str) -> list[Site]: ...
    def site(self, site_url: str) -> Site | None: ...
    def orders_of(self, organization: str) -> list[Order]: ...
    def order(self, number: str) -> Order | None: ...
    def roles_of(self, person: str) -> list[HeldRole]: ...
    def roles_at(self, partner: str) -> list[HeldRole]: ...
    def limit_of(self, person: str) -> frozenset[str] | None: ...
    def linked(self, subject_digest: str) -> str: ...
    def session(self, secret_digest: str) -> Session | None: ...
    def sessions_of(self, user_id: str) -> list[Session]: ...
    def provider_of(self, session: Session) -> tuple[str, str]: ...
    def sessions_at_provider(self, account: str, session: str) -> list[Session]: ...
    def touch(self, sign_in_id: str, used: str) -> None: ...


def viewer_of(user_id: str, partner_id: str, organization_id: str, *, sees_all: bool) -> Viewer:
    """Return the viewer whom API ids name; an id that is none names something that nobody has."""
    return Viewer(
        user=ids.uuid_of(ids.PEOPLE, user_id),
        partner=_known_or_nobody(partner_id),
        organization=_known_or_nobody(organization_id),
        sees_all=sees_all,
    )


def viewer_for(actor: Actor) -> Viewer:
    """Return the viewer that a caller is."""
    return viewer_of(actor.id, actor.partner_id, actor.organization_id, sees_all=False)


def _known_or_nobody(organization_id: str) -> str:
    # An id that cannot be read must limit to nothing, not lift the limit.
    return organization_id and (ids.uuid_of(ids.ORGANIZATION, organization_id) or "nobody")


class Visible:
    """The directory as far as one viewer may see it; what is not visible is not found."""

    def __init__(self, views: Views, viewer: Viewer) -> None:
        self._views = views
        self.viewer = viewer
        self._managers: dict[str, frozenset[str]] = {}
        own = viewer.user and not viewer.sees_all
        self.limit = views.limit_of(viewer.user) if own else None

    def sees(self, organization: str) -> bool:
        """Return whether the viewer may see what belongs to an organization."""
        if organization not in self._managers:
            self._managers[organization] = self._views.managed_by(organization)
        return may_see(self.viewer, organization, self._managers[organization], self.limit)

    def only(self) -> list[str] | None:
        """Return what the viewer is limited to among what they may see; None for no limit."""
        if self.viewer.sees_all:
            return None
        if self.viewer.organization:
            wanted = [self.viewer.organization]
        elif self.limit is not None:
            wanted = sorted(self.limit)
        else:
            return None if self.viewer.partner else []
        return [each for each in wanted if self.sees(each)]

    def organization(self, organization_id: str) -> Organization:
        """Return an organization. Raises NotFound."""
        found = self._views.organization(ids.uuid_of(ids.ORGANIZATION, organization_id))
        if found is None or not self.sees(found.uuid):
            raise NotFound("organization")
        return found

    def person(self, user_id: str) -> Person:
        """Return a user of a customer. Raises NotFound."""
        found = self._views.person(ids.uuid_of(ids.PEOPLE, user_id))
        if found is None or not self.sees(found.organization):
            raise NotFound("user")
        return found


def roles_now(views: Views, person: Person, now: datetime) -> frozenset[str]:
    """Return what a person may be called with now; nothing for who may not sign in."""
    if not may_sign_in(person.login_enabled, person.status):
        return frozenset()
    if person.organization == ids.PLATFORM or views.partner(person.organization) is not None:
        # Who went from one partner to another took no role along.
        return frozenset(
            each.role
            for each in views.roles_of(person.uuid)
            if each.partner == person.organization and roles.lasts(each.until, now)
        )
    return frozenset({roles.CUSTOMER_ADMIN} if person.admin else ())
