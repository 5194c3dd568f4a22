"""
The whole log as files that anyone can check offline.

    checkpoint        the newest signed checkpoint, a signed note; the export ends with its records
    checkpoints       every signed checkpoint up to it, one JSON string a line
    entries.ndjson    each record: labels, sealed bytes (base64), leaf hash, chain value
    tile/L/N[.p/W]    the tree as in C2SP tlog-tiles
    tile/entries/N[.p/W]  the same records as there; none for those that were archived
    archives          signed statements of what is in bundles, where there are any
    archived-state.json  what the archived records leave for later ones, as the last of them says
    keys              verifier keys of the log and its witnesses, one a line
    manifest          what else is in the export, signed with the log's key, where that was at hand

`keys` tells which keys the log says it has. Who verifies brings the keys in which he trusts.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from services.audit.log.archive import Archive, ArchivedTiles, ArchiveUnreadableError, ArchiveWriter
from services.audit.log.archived import read_archives
from services.audit.log.checkpoints import parse_checkpoint
from services.audit.log.entry_bundles import (
    bundle_indices,
    bundle_path,
    bundles_of,
    first_difference,
)
from services.audit.log.manifest import MANIFEST, Manifest, sign_manifest
from services.audit.log.merkle import HASH_SIZE
from services.audit.log.notes import NoteRefusedError, Signer, VerifierKey, split_note
from services.audit.log.records import LogRow
from services.audit.log.storage import (
    Database,
    LogDamagedError,
    StoredTiles,
    newest_checkpoint,
    read_checkpoints,
    read_rows,
)
from services.audit.log.tiles import (
    TILE_WIDTH,
    TileMissingError,
    TileReader,
    inclusion,
    tile_path,
    tiles_of,
)
from services.audit.log.verdict import Finding, Place, Tampering, Verdict
from services.audit.log.verification import verify

CHECKPOINT = "checkpoint"
CHECKPOINTS = "checkpoints"
ENTRIES = "entries.ndjson"
KEYS = "keys"
ARCHIVES = "archives"
STATE = "archived-state.json"
COVERED = ENTRIES
"""The file that the checkpoint itself proves, with the tiles; the manifest names the others."""
_TILES_AT_ONCE = 200
_EVERY = 1000


class Head(NamedTuple):
    """A signed checkpoint of a log, and what proves that a record is in it."""

    note: str
    size: int
    prove: Callable[[int], Sequence[bytes]]
    """Answers the inclusion proof of an index; TileMissingError, LogDamagedError."""


def head_of(db: Database) -> Head:
    """The newest checkpoint of a log; LogDamagedError where nothing was signed."""
    newest = newest_checkpoint(db)
    if newest is None:
        raise LogDamagedError("the log has no checkpoint: sign one before an export")
    size, tiles = newest.size, StoredTiles(db)
    return Head(newest.note, size, lambda index: inclusion(tiles, index, size))


def write_export(
    db: Database,
    target: Path,
    keys: Iterable[VerifierKey],
    beside: Mapping[str, bytes] | None = None,
    signer: Signer | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> int:
    """
    Export what the newest checkpoint covers; answers how many records.

    A folder, or one file where the target ends in .zip; nothing may be there yet (FileExistsError).
    `beside` are further files. Without a signer there is no manifest. `progress` is told how many
    records were written. LogDamagedError without a checkpoint or with tiles missing.
    """
    newest = head_of(db)
    with ArchiveWriter(target) as archive:
        archive.write(CHECKPOINT, newest.note.encode())
        archive.write_lines(CHECKPOINTS, (json.dumps(each.note) for each in read_checkpoints(db)))
        archive.write_lines(KEYS, map(str, keys))
        if archives := read_archives(db):
            archive.write_lines(ARCHIVES, (json.dumps(each.note) for each in archives))
            archive.write(STATE, archives[-1].state.encode())
        archive.write_lines(ENTRIES, _entries(db, newest.size, progress))
        for name, data in (beside or {}).items():
            archive.write(name, data)
        if signer is not None:
            files = {name: each for name, each in archive.digests.items() if name != COVERED}
            manifest = Manifest(signer.name, newest.size, newest.size, files)
            archive.write(MANIFEST, sign_manifest(manifest, signer).encode())
        for name, tile in _tiles(db, newest.size):
            archive.write(name, tile)
        for index, width, bundle in bundles_of(read_rows(db, end=newest.size), 0, newest.size):
            archive.write(bundle_path(index, width), bundle)
    return newest.size


def verify_export(
    source: Path,
    keys: Sequence[VerifierKey],
    *,
    kept: Iterable[str] = (),
    witnesses: int = 0,
    visit: Callable[[LogRow], object] = lambda _: None,
) -> Verdict:
    """
    Check an export with keys from elsewhere and, better still, checkpoints `kept` elsewhere.

    `visit` is shown each row before it is judged. ArchiveUnreadableError where a file is missing
    or no longer in its format.
    """
    with Archive(source) as archive:
        note = archive.read_text(CHECKPOINT)
        notes = [note, *read_notes(archive), *kept]
        size = _size(note)
        tiles = ArchivedTiles(archive, size)
        verdict = verify(
            _shown(read_entries(archive), visit),
            notes,
            keys,
            tiles=tiles,
            witnesses=witnesses,
            archives=read_statements(archive),
        )
        findings = (*verdict.findings, *_altered_bundles(archive, tiles, size))
        return replace(verdict, findings=findings)


def _altered_bundles(archive: Archive, tiles: TileReader, size: int) -> Iterator[Finding]:
    for index, width in bundle_indices(size):
        path = bundle_path(index, width)
        try:
            bundle = archive.read(path)
        except ArchiveUnreadableError:
            # Its records were archived, or stand in the entries alone.
            continue
        try:
            place = first_difference(bundle, tiles([(0, index)]).get((0, index), b""))
        except ValueError:
            place = 0
        if place is not None:
            record = Place(index * TILE_WIDTH + place)
            sentence = f"The {record} in {path} was altered."
            yield Finding(Tampering.ALTERED, sentence, record)


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


def read_statements(archive: Archive) -> list[str]:
    """Signed statements of what was archived, unchecked; none where nothing was."""
    # Where the file was taken away, the bytes are missing without it.
    if not archive.has(ARCHIVES):
        return []
    try:
        return [str(json.loads(line)) for line in archive.lines(ARCHIVES)]
    except ValueError as error:
        raise ArchiveUnreadableError(f"{ARCHIVES} is not readable") from error


def encode(data: bytes) -> str:
    """Bytes as base64, RFC 4648 section 4."""
    return base64.b64encode(data).decode()


def decode(text: str) -> bytes:
    """Base64 as bytes; ValueError."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def _entries(db: Database, size: int, progress: Callable[[int], object]) -> Iterator[str]:
    for row in read_rows(db, end=size):
        if row.idx % _EVERY == 0:
            progress(row.idx)
        yield _entry(row)


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


def _shown(rows: Iterable[LogRow], visit: Callable[[LogRow], object]) -> Iterator[LogRow]:
    for row in rows:
        visit(row)
        yield row


def read_notes(archive: Archive) -> Iterator[str]:
    """Every checkpoint of an export, unchecked; ArchiveUnreadableError."""
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
