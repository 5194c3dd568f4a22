"""Auditors of the platform: facts into the tables of people and roles."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from helpdesk.kernel.events import timestamp
from helpdesk.kernel.store import Database, Projections, Recorded
from services.identity.domain import platform_auditor_facts as facts
from services.identity.domain.ids import PEOPLE, PLATFORM, PLATFORM_ID, uuid_of
from services.identity.domain.roles import AUDITOR
from services.identity.projections.forgetting import is_gone

Put = Callable[[Database, str, list[str], dict[str, Any]], None]
Sealed = Callable[[str, object, str], str]


def projections(put: Put, sealed: Sealed, context: str) -> Projections:
    """Return what each fact does; ``context`` is what a person's sealed column is bound to."""

    def on_assigned(db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        uuid = uuid_of(PEOPLE, event.user_id)
        if is_gone(db, uuid):
            return
        person = {
            "uuid": uuid,
            "id": event.user_id,
            "organization": PLATFORM,
            "organization_id": PLATFORM_ID,
            "sealed": sealed(event.user_id, [event.display_name, "", "", [], [], []], context),
            "status": "active",
            "login_enabled": 1,
            "created": timestamp(event.recorded_at),
            "admin": 0,
            "licenses": json.dumps([]),
            "feature_toggles": json.dumps({}),
            "version": recorded.version,
        }
        role = {
            "person": uuid,
            "role": AUDITOR,
            "partner": PLATFORM,
            "until": timestamp(event.until),
            "assigned_by": event.assigned_by,
            "assigned": timestamp(event.recorded_at),
        }
        put(db, "person", ["uuid"], person)
        put(db, "role_held", ["person", "role"], role)

    return {
        facts.PlatformAuditorAssigned.NAME: on_assigned,
        facts.PlatformAuditorRemoved.NAME: _on_removed,
    }


def _on_removed(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    db.execute("DELETE FROM role_held WHERE person = ?", (uuid_of(PEOPLE, event.user_id),))
