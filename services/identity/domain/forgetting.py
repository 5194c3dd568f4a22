"""Decisions on forgetting persons; one stream an organization, so that a hold comes in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from helpdesk.kernel.clearing import PersonCleared
from helpdesk.kernel.errors import Refused
from helpdesk.kernel.events import ERASED, Event
from services.identity.domain.entries import Person
from services.identity.domain.forgetting_facts import (
    LegalHoldLifted,
    LegalHoldSet,
    PersonForgettingAsked,
    PersonForgettingConfirmed,
    PersonForgettingWithdrawn,
    PersonForgotten,
)

LASTS = timedelta(days=7)
"""How long what was asked can be confirmed."""
CLEARING = ("audit", "email", "search", "session")
"""The services that hold what is built from a person's data, and say that they cleared it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for it, and when."""

    by: str
    at: datetime


@dataclass(frozen=True)
class Forgettings:
    """What was asked and done in one organization, and what is held; "" holds everybody."""

    asked: Mapping[str, Asked] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()
    forgotten: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()

    def open(self, user_id: str, now: datetime) -> Asked | None:
        """Return what was asked for a person and can be confirmed now."""
        asked = self.asked.get(user_id)
        return asked if asked is not None and now < asked.at + LASTS else None


def evolve(state: Forgettings, event: Event) -> Forgettings:
    """Fold one fact."""
    match event:
        case PersonForgettingAsked():
            asked = {**state.asked, event.user_id: Asked(event.asked_by, event.recorded_at)}
            return replace(state, asked=asked)
        case PersonForgettingWithdrawn():
            return replace(state, asked=_without(state, event.user_id))
        case PersonForgettingConfirmed():
            return replace(
                state,
                asked=_without(state, event.user_id),
                confirmed=state.confirmed | {event.user_id},
            )
        case PersonForgotten():
            return replace(state, forgotten=state.forgotten | {event.user_id})
        case LegalHoldSet():
            return replace(state, held=state.held | {event.user_id})
        case LegalHoldLifted():
            return replace(state, held=state.held - {event.user_id})
    return state


def cleared_by(services: frozenset[str], event: PersonCleared) -> frozenset[str]:
    """Fold the word of a service that it cleared what it held of a person."""
    return services | {event.service}


def ask(state: Forgettings, fact: PersonForgettingAsked, now: datetime) -> PersonForgettingAsked:
    """Ask that a person is forgotten."""
    _check(state, fact.user_id)
    if state.open(fact.user_id, now) is not None:
        raise Refused("ALREADY_ASKED", "This was asked. Somebody else may confirm it.")
    return fact


def confirm(
    state: Forgettings, fact: PersonForgettingConfirmed, now: datetime
) -> PersonForgettingConfirmed:
    """Confirm what another person asked within the last 7 days."""
    _check(state, fact.user_id)
    asked = _open(state, fact.user_id, now)
    if asked.by == fact.confirmed_by:
        raise Refused("SAME_PERSON", "You asked for it. Somebody else must confirm it.")
    return replace(fact, asked_by=asked.by)


def withdraw(
    state: Forgettings, fact: PersonForgettingWithdrawn, now: datetime
) -> PersonForgettingWithdrawn:
    """Take back what was asked and is not confirmed."""
    _open(state, fact.user_id, now)
    return fact


def hold(state: Forgettings, fact: LegalHoldSet) -> LegalHoldSet:
    """Keep a person, or everybody, from being forgotten."""
    if fact.user_id in state.held:
        raise Refused("HELD", "This legal hold is set.")
    if fact.user_id and fact.user_id in state.confirmed:
        raise forgotten()
    return fact


def lift(state: Forgettings, fact: LegalHoldLifted) -> LegalHoldLifted:
    """End a legal hold."""
    if fact.user_id not in state.held:
        raise Refused("NOT_HELD", "There is no such legal hold.")
    return fact


def check_known(person: Person) -> None:
    """Refuse to do anything with who was forgotten: only an id is left. Raises Refused."""
    if person.display_name == ERASED:
        raise forgotten()


def forgotten() -> Refused:
    """Return the refusal of what concerns a forgotten person."""
    return Refused("ALREADY_FORGOTTEN", "This person was forgotten. It cannot be undone.")


def _check(state: Forgettings, user_id: str) -> None:
    if user_id in state.confirmed:
        raise forgotten()
    if state.held & {"", user_id}:
        raise Refused("LEGAL_HOLD", "A legal hold keeps this person. Ask who set it to lift it.")


def _open(state: Forgettings, user_id: str, now: datetime) -> Asked:
    asked = state.open(user_id, now)
    if asked is None:
        raise Refused("NOT_ASKED", "Nobody asked for it in the last 7 days. Ask first.")
    return asked


def _without(state: Forgettings, user_id: str) -> dict[str, Asked]:
    return {key: value for key, value in state.asked.items() if key != user_id}
