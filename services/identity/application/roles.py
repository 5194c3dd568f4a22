"""Use cases on the roles of a partner's own people."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.paging import Pages
from services.identity.application.importing import roles_stream
from services.identity.application.reading import Views
from services.identity.application.sign_in import end_session
from services.identity.domain import ids, roles
from services.identity.domain.entries import HeldRole, Person
from services.identity.domain.facts import RoleAssigned, RoleRemoved


class Roles:
    """Lists, assigns and takes away roles."""

    def __init__(self, views: Views, digest: Callable[[str], str]) -> None:
        self._views = views
        self._digest = digest

    def list_roles(
        self, action: SupportAction, size: int, token: str
    ) -> tuple[Sequence[tuple[Person, list[HeldRole]]], str]:
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
        return [(each, held.get(each.uuid, [])) for each in shown], following

    def assign_role(self, action: SupportAction, user_id: str, role: str, until: datetime) -> None:
        """Give a person of the partner a role. Raises NotFound, Refused, InvalidArgument."""
        person = self._colleague(action, user_id)
        stream = action.load(roles_stream(person.organization), roles.evolve, roles.PartnerRoles())
        wanted = RoleAssigned(
            user_id=person.id,
            partner_id=person.organization_id,
            role=role,
            assigned_by=action.actor.id,
            until=until,
        )
        action.stage(stream, roles.assign(stream.state, wanted, action.now))

    def remove_role(self, action: SupportAction, user_id: str, role: str) -> None:
        """Take a role away; the last one ends the person's sessions. Raises NotFound, Refused."""
        person = self._colleague(action, user_id)
        stream = action.load(roles_stream(person.organization), roles.evolve, roles.PartnerRoles())
        unwanted = RoleRemoved(
            user_id=person.id,
            partner_id=person.organization_id,
            role=role,
            removed_by=action.actor.id,
        )
        removed = roles.remove(stream.state, unwanted, action.now)
        action.stage(stream, removed)
        after = roles.evolve(stream.state, removed)
        if not any(after.holds(person.id, each, action.now) for each in roles.ASSIGNABLE):
            for session in self._views.sessions_of(person.id):
                if session.lives(action.now):
                    end_session(action, session, "role_removed")

    def _colleague(self, action: SupportAction, user_id: str) -> Person:
        person = self._views.person(ids.uuid_of(ids.PEOPLE, user_id))
        if person is None or person.organization != _partner(action):
            raise NotFound("person")
        action.about(user_id=person.id)
        return person


def _partner(action: SupportAction) -> str:
    # Without a partner the caller has no colleagues; an empty key would match nobody either.
    return ids.uuid_of(ids.ORGANIZATION, action.actor.partner_id)


def _by_name(person: Person) -> tuple[str, str]:
    return unicodedata.normalize("NFKD", person.display_name).casefold(), person.uuid
