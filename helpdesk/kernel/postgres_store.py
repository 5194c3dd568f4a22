"""The store's engine on PostgreSQL, for the distributed size: one schema a service."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing import persistence
from eventsourcing.persistence import IntegrityError, Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresProcessRecorder
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import tuple_row
from psycopg_pool import PoolTimeout

from helpdesk.kernel.errors import Conflict, Unavailable
from helpdesk.kernel.postgres_lead import Leadership
from helpdesk.kernel.settings import SettingsError
from helpdesk.kernel.store import OUTCOME_UNKNOWN, Query, StoredRow

_log = logging.getLogger(__name__)
_LOST = (psycopg.OperationalError, psycopg.InterfaceError)
_KERNEL_TABLES = Path(__file__).parent / "migrations"
_STALE = 20
_CONNECT_SECONDS = 3
_LOCK_MILLISECONDS = 10_000
_IDLE_MILLISECONDS = 15_000
Connection = psycopg.Connection[Any]


@lru_cache(maxsize=2048)
def _ported(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


def _conninfo(url: str, schema: str) -> str:
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise SettingsError("a database URL is not well formed") from error
    # A process that hangs in a transaction must not hold up the others for ever.
    options = (
        f"-c search_path={schema} -c lock_timeout={_LOCK_MILLISECONDS} "
        f"-c idle_in_transaction_session_timeout={_IDLE_MILLISECONDS} {given.get('options', '')}"
    )
    return make_conninfo(
        url, options=options.strip(), connect_timeout=given.get("connect_timeout", _CONNECT_SECONDS)
    )


class _Datastore(PostgresDatastore):
    """The library's pool of connections, with every setting of the URL."""

    def __init__(self, conninfo: str, schema: str, pool_size: int) -> None:
        given = conninfo_to_dict(conninfo)
        super().__init__(
            dbname=str(given.get("dbname", "")),
            host=str(given.get("host", "")),
            port=str(given.get("port", "5432")),
            user=str(given.get("user", "")),
            password=str(given.get("password", "")),
            schema=schema,
            pool_size=1,
            max_overflow=pool_size,
            connect_timeout=_CONNECT_SECONDS,
            idle_in_transaction_session_timeout=_IDLE_MILLISECONDS / 1000,
        )
        if isinstance(self.pool.kwargs, dict):
            self.pool.kwargs.update(given)


class _Transaction:
    def __init__(self, connection: Connection, recorder: PostgresProcessRecorder) -> None:
        self._connection = connection
        self._recorder = recorder
        self._insert = (
            f'INSERT INTO "{recorder.datastore.schema}".{recorder.events_table_name} '
            "(originator_id, originator_version, topic, state) "
            "SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[]) "
            "RETURNING notification_id"
        )
        self._depth = 0
        self.inserted: list[tuple[UUID, int, str, bytes]] = []

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(_ported(sql).encode(), params)
        return cursor.fetchall() if cursor.description else []

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_ported(sql).encode(), rows)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self._depth += 1
        name, before = f"unit_{self._depth}", len(self.inserted)
        try:
            self._connection.execute(f"SAVEPOINT {name}".encode())
            yield
            self._connection.execute(f"RELEASE {name}".encode())
        except _LOST as error:
            raise Unavailable("STORE_UNAVAILABLE", "The store cannot be written.") from error
        except BaseException:
            del self.inserted[before:]
            with suppress(*_LOST):
                self._connection.execute(f"ROLLBACK TO {name}; RELEASE {name}".encode())
            raise
        finally:
            self._depth -= 1

    def insert(self, rows: Sequence[tuple[UUID, int, str, bytes]]) -> list[int]:
        columns = [list(column) for column in zip(*rows, strict=True)]
        try:
            found = self._connection.execute(self._insert.encode(), columns).fetchall()
        except psycopg.errors.UniqueViolation as error:
            raise Conflict from error
        self.inserted.extend(rows)
        return [position for (position,) in found]

    def track(self, source: str, position: int) -> bool:
        try:
            with self._connection.cursor() as cursor:
                self._recorder._insert_tracking(cursor, Tracking(source, position))  # noqa: SLF001
        except IntegrityError:
            return False
        return True


class PostgresEngine:
    """
    The library's tables in the schema of one service, and a pool of reading connections.

    Every writing transaction first takes the library's table lock, so what is committed later has
    a higher position, whatever the concurrency of threads and processes. When the answer to COMMIT
    is lost, reading back the last event tells what happened: its sealed bytes are unique.
    """

    def __init__(self, url: str, schema: str, *, pool_size: int = 16, listen: bool = True) -> None:
        self.schema = schema
        self._conninfo = _conninfo(url, schema)
        self._listen = listen
        self._datastore = _Datastore(self._conninfo, schema, pool_size)
        try:
            self._recorder = PostgresProcessRecorder(self._datastore)
        except (persistence.OperationalError, persistence.InterfaceError) as error:
            self._datastore.close()
            raise Unavailable("STORE_UNAVAILABLE", "The database cannot be reached.") from error
        self._writer: Connection | None = None
        self._lock = threading.Lock()
        self._table = f'"{schema}".{self._recorder.events_table_name}'
        self._closing = threading.Event()
        self._listener: threading.Thread | None = None
        self._watching: tuple[Callable[[], object], ...] = ()
        self.settle_seconds = 60.0

    @contextmanager
    def transaction(self) -> Iterator[_Transaction]:
        with self._lock:
            connection = self._begin()
            try:
                tx = _Transaction(connection, self._recorder)
                yield tx
            except BaseException as error:
                self._rollback()
                if isinstance(error, _LOST):
                    raise Unavailable(
                        "STORE_UNAVAILABLE", "The store cannot be written."
                    ) from error
                raise
            self._commit(connection, tx.inserted)

    def _begin(self) -> Connection:
        begin = f"BEGIN; LOCK TABLE {self._table} IN EXCLUSIVE MODE"
        for again in (True, False):
            try:
                connection = self._connected()
                connection.execute(begin.encode())
                return connection
            except _LOST as error:
                self._rollback()
                # An idle connection may have been cut long ago; nothing was written on it yet.
                if not again or isinstance(error, psycopg.errors.LockNotAvailable):
                    raise Unavailable(
                        "STORE_UNAVAILABLE", "The store cannot be written."
                    ) from error
        raise AssertionError("the loop returns or raises")

    def _connected(self) -> Connection:
        if self._writer is None or self._writer.closed:
            self._writer = psycopg.connect(self._conninfo, autocommit=True)
        return self._writer

    def _rollback(self) -> None:
        if self._writer is not None:
            try:
                self._writer.execute(b"ROLLBACK")
            except _LOST:
                self._drop()

    def _drop(self) -> None:
        if self._writer is not None:
            with suppress(*_LOST):
                self._writer.close()
            self._writer = None

    def _commit(self, connection: Connection, rows: list[tuple[UUID, int, str, bytes]]) -> None:
        try:
            connection.execute(f'NOTIFY "{self.schema}_log"; COMMIT'.encode())
        except _LOST as error:
            # What stored no event is done again by its caller, with the same result.
            if not rows or not self._was_committed(rows[-1]):
                raise Unavailable("STORE_UNAVAILABLE", "The store cannot be written.") from error
        except BaseException:
            self._rollback()
            raise

    def _was_committed(self, row: tuple[UUID, int, str, bytes]) -> bool:
        deadline = time.monotonic() + self.settle_seconds
        while not self._closing.is_set():
            self._drop()
            try:
                connection = self._connected()
                # The lock waits until the cut connection's transaction has ended, either way.
                connection.execute(f"BEGIN; LOCK TABLE {self._table} IN EXCLUSIVE MODE".encode())
                found = connection.execute(
                    f"SELECT state FROM {self._table} "
                    "WHERE originator_id = %s AND originator_version = %s".encode(),
                    row[:2],
                ).fetchall()
                connection.execute(b"ROLLBACK")
                return [bytes(state) for (state,) in found] == [row[3]]
            except _LOST:
                if time.monotonic() > deadline:
                    break
                self._closing.wait(0.2)
        raise Unavailable(
            OUTCOME_UNKNOWN,
            "It is not known yet whether this was recorded. Ask again with the same request id.",
        )

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        for _ in range(_STALE):
            try:
                with (
                    self._datastore.get_connection() as connection,
                    connection.cursor(row_factory=tuple_row) as cursor,
                ):
                    cursor.execute(_ported(sql).encode(), params)
                    return cursor.fetchall() if cursor.description else []
            except (persistence.OperationalError, persistence.InterfaceError) as error:
                # Connections that a restart cut are found one by one; a new one cannot be had.
                if isinstance(error.__cause__, PoolTimeout):
                    break
        raise Unavailable("STORE_UNAVAILABLE", "The store cannot be read.")

    def snapshot(self) -> AbstractContextManager[Query]:
        return _snapshot(self._conninfo)

    # The library's own reading methods wait and retry for many seconds; ours answer or refuse.
    def select_stream(self, stream_id: UUID, after: int = 0) -> list[StoredRow]:
        rows = self.query(
            f"SELECT originator_version, topic, state FROM {self._table} "
            "WHERE originator_id = ? AND originator_version > ? ORDER BY originator_version",
            (stream_id, after),
        )
        return [StoredRow(0, stream_id.hex, version, name, state) for version, name, state in rows]

    def select_log(self, after: int, limit: int, names: Sequence[str]) -> list[StoredRow]:
        named = "AND topic = ANY(?) " if names else ""
        rows = self.query(
            "SELECT notification_id, originator_id, originator_version, topic, state "
            f"FROM {self._table} WHERE notification_id > ? {named}"
            "ORDER BY notification_id LIMIT ?",
            (after, list(names), limit) if names else (after, limit),
        )
        return [StoredRow(p, stream.hex, v, name, state) for p, stream, v, name, state in rows]

    def newest(self) -> int:
        return int(self.query(f"SELECT COALESCE(MAX(notification_id), 0) FROM {self._table}")[0][0])

    def tracked(self, source: str) -> int:
        rows = self.query(
            f'SELECT notification_id FROM "{self.schema}".{self._recorder.tracking_table_name} '
            "WHERE application_name = ?",
            (source,),
        )
        return int(rows[0][0]) if rows else 0

    def migrate(self, folder: Path) -> list[str]:
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            # Tables that two processes create together fail: one after the other.
            connection.execute(b"SELECT pg_advisory_lock(hashtextextended(%s, 1))", (self.schema,))
            connection.execute(b"SET lock_timeout = 0")
            if not self._exists("schema_migration"):
                self._create_schema(connection)
                connection.execute(b"CREATE TABLE schema_migration (name TEXT PRIMARY KEY)")
            self._recorder.create_table()
            applied = []
            for path in self._missing(folder):
                with connection.transaction():
                    for statement in path.read_text().replace("{BLOB}", "BYTEA").split(";"):
                        if statement.strip():
                            connection.execute(statement.encode())
                    connection.execute(b"INSERT INTO schema_migration VALUES (%s)", (path.name,))
                applied.append(path.name)
        return applied

    def _create_schema(self, connection: Connection) -> None:
        # A service's role usually owns a schema that was made for it, and may make none.
        if self.query("SELECT to_regnamespace(?)", (f'"{self.schema}"',)) == [(None,)]:
            try:
                connection.execute(f'CREATE SCHEMA "{self.schema}"'.encode())
            except psycopg.errors.InsufficientPrivilege as error:
                raise SettingsError(
                    f"there is no schema {self.schema}, and this role may not make it"
                ) from error

    def check(self, folder: Path | None = None) -> None:
        """Raise SettingsError where a migration is missing."""
        missing = [path.name for path in self._missing(folder)]
        if missing:
            raise SettingsError(
                f"the database of {self.schema} lacks {', '.join(missing)}: run 'helpdesk migrate'"
            )

    def _exists(self, table: str) -> bool:
        return bool(self.query("SELECT to_regclass(?)", (f'"{self.schema}".{table}',))[0][0])

    def _missing(self, folder: Path | None) -> list[Path]:
        known: set[str] = set()
        if self._exists("schema_migration"):
            known = {row[0] for row in self.query("SELECT name FROM schema_migration")}
        folders = [_KERNEL_TABLES, *([folder] if folder else [])]
        return [p for each in folders for p in sorted(each.glob("*.sql")) if p.name not in known]

    def watch(self, moved: Callable[[], object]) -> None:
        """Call when another process may have committed, from a thread of its own."""
        self._watching = (*self._watching, moved)
        if self._listen and self._listener is None:
            self._listener = threading.Thread(
                target=self._hear, name=f"{self.schema}-listen", daemon=True
            )
            self._listener.start()

    def _hear(self) -> None:
        while not self._closing.is_set():
            try:
                with psycopg.connect(self._conninfo, autocommit=True) as connection:
                    connection.execute(f'LISTEN "{self.schema}_log"'.encode())
                    heard = True
                    while not self._closing.is_set():
                        for moved in self._watching if heard else ():
                            moved()
                        self._closing.wait(0.005 if heard else 0)  # many commits are one look
                        heard = bool(list(connection.notifies(timeout=0.5, stop_after=1)))
            except (*_LOST, Unavailable):
                self._closing.wait(0.5)

    def lead(self, role: str) -> Leadership | None:
        """Return the lead of a role, or None while another process has it. Raises Unavailable."""
        return Leadership.taken(self._conninfo, f"{self.schema}:{role}")

    def close(self) -> None:
        self._closing.set()
        with self._lock:
            self._drop()
        if self._listener is not None:
            self._listener.join()
        self._datastore.close()


@contextmanager
def snapshot(url: str, schema: str) -> Iterator[Query]:
    """
    Read one state of a schema, ``?`` for a value; nothing can be written. Raises Unavailable.

    Between two statements any time may pass.
    """
    with _snapshot(_conninfo(url, schema)) as query:
        yield query


@contextmanager
def _snapshot(conninfo: str) -> Iterator[Query]:
    try:
        with psycopg.connect(conninfo, row_factory=tuple_row) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            connection.execute(b"SET LOCAL idle_in_transaction_session_timeout = 0")

            def query(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
                return connection.execute(_ported(sql).encode(), params).fetchall()

            yield query
    except psycopg.Error as error:
        raise Unavailable("STORE_UNAVAILABLE", "The database cannot be read.") from error
