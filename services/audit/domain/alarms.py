"""The fact that something is wrong with the log's completeness."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class AlarmRaised(Event):
    """The audit service noticed that its log may not be complete."""

    NAME = "helpdesk.audit.v1.AlarmRaised"

    kind: str
    service: str
    writer: str = ""
    first: int = 0
    last: int = 0
    noticed_at: datetime
