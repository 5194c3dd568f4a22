"""Use cases of forgetting persons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from helpdesk.kernel.paging import Pages
from helpdesk.kernel.store import Loaded
from services.identity.application.reading import Views
from services.identity.domain import forgetting, ids, roles
from services.identity.domain.entries import Person
from services.identity.domain.forgetting import Forgettings
from services.identity.domain.forgetting_facts import (
    LegalHoldLifted,
    LegalHoldSet,
    PersonForgettingAsked,
    PersonForgettingConfirmed,
    PersonForgettingWithdrawn,
)

OPERATOR = "DIRECTORY_WRITER"


class Listed(Protocol):
    """What was asked for one person."""

    @property
    def user_id(self) -> str: ...
    @property
    def uuid(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def asked(self) -> datetime: ...
    @property
    def position(self) -> int: ...


class Held(Protocol):
    """A legal hold."""

    @property
    def user_id(self) -> str: ...


class ForgettingTables(Protocol):
    """What is read of forgetting; organizations by UUID."""

    def forgettings_of(self, organization: str) -> Sequence[Listed]: ...
    def holds_of(self, organization: str) -> Sequence[Held]: ...


class Forgetting:
    """Asks, confirms, holds; an admin for their own organization, an operator for all."""

    def __init__(
        self, views: Views, tables: ForgettingTables, digest: Callable[[str], str]
    ) -> None:
        self._views = views
        self._tables = tables
        self._digest = digest

    def ask(self, action: SupportAction, user_id: str) -> None:
        """Ask that a person is forgotten. Raises NotFound, Refused."""
        person = self._person(action, user_id)
        self._without_roles(action, person)
        stream = _load(action, person.organization)
        fact = PersonForgettingAsked(
            user_id=person.id, organization_id=person.organization_id, asked_by=action.actor.id
        )
        action.stage(stream, forgetting.ask(stream.state, fact, action.now))

    def confirm(self, action: SupportAction, user_id: str) -> None:
        """Confirm what another person asked. Raises NotFound, Refused."""
        person = self._person(action, user_id)
        self._without_roles(action, person)
        stream = _load(action, person.organization)
        fact = PersonForgettingConfirmed(
            user_id=person.id,
            organization_id=person.organization_id,
            asked_by="",
            confirmed_by=action.actor.id,
        )
        action.stage(stream, forgetting.confirm(stream.state, fact, action.now))

    def withdraw(self, action: SupportAction, user_id: str) -> None:
        """Take back what was asked. Raises NotFound, Refused."""
        person = self._person(action, user_id)
        stream = _load(action, person.organization)
        fact = PersonForgettingWithdrawn(
            user_id=person.id, organization_id=person.organization_id, withdrawn_by=action.actor.id
        )
        action.stage(stream, forgetting.withdraw(stream.state, fact, action.now))

    def set_hold(self, action: SupportAction, user_id: str, organization_id: str) -> None:
        """Keep a person, or everybody of an organization. Raises NotFound, Refused."""
        organization, held, person = self._held(action, user_id, organization_id)
        stream = _load(action, organization)
        fact = LegalHoldSet(organization_id=held, user_id=person, set_by=action.actor.id)
        action.stage(stream, forgetting.hold(stream.state, fact))

    def lift_hold(self, action: SupportAction, user_id: str, organization_id: str) -> None:
        """End a legal hold. Raises NotFound, Refused."""
        organization, held, person = self._held(action, user_id, organization_id)
        stream = _load(action, organization)
        fact = LegalHoldLifted(organization_id=held, user_id=person, lifted_by=action.actor.id)
        action.stage(stream, forgetting.lift(stream.state, fact))

    def list(
        self, action: SupportAction, organization_id: str, size: int, token: str
    ) -> tuple[Sequence[tuple[Listed, str, str]], Sequence[Held], str]:
        """Return a page of what was asked, each with its state now and the name, and the holds."""
        pages = Pages(self._digest, action.actor.id, organization_id, action.name)
        # A token that was made for another list is refused before it is said whether one is there.
        pages.page([], str, size, token)
        organization = self._organization(action, organization_id)
        rows = self._tables.forgettings_of(organization)
        shown, following = pages.page(rows, lambda each: each.user_id, size, token)
        people = self._views.people(each.uuid for each in shown)
        action.showed(f"person:{each.user_id}@{people[each.uuid].version}" for each in shown)
        named = [(each, _now(each, action.now), people[each.uuid].display_name) for each in shown]
        return named, self._tables.holds_of(organization), following

    def _held(
        self, action: SupportAction, user_id: str, organization_id: str
    ) -> tuple[str, str, str]:
        """Return UUID and id of the organization, and the id of the person, empty for all."""
        if user_id:
            person = self._person(action, user_id)
            return person.organization, person.organization_id, person.id
        if not organization_id:
            raise InvalidArgument(
                "user_id", "REQUIRED", "user_id: a person or an organization is named."
            )
        organization = self._organization(action, organization_id)
        action.about(organization_id=ids.api_id(ids.ORGANIZATION, organization_id))
        return organization, ids.api_id(ids.ORGANIZATION, organization_id), ""

    def _person(self, action: SupportAction, user_id: str) -> Person:
        person = self._views.person(ids.uuid_of(ids.PEOPLE, user_id))
        if person is None or not (
            OPERATOR in action.actor.roles or person.organization == _own(action)
        ):
            raise NotFound("person")
        action.about(organization_id=person.organization_id, user_id=person.id)
        return person

    def _organization(self, action: SupportAction, organization_id: str) -> str:
        named = ids.uuid_of(ids.ORGANIZATION, organization_id)
        if OPERATOR not in action.actor.roles:
            if organization_id and named != _own(action):
                raise NotFound("organization")
            return _own(action)
        if not any(
            (named == ids.PLATFORM, self._views.organization(named), self._views.partner(named))
        ):
            raise NotFound("organization")
        return named

    def _without_roles(self, action: SupportAction, person: Person) -> None:
        if any(roles.lasts(each.until, action.now) for each in self._views.roles_of(person.uuid)):
            raise Refused("ROLES_HELD", "They still have roles. Take these away first.")


def stream_of(organization: str) -> str:
    """Return the name of the stream of an organization (UUID)."""
    return f"forgetting:{organization}"


def _load(action: SupportAction, organization: str) -> Loaded[Forgettings]:
    return action.load(stream_of(organization), forgetting.evolve, Forgettings())


def _own(action: SupportAction) -> str:
    own = (
        action.actor.partner_id
        if roles.PARTNER_ADMIN in action.actor.roles
        else action.actor.organization_id
    )
    # An id that cannot be read is nobody's organization.
    return ids.uuid_of(ids.ORGANIZATION, own) or "nobody"


def _now(each: Listed, now: datetime) -> str:
    lapsed = each.state == "asked" and now >= each.asked + forgetting.LASTS
    return "lapsed" if lapsed else each.state
