"""What may happen to views of one customer by one partner."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from helpdesk.kernel.errors import Refused
from services.session.domain.access import LOOKING, Access, View
from services.session.domain.consents import live_consent, other_ticket
from services.session.domain.facts import ViewEnded, ViewGranted, ViewStarted

_SIGNED_OUT = {
    "signed_out": "agent",
    "ended": "agent",
    "signed_in_again": "agent",
    "role_removed": "role",
    "offboarded": "role",
    "provider": "provider",
    "directory": "directory",
    "partner_admin": "partner_admin",
}
"""Who ended a view, by why its sign-in session ended; of other reasons nobody is named."""


def without_role(
    access: Access, agent_id: str, role: str, roles_left: frozenset[str]
) -> tuple[ViewEnded, ...]:
    """End the views of an agent that stood on the role that was lost, and on none that is left."""
    return tuple(
        end_view(view, ended_by="role", person_id="")
        for view in access.views.values()
        if view.granted.agent_id == agent_id
        and not view.ended_by
        and role in LOOKING.intersection(view.granted.roles)
        and not roles_left & LOOKING.intersection(view.granted.roles)
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


def signed_out(access: Access, sign_in_id: str, reason: str) -> tuple[ViewEnded, ...]:
    """End the views of a sign-in session that is over; ``reason`` is why, as identity has it."""
    ended_by = _SIGNED_OUT.get(reason, "sign_in")
    return tuple(
        end_view(
            view,
            ended_by=ended_by,
            person_id=view.granted.agent_id if ended_by == "agent" else "",
        )
        for view in access.views.values()
        if view.granted.sign_in_id == sign_in_id and not view.ended_by
    )


def start_view(
    access: Access, wanted: ViewGranted, *, running: View | None, now: datetime
) -> ViewGranted:
    """Make a view on a live consent. Raises Refused."""
    if running is not None:
        raise Refused("VIEW_RUNNING", "A view of yours runs already. End it or go on with it.")
    consent = live_consent(access, wanted.agent_id, wanted.ticket, now)
    if consent is None and other_ticket(access, wanted.agent_id, now):
        raise Refused(
            "OTHER_TICKET",
            "The customer allowed it for another ticket of yours. Go on under that one, or "
            "request access for this one.",
        )
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
    until = min(now + timedelta(minutes=view.granted.minutes), view.latest)
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
