"""
An export of the records that fit a filter, each with its proof; of the others only hashes.

    selection.json    what was asked for, and how many records it found
    checkpoint        the signed checkpoint that the proofs lead to, a signed note
    records.ndjson    labels, sealed bytes, index and inclusion proof of each record
    keys              verifier keys of the log, one a line
    <format>.ndjson   the same records opened, in another schema, where that was asked for;
                      or csv.csv

The files of one customer's records are those that ``log.customer_export`` writes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from services.audit.application.ports import Found
from services.audit.domain import formats
from services.audit.domain.filters import Filter
from services.audit.domain.formats import Read
from services.audit.domain.readable import FORMATS, Format
from services.audit.log.archive import Archive, ArchiveUnreadableError, ArchiveWriter
from services.audit.log.customer_export import RECORDS
from services.audit.log.export import CHECKPOINT, KEYS, decode, encode
from services.audit.log.merkle import leaf_hash, verify_inclusion
from services.audit.log.notes import VerifierKey
from services.audit.log.storage import (
    Database,
    LogDamagedError,
    StoredTiles,
    newest_checkpoint,
)
from services.audit.log.tiles import TileMissingError, inclusion
from services.audit.log.verdict import Finding, Place, Tampering, Verdict
from services.audit.log.verification import open_all
from services.audit.views.actions import Actions

SELECTION = "selection.json"
_BATCH = 1000

Opened = Callable[[bytes], Mapping[str, Any]]
"""Opens the personal fields of sealed bytes."""


def write_selection(
    db: Database,
    target: Path,
    records: Callable[[int], Iterable[Found]],
    *,
    asked: Mapping[str, Any],
    keys: Iterable[str],
    opened: Mapping[str, Opened],
    beside: Mapping[str, bytes] | None = None,
) -> int:
    """
    Write an export; ``records`` yields, in the log's order, what fits below an index.

    Returns how many records. Raises LogDamagedError, FileExistsError.
    """
    newest = newest_checkpoint(db)
    if newest is None:
        raise LogDamagedError("the log has no checkpoint: sign one before an export")
    tiles, count = StoredTiles(db), 0

    def lines() -> Iterator[str]:
        nonlocal count
        for found in records(newest.size):
            count += 1
            yield _line(found, inclusion(tiles, found.idx, newest.size))

    with ArchiveWriter(target) as archive:
        archive.write(CHECKPOINT, newest.note.encode())
        archive.write_lines(KEYS, keys)
        for name, data in (beside or {}).items():
            archive.write(name, data)
        try:
            archive.write_lines(RECORDS, lines())
        except TileMissingError as missing:
            raise LogDamagedError(str(missing)) from missing
        for name, fields in opened.items():
            written = FORMATS[name]
            lines_of = _readable(written, fields, records(newest.size))
            archive.write_lines(f"{name}.{written.ending}", lines_of)
        asked = {**asked, "records": count, "size": newest.size}
        archive.write(SELECTION, json.dumps(asked, ensure_ascii=False, indent=2).encode())
    return count


def records_of(actions: Actions, wanted: Filter, end: int) -> Iterator[Found]:
    """Return the records below an index that fit, in the log's order."""
    start = 0
    while found := actions.arrived(wanted, start, end, _BATCH):
        yield from found
        start = found[-1].idx + 1


def read_readable(archive: Archive, name: str) -> Iterator[Read]:
    """Return place and fields of each record of such a file. Raises ArchiveUnreadableError."""
    written = FORMATS[name]
    file = f"{name}.{written.ending}"
    try:
        yield from written.read(line.decode() for line in archive.lines(file))
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise ArchiveUnreadableError(f"{file} is not in its format") from error


def _readable(written: Format, opened: Opened, records: Iterable[Found]) -> Iterator[str]:
    yield from written.head
    for found in records:
        place = formats.Place(found.idx, found.record_id, found.source)
        yield written.line(place, opened(found.sealed))


def verify_selection(source: Path, keys: Sequence[VerifierKey]) -> Verdict:
    """
    Check that each record of an export is in the signed log, and that none of it was taken out.

    Whether the service left out records that fit, only the whole log shows. Raises
    ArchiveUnreadableError where a file is missing or no longer in its format.
    """
    with Archive(source) as archive:
        opened, findings = open_all([archive.read_text(CHECKPOINT)], keys)
        if not opened:
            return Verdict(0, 0, tuple(findings))
        head = opened[0].checkpoint
        records, proved, before = 0, 0, -1
        for place, sealed, proof in read_selection(archive):
            records += 1
            if place.index <= before:
                sentence = f"The {place} comes twice or too late."
                findings.append(Finding(Tampering.MOVED, sentence, place))
            elif verify_inclusion(leaf_hash(sealed), place.index, head.size, proof, head.root):
                proved += 1
            else:
                sentence = (
                    f"The {place} is not proved: its bytes, its index or its proof was altered."
                )
                findings.append(Finding(Tampering.ALTERED, sentence, place))
            before = max(before, place.index)
        asked = _asked(archive)
        if asked is not None and asked != records:
            sentence = f"The export says that it has {asked} records, but {records} are in it."
            findings.append(Finding(Tampering.MISSING, sentence))
    return Verdict(records, proved, tuple(findings))


def read_selection(archive: Archive) -> Iterator[tuple[Place, bytes, list[bytes]]]:
    """Return place, sealed bytes and proof of each record. Raises ArchiveUnreadableError."""
    for number, line in enumerate(archive.lines(RECORDS), 1):
        try:
            entry = json.loads(line)
            place = Place(
                int(entry["index"]),
                str(entry["source"]),
                int(entry["source_position"]),
                str(entry["record_id"]),
            )
            yield place, decode(entry["bytes"]), [decode(each) for each in entry["proof"]]
        except (ValueError, KeyError, TypeError) as error:
            raise ArchiveUnreadableError(f"line {number} of {RECORDS} is not a record") from error


def _asked(archive: Archive) -> int | None:
    try:
        text = archive.read_text(SELECTION)
    except ArchiveUnreadableError:
        # An export of one customer has none.
        return None
    try:
        return int(json.loads(text)["records"])
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveUnreadableError(f"{SELECTION} is not readable") from error


def _line(found: Found, proof: Sequence[bytes]) -> str:
    organization = json.loads(found.sealed).get("organization_id") or None
    return json.dumps(
        {
            "index": found.idx,
            "source": found.source,
            "source_position": found.source_position,
            "record_id": found.record_id,
            "organization_id": organization,
            "bytes": encode(found.sealed),
            "proof": [encode(each) for each in proof],
        }
    )
