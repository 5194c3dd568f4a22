"""One state of a log, read from a database or from an export of all or some of its records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from services.audit.application.ports import Found
from services.audit.domain.filters import Filter
from services.audit.log.archive import Archive, ArchivedTiles, ArchiveUnreadableError
from services.audit.log.archived import bundle_name, parse_statement, read_archives
from services.audit.log.bundles import Bundles, completed
from services.audit.log.checkpoints import parse_checkpoint
from services.audit.log.export import (
    ARCHIVES,
    CHECKPOINT,
    ENTRIES,
    KEYS,
    Head,
    head_of,
    read_entries,
    read_notes,
    read_statements,
)
from services.audit.log.merkle import leaf_hash
from services.audit.log.notes import NoteRefusedError, split_note
from services.audit.log.records import LogRow
from services.audit.log.selected import Selected, read_selected
from services.audit.log.storage import (
    LogDamagedError,
    StoredTiles,
    find_record,
    newest_checkpoint,
    read_checkpoints,
    read_rows,
    size_of,
)
from services.audit.log.tiles import TileReader, inclusion
from services.audit.replay.sources import LOG, Reader, read_only
from services.audit.views.completeness import COMPLETENESS, completeness_of
from services.audit.views.selection import fitting, records_of


class OpenedLog(Protocol):
    """
    The records of a log, their bytes with them.

    Reading raises DamagedError, ArchiveUnreadableError, LogDamagedError; BundleNeededError where
    archived records are asked for whose bundle is not at hand.
    """

    size: int
    """How many records there are."""

    def head(self) -> Head:
        """Return the newest checkpoint, and what proves records in it. Raises LogDamagedError."""

    def rows(self) -> Iterator[LogRow]:
        """Yield all records in the log's order."""

    def stored(self) -> Iterator[LogRow]:
        """Yield all records as they stand: archived ones without bytes."""

    def found(self, wanted: Filter, end: int) -> Iterator[Found]:
        """Yield the records below an index that fit, in the log's order."""

    def find(self, record_id: str) -> LogRow | None:
        """Return a record."""

    def tiles(self) -> TileReader:
        """Return what proves one size of the log in another. Raises LogDamagedError."""

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        """Yield size and note of the checkpoints that are kept with it."""

    def completeness(self) -> bytes:
        """Return what is known of how complete the log is, up to its newest checkpoint."""


class StoredLog:
    """The log in a database."""

    def __init__(self, db: Reader, folder: Path) -> None:
        self._db = db
        self.size = size_of(db)
        self._bundles = Bundles(folder, [(a.first, a.size, a.file) for a in read_archives(db)])

    @property
    def db(self) -> Reader:
        """Its tables."""
        return self._db

    def head(self) -> Head:
        return head_of(self._db)

    def rows(self) -> Iterator[LogRow]:
        return completed(self.stored(), self._bundles)

    def stored(self) -> Iterator[LogRow]:
        return read_rows(self._db)

    def found(self, wanted: Filter, end: int) -> Iterator[Found]:
        return records_of(self._db, self._bundles, wanted, end)

    def find(self, record_id: str) -> LogRow | None:
        row = find_record(self._db, record_id)
        return next(completed([row], self._bundles)) if row is not None else None

    def tiles(self) -> TileReader:
        return StoredTiles(self._db)

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        for each in read_checkpoints(self._db):
            yield each.size, each.note

    def completeness(self) -> bytes:
        newest = newest_checkpoint(self._db)
        return completeness_of(self._db, newest.size if newest is not None else 0)


class ExportedLog:
    """The log in an export of all its records."""

    def __init__(self, archive: Archive, folder: Path) -> None:
        self._archive = archive
        self._bundles = Bundles(folder, _archived(archive))
        self._note = archive.read_text(CHECKPOINT)
        self.size = _size(self._note)

    def head(self) -> Head:
        return Head(self._note, self.size, self._prove)

    def rows(self) -> Iterator[LogRow]:
        return completed(self.stored(), self._bundles)

    def stored(self) -> Iterator[LogRow]:
        return read_entries(self._archive)

    def found(self, wanted: Filter, end: int) -> Iterator[Found]:
        return (each for each in fitting(self.rows(), wanted) if each.idx < end)

    def find(self, record_id: str) -> LogRow | None:
        for row in read_entries(self._archive):
            if row.record_id == record_id:
                return next(completed([row], self._bundles))
        return None

    def tiles(self) -> TileReader:
        return ArchivedTiles(self._archive, self.size)

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        for note in read_notes(self._archive):
            yield _size(note), note

    def completeness(self) -> bytes:
        return self._archive.read(COMPLETENESS)

    def _prove(self, idx: int) -> list[bytes]:
        return inclusion(self.tiles(), idx, self.size)


class ExportedSelection:
    """Some records of a log, in an export that has a proof of each."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._note = archive.read_text(CHECKPOINT)
        self.size = sum(1 for _ in read_selected(archive))
        self._read: Selected | None = None

    def head(self) -> Head:
        return Head(self._note, _size(self._note), self._prove)

    def rows(self) -> Iterator[LogRow]:
        for entry in read_selected(self._archive):
            self._read = entry
            yield _row(entry)

    def stored(self) -> Iterator[LogRow]:
        return self.rows()

    def found(self, wanted: Filter, end: int) -> Iterator[Found]:
        return (each for each in fitting(self.rows(), wanted) if each.idx < end)

    def find(self, record_id: str) -> LogRow | None:
        return next((row for row in self.rows() if row.record_id == record_id), None)

    def tiles(self) -> TileReader:
        raise LogDamagedError("an export of some records has no tree: take one of the whole log")

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        yield _size(self._note), self._note

    def completeness(self) -> bytes:
        return self._archive.read(COMPLETENESS)

    def _prove(self, idx: int) -> Sequence[bytes]:
        # Proofs are as many as records: the one of the record that was read last is kept.
        entry = self._read
        if entry is None or entry.place.index != idx:
            entry = next((e for e in read_selected(self._archive) if e.place.index == idx), None)
        if entry is None:
            raise LogDamagedError(f"record {idx} is not in this export")
        return entry.proof


def is_export(source: Path) -> bool:
    """Whether a path is an export, and no data directory."""
    return source.is_file() or (source / KEYS).exists()


@contextmanager
def opened_export(source: Path, folder: Path) -> Iterator[OpenedLog]:
    """Open an export, with the folder of bundles. Raises ArchiveUnreadableError."""
    with Archive(source) as archive:
        yield ExportedLog(archive, folder) if archive.has(ENTRIES) else ExportedSelection(archive)


@contextmanager
def opened_data(source: Path, folder: Path) -> Iterator[OpenedLog]:
    """Open a data directory, with the folder of bundles. Raises UnreadableError."""
    with read_only(source / LOG) as db:
        yield StoredLog(db, folder)


def _row(entry: Selected) -> LogRow:
    place = entry.place
    return LogRow(
        place.index,
        str(place.source),
        place.source_position or 0,
        str(place.record_id),
        entry.organization_id,
        entry.sealed,
        leaf_hash(entry.sealed),
        b"",
    )


def _size(note: str) -> int:
    try:
        return parse_checkpoint(split_note(note)[0]).size
    except NoteRefusedError as error:
        raise ArchiveUnreadableError(f"{CHECKPOINT} is not readable") from error


def _archived(archive: Archive) -> list[tuple[int, int, str]]:
    try:
        statements = [parse_statement(split_note(note)[0]) for note in read_statements(archive)]
    except NoteRefusedError as error:
        raise ArchiveUnreadableError(f"{ARCHIVES} is not readable") from error
    return [(each.first, each.size, bundle_name(each.first, each.size)) for each in statements]
