"""Decisions on auditors of the platform; one stream for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from helpdesk.kernel.events import NEVER
from services.identity.domain.platform_auditor_facts import (
    PlatformAuditorAssigned,
    PlatformAuditorRemoved,
)
from services.identity.domain.roles import lasts

_LONGEST_NAME = 200
Fact = PlatformAuditorAssigned | PlatformAuditorRemoved


@dataclass(frozen=True)
class PlatformAuditors:
    """Who was made one and not taken away, by the person's id."""

    held: Mapping[str, PlatformAuditorAssigned] = field(default_factory=dict)

    def now(self, now: datetime) -> list[PlatformAuditorAssigned]:
        """Return who is one now, by name."""
        found = [each for each in self.held.values() if lasts(each.until, now)]
        return sorted(found, key=lambda each: (each.display_name.casefold(), each.user_id))


def evolve(state: PlatformAuditors, event: Fact) -> PlatformAuditors:
    """Fold one fact."""
    others = {user: each for user, each in state.held.items() if user != event.user_id}
    if isinstance(event, PlatformAuditorAssigned):
        return PlatformAuditors({**others, event.user_id: event})
    return PlatformAuditors(others)


def assign(
    state: PlatformAuditors, fact: PlatformAuditorAssigned, now: datetime
) -> PlatformAuditorAssigned:
    """Make somebody an auditor of the platform."""
    if not 1 <= len(fact.display_name) <= _LONGEST_NAME:
        raise InvalidArgument("display_name", "OUT_OF_RANGE", "display_name: 1 to 200 characters.")
    if fact.until != NEVER and fact.until <= now:
        raise InvalidArgument("until", "IN_THE_PAST", "until: is in the past.")
    held = state.held.get(fact.user_id)
    if held is not None and lasts(held.until, now):
        raise Refused(
            "ROLE_HELD", "They audit the platform already. To change the end, remove them first."
        )
    return fact


def remove(state: PlatformAuditors, fact: PlatformAuditorRemoved) -> PlatformAuditorRemoved:
    """Take it away again, also from who was one until a date."""
    if fact.user_id not in state.held:
        raise NotFound("auditor of the platform")
    return fact
