"""Where the tool reads: databases, opened so that nothing can be written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LOG = "audit.db"
_PAGE = 2000
Query = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
"""Runs a reading statement; `?` stands for a value."""


class UnreadableError(Exception):
    """A database that is missing or is none; the message is for the person at the shell."""


class DamagedError(UnreadableError):
    """A database that is there, but whose file contradicts itself."""


class Reader:
    """One state of a database: what is appended meanwhile is not seen."""

    def execute(self, sql: str, params: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        """Run one reading statement. Raises DamagedError."""
        raise NotImplementedError

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one reading statement. Raises DamagedError."""
        return self.execute(sql, params)

    def executemany(self, _sql: str, _rows: Iterable[Sequence[Any]], /) -> None:
        """Refuse: nothing is written."""
        raise PermissionError("a reader writes nothing")

    def each(self, columns: str, table: str, where: str, key: str) -> Iterator[tuple[Any, ...]]:
        """Yield rows in the order of a whole number, which is the first column."""
        after = -1
        while page := self.execute(
            f"SELECT {columns} FROM {table} WHERE {where} AND {key} > ? ORDER BY {key} LIMIT ?",
            (after, _PAGE),
        ):
            yield from page
            after = page[-1][0]


class ReadOnly(Reader):
    """One state of a SQLite database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, params: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        """Run one reading statement. Raises DamagedError."""
        try:
            return self._connection.execute(sql, params).fetchall()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise DamagedError(f"the database cannot be read: {error}") from error


class Queried(Reader):
    """One state of a database that somebody else opened."""

    def __init__(self, query: Query) -> None:
        self._query = query

    def execute(self, sql: str, params: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        return self._query(sql, params)


@contextmanager
def read_only(path: Path) -> Iterator[ReadOnly]:
    """Open a database. Raises UnreadableError."""
    if not path.is_file():
        raise UnreadableError(f"{path} is not there")
    connection = _open(path)
    try:
        yield ReadOnly(connection)
    finally:
        connection.close()


def _open(path: Path) -> sqlite3.Connection:
    # A directory that cannot be written has no place for the file that readers share.
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None
        )
        # A text that was tampered with may be none: it must be compared, not stop the reader.
        connection.text_factory = lambda text: text.decode(errors="replace")
        try:
            connection.execute("BEGIN")
            connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchall()
        except sqlite3.OperationalError:
            connection.close()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            connection.close()
            raise DamagedError(f"{path} is no database: {error}") from error
        else:
            return connection
    raise UnreadableError(f"{path} cannot be opened")
