"""One customer and one partner: requests, consents and views, and what may happen next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from helpdesk.kernel.events import Event
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
LONGEST_MINUTES = 60
LONGEST_CONSENT = timedelta(days=365)
WARNINGS = (7, 1)
"""Days before the end of a consent on which both sides are told."""
_LOOKING = frozenset({"HELP_DESK", "HELP_DESK_READ_ONLY"})


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
        if now >= (self.until or self.granted.latest):
            return "time"
        used = last_use if self.until is not None else self.granted.recorded_at
        return "idle" if used is not None and now - used >= idle else ""

    def remaining(self, now: datetime) -> int:
        """Return the seconds that it has left, or would have from first use."""
        whole = timedelta(minutes=self.granted.minutes)
        end = self.until or min(now + whole, self.granted.latest)
        return max(0, int((end - now).total_seconds()))


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


def request_access(
    access: Access, asked: AccessRequested, *, has_admin: bool, now: datetime
) -> AccessRequested:
    """Ask for access. Raises Refused, InvalidArgument."""
    if not has_admin:
        raise Refused(
            "NO_ADMIN",
            "This organization has no admin who could allow it. Its owner or our sales support "
            "can add one; then ask again.",
        )
    if any(r.state_at(now) == "open" for r in access.requests.values()):
        raise Refused("ALREADY_REQUESTED", "A request is open. Wait for the customer's answer.")
    return replace(asked, sections=_sections(asked.sections), minutes=_minutes(asked.minutes))


def approve(
    access: Access,
    access_request_id: str,
    consent: ConsentGranted,
    *,
    now: datetime,
) -> ConsentGranted:
    """Allow what was asked for, or less. Raises NotFound, Refused, InvalidArgument."""
    asked = _open(access, access_request_id, now).asked
    wanted = _sections(consent.sections or asked.sections)
    if not set(wanted) <= set(asked.sections):
        raise InvalidArgument("sections", "WIDER_THAN_ASKED", "sections: none may be added.")
    minutes = consent.minutes or asked.minutes
    if minutes > asked.minutes:
        raise InvalidArgument("minutes", "LONGER_THAN_ASKED", "minutes: at most what was asked.")
    return replace(
        consent,
        access_request_id=access_request_id,
        sections=wanted,
        minutes=_minutes(minutes),
        once=True,
        purpose=asked.reason,
    )


def reject(
    access: Access, access_request_id: str, *, rejected_by: str, now: datetime
) -> AccessRejected:
    """Say no. Raises NotFound, Refused."""
    asked = _open(access, access_request_id, now).asked
    return AccessRejected(
        access_request_id=access_request_id,
        organization_id=asked.organization_id,
        partner_id=asked.partner_id,
        rejected_by=rejected_by,
    )


def _open(access: Access, access_request_id: str, now: datetime) -> Request:
    request = access.requests.get(access_request_id)
    if request is None:
        raise NotFound("request for access")
    if request.state_at(now) == "lapsed":
        raise Refused("LAPSED", "Nobody answered this request in time. The agent can ask again.")
    if request.state != "open":
        raise Refused("ANSWERED", "This request was answered already.")
    return request


def grant(consent: ConsentGranted, now: datetime) -> ConsentGranted:
    """Allow access without being asked. Raises InvalidArgument."""
    if consent.ends <= max(consent.begins, now):
        raise InvalidArgument("until", "IN_THE_PAST", "until: must be later than the beginning.")
    if consent.ends - consent.begins > LONGEST_CONSENT:
        raise InvalidArgument("until", "TOO_LONG", "until: at most a year after the beginning.")
    return replace(consent, sections=_sections(consent.sections), minutes=_minutes(consent.minutes))


def revoke(
    access: Access, consent_id: str, *, revoked_by: str, ended_by: str = "customer"
) -> tuple[Event, ...]:
    """Take a consent back and end what runs on it. Raises NotFound, Refused."""
    consent = access.consents.get(consent_id)
    if consent is None:
        raise NotFound("consent")
    if consent.revoked:
        raise Refused("REVOKED", "This consent was taken back already.")
    granted = consent.granted
    revoked = ConsentRevoked(
        consent_id=consent_id,
        organization_id=granted.organization_id,
        partner_id=granted.partner_id,
        revoked_by=revoked_by,
    )
    ended = tuple(
        ViewEnded(
            view_id=view.granted.view_id,
            organization_id=granted.organization_id,
            ended_by=ended_by,
            person_id=revoked_by if ended_by == "customer" else "",
        )
        for view in access.views.values()
        if view.granted.consent_id == consent_id and not view.ended_by
    )
    return (revoked, *ended)


def shut_out(access: Access, *, by: str, now: datetime) -> tuple[Event, ...]:
    """Take back every consent of a partner and reject what it asks for, by the customer's wish."""
    rejected = tuple(
        reject(access, request_id, rejected_by=by, now=now)
        for request_id, request in access.requests.items()
        if request.state_at(now) == "open"
    )
    looking = {v.granted.consent_id for v in access.views.values() if not v.ended_by}
    taken = tuple(
        fact
        for consent_id, consent in access.consents.items()
        if not consent.revoked
        and (consent_id in looking or consent.state_at(now) in ("live", "pending"))
        for fact in revoke(access, consent_id, revoked_by=by)
    )
    return (*rejected, *taken)


def leave(access: Access, *, revoked_by: str) -> tuple[Event, ...]:
    """Take back every consent of a partner that no longer manages the customer."""
    return tuple(
        fact
        for consent in access.consents.values()
        if not consent.revoked
        for fact in revoke(
            access, consent.granted.consent_id, revoked_by=revoked_by, ended_by="relationship"
        )
    )


def without_role(access: Access, agent_id: str, role: str) -> tuple[ViewEnded, ...]:
    """End the views of an agent that stand on no other role than the one that was lost."""
    return tuple(
        end_view(view, ended_by="role", person_id="")
        for view in access.views.values()
        if view.granted.agent_id == agent_id
        and not view.ended_by
        and _LOOKING & set(view.granted.roles) <= {role}
    )


def beyond_limit(
    access: Access, agent_id: str, organization_ids: frozenset[str]
) -> tuple[ViewEnded, ...]:
    """End the views of an agent who is limited to other customers."""
    return tuple(
        end_view(view, ended_by="relationship", person_id="")
        for view in access.views.values()
        if view.granted.agent_id == agent_id
        and not view.ended_by
        and view.granted.organization_id not in organization_ids
    )


def signed_out(access: Access, sign_in_id: str) -> tuple[ViewEnded, ...]:
    """End the views of a sign-in session that is over."""
    return tuple(
        end_view(view, ended_by="agent", person_id=view.granted.agent_id)
        for view in access.views.values()
        if view.granted.sign_in_id == sign_in_id and not view.ended_by
    )


def expiry(consent: Consent, now: datetime) -> ConsentExpiring | ConsentExpired | None:
    """
    Return what both sides are to be told of the end of a consent now, each thing once.

    Nothing is said of a warning whose day was over when the consent was given, nor twice where the
    product stood still meanwhile: the nearest day counts.
    """
    granted = consent.granted
    if consent.revoked or consent.over:
        return None
    if granted.ends <= now:
        return ConsentExpired(
            consent_id=granted.consent_id,
            organization_id=granted.organization_id,
            partner_id=granted.partner_id,
        )
    if consent.state_at(now) == "used":
        return None
    due = [
        days
        for days in WARNINGS
        if granted.recorded_at < granted.ends - timedelta(days=days) <= now
    ]
    if not due or min(due) in consent.told:
        return None
    return ConsentExpiring(
        consent_id=granted.consent_id,
        organization_id=granted.organization_id,
        partner_id=granted.partner_id,
        days=min(due),
        ends=granted.ends,
    )


def live_consent(access: Access, now: datetime) -> Consent | None:
    """Return the consent that a view may stand on: the newest, first of those for one view."""
    # An answer to a request is what its agent waits for, whatever else is allowed for longer.
    live = [c for c in reversed(access.consents.values()) if c.state_at(now) == "live"]
    return max(live, key=lambda c: c.granted.once, default=None)


def start_view(
    access: Access, wanted: ViewGranted, *, running: View | None, now: datetime
) -> ViewGranted:
    """Make a view on a live consent. Raises Refused."""
    if running is not None:
        raise Refused("VIEW_RUNNING", "A view of yours runs already. End it or go on with it.")
    consent = live_consent(access, now)
    if consent is None:
        raise Refused("NO_CONSENT", "The customer has not allowed it. Request access first.")
    if not wanted.sign_in_id:
        raise Refused("NO_SIGN_IN", "A view is bound to a sign-in session. Sign in first.")
    granted = consent.granted
    return replace(
        wanted,
        consent_id=granted.consent_id,
        sections=granted.sections,
        minutes=granted.minutes,
        latest=granted.ends,
    )


def begin(view: View, now: datetime) -> ViewStarted | None:
    """Start the clock at first use; nothing afterwards."""
    if view.until is not None or view.ended_by:
        return None
    until = min(now + timedelta(minutes=view.granted.minutes), view.granted.latest)
    return ViewStarted(
        view_id=view.granted.view_id, organization_id=view.granted.organization_id, until=until
    )


def end_view(view: View, *, ended_by: str, person_id: str) -> ViewEnded:
    """End a view. Raises Refused."""
    if view.ended_by:
        raise Refused("VIEW_ENDED", "This view has ended already.")
    return ViewEnded(
        view_id=view.granted.view_id,
        organization_id=view.granted.organization_id,
        ended_by=ended_by,
        person_id=person_id,
    )


def _sections(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise InvalidArgument("sections", "REQUIRED", "sections: choose at least one.")
    unknown = set(names) - set(SECTIONS)
    if unknown:
        raise InvalidArgument("sections", "UNKNOWN_SECTION")
    return tuple(s for s in SECTIONS if s in names or s == "ORGANIZATION")


def _minutes(minutes: int) -> int:
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise InvalidArgument("minutes", "OUT_OF_RANGE", f"minutes: 1 to {LONGEST_MINUTES}.")
    return minutes
