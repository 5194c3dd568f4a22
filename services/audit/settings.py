"""Settings of the audit service; the defaults work embedded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AuditSettings:
    """``HELPDESK_AUDIT_...``; times in seconds."""

    origin: str = "helpdesk/audit"
    """Name of the log in its checkpoints and keys; never changed once something is signed."""
    checkpoint_seconds: float = 30.0
    """How often the log is signed where it has grown; auditors are promised 60 s."""
    verification_seconds: float = 900.0
    """How often the service checks its whole log itself."""
