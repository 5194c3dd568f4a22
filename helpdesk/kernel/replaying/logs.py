"""Where a rebuild reads: logs and keys of the product, to which nothing is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from helpdesk.kernel.events import CallsWithoutTokenRefused, RequestAnswered, SupportActionRecorded
from helpdesk.kernel.heartbeat import HeartbeatSigned
from helpdesk.kernel.masters import MasterKeys
from helpdesk.kernel.resources import VAULT_URL, HostSettings, check_database
from helpdesk.kernel.settings import parse
from helpdesk.kernel.store import Engine, StoredRow
from helpdesk.kernel.vault import Vault

ReadLog = Callable[[int], list[StoredRow]]
"""Returns the events after a position, in batches; none at the end."""
BATCH = 1000
UNREAD = frozenset(
    each.NAME
    for each in (SupportActionRecorded, CallsWithoutTokenRefused, RequestAnswered, HeartbeatSigned)
)
"""Facts that no view is made of and no decision loads: of them only the place counts."""
# The stamp stands first in the stored bytes and ends before this.
_STAMP = 256


class FrozenKeys:
    """The keys of another vault; what would be added stays in memory."""

    shared = False

    def __init__(self, find: Callable[[str], tuple[bytes | None] | None]) -> None:
        self._find = find
        self._own: dict[str, bytes] = {}

    def add(self, keys: Sequence[tuple[str, bytes]]) -> None:
        for name, wrapped in keys:
            self._own.setdefault(name, wrapped)

    def find(self, person: str) -> tuple[bytes | None] | None:
        found = self._find(person)
        if found is None and person in self._own:
            return (self._own[person],)
        return found

    def among(self, persons: Sequence[str]) -> list[tuple[str, bytes]]:
        found = ((person, self.find(person)) for person in persons)
        return [(person, row[0]) for person, row in found if row is not None and row[0] is not None]

    def forget(self, person: str) -> bool:
        """Destroy nothing: a rebuild is not the product."""
        del person
        return False

    def wrapped(self, after: str, limit: int) -> list[tuple[str, bytes]]:
        found = sorted(each for each in self._own.items() if each[0] > after)
        return found[:limit]

    def rewrap(self, changes: Sequence[tuple[str, bytes, bytes]]) -> None:
        for person, old, new in changes:
            if self._own.get(person) == old:
                self._own[person] = new

    def forgotten(self) -> list[str]:
        """Return nobody: who was forgotten is asked for one by one."""
        return []

    def close(self) -> None:
        self._own.clear()


class FrozenMasters(MasterKeys):
    """The master keys as they were at first: a rebuild does not outlive a change of them."""

    def __init__(self, folder: Path) -> None:
        self._first: tuple[bytes, ...] = ()
        super().__init__(folder)

    def current(self) -> tuple[bytes, ...]:
        """Return the keys, the one that wraps first. Raises SettingsError where there is none."""
        if not self._first:
            self._first = super().current()
        return self._first


def read_log(engine: Engine) -> ReadLog:
    """Return what reads a log in batches."""
    return lambda after: engine.select_log(after, BATCH, ())


def read_file(path: Path, stack: ExitStack) -> ReadLog:
    """Return what reads the log of a store's file in batches, and never writes to it."""
    db = stack.enter_context(opened(path))
    marks = ", ".join("?" * len(UNREAD))

    def read(after: int) -> list[StoredRow]:
        found = db.execute(
            "SELECT rowid, originator_id, originator_version, topic, "
            f"CASE WHEN topic IN ({marks}) THEN substr(state, 1, {_STAMP}) ELSE state END "
            "FROM stored_events WHERE rowid > ? ORDER BY rowid LIMIT ?",
            (*UNREAD, after, BATCH),
        )
        return [StoredRow(*row) for row in found]

    return read


def vault_of(env: Mapping[str, str], stack: ExitStack) -> Vault:
    """Return the product's keys of persons, for reading. Raises SettingsError, Unavailable."""
    settings = parse(HostSettings, "", env)
    secrets = Path(settings.secrets_dir or settings.data_dir / "secrets")
    return Vault(frozen_keys(env, stack), MasterKeys(secrets))


def frozen_keys(env: Mapping[str, str], stack: ExitStack) -> FrozenKeys:
    """Return the product's keys of persons as they are stored. Raises SettingsError."""
    settings = parse(HostSettings, "", env)
    if settings.vault_database_url:
        from helpdesk.kernel.postgres_keys import PostgresKeys

        check_database(settings, VAULT_URL, settings.vault_database_url)
        table = PostgresKeys(settings.vault_database_url)
        stack.callback(table.close)
        return FrozenKeys(table.find)
    return keys_in_file(settings.data_dir / "vault.db", stack)


def keys_in_file(path: Path, stack: ExitStack) -> FrozenKeys:
    """Return the keys of a vault's file, for reading."""
    db = stack.enter_context(opened(path))

    def find(person: str) -> tuple[bytes | None] | None:
        row: tuple[bytes | None] | None = db.execute(
            "SELECT wrapped FROM person_key WHERE person = ?", (person,)
        ).fetchone()
        return row

    return FrozenKeys(find)


def opened(path: Path) -> closing[sqlite3.Connection]:
    """Open a database that is never written to."""
    # The vault asks under a lock of its own.
    return closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False))
