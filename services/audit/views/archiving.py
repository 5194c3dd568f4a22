"""Takes old records out of the log's database into signed bundles that verify by themselves."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from helpdesk.kernel.store import Engine
from services.audit.application.ports import Found
from services.audit.domain.facts import unix
from services.audit.domain.sessions import PAUSE
from services.audit.log.archived import (
    Statement,
    StoredArchive,
    bundle_name,
    digest,
    read_archives,
    sign_statement,
)
from services.audit.log.export import head_of
from services.audit.log.notes import Signer
from services.audit.log.records import LogRow
from services.audit.log.storage import LogDamagedError, newest_checkpoint, read_rows
from services.audit.projections import Stored, Views, state_of, views_of
from services.audit.views.completeness import COMPLETENESS, completeness_of
from services.audit.views.ledger import Reading, oldest_from
from services.audit.views.selected import verify_selection
from services.audit.views.selection import write_selection

ARCHIVE_SECONDS = 3600.0
MOST_RECORDS = 100_000
_LEAST_DAYS = 1.0


class Archiver:
    """Writes a bundle, verifies it, states that it did, and only then takes the bytes away."""

    def __init__(self, engine: Engine, signer: Signer, folder: Path, keep_days: float) -> None:
        self._engine = engine
        self._signer = signer
        self._folder = folder
        self._keep = timedelta(days=max(keep_days, _LEAST_DAYS)) if keep_days else None

    def archive(self, now: datetime) -> int:
        """
        Archive one bundle of what is older than the setting; answers how many records.

        Raises LogDamagedError, Unavailable, OSError; then nothing was taken away.
        """
        if self._keep is None:
            return 0
        with self._engine.snapshot() as query:
            bundle = self._bundle(Reading(query), now - self._keep, now)
        if bundle is None:
            return 0
        self._prune(bundle, now)
        return bundle.size - bundle.first

    def archive_now(self) -> None:
        """What the timer does: archive until nothing is too old."""
        while self.archive(datetime.now(UTC)):
            pass

    def _bundle(self, reading: Reading, until: datetime, now: datetime) -> StoredArchive | None:
        """Write what is older, and state it; None where nothing is."""
        archives, newest = read_archives(reading), newest_checkpoint(reading)
        first = archives[-1].size if archives else 0
        if newest is None:
            return None
        size = min(_end(reading, first, unix(until)), newest.size, first + MOST_RECORDS)
        if size <= first:
            return None
        views = views_of(archives[-1].state if archives else "")
        bundle = self._write(reading, first, size, views, now)
        # A session of archived records cannot go on that ended so long before those that stay.
        state = state_of(views, oldest_from(reading, size) - PAUSE)
        statement = Statement(
            self._signer.name, first, size, _digest_of(bundle), digest(state.encode())
        )
        note = sign_statement(statement, self._signer)
        bundle.with_suffix(".note").write_text(note)
        return StoredArchive(first, size, bundle.name, state, note)

    def _write(self, reading: Reading, first: int, size: int, views: Views, now: datetime) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = self._folder / bundle_name(first, size)
        # One that was begun before a crash is made again.
        target.unlink(missing_ok=True)
        key = str(self._signer.verifier_key)

        def records(_end: int) -> Iterator[Found]:
            for row in read_rows(reading, first, size):
                views.add(_stored(row))
                yield Found(
                    row.idx, row.record_id, row.source, row.source_position, "", 0, row.sealed
                )

        head = head_of(reading)
        count = write_selection(
            head,
            target,
            records,
            asked={"archive": {"first": first, "size": size}, "archived_at": now.isoformat()},
            keys=[key],
            opened={},
            beside={COMPLETENESS: completeness_of(reading, head.size)},
            signer=self._signer,
        )
        verdict = verify_selection(target, [self._signer.verifier_key])
        if count != size - first or not verdict.good or verdict.records != count:
            raise LogDamagedError(f"the bundle of records {first} to {size - 1} does not verify")
        _to_disk(target)
        return target

    def _prune(self, bundle: StoredArchive, now: datetime) -> None:
        kept = {row[0] for row in json.loads(bundle.state)["sessions"]}
        place = (bundle.first, bundle.size)
        with self._engine.transaction() as tx:
            tx.execute(
                "INSERT INTO log_archive (first_idx, size, file, state, note, archived_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (*place, bundle.file, bundle.state, bundle.note, unix(now)),
            )
            tx.execute("UPDATE log_leaf SET bytes = ? WHERE idx >= ? AND idx < ?", (b"", *place))
            tx.execute("DELETE FROM audit_action WHERE idx >= ? AND idx < ?", place)
            over = tx.execute(
                "SELECT session_id FROM audit_session WHERE first_idx < ?", (bundle.size,)
            )
            tx.executemany(
                "DELETE FROM audit_session WHERE session_id = ?",
                [(name,) for (name,) in over if name not in kept],
            )


def _end(reading: Reading, first: int, cutoff: int) -> int:
    """Return the first index that is too young; what came late counts by its own time."""
    rows = reading.execute(
        "SELECT MIN(idx) FROM audit_action WHERE idx >= ? AND occurred_at >= ?", (first, cutoff)
    )
    if rows[0][0] is not None:
        return int(rows[0][0])
    rows = reading.execute("SELECT COALESCE(MAX(idx) + 1, 0) FROM audit_action")
    return int(rows[0][0])


def _stored(row: LogRow) -> Stored:
    return Stored(row.idx, row.source, row.source_position, row.record_id, row.sealed)


def _digest_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _to_disk(path: Path) -> None:
    for each in (path, path.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
