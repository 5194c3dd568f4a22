"""Copies of stores, and of the keys of persons in a file of their own, sealed by the master key."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from helpdesk.kernel.settings import SettingsError
from helpdesk.kernel.vault import KeyTable

KEYS = "keys.sealed"
_HEAD = b"helpdesk keys v1\n"
_NONCE = 12
_AT_ONCE = 1_000


def copy(source: Path, target: Path) -> None:
    """Copy a SQLite database as it is at one moment, while others write to it."""
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as here,
        closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)
        # A copy that is one file: nothing of it waits in a log beside it.
        there.execute("PRAGMA journal_mode=DELETE")


def sealed_keys(table: KeyTable, masters: Sequence[bytes]) -> bytes:
    """Return all keys and all who were forgotten, sealed by the newest master key."""
    keys: dict[str, str] = {}
    after = ""
    while rows := table.wrapped(after, _AT_ONCE):
        keys.update((person, base64.b64encode(wrapped).decode()) for person, wrapped in rows)
        after = rows[-1][0]
    # Read last: whoever was forgotten meanwhile is in both, and forgotten counts.
    body = json.dumps({"keys": keys, "forgotten": table.forgotten()}).encode()
    nonce = os.urandom(_NONCE)
    return _HEAD + nonce + _box(masters[0]).encrypt(nonce, body, _HEAD)


def restore_keys(
    table: KeyTable, files: Sequence[bytes], masters: Sequence[bytes]
) -> tuple[int, int]:
    """
    Put keys back, of the newest file first; whom any of them says to be forgotten stays so.

    Returns how many keys there are and how many persons are forgotten. Raises SettingsError for a
    file that no master key opens.
    """
    opened = [_opened(each, masters) for each in files]
    gone = {person for each in opened for person in each["forgotten"]}
    keys: dict[str, bytes] = {}
    for each in opened:
        for person, wrapped in each["keys"].items():
            if person not in gone:
                keys.setdefault(person, base64.b64decode(wrapped))
    # Tombstones first: a restore that is cut off revives nobody.
    for person in sorted(gone):
        table.forget(person)
    rows = sorted(keys.items())
    for start in range(0, len(rows), _AT_ONCE):
        table.add(rows[start : start + _AT_ONCE])
    return len(rows), len(gone)


def _opened(file: bytes, masters: Sequence[bytes]) -> dict[str, dict[str, str]]:
    nonce, boxed = file[len(_HEAD) :][:_NONCE], file[len(_HEAD) + _NONCE :]
    for master in masters:
        try:
            body = _box(master).decrypt(nonce, boxed, _HEAD)
        except (InvalidTag, ValueError):
            continue
        opened: dict[str, dict[str, str]] = json.loads(body)
        return opened
    raise SettingsError("the file of keys is damaged, or was sealed by another vault.key")


def _box(master: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=_HEAD).derive(master))
