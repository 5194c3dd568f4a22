"""The line on top of each auditor's page: whether the log is whole, and how old its checkpoint."""

from __future__ import annotations

from typing import Any

from services.gateway.http_api import codes
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import Completeness, State

_LATE = 60
"""Seconds within which auditors are promised that a record is signed."""


def completeness(visit: Visit) -> Completeness:
    """Return the line on top of each auditor's page."""
    return shown(visit.clients.audit.checkpoint(visit.token))


def shown(standing: Any) -> Completeness:
    """Return what the line says of how the log stands."""
    broken = standing.verification.first_index if standing.verification.names_record else None
    holes = [(each, hole) for each in standing.writers for hole in each.missing]
    others = [each for each in standing.alarms if each.kind != "MISSING"]
    late = standing.unsigned_seconds > _LATE
    state: State = "ok"
    if broken is not None or standing.verification.findings or holes or others:
        state = "blocked"
    elif late or not standing.complete:
        state = "warn"
    writer, hole = holes[0] if holes else (None, None)
    return Completeness(
        state=state,
        until=codes.moment_or_epoch(standing.complete_to),
        records=standing.records,
        checkpoint_age=int(standing.age_seconds),
        late=late,
        broken_record=broken,
        missing_writer=writer.service if writer else "",
        missing_number=hole.first if hole else 0,
        missing_since=codes.moment(hole.since) if hole else None,
        alarm=others[0].kind if others else "",
        alarm_service=others[0].service if others else "",
        alarm_since=codes.moment(others[0].noticed_at) if others else None,
    )
