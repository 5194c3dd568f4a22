"""Use cases on the roles of a partner's own people."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.paging import Pages
from services.identity.application.importing import roles_stream
from services.identity.application.people import colleague, end_sessions
from services.identity.application.reading import Views
from services.identity.domain import ids, roles
from services.identity.domain.entries import HeldRole, Person
from services.identity.domain.facts import RoleAssigned, RoleRemoved


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person of the partner, their roles, and the only customers of a limited one."""

    person: Person
    held: list[HeldRole]
    limit: list[str] | None


class Roles:
    """Lists, assigns and takes away roles."""

    def __init__(self, views: Views, digest: Callable[[str], str]) -> None:
        self._views = views
        self._digest = digest

    def list_roles(
        self, action: SupportAction, size: int, token: str
    ) -> tuple[Sequence[Colleague], str]:
        """Return a page of the partner's people with the roles that they have now, by name."""
        partner = _partner(action)
        held: dict[str, list[HeldRole]] = {}
        for each in self._views.roles_at(partner):
            if roles.lasts(each.until, action.now):
                held.setdefault(each.user, []).append(each)
        people = sorted(self._views.people_of(partner), key=_by_name)
        pages = Pages(self._digest, action.actor.id, partner, action.name)
        shown, following = pages.page(people, lambda each: each.uuid, size, token)
        action.showed(f"person:{each.id}@{each.version}" for each in shown)
        limits = {each.uuid: self._views.limit_of(each.uuid) for each in shown}
        return [
            Colleague(each, held.get(each.uuid, []), self._names(limits[each.uuid]))
            for each in shown
        ], following

    def _names(self, limit: frozenset[str] | None) -> list[str] | None:
        if limit is None:
            return None
        return sorted(each.id for each in self._views.organizations(limit).values())

    def assign_role(self, action: SupportAction, user_id: str, role: str, until: datetime) -> None:
        """Give a person of the partner a role. Raises NotFound, Refused, InvalidArgument."""
        person = colleague(self._views, action, user_id)
        stream = action.load(roles_stream(person.organization), roles.evolve, roles.PartnerRoles())
        wanted = RoleAssigned(
            user_id=person.id,
            partner_id=person.organization_id,
            role=role,
            assigned_by=action.actor.id,
            until=until,
            reason=action.reason,
        )
        action.stage(stream, roles.assign(stream.state, wanted, action.now))

    def remove_role(self, action: SupportAction, user_id: str, role: str) -> None:
        """Take a role away; the last one ends the person's sessions. Raises NotFound, Refused."""
        person = colleague(self._views, action, user_id)
        stream = action.load(roles_stream(person.organization), roles.evolve, roles.PartnerRoles())
        unwanted = RoleRemoved(
            user_id=person.id,
            partner_id=person.organization_id,
            role=role,
            removed_by=action.actor.id,
            reason=action.reason,
        )
        removed = roles.remove(stream.state, unwanted, action.now)
        action.stage(stream, removed)
        after = roles.evolve(stream.state, removed)
        if not after.roles_of(person.id, action.now):
            end_sessions(self._views, action, person, "role_removed")


def _partner(action: SupportAction) -> str:
    # Without a partner the caller has no colleagues; an empty key would match nobody either.
    return ids.uuid_of(ids.ORGANIZATION, action.actor.partner_id)


def _by_name(person: Person) -> tuple[str, str]:
    return unicodedata.normalize("NFKD", person.display_name).casefold(), person.uuid
