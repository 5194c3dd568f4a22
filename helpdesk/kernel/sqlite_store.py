"""The store's engine on SQLite, for the embedded size."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent, Tracking
from eventsourcing.sqlite import SQLiteCursor, SQLiteDatastore, SQLiteProcessRecorder

from helpdesk.kernel.errors import Conflict, Unavailable
from helpdesk.kernel.store import Query, StoredRow


class _Transaction:
    def __init__(self, connection: sqlite3.Connection, recorder: SQLiteProcessRecorder) -> None:
        self._connection = connection
        self._recorder = recorder
        self._depth = 0

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._connection.execute(sql, params).fetchall()]

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self._connection.executemany(sql, rows)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self._depth += 1
        name = f"unit_{self._depth}"
        self._connection.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException as error:
            # A full disk rolls the whole transaction back by itself.
            if self._connection.in_transaction:
                self._connection.execute(f"ROLLBACK TO {name}")
                self._connection.execute(f"RELEASE {name}")
            if isinstance(error, sqlite3.OperationalError):
                raise Unavailable("STORE_UNAVAILABLE", "The store cannot be written.") from error
            raise
        else:
            self._connection.execute(f"RELEASE {name}")
        finally:
            self._depth -= 1

    def insert(self, rows: Sequence[tuple[UUID, int, str, bytes]]) -> list[int]:
        cursor = SQLiteCursor(self._connection.cursor())
        events = [
            StoredEvent(stream, version, name, state) for stream, version, name, state in rows
        ]
        try:
            positions = self._recorder._insert_events(cursor, events)  # noqa: SLF001
        except sqlite3.IntegrityError as error:
            raise Conflict from error
        return list(positions or [])

    def track(self, source: str, position: int) -> bool:
        cursor = SQLiteCursor(self._connection.cursor())
        try:
            self._recorder._insert_tracking(cursor, Tracking(source, position))  # noqa: SLF001
        except IntegrityError:
            return False
        return True


class SqliteEngine:
    """
    One file in WAL mode: one writing connection, one reading connection a thread.

    The tables are the library's; ``durable=False`` leaves out the fsync, for tests.
    """

    def __init__(self, path: Path | str, *, durable: bool = True) -> None:
        self._path = str(path)
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._datastore = SQLiteDatastore(self._path, pool_size=4, max_overflow=64)
        self._recorder = SQLiteProcessRecorder(self._datastore)
        self._recorder.create_table()
        self._writer = sqlite3.connect(
            self._path, check_same_thread=False, isolation_level=None, timeout=5
        )
        self._writer.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
        # What was overwritten must not stay readable in a free page.
        self._writer.execute("PRAGMA secure_delete=ON")
        self._lock = threading.Lock()
        self._readers: list[sqlite3.Connection] = []
        self._local = threading.local()
        self._idle = threading.Condition()
        self._reading = 0
        self._closed = False

    @contextmanager
    def transaction(self) -> Iterator[_Transaction]:
        with self._lock:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield _Transaction(self._writer, self._recorder)
                self._writer.execute("COMMIT")
            except sqlite3.OperationalError as error:
                self._rollback()
                raise Unavailable("STORE_UNAVAILABLE", "The store cannot be written.") from error
            except BaseException:
                self._rollback()
                raise

    def _rollback(self) -> None:
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    @contextmanager
    def _read(self) -> Iterator[None]:
        # A connection that is closed under a running statement takes the process with it.
        with self._idle:
            if self._closed:
                raise Unavailable("STORE_CLOSED", "This service is stopping.")
            self._reading += 1
        try:
            yield
        except (sqlite3.OperationalError, OperationalError) as error:
            if "no such" in str(error) or "syntax" in str(error):
                raise
            raise Unavailable("STORE_UNAVAILABLE", "The store cannot be read.") from error
        finally:
            with self._idle:
                self._reading -= 1
                self._idle.notify_all()

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._read():
            return self._reader().execute(sql, params).fetchall()

    @contextmanager
    def snapshot(self) -> Iterator[Query]:
        connection = self._connected()

        def query(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
            with self._read():
                return connection.execute(sql, params).fetchall()

        try:
            connection.execute("BEGIN")
            # The transaction begins with the first read.
            query("SELECT COUNT(*) FROM sqlite_schema", ())
            yield query
        finally:
            connection.close()

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, check_same_thread=False, isolation_level=None, timeout=5
        )
        connection.execute("PRAGMA query_only=ON")
        return connection

    def _reader(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connected()
            self._local.connection = connection
            with self._lock:
                self._readers.append(connection)
        return connection

    def select_stream(self, stream_id: UUID, after: int = 0) -> list[StoredRow]:
        with self._read():
            events = self._recorder.select_events(stream_id, gt=after or None)
        return [
            StoredRow(0, e.originator_id.hex, e.originator_version, e.topic, e.state)
            for e in events
            if isinstance(e.originator_id, UUID)
        ]

    def select_log(self, after: int, limit: int, names: Sequence[str]) -> list[StoredRow]:
        with self._read():
            found = self._recorder.select_notifications(
                after, limit, topics=names, inclusive_of_start=False
            )
        return [
            StoredRow(n.id, n.originator_id.hex, n.originator_version, n.topic, n.state)
            for n in found
            if isinstance(n.originator_id, UUID)
        ]

    def newest(self) -> int:
        with self._read():
            return self._recorder.max_notification_id() or 0

    def tracked(self, source: str) -> int:
        with self._read():
            return self._recorder.max_tracking_id(source) or 0

    def migrate(self, folder: Path) -> list[str]:
        applied = []
        with self.transaction() as tx:
            tx.execute("CREATE TABLE IF NOT EXISTS schema_migration (name TEXT PRIMARY KEY)")
            known = {row[0] for row in tx.execute("SELECT name FROM schema_migration")}
            for path in sorted(folder.glob("*.sql")):
                if path.name not in known:
                    for statement in path.read_text().replace("{BLOB}", "BLOB").split(";"):
                        if statement.strip():
                            tx.execute(statement)
                    tx.execute("INSERT INTO schema_migration VALUES (?)", (path.name,))
                    applied.append(path.name)
        return applied

    def watch(self, moved: Callable[[], object]) -> None:
        """One process has the file; its own commits wake its readers."""

    def close(self) -> None:
        with self._idle:
            self._closed = True
            self._idle.wait_for(lambda: not self._reading)
        with self._lock:
            for connection in self._readers:
                connection.close()
            self._writer.close()
        self._datastore.close()
