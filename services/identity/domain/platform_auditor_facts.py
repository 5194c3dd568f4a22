"""Facts of auditors of the platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.events import NEVER, Event, personal


@dataclass(frozen=True, kw_only=True)
class PlatformAuditorAssigned(Event):
    """Somebody reads the audit log of all partners from now on."""

    NAME = "helpdesk.identity.v1.PlatformAuditorAssigned"

    user_id: str
    display_name: str = personal(of="user_id")
    issuer: str
    subject: str = personal(of="user_id")
    until: datetime = NEVER
    assigned_by: str
    reason: str = personal(of="user_id", default="")


@dataclass(frozen=True, kw_only=True)
class PlatformAuditorRemoved(Event):
    """Somebody reads the audit log of all partners no more."""

    NAME = "helpdesk.identity.v1.PlatformAuditorRemoved"

    user_id: str
    removed_by: str
    reason: str = personal(of="user_id", default="")
