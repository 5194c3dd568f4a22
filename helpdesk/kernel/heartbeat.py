"""What a process says, signed, of how many support actions it has recorded."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from helpdesk.kernel.events import Event, timestamp


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


def public_key(text: str) -> tuple[str, Ed25519PublicKey]:
    """Return a service's name and public key of ``NAME=BASE64``. Raises ValueError."""
    name, _, encoded = text.strip().partition("=")
    return name, Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded, validate=True))


def private_key(pem: bytes) -> Ed25519PrivateKey:
    """Return the key of a service. Raises ValueError where it is another kind of key."""
    key = load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("a service's key is an Ed25519 key")  # noqa: TRY004  # a file is wrong
    return key
