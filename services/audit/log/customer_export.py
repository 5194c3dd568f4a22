"""
One customer's records with their proofs; of the others' records nothing but hashes.

    checkpoint        the newest signed checkpoint
    records.ndjson    each record of the customer: labels, sealed bytes, index, inclusion proof
    keys              verifier keys of the log and its witnesses, one a line

What is proved is that these bytes are in the signed log at that index. The labels of a record are
bound by the chain, which only the whole log shows; the reader takes them from the bytes. A hash of
another's record tells nothing as long as sealed bytes hold random nonces and ids that cannot be
guessed.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from services.audit.log.archive import Archive, ArchiveUnreadableError, ArchiveWriter
from services.audit.log.checkpoints import Checkpoint
from services.audit.log.export import CHECKPOINT, KEYS, decode, encode
from services.audit.log.merkle import leaf_hash, verify_inclusion
from services.audit.log.notes import VerifierKey
from services.audit.log.records import LogRow
from services.audit.log.storage import (
    Database,
    LogDamagedError,
    StoredTiles,
    newest_checkpoint,
    read_organization,
)
from services.audit.log.tiles import TileMissingError, inclusion
from services.audit.log.verdict import Finding, Place, Tampering, Verdict
from services.audit.log.verification import open_all

RECORDS = "records.ndjson"

OwnerOf = Callable[[bytes], str | None]


def write_customer_export(
    db: Database,
    target: Path,
    organization_id: str,
    keys: Iterable[VerifierKey],
    beside: Mapping[str, bytes] | None = None,
) -> int:
    """
    Export a customer's records that the newest checkpoint covers; answers how many.

    A folder, or one file where the target ends in .zip; nothing may be there yet (FileExistsError).
    LogDamagedError without a checkpoint or with tiles missing.
    """
    newest = newest_checkpoint(db)
    if newest is None:
        raise LogDamagedError("the log has no checkpoint: sign one before an export")
    count = 0

    def lines() -> Iterator[str]:
        nonlocal count
        tiles = StoredTiles(db)
        for row in read_organization(db, organization_id, newest.size):
            count += 1
            yield _record(row, inclusion(tiles, row.idx, newest.size))

    with ArchiveWriter(target) as archive:
        archive.write(CHECKPOINT, newest.note.encode())
        archive.write_lines(KEYS, map(str, keys))
        for name, data in (beside or {}).items():
            archive.write(name, data)
        try:
            archive.write_lines(RECORDS, lines())
        except TileMissingError as missing:
            raise LogDamagedError(str(missing)) from missing
    return count


def verify_customer_export(
    source: Path,
    keys: Sequence[VerifierKey],
    organization_id: str,
    owner_of: OwnerOf | None = None,
) -> Verdict:
    """
    Check that each record of a customer's export is in the signed log, with keys from elsewhere.

    `owner_of` reads the organization out of a record's bytes; with it a record of somebody else is
    found although its proof is right. It cannot show that none of the customer's records was left
    out. ArchiveUnreadableError where a file is missing or no longer in its format.
    """
    with Archive(source) as archive:
        opened, findings = open_all([archive.read_text(CHECKPOINT)], keys)
        if not opened:
            return Verdict(0, 0, tuple(findings))
        head = opened[0].checkpoint
        records, proved, before = 0, 0, -1
        for row, proof in _read(archive):
            records += 1
            place = Place.of(row)
            wrong = _wrong_owner(row, organization_id, owner_of) or _unproved(row, proof, head)
            if row.idx <= before:
                wrong = Finding(Tampering.MOVED, f"The {place} comes twice or too late.", place)
            if wrong is None:
                proved += 1
            else:
                findings.append(wrong)
            before = row.idx
    return Verdict(records, proved, tuple(findings))


def _unproved(row: LogRow, proof: Sequence[bytes], head: Checkpoint) -> Finding | None:
    if verify_inclusion(leaf_hash(row.sealed), row.idx, head.size, proof, head.root):
        return None
    place = Place.of(row)
    return Finding(
        Tampering.ALTERED,
        f"The {place} is not proved: its bytes, its index or its proof was altered.",
        place,
    )


def _wrong_owner(row: LogRow, organization_id: str, owner_of: OwnerOf | None) -> Finding | None:
    owner = row.organization_id if owner_of is None else owner_of(row.sealed)
    if owner == organization_id == row.organization_id:
        return None
    place = Place.of(row)
    return Finding(Tampering.FOREIGN, f"The {place} belongs to somebody else.", place)


def _record(row: LogRow, proof: Sequence[bytes]) -> str:
    return json.dumps(
        {
            "index": row.idx,
            "source": row.source,
            "source_position": row.source_position,
            "record_id": row.record_id,
            "organization_id": row.organization_id,
            "bytes": encode(row.sealed),
            "proof": [encode(each) for each in proof],
        }
    )


def _read(archive: Archive) -> Iterator[tuple[LogRow, list[bytes]]]:
    for number, line in enumerate(archive.lines(RECORDS), 1):
        try:
            entry = json.loads(line)
            sealed = decode(entry["bytes"])
            row = LogRow(
                int(entry["index"]),
                str(entry["source"]),
                int(entry["source_position"]),
                str(entry["record_id"]),
                None if entry["organization_id"] is None else str(entry["organization_id"]),
                sealed,
                leaf_hash(sealed),
                b"",
            )
            yield row, [decode(each) for each in entry["proof"]]
        except (ValueError, KeyError, TypeError) as error:
            raise ArchiveUnreadableError(f"line {number} of {RECORDS} is not a record") from error
