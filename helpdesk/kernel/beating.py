"""A process says how many support actions it has recorded: what is missing shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from helpdesk.kernel.events import Event
from helpdesk.kernel.heartbeat import HeartbeatSigned, private_key, signed
from helpdesk.kernel.store import Store, Unit

LOOK_SECONDS = 2.0
_IDLE = timedelta(seconds=20)


def _now() -> datetime:
    return datetime.now(UTC)


class Heartbeats:
    """
    Speaks for one process: after it recorded something, and every 20 s where it did not.

    A heartbeat stands in the log behind the records that it counts, so whoever reads it in order
    has had them all.
    """

    def __init__(self, store: Store, pem: bytes, now: Callable[[], datetime] = _now) -> None:
        self._store = store
        self._key = private_key(pem)
        self._now = now
        self._said: tuple[str, int] | None = None
        self._due = now()

    def look(self) -> None:
        """Speak where it is due. Raises Unavailable."""
        if self._store.counted != self._said or self._now() >= self._due:
            self._speak(ended=False)

    def end(self) -> None:
        """Say the last number: this process records no more. Raises Unavailable."""
        self._speak(ended=True)

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
