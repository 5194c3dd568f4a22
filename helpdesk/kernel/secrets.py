"""Secret files: made once by ``helpdesk init``, readable by their owner only."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from helpdesk.kernel.settings import SettingsError

SERVICES = ("identity", "search", "email", "session", "audit", "gateway")
_RAW = ("vault.key", *(f"{service}.stream.key" for service in SERVICES), "email.code.key")
_PRIVATE = (
    "token.signing.pem",
    "session.signing.pem",
    "session.receipt.pem",
    "audit.signing.pem",
    *(f"{service}.service.pem" for service in SERVICES),
)


def new_private_key() -> bytes:
    """Return a fresh Ed25519 private key, PEM."""
    return Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def create(folder: Path) -> list[str]:
    """Make every secret that is missing; return the names of those made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for name in (*_RAW, *_PRIVATE):
        content = new_private_key() if name.endswith(".pem") else os.urandom(32)
        if write(folder, name, content):
            made.append(name)
    return made


def write(folder: Path, name: str, content: bytes) -> bool:
    """Write a file for its owner only; return whether it was not there."""
    try:
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return True


def is_new(folder: Path) -> bool:
    """Whether a folder has no secret yet."""
    return not any((folder / name).exists() for name in (*_RAW, *_PRIVATE))


def read(folder: Path, name: str) -> bytes:
    """Return a secret. Raises SettingsError where it is missing or readable by others."""
    path = folder / name
    try:
        stat = path.stat()
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"secret {name} is missing: run 'helpdesk init' first") from error
    # A secret that is somebody else's to keep, as in a cluster, reaches this process by its group.
    loose = 0o077 if stat.st_uid == os.geteuid() else 0o037
    if stat.st_mode & loose:
        raise SettingsError(f"secret {name} can be read by others: chmod 600 it")
    return content
