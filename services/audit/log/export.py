"""
The whole log as files that anyone can check offline.

    checkpoint        the newest signed checkpoint, a signed note; the export ends with its records
    checkpoints       every signed checkpoint up to it, one JSON string a line
    entries.ndjson    each record: labels, sealed bytes (base64), leaf hash, chain value
    tile/L/N[.p/W]    the tree as in C2SP tlog-tiles
    archives          signed statements of what is in bundles, where there are any
    keys              verifier keys of the log and its witnesses, one a line

`keys` tells which keys the log says it has. Who verifies brings the keys in which he trusts.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from services.audit.log.archive import Archive, ArchivedTiles, ArchiveUnreadableError, ArchiveWriter
from services.audit.log.archived import read_archives
from services.audit.log.checkpoints import parse_checkpoint
from services.audit.log.merkle import HASH_SIZE
from services.audit.log.notes import NoteRefusedError, VerifierKey, split_note
from services.audit.log.records import LogRow
from services.audit.log.storage import (
    Database,
    LogDamagedError,
    StoredTiles,
    newest_checkpoint,
    read_checkpoints,
    read_rows,
)
from services.audit.log.tiles import TileMissingError, tile_path, tiles_of
from services.audit.log.verdict import Verdict
from services.audit.log.verification import verify

CHECKPOINT = "checkpoint"
CHECKPOINTS = "checkpoints"
ENTRIES = "entries.ndjson"
KEYS = "keys"
ARCHIVES = "archives"
_TILES_AT_ONCE = 200


def write_export(
    db: Database,
    target: Path,
    keys: Iterable[VerifierKey],
    beside: Mapping[str, bytes] | None = None,
) -> int:
    """
    Export what the newest checkpoint covers; answers how many records.

    A folder, or one file where the target ends in .zip; nothing may be there yet (FileExistsError).
    `beside` are further files. LogDamagedError without a checkpoint or with tiles missing.
    """
    newest = newest_checkpoint(db)
    if newest is None:
        raise LogDamagedError("the log has no checkpoint: sign one before an export")
    with ArchiveWriter(target) as archive:
        archive.write(CHECKPOINT, newest.note.encode())
        archive.write_lines(CHECKPOINTS, (json.dumps(each.note) for each in read_checkpoints(db)))
        archive.write_lines(KEYS, map(str, keys))
        if archives := read_archives(db):
            archive.write_lines(ARCHIVES, (json.dumps(each.note) for each in archives))
        archive.write_lines(ENTRIES, map(_entry, read_rows(db, end=newest.size)))
        for name, data in (beside or {}).items():
            archive.write(name, data)
        for name, tile in _tiles(db, newest.size):
            archive.write(name, tile)
    return newest.size


def verify_export(
    source: Path,
    keys: Sequence[VerifierKey],
    *,
    kept: Iterable[str] = (),
    witnesses: int = 0,
) -> Verdict:
    """
    Check an export with keys from elsewhere and, better still, checkpoints `kept` elsewhere.

    ArchiveUnreadableError where a file is missing or no longer in its format.
    """
    with Archive(source) as archive:
        note = archive.read_text(CHECKPOINT)
        notes = [note, *_stored_notes(archive), *kept]
        tiles = ArchivedTiles(archive, _size(note))
        return verify(
            read_entries(archive),
            notes,
            keys,
            tiles=tiles,
            witnesses=witnesses,
            archives=_statements(archive),
        )


def read_entries(archive: Archive) -> Iterator[LogRow]:
    """The rows of an export in the order of the file; ArchiveUnreadableError."""
    for number, line in enumerate(archive.lines(ENTRIES), 1):
        try:
            entry = json.loads(line)
            yield LogRow(
                int(entry["index"]),
                str(entry["source"]),
                int(entry["source_position"]),
                str(entry["record_id"]),
                None if entry["organization_id"] is None else str(entry["organization_id"]),
                decode(entry["bytes"]),
                decode(entry["leaf_hash"]),
                decode(entry["head"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ArchiveUnreadableError(f"line {number} of {ENTRIES} is not an entry") from error


def encode(data: bytes) -> str:
    """Bytes as base64, RFC 4648 section 4."""
    return base64.b64encode(data).decode()


def decode(text: str) -> bytes:
    """Base64 as bytes; ValueError."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def _entry(row: LogRow) -> str:
    return json.dumps(
        {
            "index": row.idx,
            "source": row.source,
            "source_position": row.source_position,
            "record_id": row.record_id,
            "organization_id": row.organization_id,
            "leaf_hash": encode(row.leaf_hash),
            "head": encode(row.head),
            "bytes": encode(row.sealed),
        }
    )


def _tiles(db: Database, size: int) -> Iterator[tuple[str, bytes]]:
    names, stored = tiles_of(size), StoredTiles(db)
    for start in range(0, len(names), _TILES_AT_ONCE):
        part = names[start : start + _TILES_AT_ONCE]
        found = stored([(level, index) for level, index, _ in part])
        for level, index, width in part:
            tile = found.get((level, index), b"")[: width * HASH_SIZE]
            if len(tile) != width * HASH_SIZE:
                raise LogDamagedError(str(TileMissingError(level, index)))
            yield tile_path(level, index, width), tile


def _statements(archive: Archive) -> list[str]:
    try:
        return [str(json.loads(line)) for line in archive.lines(ARCHIVES)]
    except ArchiveUnreadableError:
        # Nothing was archived. Where the file was taken away, the bytes are missing without it.
        return []
    except ValueError as error:
        raise ArchiveUnreadableError(f"{ARCHIVES} is not readable") from error


def _stored_notes(archive: Archive) -> Iterator[str]:
    for number, line in enumerate(archive.lines(CHECKPOINTS), 1):
        try:
            yield str(json.loads(line))
        except ValueError as error:
            raise ArchiveUnreadableError(
                f"line {number} of {CHECKPOINTS} is not a checkpoint"
            ) from error


def _size(note: str) -> int:
    """Size that a checkpoint claims, 0 where it is unreadable: then no tile is looked for."""
    try:
        return parse_checkpoint(split_note(note)[0]).size
    except NoteRefusedError:
        return 0
