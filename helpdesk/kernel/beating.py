"""A process says how many support actions it has recorded: what is missing shows."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.events import Event
from helpdesk.kernel.heartbeat import HeartbeatSigned, private_key, signed
from helpdesk.kernel.store import Store, Unit

_log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
_IDLE = timedelta(seconds=20)


def _now() -> datetime:
    return datetime.now(UTC)


class Heartbeats:
    """
    Speaks for one process: after it recorded something, and every 20 s where it did not.

    A process that ``serves`` nothing, a worker or a relay, speaks only after it recorded something.

    A heartbeat stands in the log behind the records that it counts, so whoever reads it in order
    has had them all.
    """

    def __init__(
        self, store: Store, pem: bytes, now: Callable[[], datetime] = _now, *, serves: bool = True
    ) -> None:
        self._store = store
        self._serves = serves
        self._key = private_key(pem)
        self._now = now
        self._said: tuple[str, int] | None = None
        self._due = now()

    def look(self) -> None:
        """Speak where it is due. Raises Unavailable."""
        idle = self._serves and self._now() >= self._due
        if idle or (self._store.counted != self._said and self._records):
            self._speak(ended=False)

    def end(self) -> None:
        """Say the last number, if a store takes it: this process records no more."""
        if not self._records:
            return
        try:
            self._speak(ended=True)
        except Unavailable as error:
            _log.warning("the last heartbeat was not stored: %s", error.reason)

    @property
    def _records(self) -> bool:
        return self._serves or self._store.counted[1] > 0

    def _speak(self, *, ended: bool) -> None:
        now = self._now()

        def beat(writer: str, number: int) -> Event:
            self._said = writer, number
            unsigned = HeartbeatSigned(
                service=self._store.name, writer=writer, number=number, at=now, ended=ended
            )
            return signed(unsigned, self._key)

        self._store.commit(Unit(counted=beat, now=now))
        self._due = now + _IDLE
