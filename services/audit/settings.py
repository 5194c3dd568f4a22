"""Settings of the audit service; the defaults work embedded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from helpdesk.kernel.settings import Address, GraceSettings, Network, Range


@dataclass(frozen=True)
class AuditSettings(GraceSettings):
    """``HELPDESK_AUDIT_...``; times in seconds."""

    origin: str = ""
    """Name of the log in its checkpoints and keys; empty: the one that was made with the keys."""
    checkpoint_seconds: Annotated[float, Range(above=0, most=60)] = 30.0
    """How often the log is signed where it has grown; auditors are promised 60 s."""
    verification_seconds: Annotated[float, Range(above=0)] = 900.0
    """How often the service checks its whole log itself."""
    keep_days: Annotated[float, Range(0)] = 0.0
    """Age in days from which records are archived into bundles; at least 1, 0: never."""
    archive_dir: str = ""
    """Folder of the bundles; empty: ``audit-archive`` in the data directory."""
    tiles_dir: str = ""
    """Folder that the tree and its checkpoints are written to as files; empty: none."""
    tiles_entries: bool = False
    """Whether the sealed records are written there too."""
    silent_seconds: Annotated[float, Range(above=20)] = 60.0
    """How long a service may say nothing before that is an alarm; it speaks every 20 s."""
    witnesses: str = ""
    """Witnesses that cosign checkpoints, ``URL KEY`` with commas; empty: none."""
    service_keys: str = ""
    """Public keys of the services, ``name=BASE64`` with commas; empty: from their secrets."""
    alarm_address: str = ""
    """Where alarms are mailed to; empty: nowhere."""
    alarm_smtp: Annotated[str, Address(possibly_empty=False)] = "localhost:25"
    """Mail server for alarms, ``host:port``; not the email service's, which may be the cause."""
    alarm_sender: str = "helpdesk-audit@localhost"
    """Sender of alarms."""
    review_score: Annotated[int, Range(1, 100)] = 50
    """Risk from 1 to 100 from which a session comes into the review queue."""
    feed_networks: tuple[Network, ...] = ()
    """Private networks that webhooks of customers may lead to, with commas; loopback in trials."""
    feed_timeout_seconds: Annotated[float, Range(above=0)] = 10.0
    """How long a customer's receiver may take to answer."""
    feed_longest_pause_seconds: Annotated[float, Range(above=0)] = 300.0
    """The longest pause before a customer's receiver that fails is tried again."""
