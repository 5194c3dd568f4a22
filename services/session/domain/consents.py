"""What may happen to consents of one customer with one partner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from helpdesk.kernel.events import Event
from services.session.domain.access import (
    LONGEST_CONSENT,
    WARNINGS,
    Access,
    Consent,
    Request,
    checked_minutes,
    checked_sections,
)
from services.session.domain.facts import (
    AccessRejected,
    ConsentExpired,
    ConsentExpiring,
    ConsentGranted,
    ConsentRevoked,
    ViewEnded,
)
from services.session.domain.requests import reject


def grant(consent: ConsentGranted, now: datetime) -> ConsentGranted:
    """Allow access without being asked. Raises InvalidArgument."""
    if consent.ends <= max(consent.begins, now):
        raise InvalidArgument("until", "IN_THE_PAST", "until: must be later than the beginning.")
    if consent.ends - consent.begins > LONGEST_CONSENT:
        raise InvalidArgument("until", "TOO_LONG", "until: at most a year after the beginning.")
    sections, minutes = checked_sections(consent.sections), checked_minutes(consent.minutes)
    return replace(consent, sections=sections, minutes=minutes)


def revoke(
    access: Access,
    consent_id: str,
    *,
    revoked_by: str,
    now: datetime,
    ended_by: str = "customer",
) -> tuple[Event, ...]:
    """Take a consent back and end what runs on it. Raises NotFound, Refused."""
    consent = access.consents.get(consent_id)
    if consent is None:
        raise NotFound("consent")
    if consent.revoked:
        raise Refused("REVOKED", "This consent was taken back already.")
    if not _holds(access, consent, now):
        raise Refused("CONSENT_OVER", "This consent is over: there is nothing to take back.")
    ended = tuple(
        ViewEnded(
            view_id=view.granted.view_id,
            organization_id=consent.granted.organization_id,
            ended_by=ended_by,
            person_id=revoked_by if ended_by == "customer" else "",
        )
        for view in access.views.values()
        if view.granted.consent_id == consent_id and not view.ended_by
    )
    return (_revoked(consent, revoked_by), *ended)


def shut_out(access: Access, *, by: str, now: datetime) -> tuple[Event, ...]:
    """Take back every consent of a partner and reject what it asks for, by the customer's wish."""
    return _without_partner(access, by=by, now=now, ended_by="customer")


def leave(access: Access, *, by: str, now: datetime) -> tuple[Event, ...]:
    """Take back every consent of a partner that left, and reject what it asks for."""
    return _without_partner(access, by=by, now=now, ended_by="relationship")


def without_agent(
    access: Access, agent_id: str, *, by: str, now: datetime
) -> tuple[AccessRejected | ConsentRevoked, ...]:
    """
    Reject what an agent asks for who may look no more, and take back what nobody else could use.

    An approval that is used up is left alone: what runs on it ends with the agent's role.
    """
    rejected = _rejected(
        access,
        (r for r in access.requests.values() if r.asked.agent_id == agent_id),
        by=by,
        now=now,
    )
    taken = tuple(
        _revoked(consent, by)
        for consent in access.consents.values()
        if consent.granted.agent_id == agent_id and consent.state_at(now) in ("live", "pending")
    )
    return (*rejected, *taken)


def _without_partner(access: Access, *, by: str, now: datetime, ended_by: str) -> tuple[Event, ...]:
    rejected = _rejected(access, access.requests.values(), by=by, now=now)
    taken = tuple(
        fact
        for consent_id, consent in access.consents.items()
        if not consent.revoked and _holds(access, consent, now)
        for fact in revoke(access, consent_id, revoked_by=by, now=now, ended_by=ended_by)
    )
    return (*rejected, *taken)


def _rejected(
    access: Access, asked: Iterable[Request], *, by: str, now: datetime
) -> tuple[AccessRejected, ...]:
    return tuple(
        reject(access, each.asked.access_request_id, rejected_by=by, now=now)
        for each in asked
        if each.state_at(now) == "open"
    )


def _revoked(consent: Consent, by: str) -> ConsentRevoked:
    return ConsentRevoked(
        consent_id=consent.granted.consent_id,
        organization_id=consent.granted.organization_id,
        partner_id=consent.granted.partner_id,
        revoked_by=by,
    )


def _holds(access: Access, consent: Consent, now: datetime) -> bool:
    # One that is used up holds as long as somebody looks; no view outlives the end of its consent.
    state, consent_id = consent.state_at(now), consent.granted.consent_id
    looking = any(
        v.granted.consent_id == consent_id and not v.ended_by for v in access.views.values()
    )
    return state in ("live", "pending") or (state == "used" and looking)


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


def live_consent(access: Access, agent_id: str, ticket: str, now: datetime) -> Consent | None:
    """
    Return the consent that a view of this agent may stand on under a ticket.

    The newest one, first of those for one view.
    """
    # An answer to a request is what its agent waits for, whatever else is allowed for longer.
    live = [c for c in _live(access, agent_id, now) if c.granted.ticket in ("", ticket)]
    return max(live, key=lambda c: c.granted.once, default=None)


def other_ticket(access: Access, agent_id: str, now: datetime) -> str:
    """Return a ticket under which the agent may look, where a consent is for one; else nothing."""
    return next((c.granted.ticket for c in _live(access, agent_id, now) if c.granted.ticket), "")


def _live(access: Access, agent_id: str, now: datetime) -> Iterator[Consent]:
    for consent in reversed(access.consents.values()):
        if consent.state_at(now) == "live" and consent.granted.agent_id in ("", agent_id):
            yield consent
