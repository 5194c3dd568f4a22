"""The writing side: records into the log and the views in one transaction, and checkpoints."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from helpdesk.kernel.store import Database, Engine, Query
from services.audit.domain.facts import facts_of, unix
from services.audit.domain.heartbeats import Heard
from services.audit.domain.numbers import Hole, Writer
from services.audit.domain.sessions import Session
from services.audit.log.archived import read_archives
from services.audit.log.notes import Signer, VerifierKey
from services.audit.log.records import Record
from services.audit.log.storage import (
    StoredTiles,
    add_cosignature,
    append,
    make_checkpoint,
    newest_checkpoint,
    read_checkpoints,
    read_rows,
    size_of,
)
from services.audit.log.verdict import Verdict
from services.audit.log.verification import verify
from services.audit.projections import ActionRow, SessionKey, Stored, Views, keys_in

_SENTENCES = 100
_SESSION = (
    "session_id, agent_id, sign_in_id, partner_id, first_idx, started_at, ended_at, "
    "done, refused, failed"
)


class Reading:
    """The log's database, only for reading."""

    def __init__(self, query: Query) -> None:
        self._query = query

    def execute(self, sql: str, params: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        return self._query(sql, params)

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one reading statement."""
        return self._query(sql, params)

    def executemany(self, _sql: str, _rows: Iterable[Sequence[Any]], /) -> None:
        raise PermissionError("a reader writes nothing")


class Ledger:
    """The log and its views; safe for use from several threads."""

    def __init__(self, engine: Engine, signer: Signer) -> None:
        self._engine = engine
        self.signer = signer
        self._moved = threading.Condition()
        self._size = size_of(Reading(engine.query))
        # The process that serves is woken by what the one that consumes has stored.
        engine.watch(self._look)

    @property
    def reading(self) -> Reading:
        """What the log's own functions read through."""
        return Reading(self._engine.query)

    @contextmanager
    def snapshot(self) -> Iterator[Reading]:
        """Open one state of the log for reading. Raises Unavailable."""
        with self._engine.snapshot() as query:
            yield Reading(query)

    @property
    def verifier_key(self) -> str:
        """The log's public key, ``name+id+base64``."""
        return str(self.signer.verifier_key)

    def tracked(self, tracking: str) -> int:
        """Return how far a source was consumed, durably."""
        return self._engine.tracked(tracking)

    def append(
        self,
        tracking: str,
        position: int,
        records: Sequence[Record],
        heard: Sequence[Heard] = (),
    ) -> int:
        """
        Store records, what they change in the views, and the source's position as one whole.

        Heartbeats are those that stood among the records. A record that is in the log already
        changes nothing. Returns how many were new. Raises RecordDiffersError, LogDamagedError,
        Unavailable.
        """
        now = unix(datetime.now(UTC))
        with self._engine.transaction() as tx:
            before = size_of(tx)
            size = append(tx, records)
            _project(tx, _arrived(tx, before, records), now)
            _hear(tx, heard)
            tx.track(tracking, position)
        self._grown(size)
        return size - before

    def wait(self, size: int, timeout: float) -> bool:
        """
        Wait until the log holds so many records; False when it does not in time (seconds).

        Raises Unavailable.
        """
        with self._moved:
            if self._moved.wait_for(lambda: self._size >= size, timeout):
                return True
        # Another process may have appended while nothing could tell this one.
        self._look()
        return self._size >= size

    def _look(self) -> None:
        self._grown(size_of(self.reading))

    def _grown(self, size: int) -> None:
        with self._moved:
            if size > self._size:
                self._size = size
                self._moved.notify_all()

    def sign(self, now: datetime) -> None:
        """
        Sign the log as it stands, unless that was done at this size.

        Raises LogDamagedError where the log contradicts what was signed before.
        """
        with self._engine.transaction() as tx:
            newest = newest_checkpoint(tx)
            if newest is None or newest.size < size_of(tx):
                make_checkpoint(tx, self.signer, now)
            _keep_heartbeats(tx)

    def cosigned(self, note: str, witness: VerifierKey) -> None:
        """Keep a witness's signature. Raises NoteRefusedError, LogDamagedError, Unavailable."""
        keys = [self.signer.verifier_key, witness]
        with self._engine.transaction() as tx:
            add_cosignature(tx, note, keys)

    def refused(
        self, refusing: Collection[str], unanswered: Collection[str], size: int, now: datetime
    ) -> None:
        """
        Keep which witnesses refuse the log, of this size at first, and no others.

        Of one that did not answer stands what stood. Raises Unavailable.
        """
        before = {name for (name,) in self._engine.query("SELECT witness FROM audit_refusal")}
        gone = [(name,) for name in before.difference(refusing, unanswered)]
        new = [(name, size, unix(now)) for name in refusing if name not in before]
        if not gone and not new:
            return
        with self._engine.transaction() as tx:
            tx.executemany("DELETE FROM audit_refusal WHERE witness = ?", gone)
            tx.executemany("INSERT INTO audit_refusal VALUES (?, ?, ?)", new)

    def sign_now(self) -> None:
        """What the timer does: sign where the log has grown."""
        self.sign(datetime.now(UTC))

    def check(self) -> Verdict:
        """Verify the whole log against its own checkpoints, and store the verdict."""
        at, keys = datetime.now(UTC), [self.signer.verifier_key]
        # Bytes that are archived while the rows are read must not look as if they were gone.
        with self.snapshot() as reading:
            notes = [each.note for each in read_checkpoints(reading)]
            if not notes:
                return Verdict(0, 0, ())
            verdict = verify(
                read_rows(reading),
                notes,
                keys,
                tiles=StoredTiles(reading),
                archives=[each.note for each in read_archives(reading)],
            )
        self._keep(at, verdict)
        return verdict

    def _keep(self, at: datetime, verdict: Verdict) -> None:
        first = verdict.first
        ordered = sorted(verdict.findings, key=lambda finding: finding is not first)
        sentences = json.dumps([each.sentence for each in ordered[:_SENTENCES]])
        place = first.first.index if first is not None and first.first is not None else None
        with self._engine.transaction() as tx:
            tx.execute(
                "INSERT INTO log_verdict (place, checked_at, records, sentences, first_idx) "
                "VALUES (1, ?, ?, ?, ?) ON CONFLICT (place) DO UPDATE SET "
                "checked_at = excluded.checked_at, records = excluded.records, "
                "sentences = excluded.sentences, first_idx = excluded.first_idx",
                (unix(at), verdict.records, sentences, place),
            )


def _arrived(tx: Database, before: int, records: Sequence[Record]) -> list[Stored]:
    sealed = {record.record_id: record.sealed for record in records}
    rows = tx.execute(
        "SELECT idx, source, source_position, record_id FROM log_leaf WHERE idx >= ? ORDER BY idx",
        (before,),
    )
    return [
        Stored(idx, source, position, record_id, sealed[record_id])
        for idx, source, position, record_id in rows
    ]


def _project(tx: Database, arrived: Sequence[Stored], now: int) -> None:
    if not arrived:
        return
    sessions, writers = keys_in(facts_of(stored.sealed) for stored in arrived)
    views = Views(_load_sessions(tx, sessions), _load_writers(tx, writers))
    views.take(arrived, now)
    _store(tx, views)


def _hear(tx: Database, heard: Sequence[Heard]) -> None:
    tx.executemany(
        "INSERT INTO audit_heartbeat "
        "(writer, service, number, at, heard_at, ended, signature, good) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (writer) DO UPDATE SET "
        "number = excluded.number, at = excluded.at, heard_at = excluded.heard_at, "
        "ended = excluded.ended, signature = excluded.signature, good = excluded.good",
        [
            (
                h.writer,
                h.service,
                h.number,
                h.at,
                h.heard_at,
                int(h.ended),
                h.signature,
                int(h.good),
            )
            for h in heard
        ],
    )


def _keep_heartbeats(tx: Database) -> None:
    """Keep what was heard while the newest checkpoint covers all: later ones may count more."""
    tx.execute(
        "INSERT INTO audit_heartbeat_signed "
        "(writer, service, number, at, heard_at, ended, signature, good) "
        "SELECT writer, service, number, at, heard_at, ended, signature, good "
        "FROM audit_heartbeat h WHERE NOT EXISTS (SELECT 1 FROM audit_heartbeat_signed s "
        "WHERE s.writer = h.writer AND s.number = h.number AND s.at = h.at) "
        "ON CONFLICT (writer) DO UPDATE SET "
        "number = excluded.number, at = excluded.at, heard_at = excluded.heard_at, "
        "ended = excluded.ended, signature = excluded.signature, good = excluded.good"
    )


def _load_sessions(tx: Database, keys: Iterable[SessionKey]) -> dict[SessionKey, Session]:
    found: dict[SessionKey, Session] = {}
    for key in keys:
        rows = tx.execute(
            f"SELECT {_SESSION} FROM audit_session WHERE agent_id = ? AND sign_in_id = ? "
            "ORDER BY first_idx DESC LIMIT 1",
            key,
        )
        if rows:
            found[key] = Session(*rows[0])
    return found


def _load_writers(tx: Database, names: Iterable[str]) -> dict[str, Writer]:
    found: dict[str, Writer] = {}
    for name in names:
        rows = tx.execute(
            "SELECT writer, service, head, last_at FROM audit_writer WHERE writer = ?", (name,)
        )
        if rows:
            holes = tx.execute(
                "SELECT first_number, last_number, noticed_at FROM audit_missing "
                "WHERE writer = ? ORDER BY first_number",
                (name,),
            )
            writer, service, head, last_at = rows[0]
            missing = tuple(Hole(*hole) for hole in holes)
            twice = tx.execute(
                "SELECT number FROM audit_doubled WHERE writer = ? ORDER BY number", (name,)
            )
            doubled = tuple(number for (number,) in twice)
            found[name] = Writer(writer, service, head, last_at, missing, doubled)
    return found


def _store(tx: Database, views: Views) -> None:
    places = ", ".join("?" * len(ActionRow._fields))
    columns = ", ".join(ActionRow._fields)
    tx.executemany(f"INSERT INTO audit_action ({columns}) VALUES ({places})", views.rows)
    tx.executemany(
        "INSERT INTO audit_action_name (action) VALUES (?) ON CONFLICT (action) DO NOTHING",
        [(name,) for name in sorted({row.action for row in views.rows})],
    )
    tx.executemany(
        f"INSERT INTO audit_session ({_SESSION}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (session_id) DO UPDATE SET started_at = excluded.started_at, "
        "ended_at = excluded.ended_at, done = excluded.done, refused = excluded.refused, "
        "failed = excluded.failed",
        [
            (
                s.session_id,
                s.agent_id,
                s.sign_in_id,
                s.partner_id,
                s.first_idx,
                s.started_at,
                s.ended_at,
                s.done,
                s.refused,
                s.failed,
            )
            for s in views.changed.values()
        ],
    )
    tx.executemany(
        "INSERT INTO audit_source (source, records) VALUES (?, ?) "
        "ON CONFLICT (source) DO UPDATE SET records = audit_source.records + excluded.records",
        list(views.records.items()),
    )
    tx.executemany(
        "INSERT INTO audit_writer (writer, service, head, last_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (writer) DO UPDATE SET head = excluded.head, last_at = excluded.last_at",
        [(w.writer, w.service, w.head, w.last_at) for w in views.writers.values()],
    )
    tx.executemany(
        "DELETE FROM audit_missing WHERE writer = ?", [(name,) for name in views.writers]
    )
    tx.executemany(
        "INSERT INTO audit_missing (writer, first_number, last_number, noticed_at) "
        "VALUES (?, ?, ?, ?)",
        [
            (w.writer, hole.first, hole.last, hole.noticed_at)
            for w in views.writers.values()
            for hole in w.holes
        ],
    )
    tx.executemany(
        "INSERT INTO audit_doubled (writer, number) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(w.writer, number) for w in views.writers.values() for number in w.doubled],
    )


def oldest_from(reading: Reading, idx: int) -> int:
    """Return when the oldest record from an index on occurred, in microseconds; 0 without one."""
    # With the sum no engine looks for the minimum in the index of times, from its other end.
    rows = reading.execute(
        "SELECT COALESCE(MIN(occurred_at + 0), 0) FROM audit_action WHERE idx >= ?", (idx,)
    )
    return int(rows[0][0])
