"""Signing keys that change while in use: each has the time from which it signs in its file name."""

from __future__ import annotations

import itertools
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpdesk.kernel import files, secrets
from helpdesk.kernel.secrets import new_private_key
from helpdesk.kernel.settings import SettingsError
from helpdesk.kernel.tokens import LEASES, LONGEST, Signer

TOKENS = "token.signing"
LEASE_KEYS = "session.signing"
RINGS = {TOKENS: "", LEASE_KEYS: LEASES}
"""Names of rings, and what their keys may be used for."""
KEPT = LONGEST + 60
"""Seconds that a key is published after the next one took over: its longest token, and a margin."""
LEAD = 60.0
"""Seconds that a key is published before it signs, so that everybody has it."""
SHORTEST_LEAD = 5.0
_LOOK = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Key:
    """One key of a ring: its file, and from when on it signs (seconds since 1970)."""

    path: Path
    begins: float
    signer: Signer


@dataclass(frozen=True)
class Rotation:
    """What a rotation did: the new key, from when on it signs, and until when the old ones live."""

    key_id: str
    begins: float
    until: float


def in_use(keys: Sequence[Key], now: float) -> Key:
    """Return the key that signs now; ``keys`` are in order of their beginning."""
    return [keys[0], *(each for each in keys if each.begins <= now)][-1]


def ends(keys: Sequence[Key]) -> list[float]:
    """Return until when each key holds: a while after the next one took over, for ever the last."""
    return [*(after.begins + KEPT for _, after in itertools.pairwise(keys)), float("inf")]


def published(keys: Sequence[Key], now: float) -> list[dict[str, Any]]:
    """Return the keys that hold now, the coming ones too, as JWKs; ``until`` is when one ends."""
    jwks = []
    for key, until in zip(keys, ends(keys), strict=True):
        if until > now:
            ending = {} if until == float("inf") else {"until": int(until)}
            jwks.append(key.signer.public_jwk() | ending)
    return jwks


class KeyRing:
    """
    Signs with the key whose time it is, in any number of processes that see the same folder.

    The folder is looked at once a second at most; what cannot be read leaves the keys before in
    use. Raises SettingsError at first.
    """

    def __init__(self, folder: Path, name: str, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._seen = folder.stat().st_mtime_ns if folder.is_dir() else 0
        self._keys = read(folder, name)
        self._looked = time.monotonic()

    def sign(self, claims: Mapping[str, Any], audience: Sequence[str], seconds: float) -> str:
        """Return a compact JWS of the claims, signed with the key of now."""
        return in_use(self._current(), self._clock()).signer.sign(claims, audience, seconds)

    def published(self) -> list[dict[str, Any]]:
        """Return the keys that tokens may be signed with, as JWKs."""
        return published(self._current(), self._clock())

    def _current(self) -> Sequence[Key]:
        with self._lock:
            if time.monotonic() - self._looked >= _LOOK:
                self._looked = time.monotonic()
                try:
                    seen = self._folder.stat().st_mtime_ns
                    if seen != self._seen:
                        self._keys = read(self._folder, self._name)
                        self._seen = seen
                except (SettingsError, OSError) as error:
                    _log.warning("the keys before stay in use: %s", type(error).__name__)
            return self._keys


def read(folder: Path, name: str) -> list[Key]:
    """Return the keys of a ring in order of their beginning. Raises SettingsError."""
    pattern = re.compile(rf"{re.escape(name)}\.(?:(\d{{1,12}})\.)?pem")
    found = []
    for each in folder.iterdir() if folder.is_dir() else ():
        match = pattern.fullmatch(each.name)
        if match is not None:
            signer = Signer(secrets.read(folder, each.name), use_for=RINGS[name])
            found.append(Key(each, float(match[1] or 0), signer))
    if not found:
        raise SettingsError(f"secret {name}.pem is missing: run 'helpdesk init' first")
    return sorted(found, key=lambda key: key.begins)


def rotate(folder: Path, name: str, now: float, lead: float = LEAD) -> Rotation:
    """
    Add a key to a ring that signs ``lead`` seconds from now on, and tidy keys that are dead.

    Nothing is stopped or told: processes that see the folder publish it at once and sign with it
    when its time comes. Raises SettingsError where a rotation is on its way.
    """
    if lead < SHORTEST_LEAD:
        raise SettingsError(
            f"a key is published {SHORTEST_LEAD:.0f} seconds before it signs, or more"
        )
    keys = read(folder, name)
    if keys[-1].begins > now:
        wait = keys[-1].begins - now
        raise SettingsError(f"{name}: a new key signs in {wait:.0f} seconds; wait for it")
    _tidy(keys, folder / f"{name}.pem", now)
    begins = int(now + lead)
    made = new_private_key()
    files.replace(folder / f"{name}.{begins}.pem", made)
    return Rotation(Signer(made).key_id, begins, begins + KEPT)


def _tidy(keys: Sequence[Key], first: Path, now: float) -> None:
    used = in_use(keys, now)
    dead = [key for key, until in zip(keys, ends(keys), strict=True) if until <= now]
    for key in dead:
        if key.path != first:
            key.path.unlink()
    if first in [key.path for key in dead] and used.begins == min(
        key.begins for key in keys if key not in dead
    ):
        # There is always a key without a time, as 'helpdesk init' makes it.
        used.path.replace(first)
