"""What may happen to requests for access of one partner at one customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from services.session.domain.access import Access, Request, checked_minutes, checked_sections
from services.session.domain.facts import AccessRejected, AccessRequested, ConsentGranted


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
    if open_request(access, asked.agent_id, now) is not None:
        raise Refused(
            "ALREADY_REQUESTED", "A request of yours is open. Wait for the customer's answer."
        )
    sections, minutes = checked_sections(asked.sections), checked_minutes(asked.minutes)
    return replace(asked, sections=sections, minutes=minutes)


def approve(
    access: Access,
    access_request_id: str,
    consent: ConsentGranted,
    *,
    now: datetime,
) -> ConsentGranted:
    """
    Allow what was asked for, or less, to the agent who asked and for the ticket that was named.

    Raises NotFound, Refused, InvalidArgument.
    """
    asked = _open(access, access_request_id, now).asked
    wanted = checked_sections(consent.sections or asked.sections)
    if not set(wanted) <= set(asked.sections):
        raise InvalidArgument("sections", "WIDER_THAN_ASKED", "sections: none may be added.")
    minutes = consent.minutes or asked.minutes
    if minutes > asked.minutes:
        raise InvalidArgument("minutes", "LONGER_THAN_ASKED", "minutes: at most what was asked.")
    return replace(
        consent,
        access_request_id=access_request_id,
        sections=wanted,
        minutes=checked_minutes(minutes),
        once=True,
        purpose=asked.reason,
        agent_id=asked.agent_id,
        ticket=asked.ticket,
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


def open_request(access: Access, agent_id: str, now: datetime) -> Request | None:
    """Return the request of an agent that waits for an answer, if there is one."""
    waiting = (r for r in access.requests.values() if r.state_at(now) == "open")
    return next((r for r in waiting if r.asked.agent_id == agent_id), None)


def _open(access: Access, access_request_id: str, now: datetime) -> Request:
    request = access.requests.get(access_request_id)
    if request is None:
        raise NotFound("request for access")
    if request.state_at(now) == "lapsed":
        raise Refused("LAPSED", "Nobody answered this request in time. The agent can ask again.")
    if request.state != "open":
        raise Refused("ANSWERED", "This request was answered already.")
    return request
