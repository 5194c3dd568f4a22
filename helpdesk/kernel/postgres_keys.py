"""The vault's keys in a PostgreSQL schema with a role of its own."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg

from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.settings import SettingsError

_LOST = (psycopg.OperationalError, psycopg.InterfaceError)
_TABLE = "vault.person_key"


class PostgresKeys:
    """One connection; the vault calls it from one thread at a time."""

    shared = True

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[Any] | None = None

    def exists(self) -> bool:
        """Return whether the table was made."""
        return self._run("SELECT to_regclass(%s)", (_TABLE,)) != [(None,)]

    def check(self) -> None:
        """Raise SettingsError where the table is missing."""
        if not self.exists():
            raise SettingsError("the database of the vault has no keys: run 'helpdesk migrate'")

    def migrate(self) -> list[str]:
        """Make the table; return what was made."""
        if self.exists():
            return []
        if self._run("SELECT to_regnamespace('vault')") == [(None,)]:
            self._run("CREATE SCHEMA vault")
        self._run(
            f"CREATE TABLE {_TABLE} ("
            "person TEXT PRIMARY KEY, wrapped BYTEA, forgotten_at TIMESTAMPTZ)"
        )
        return [_TABLE]

    def add(self, keys: Sequence[tuple[str, bytes]]) -> None:
        # In one order, so that two processes that add the same persons do not wait in a circle.
        ordered = sorted(keys)
        self._run(
            f"INSERT INTO {_TABLE} (person, wrapped) "
            "SELECT * FROM unnest(%s::text[], %s::bytea[]) ON CONFLICT DO NOTHING",
            ([person for person, _ in ordered], [wrapped for _, wrapped in ordered]),
        )

    def find(self, person: str) -> tuple[bytes | None] | None:
        rows = self._run(f"SELECT wrapped FROM {_TABLE} WHERE person = %s", (person,))
        return rows[0] if rows else None

    def among(self, persons: Sequence[str]) -> list[tuple[str, bytes]]:
        return self._run(
            f"SELECT person, wrapped FROM {_TABLE} "
            "WHERE wrapped IS NOT NULL AND person = ANY(%s::text[])",
            (list(persons),),
        )

    def forget(self, person: str) -> bool:
        return bool(
            self._run(
                f"INSERT INTO {_TABLE} VALUES (%s, NULL, now()) ON CONFLICT (person) DO UPDATE "
                "SET wrapped = NULL, forgotten_at = now() "
                "WHERE person_key.wrapped IS NOT NULL RETURNING person",
                (person,),
            )
        )

    def wrapped(self, after: str, limit: int) -> list[tuple[str, bytes]]:
        return self._run(
            f'SELECT person, wrapped FROM {_TABLE} WHERE person COLLATE "C" > %s '
            'AND wrapped IS NOT NULL ORDER BY person COLLATE "C" LIMIT %s',
            (after, limit),
        )

    def rewrap(self, changes: Sequence[tuple[str, bytes, bytes]]) -> None:
        # In one order, so that nobody who changes the same rows waits in a circle.
        persons, old, new = zip(*sorted(changes), strict=True)
        self._run(
            f"UPDATE {_TABLE} AS kept SET wrapped = given.new FROM "
            "unnest(%s::text[], %s::bytea[], %s::bytea[]) AS given (person, old, new) "
            "WHERE kept.person = given.person AND kept.wrapped = given.old",
            (list(persons), list(old), list(new)),
        )

    def forgotten(self) -> list[str]:
        rows = self._run(f"SELECT person FROM {_TABLE} WHERE wrapped IS NULL")
        return [str(person) for (person,) in rows]

    def close(self) -> None:
        if self._connection is not None:
            with suppress(*_LOST):
                self._connection.close()
            self._connection = None

    def _run(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        # Every statement may be done twice, so a connection that was cut is simply replaced.
        for again in (True, False):
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = psycopg.connect(
                        self._url, autocommit=True, connect_timeout=3
                    )
                cursor = self._connection.execute(sql.encode(), params)
                return cursor.fetchall() if cursor.description else []
            except _LOST as error:
                self.close()
                if not again:
                    raise Unavailable(
                        "VAULT_UNAVAILABLE", "The keys of persons cannot be reached."
                    ) from error
        raise AssertionError("the loop returns or raises")
