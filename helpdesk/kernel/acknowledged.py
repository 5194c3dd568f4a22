"""How far the audit service has a store's records, and whether the store's service may go on."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.events import CallsWithoutTokenRefused, SupportActionRecorded
from helpdesk.kernel.settings import GraceSettings
from helpdesk.kernel.store import Store

LOOK_SECONDS = 2.0
_TRACKING = "acknowledged<audit"
_RECORDS = (SupportActionRecorded.NAME, CallsWithoutTokenRefused.NAME)
_STARTING = timedelta(seconds=60)
_log = logging.getLogger(__name__)


def behind(now: datetime, oldest: datetime | None, progress: datetime, grace: timedelta) -> bool:
    """
    Return whether a service must stop: its oldest unread record is too old, and nothing moves.

    ``oldest`` is None where the audit log has everything; ``progress`` is when it last took more.
    """
    return oldest is not None and now - oldest > grace and now - progress > grace


def acknowledge(store: Store, position: int) -> None:
    """Note that the audit log has the store's records up to a position. Raises Unavailable."""
    if position > store.engine.tracked(_TRACKING):
        with store.engine.transaction() as tx:
            tx.track(_TRACKING, position)


def _now() -> datetime:
    return datetime.now(UTC)


class Gate:
    """
    Closes a service where its records do not reach the audit log for longer than the grace.

    What was read stands in the store, so every process of the service sees it, and it outlasts a
    restart; a process that starts gives the audit service a minute.
    """

    def __init__(
        self, store: Store, settings: GraceSettings, now: Callable[[], datetime] = _now
    ) -> None:
        self._store = store
        self._grace = timedelta(seconds=settings.grace_seconds)
        self._now = now
        self._reached = -1
        self._progress = now() - self._grace + min(self._grace, _STARTING)
        self._closed = False

    def check(self) -> None:
        """Raise Unavailable where this service must answer nothing."""
        if self._closed:
            raise Unavailable(
                "AUDIT_BEHIND",
                "Nothing is shown or changed: the audit log does not get this service's records. "
                "An operator must bring the audit service back.",
                retry_seconds=30,
            )

    def look(self) -> None:
        """Look again; a timer's work. Raises Unavailable."""
        if not self._grace:
            return
        now = self._now()
        reached = self._store.engine.tracked(_TRACKING)
        waiting = self._store.read(reached, 1, _RECORDS)
        if reached > self._reached >= 0 or not waiting:
            self._progress = now
        self._reached = reached
        oldest = _recorded_at(waiting[0].state) if waiting else None
        closed = behind(now, oldest, self._progress, self._grace)
        if closed != self._closed:
            self._closed = closed
            if closed:
                _log.error("%s is closed: the audit log lacks its records", self._store.name)
            else:
                _log.warning("%s is open again", self._store.name)


def _recorded_at(state: bytes) -> datetime:
    return datetime.fromisoformat(json.loads(state)["stamp"]["recorded_at"])
