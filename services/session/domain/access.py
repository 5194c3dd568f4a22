"""One customer and one partner: their requests, consents and views, folded from facts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from helpdesk.kernel.errors import InvalidArgument
from helpdesk.kernel.events import NEVER, Event
from services.session.domain.facts import (
    AccessRejected,
    AccessRequested,
    AccessRequestLapsed,
    ConsentExpired,
    ConsentExpiring,
    ConsentGranted,
    ConsentRevoked,
    PortalEntered,
    ViewEnded,
    ViewGranted,
    ViewStarted,
)

SECTIONS = ("ORGANIZATION", "USERS", "DEVICES", "LICENSES", "SITES", "SETTINGS", "MAIL")
LOOKING = frozenset({"HELP_DESK", "HELP_DESK_READ_ONLY"})
"""Roles that may look into a customer's portal."""
LONGEST_MINUTES = 60
LONGEST_CONSENT = timedelta(days=365)
WARNINGS = (7, 1)
"""Days before the end of a consent on which both sides are told."""


@dataclass(frozen=True)
class Windows:
    """How long things last when nobody says otherwise."""

    view_minutes: int = 30
    idle: timedelta = timedelta(minutes=10)
    answer: timedelta = timedelta(hours=24)
    grant: timedelta = timedelta(days=30)


@dataclass(frozen=True)
class Request:
    """A request and whether it was answered."""

    asked: AccessRequested
    state: str = "open"

    def state_at(self, now: datetime) -> str:
        """``open``, ``approved``, ``rejected`` or ``lapsed``."""
        return "lapsed" if self.state == "open" and self.asked.lapses <= now else self.state


@dataclass(frozen=True)
class Consent:
    """A consent and whether it still holds."""

    granted: ConsentGranted
    revoked: bool = False
    used: bool = False
    told: frozenset[int] = frozenset()
    over: bool = False

    def state_at(self, now: datetime) -> str:
        """``live``, ``pending``, ``used``, ``expired`` or ``revoked``."""
        if self.revoked:
            return "revoked"
        if self.granted.ends <= now:
            return "expired"
        if self.granted.once and self.used:
            return "used"
        return "live" if self.granted.begins <= now else "pending"


@dataclass(frozen=True)
class View:
    """A view: granted, then running, then ended."""

    granted: ViewGranted
    until: datetime | None = None
    ended_by: str = ""
    ended_at: datetime | None = None
    person_id: str = ""
    portal_digest: str = ""

    def over(self, now: datetime, last_use: datetime | None, idle: timedelta) -> str:
        """Return what the view ended by, or an empty text while it lives."""
        if self.ended_by:
            return self.ended_by
        end = self.until or self.latest
        if now >= end:
            return "role" if end == self.granted.role_until else "time"
        used = last_use if self.until is not None else self.granted.recorded_at
        return "idle" if used is not None and now - used >= idle else ""

    def remaining(self, now: datetime) -> int:
        """Return the seconds that it has left, or would have from first use."""
        whole = timedelta(minutes=self.granted.minutes)
        end = self.until or min(now + whole, self.latest)
        return max(0, int((end - now).total_seconds()))

    @property
    def latest(self) -> datetime:
        """Return when it ends whatever its clock says: with its consent or its agent's role."""
        return earlier(self.granted.latest, self.granted.role_until)


@dataclass(frozen=True)
class Access:
    """The state of one customer and one partner."""

    requests: dict[str, Request] = field(default_factory=dict)
    consents: dict[str, Consent] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)


def evolve(access: Access, event: Event) -> Access:
    """Fold a fact into the state."""
    match event:
        case AccessRequested():
            return replace(
                access, requests={**access.requests, event.access_request_id: Request(event)}
            )
        case AccessRejected():
            return _answered(access, event.access_request_id, "rejected")
        case AccessRequestLapsed():
            return _answered(access, event.access_request_id, "lapsed")
        case ConsentGranted():
            granted = replace(
                access, consents={**access.consents, event.consent_id: Consent(event)}
            )
            return _answered(granted, event.access_request_id, "approved")
        case ConsentRevoked():
            consent = replace(access.consents[event.consent_id], revoked=True)
            return replace(access, consents={**access.consents, event.consent_id: consent})
        case ConsentExpiring():
            told = access.consents[event.consent_id]
            told = replace(told, told=told.told | {event.days})
            return replace(access, consents={**access.consents, event.consent_id: told})
        case ConsentExpired():
            over = replace(access.consents[event.consent_id], over=True)
            return replace(access, consents={**access.consents, event.consent_id: over})
        case ViewGranted():
            used = replace(access.consents[event.consent_id], used=True)
            return replace(
                access,
                consents={**access.consents, event.consent_id: used},
                views={**access.views, event.view_id: View(event)},
            )
        case ViewStarted():
            view = replace(access.views[event.view_id], until=event.until)
            return replace(access, views={**access.views, event.view_id: view})
        case PortalEntered():
            view = replace(access.views[event.view_id], portal_digest=event.key_digest)
            return replace(access, views={**access.views, event.view_id: view})
        case ViewEnded():
            view = replace(
                access.views[event.view_id],
                ended_by=event.ended_by,
                ended_at=event.recorded_at,
                person_id=event.person_id,
            )
            ended = replace(access, views={**access.views, event.view_id: view})
            return _not_looked(ended, view)
        case _:
            return access


def _not_looked(access: Access, view: View) -> Access:
    # Nobody looked, and it was not the customer's wish: one view is still to be had.
    if view.until is not None or view.ended_by not in ("agent", "idle"):
        return access
    consent_id = view.granted.consent_id
    consent = replace(access.consents[consent_id], used=False)
    return replace(access, consents={**access.consents, consent_id: consent})


def _answered(access: Access, access_request_id: str, state: str) -> Access:
    if access_request_id not in access.requests:
        return access
    request = replace(access.requests[access_request_id], state=state)
    return replace(access, requests={**access.requests, access_request_id: request})


def earlier(moment: datetime, end: datetime) -> datetime:
    """Return the earlier of a moment and an end that may be NEVER."""
    return moment if end == NEVER else min(moment, end)


def checked_sections(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return known sections in their order, the organization among them. Raises InvalidArgument."""
    if not names:
        raise InvalidArgument("sections", "REQUIRED", "sections: choose at least one.")
    unknown = set(names) - set(SECTIONS)
    if unknown:
        raise InvalidArgument("sections", "UNKNOWN_SECTION")
    return tuple(s for s in SECTIONS if s in names or s == "ORGANIZATION")


def checked_minutes(minutes: int) -> int:
    """Return how long a view lasts. Raises InvalidArgument."""
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise InvalidArgument("minutes", "OUT_OF_RANGE", f"minutes: 1 to {LONGEST_MINUTES}.")
    return minutes
