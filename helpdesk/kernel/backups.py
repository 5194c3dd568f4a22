"""Copies of stores, and of the keys of persons in a folder apart, sealed by the master key."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from helpdesk.kernel import files
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


@dataclass(frozen=True, slots=True)
class Keys:
    """The wrapped keys of persons, and who was forgotten, as of a time (UTC, RFC 3339)."""

    made_at: str
    wrapped: Mapping[str, bytes]
    forgotten: frozenset[str]


def read_keys(folder: Path, masters: Sequence[bytes]) -> Keys | None:
    """Return the keys in a folder, if any. Raises SettingsError where no master key opens them."""
    try:
        file = (folder / KEYS).read_bytes()
    except FileNotFoundError:
        return None
    nonce, boxed = file[len(_HEAD) :][:_NONCE], file[len(_HEAD) + _NONCE :]
    for master in masters:
        try:
            body = json.loads(_box(master).decrypt(nonce, boxed, _HEAD))
        except (InvalidTag, ValueError):
            continue
        wrapped = {person: base64.b64decode(key) for person, key in body["keys"].items()}
        return Keys(body["made_at"], wrapped, frozenset(body["forgotten"]))
    raise SettingsError(f"{folder / KEYS} is damaged, or was sealed by another vault.key")


def replace_keys(folder: Path, table: KeyTable, masters: Sequence[bytes], made_at: str) -> None:
    """Put all keys and all who were forgotten in a folder, sealed by the newest master key."""
    keys: dict[str, str] = {}
    after = ""
    while rows := table.wrapped(after, _AT_ONCE):
        keys.update((person, base64.b64encode(wrapped).decode()) for person, wrapped in rows)
        after = rows[-1][0]
    # Read last: whoever was forgotten meanwhile is in both, and forgotten counts.
    about = {"made_at": made_at, "keys": keys, "forgotten": table.forgotten()}
    nonce = os.urandom(_NONCE)
    sealed = _HEAD + nonce + _box(masters[0]).encrypt(nonce, json.dumps(about).encode(), _HEAD)
    # Whole or as before: there is no other copy of the keys.
    files.replace(folder / KEYS, sealed)


def restore_keys(table: KeyTable, keys: Keys) -> tuple[int, int]:
    """
    Put keys back; whom they or the table say to be forgotten stays so.

    Returns how many keys there are and how many persons are forgotten.
    """
    # Tombstones first: a restore that is cut off revives nobody.
    for person in sorted(keys.forgotten):
        table.forget(person)
    gone = frozenset(table.forgotten())
    rows = sorted(row for row in keys.wrapped.items() if row[0] not in gone)
    for start in range(0, len(rows), _AT_ONCE):
        table.add(rows[start : start + _AT_ONCE])
    return len(rows), len(gone)


def _box(master: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=_HEAD).derive(master))
