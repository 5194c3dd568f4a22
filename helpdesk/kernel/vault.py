"""The keys of persons: seal, open, forget. Forgetting is destroying one key."""

from __future__ import annotations

import base64
import os
import re
import sqlite3
import threading
import time
from binascii import a2b_base64
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

from helpdesk.kernel.events import ERASED
from helpdesk.kernel.masters import MasterKeys

_PREFIX = "sealed:v1:"
_SEALED = re.compile(rb'"sealed:v1:([^"]+):[^":]*"')
_NONCE = 12
_CACHED = 50_000
_SPARE = 256
_AT_ONCE = 500
SHARED_SECONDS = 30.0
"""How long a process may go on with a key that another one has destroyed."""


class KeyTable(Protocol):
    """Where wrapped keys are kept; a forgotten person has a row without a key."""

    shared: bool
    """Whether other processes write to it."""

    def add(self, keys: Sequence[tuple[str, bytes]]) -> None:
        """Store wrapped keys of persons who have no row, durably."""

    def find(self, person: str) -> tuple[bytes | None] | None:
        """Return the wrapped key of a person; None for an unknown one."""

    def among(self, persons: Sequence[str]) -> list[tuple[str, bytes]]:
        """Return the wrapped keys of those persons who have one, asked for at once."""

    def forget(self, person: str) -> bool:
        """Destroy a key for ever; return whether there was a row to change."""

    def wrapped(self, after: str, limit: int) -> list[tuple[str, bytes]]:
        """Return keys that were not destroyed, by person, behind one."""

    def rewrap(self, changes: Sequence[tuple[str, bytes, bytes]]) -> None:
        """Put a key's new form in the place of its old one, where that is still there."""

    def forgotten(self) -> list[str]:
        """Return every person whose key was destroyed."""

    def close(self) -> None:
        """Close the database."""


class Vault:
    """
    AES-256-GCM with one key a person, kept in a database of its own.

    Keys are wrapped by the 32 byte master key (RFC 3394). A person is any text that names whose
    data it is: a user id, ``address:<keyed digest>`` for an address that belongs to nobody yet,
    ``query:<action id>`` for a search text. Safe for use from several threads.
    """

    def __init__(self, keys: Path | str | KeyTable, master_key: bytes | MasterKeys) -> None:
        """``master_key`` is one for ever, or those of a folder, where it may change."""
        self._master = master_key
        self._lock = threading.RLock()
        self._cache: dict[str, AESGCM] = {}
        self._cached_at = time.monotonic()
        self._generation = 0
        self._spare: dict[str, list[str]] = {}
        self._keys = SqliteKeys(keys) if isinstance(keys, Path | str) else keys

    @property
    def generation(self) -> int:
        """
        Another number whenever keys that this process had were let go of.

        What was opened before must not be shown any more.
        """
        with self._lock:
            self._forget_what_is_old()
            return self._generation

    def prepare(self, persons: Iterable[str]) -> None:
        """Make the keys that are missing, in one transaction; saves time before a large batch."""
        with self._lock:
            missing = [p for p in dict.fromkeys(persons) if p and p not in self._cache]
            if not missing:
                return
            master = self._masters()[0]
            self._keys.add([(p, aes_key_wrap(master, os.urandom(32))) for p in missing])

    def spare(self, kind: str) -> str:
        """Return the name of a fresh key, ``<kind>:<random>``; they are made 256 at a time."""
        with self._lock:
            pool = self._spare.setdefault(kind, [])
            if not pool:
                names = [f"{kind}:{os.urandom(16).hex()}" for _ in range(_SPARE)]
                self.prepare(names)
                pool.extend(names)
            return pool.pop()

    def seal(self, person: str, values: Iterable[str], context: str) -> list[str]:
        """
        Seal texts with the person's key, which is made if there is none; ``context`` is bound in.

        For a forgotten person the result is ``ERASED``: nothing about them is written again.
        """
        key = self._key(person, create=True)
        if key is None:
            return [ERASED for _ in values]
        bound = f"{person}\0{context}".encode()
        sealed = []
        for value in values:
            nonce = os.urandom(_NONCE)
            boxed = nonce + key.encrypt(nonce, value.encode(), bound)
            sealed.append(f"{_PREFIX}{person}:{base64.b64encode(boxed).decode()}")
        return sealed

    def open(self, person: str, sealed: Iterable[str], context: str) -> list[str]:
        """
        Open sealed texts; ``ERASED`` once the person is forgotten.

        Raises ValueError for a text that was sealed for another person or field, or changed.
        """
        key = self._key(person, create=False)
        bound = f"{person}\0{context}".encode()
        prefix = f"{_PREFIX}{person}:"
        opened = []
        for text in sealed:
            if key is None or text == ERASED:
                opened.append(ERASED)
                continue
            if not text.startswith(prefix):
                raise ValueError(f"{context} is not sealed for its person")
            boxed = a2b_base64(text[len(prefix) :])
            try:
                opened.append(key.decrypt(boxed[:_NONCE], boxed[_NONCE:], bound).decode())
            except InvalidTag as error:
                raise ValueError(f"{context} does not open with its person's key") from error
        return opened

    def read_ahead(self, bodies: Iterable[bytes]) -> None:
        """Get the keys that sealed JSON names at once; saves time before a batch is opened."""
        named = {each.decode() for body in bodies for each in _SEALED.findall(body)}
        with self._lock:
            self._forget_what_is_old()
            missing = [person for person in named if person not in self._cache]
            if len(self._cache) + len(missing) > _CACHED:
                self._cache.clear()
            masters = self._masters()
            for start in range(0, len(missing), _AT_ONCE):
                for person, wrapped in self._keys.among(missing[start : start + _AT_ONCE]):
                    self._cache[person] = AESGCM(unwrapped(wrapped, masters))

    def open_fields(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return an event's JSON body with its sealed fields opened by the keys that they name."""
        opened: dict[str, Any] = {}
        for field, value in body.items():
            context = f"{name}.{field}"
            if isinstance(value, list):
                opened[field] = [self._open_one(each, context) for each in value]
            else:
                opened[field] = self._open_one(value, context)
        return opened

    def _open_one(self, value: Any, context: str) -> Any:
        if not isinstance(value, str) or not value.startswith(_PREFIX):
            return value
        person = value[len(_PREFIX) :].rpartition(":")[0]
        return self.open(person, [value], context)[0]

    def forget(self, person: str) -> bool:
        """Destroy the person's key for ever; return whether there was one."""
        with self._lock:
            self._cache.pop(person, None)
            self._generation += 1
            return self._keys.forget(person)

    def is_forgotten(self, person: str) -> bool:
        """Return whether the person's key was destroyed."""
        with self._lock:
            row = self._keys.find(person)
        return row is not None and row[0] is None

    def rewrap(self) -> int:
        """
        Wrap every key by the newest master key; return how many were wrapped by another.

        May be cut off and begun again, while others read and write.
        """
        count, after = 0, ""
        while True:
            with self._lock:
                masters = self._masters()
                rows = self._keys.wrapped(after, _AT_ONCE)
                changes = [
                    (person, wrapped, aes_key_wrap(masters[0], unwrapped(wrapped, masters)))
                    for person, wrapped in rows
                    if not _opens(wrapped, masters[0])
                ]
                if changes:
                    self._keys.rewrap(changes)
            count += len(changes)
            if len(rows) < _AT_ONCE:
                return count
            after = rows[-1][0]

    def forgotten(self) -> list[str]:
        """Return every person whose key was destroyed."""
        with self._lock:
            return self._keys.forgotten()

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._keys.close()

    def _masters(self) -> tuple[bytes, ...]:
        return (self._master,) if isinstance(self._master, bytes) else self._master.current()

    def _key(self, person: str, *, create: bool) -> AESGCM | None:
        if not person:
            raise ValueError("a personal field without a person")
        with self._lock:
            self._forget_what_is_old()
            key = self._cache.get(person)
            if key is not None:
                return key
            row = self._keys.find(person)
            if row is None:
                if not create:
                    return None
                self.prepare([person])
                row = self._keys.find(person)
            if row is None or row[0] is None:
                return None
            key = AESGCM(unwrapped(row[0], self._masters()))
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            self._cache[person] = key
            return key

    def _forget_what_is_old(self) -> None:
        # Another process may have destroyed a key since it was read.
        if self._keys.shared and time.monotonic() - self._cached_at > SHARED_SECONDS:
            self._cache.clear()
            self._generation += 1
            self._cached_at = time.monotonic()


def unwrapped(wrapped: bytes, masters: Sequence[bytes]) -> bytes:
    """Return a key by whichever master key wraps it. Raises InvalidUnwrap for none of them."""
    for master in masters[:-1]:
        if _opens(wrapped, master):
            return aes_key_unwrap(master, wrapped)
    return aes_key_unwrap(masters[-1], wrapped)


def _opens(wrapped: bytes, master: bytes) -> bool:
    try:
        aes_key_unwrap(master, wrapped)
    except InvalidUnwrap:
        return False
    return True


class SqliteKeys:
    """The keys in a file of their own."""

    shared = False

    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        # A destroyed key must not survive in a free page of the file.
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS person_key ("
            "person TEXT PRIMARY KEY, wrapped BLOB, forgotten_at TEXT) WITHOUT ROWID"
        )

    def add(self, keys: Sequence[tuple[str, bytes]]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(
                "INSERT OR IGNORE INTO person_key (person, wrapped) VALUES (?, ?)", keys
            )
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def find(self, person: str) -> tuple[bytes | None] | None:
        row: tuple[bytes | None] | None = self._db.execute(
            "SELECT wrapped FROM person_key WHERE person = ?", (person,)
        ).fetchone()
        return row

    def among(self, persons: Sequence[str]) -> list[tuple[str, bytes]]:
        listed = ", ".join("?" * len(persons))
        return self._db.execute(
            "SELECT person, wrapped FROM person_key "
            f"WHERE wrapped IS NOT NULL AND person IN ({listed})",
            tuple(persons),
        ).fetchall()

    def forget(self, person: str) -> bool:
        cursor = self._db.execute(
            "INSERT INTO person_key (person, wrapped, forgotten_at) "
            "VALUES (?, NULL, strftime('%Y-%m-%dT%H:%M:%SZ')) ON CONFLICT (person) DO UPDATE "
            "SET wrapped = NULL, forgotten_at = excluded.forgotten_at "
            "WHERE person_key.wrapped IS NOT NULL",
            (person,),
        )
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return cursor.rowcount > 0

    def wrapped(self, after: str, limit: int) -> list[tuple[str, bytes]]:
        return self._db.execute(
            "SELECT person, wrapped FROM person_key WHERE person > ? AND wrapped IS NOT NULL "
            "ORDER BY person LIMIT ?",
            (after, limit),
        ).fetchall()

    def rewrap(self, changes: Sequence[tuple[str, bytes, bytes]]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(
                "UPDATE person_key SET wrapped = ? WHERE person = ? AND wrapped = ?",
                [(new, person, old) for person, old, new in changes],
            )
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def forgotten(self) -> list[str]:
        rows = self._db.execute("SELECT person FROM person_key WHERE wrapped IS NULL").fetchall()
        return [str(person) for (person,) in rows]

    def close(self) -> None:
        self._db.close()
