"""The log's tables: appending, reading and the checkpoints that were signed."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from services.audit.log.checkpoints import (
    Checkpoint,
    merge_signatures,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from services.audit.log.merkle import HASH_SIZE, leaf_hash
from services.audit.log.notes import (
    NoteRefusedError,
    Reason,
    Signer,
    VerifierKey,
    keep_known,
    split_note,
)
from services.audit.log.records import FIRST_HEAD, LogRow, Record, chain_value
from services.audit.log.tiles import (
    TILE_HEIGHT,
    TILE_LEVELS,
    TILE_WIDTH,
    Edge,
    TileMissingError,
    TileName,
    hashes_at,
    root_at,
    split_hashes,
)

_BATCH = 4096
_ASKED = 500
_ROW = "idx, source, source_position, record_id, organization_id, bytes, leaf_hash, head"


class Database(Protocol):
    """A connection inside a transaction that the caller opened; `?` stands for a value."""

    def execute(self, sql: str, params: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        """Run one statement; answers its rows."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Run one statement for each row of values."""


class LogDamagedError(Exception):
    """The tables contradict each other or what was signed; nothing may be appended or signed."""


class RecordDiffersError(Exception):
    """A record id that the log has already came again with other bytes."""

    def __init__(self, record_id: str) -> None:
        """Name the record."""
        super().__init__(f"record {record_id} is in the log with other bytes")
        self.record_id = record_id


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A signed checkpoint as the log keeps it."""

    size: int
    note: str
    signed_at: int
    """Unix time in microseconds."""


def append(db: Database, records: Iterable[Record]) -> int:
    """
    Append records inside the caller's transaction; answers the log's size.

    Idempotent by record id: one that the log has already is skipped. There must be one writer at a
    time; a second one fails on the primary key. RecordDiffersError, LogDamagedError; the driver's
    own error where a source's position comes twice.
    """
    size, head = _newest(db)
    edge = Edge(size, _partial_tiles(db, size))
    arriving = iter(records)
    while batch := list(islice(arriving, _BATCH)):
        rows: list[LogRow] = []
        for record, leaf in _new_ones(db, batch):
            head = chain_value(head, leaf, record)
            rows.append(LogRow(edge.size + len(rows), *record, leaf, head))
        _store(db, rows, edge.extend([row.leaf_hash for row in rows]))
    return edge.size


def size_of(db: Database) -> int:
    """How many records the log holds."""
    return _newest(db)[0]


def read_rows(db: Database, start: int = 0, end: int | None = None) -> Iterator[LogRow]:
    """The rows with start <= index < end in order, by pages; a missing row is just not there."""
    after, last = start - 1, end if end is not None else _newest(db)[0]
    while page := db.execute(
        f"SELECT {_ROW} FROM log_leaf WHERE idx > ? AND idx < ? ORDER BY idx LIMIT {_BATCH}",
        (after, last),
    ):
        for values in page:
            yield LogRow._make(values)
        after = page[-1][0]


def read_organization(db: Database, organization_id: str, end: int) -> Iterator[LogRow]:
    """One customer's rows with index < end in order, by pages; archived ones without bytes."""
    after = -1
    while page := db.execute(
        f"SELECT {_ROW} FROM log_leaf WHERE organization_id = ? AND idx > ? AND idx < ?"
        f" ORDER BY idx LIMIT {_BATCH}",
        (organization_id, after, end),
    ):
        for values in page:
            yield LogRow._make(values)
        after = page[-1][0]


def find_record(db: Database, record_id: str) -> LogRow | None:
    """The row of a record id."""
    found = db.execute(f"SELECT {_ROW} FROM log_leaf WHERE record_id = ?", (record_id,))
    return LogRow._make(found[0]) if found else None


class StoredTiles:
    """The tiles in the database, as the proofs read them."""

    def __init__(self, db: Database) -> None:
        """Read through this connection."""
        self._db = db

    def __call__(self, names: Collection[TileName]) -> Mapping[TileName, bytes]:
        """The tiles of these names, as far as they are stored."""
        asked = list(names)
        found: dict[TileName, bytes] = {}
        for start in range(0, len(asked), _ASKED // 2):
            part = asked[start : start + _ASKED // 2]
            places = " OR ".join(["(level = ? AND idx = ?)"] * len(part))
            for level, index, hashes in self._db.execute(
                f"SELECT level, idx, hashes FROM log_tile WHERE {places}",
                [value for name in part for value in name],
            ):
                found[level, index] = bytes(hashes)
        return found


def current_checkpoint(db: Database, origin: str) -> Checkpoint:
    """The unsigned head of the log as it stands."""
    size, head = _newest(db)
    return Checkpoint(origin, size, _root(db, size), head)


def make_checkpoint(db: Database, signer: Signer, now: datetime) -> str:
    """
    Sign the log as it stands and store the note, inside the caller's transaction.

    LogDamagedError unless the newest stored checkpoint is of a log that this one continues: a log
    never signs two heads that contradict each other. Asked again at the same size it answers the
    stored note.
    """
    checkpoint = current_checkpoint(db, signer.name)
    last = newest_checkpoint(db)
    if last is not None:
        _check_continues(db, parse_checkpoint(split_note(last.note)[0]), checkpoint)
    note = sign_checkpoint(checkpoint, signer)
    if last is not None and last.size == checkpoint.size:
        note = merge_signatures(last.note, note)
        if note != last.note:
            _replace_note(db, last.size, note)
        return note
    db.execute(
        "INSERT INTO log_checkpoint (size, note, signed_at) VALUES (?, ?, ?)",
        (checkpoint.size, note, int(now.timestamp() * 1_000_000)),
    )
    return note


def add_cosignature(db: Database, note: str, keys: Sequence[VerifierKey]) -> str:
    """Keep a witness's signature beside the log's; answers the stored note. NoteRefusedError."""
    opened = open_checkpoint(note, keys)
    if not opened.cosignatures:
        raise NoteRefusedError(Reason.UNKNOWN_KEY, "no known witness signed")
    size = opened.checkpoint.size
    found = db.execute("SELECT note FROM log_checkpoint WHERE size = ?", (size,))
    if not found:
        raise LogDamagedError(f"no checkpoint of {size} records is stored")
    merged = merge_signatures(found[0][0], keep_known(note, keys))
    _replace_note(db, size, merged)
    return merged


def read_checkpoints(db: Database) -> list[StoredCheckpoint]:
    """Every stored checkpoint, oldest first."""
    rows = db.execute("SELECT size, note, signed_at FROM log_checkpoint ORDER BY size")
    return [StoredCheckpoint(*row) for row in rows]


def newest_checkpoint(db: Database) -> StoredCheckpoint | None:
    """The stored checkpoint of the largest size."""
    rows = db.execute("SELECT size, note, signed_at FROM log_checkpoint ORDER BY size DESC LIMIT 1")
    return StoredCheckpoint(*rows[0]) if rows else None


def _newest(db: Database) -> tuple[int, bytes]:
    found = db.execute("SELECT idx, head FROM log_leaf ORDER BY idx DESC LIMIT 1")
    return (found[0][0] + 1, bytes(found[0][1])) if found else (0, FIRST_HEAD)


def _partial_tiles(db: Database, size: int) -> list[list[bytes]]:
    """Hashes of the last tile of each level; LogDamagedError where rows and tiles differ."""
    counts = [hashes_at(level, size) for level in range(TILE_LEVELS)]
    names = [(level, count >> TILE_HEIGHT) for level, count in enumerate(counts)]
    stored = StoredTiles(db)(names)
    partial = []
    for name, count in zip(names, counts, strict=True):
        hashes = stored.get(name, b"")
        if len(hashes) != count % TILE_WIDTH * HASH_SIZE:
            raise LogDamagedError(
                f"the log has {size} records, but tile {name[0]}/{name[1]} is of another size"
            )
        partial.append(split_hashes(hashes))
    return partial


def _new_ones(db: Database, batch: Sequence[Record]) -> Iterator[tuple[Record, bytes]]:
    """The records that are not in the log yet, with their leaf hashes."""
    known: dict[str, bytes] = {}
    for start in range(0, len(batch), _ASKED):
        ids = [record.record_id for record in batch[start : start + _ASKED]]
        places = ", ".join("?" * len(ids))
        known.update(
            (record_id, bytes(leaf))
            for record_id, leaf in db.execute(
                f"SELECT record_id, leaf_hash FROM log_leaf WHERE record_id IN ({places})", ids
            )
        )
    for record in batch:
        leaf = leaf_hash(record.sealed)
        if record.record_id not in known:
            known[record.record_id] = leaf
            yield record, leaf
        elif known[record.record_id] != leaf:
            raise RecordDiffersError(record.record_id)


def _store(db: Database, rows: Sequence[LogRow], tiles: Sequence[tuple[int, int, bytes]]) -> None:
    db.executemany(f"INSERT INTO log_leaf ({_ROW}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    db.executemany(
        "INSERT INTO log_tile (level, idx, hashes) VALUES (?, ?, ?)"
        " ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes",
        tiles,
    )


def _root(db: Database, size: int) -> bytes:
    try:
        return root_at(StoredTiles(db), size)
    except TileMissingError as missing:
        raise LogDamagedError(str(missing)) from missing


def _check_continues(db: Database, last: Checkpoint, now: Checkpoint) -> None:
    if last.origin != now.origin:
        raise LogDamagedError(f"the stored checkpoints are of another log, {last.origin}")
    if last.size > now.size:
        raise LogDamagedError(
            f"{last.size} records were signed, the log holds {now.size}: the newest were cut off"
        )
    head = FIRST_HEAD
    if last.size:
        found = db.execute("SELECT head FROM log_leaf WHERE idx = ?", (last.size - 1,))
        head = bytes(found[0][0]) if found else b""
    if last.root != _root(db, last.size) or last.chain != head:
        raise LogDamagedError(f"the first {last.size} records are not those that were signed")


def _replace_note(db: Database, size: int, note: str) -> None:
    db.execute("UPDATE log_checkpoint SET note = ? WHERE size = ?", (note, size))
