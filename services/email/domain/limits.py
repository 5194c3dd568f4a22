"""How much may be sent, and how often a code be guessed, in a stretch of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.kernel.errors import Exhausted
from helpdesk.kernel.events import NEVER, Event
from services.email.domain.facts import SendCounted, TryCounted

MOST = 3
MOST_TRIES = 5
"""Wrong codes, whichever check they were for: a new code brings no new tries."""
WINDOW = timedelta(minutes=10)
_STRETCH = timedelta(hours=1)


OF_PARTNER = 60
"""Codes of all agents of a partner to all users, unless a setting says another number."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many there may be in the window: of what, and whose."""

    name: str
    key: str
    most: int = MOST


@dataclass(frozen=True, slots=True)
class Sends:
    """When something was sent, or tried, within one limit."""

    times: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """How many more may be sent now, and when the next one where that is none."""

    left: int
    next_at: datetime = NEVER


def evolve(sends: Sends, event: Event) -> Sends:
    """Return what was sent after a fact."""
    if isinstance(event, SendCounted | TryCounted):
        return Sends((*sends.times, event.recorded_at))
    return sends


def of_check(
    agent_id: str, partner_id: str, user_id: str, partner_most: int = OF_PARTNER
) -> tuple[Limit, ...]:
    """Return the limits on sending codes of caller checks."""
    pair = f"{partner_id}:{user_id}"
    found = (Limit("agent", agent_id), Limit("user", user_id), Limit("partner_user", pair))
    return (*found, Limit("partner", partner_id, partner_most)) if partner_id else found


def of_tries(agent_id: str, partner_id: str, user_id: str) -> tuple[Limit, ...]:
    """Return the limits on wrong codes."""
    checked = of_check(agent_id, partner_id, user_id)
    return tuple(
        Limit(f"tries_{each.name}", each.key, MOST_TRIES)
        for each in checked
        if each.name != "partner"
    )


def streams(limit: str, key: str, now: datetime) -> tuple[str, str]:
    """Return the streams that the window spans, the current one last; each holds one hour."""
    before = now - _STRETCH
    return (f"sends:{limit}:{key}:{before:%Y%m%d%H}", f"sends:{limit}:{key}:{now:%Y%m%d%H}")


def room(times: Iterable[datetime], now: datetime, most: int = MOST) -> Room:
    """Return how many more there may be within one limit."""
    recent = sorted(at for at in times if now - at < WINDOW)
    left = max(0, most - len(recent))
    return Room(left, NEVER if left else recent[-most] + WINDOW)


def tightest(rooms: Iterable[Room]) -> Room:
    """Return what remains when all limits hold."""
    found = list(rooms)
    return Room(min(r.left for r in found), max(r.next_at for r in found))


def check(found: Room, reason: str, what: str, now: datetime, most: int = MOST) -> None:
    """Refuse what is beyond a limit. Raises Exhausted."""
    if found.left:
        return
    seconds = max(1.0, (found.next_at - now).total_seconds())
    minutes = int(WINDOW.total_seconds() // 60)
    raise Exhausted(
        reason,
        f"{what}: {most} in {minutes} minutes are allowed. "
        f"Try again in {int(seconds // 60) + 1} minutes.",
        retry_seconds=seconds,
    )
