"""A process says, signed, how many support actions it has recorded: what is missing shows."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from helpdesk.kernel.events import Event, timestamp
from helpdesk.kernel.store import Store, Unit

LOOK_SECONDS = 2.0
_IDLE = timedelta(seconds=20)


@dataclass(frozen=True, kw_only=True)
class HeartbeatSigned(Event):
    """A process of a service had recorded so many support actions at that time."""

    NAME = "helpdesk.audit.v1.HeartbeatSigned"

    service: str
    writer: str
    number: int
    at: datetime
    ended: bool = False
    signature: str = ""


def text_of(beat: HeartbeatSigned) -> str:
    """Return the text that is signed, in lines."""
    last = "ended" if beat.ended else "running"
    return (
        f"helpdesk heartbeat\n{beat.service}\n{beat.writer}\n{beat.number}\n"
        f"{timestamp(beat.at)}\n{last}\n"
    )


def signed(beat: HeartbeatSigned, key: Ed25519PrivateKey) -> HeartbeatSigned:
    """Return the heartbeat with its Ed25519 signature (base64)."""
    signature = key.sign(text_of(beat).encode())
    return replace(beat, signature=base64.b64encode(signature).decode())


def verifies(beat: HeartbeatSigned, key: Ed25519PublicKey) -> bool:
    """Return whether the key signed exactly this."""
    try:
        key.verify(base64.b64decode(beat.signature, validate=True), text_of(beat).encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def private_key(pem: bytes) -> Ed25519PrivateKey:
    """Return the key of a service. Raises ValueError where it is another kind of key."""
    key = load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("a service's key is an Ed25519 key")  # noqa: TRY004  # a file is wrong
    return key


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
