"""The record of what comes in by itself: reports of mail systems, and of providers."""

from __future__ import annotations

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.events import SupportActionRecorded


def record_of(
    action: SupportAction, method: str, outcome: str, error: str = ""
) -> SupportActionRecorded:
    """Return the record of what the service itself took in, or did not; ``method`` says how."""
    return SupportActionRecorded(
        action=action.name,
        outcome=outcome,
        error=error,
        agent_id=action.actor.id,
        partner_id=action.partner_id,
        roles=tuple(sorted(action.actor.roles)),
        organization_id=action.organization_id,
        user_id=action.user_id,
        ticket=action.ticket,
        subjects=tuple(dict.fromkeys(action.subjects)),
        request_id=action.id,
        trace_id=action.trace_id,
        occurred_at=action.now,
        method=method,
        service=action.store.name,
    )
