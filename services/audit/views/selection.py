"""
An export of the records that fit a filter, each with its proof; of the others only hashes.

    selection.json    what was asked for, and how many records it found
    checkpoint        the signed checkpoint that the proofs lead to, a signed note
    records.ndjson    labels, sealed bytes, index and inclusion proof of each record
    completeness.json up to when the log is complete, and the signed heartbeats that show it
    keys              verifier keys of the log, one a line
    <format>.ndjson   the same records opened, in another schema, where that was asked for;
                      or csv.csv
    manifest          all this, signed with the log's key, where that was at hand

A hash of another's record tells nothing as long as sealed bytes hold random nonces and ids that
cannot be guessed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from services.audit.application.ports import Found
from services.audit.domain import formats
from services.audit.domain.facts import facts_of, organization_of
from services.audit.domain.filters import Filter
from services.audit.domain.readable import FORMATS, Format
from services.audit.domain.sessions import Session, follow, key_of
from services.audit.log.archive import ArchiveWriter
from services.audit.log.bundles import Bundles, completed
from services.audit.log.export import CHECKPOINT, KEYS, Head
from services.audit.log.manifest import MANIFEST, Manifest, sign_manifest
from services.audit.log.notes import Signer
from services.audit.log.records import LogRow
from services.audit.log.selected import RECORDS, Selected, selected_line
from services.audit.log.storage import Database, LogDamagedError, read_organization, read_rows
from services.audit.log.tiles import TileMissingError
from services.audit.log.verdict import Place
from services.audit.projections import SessionKey
from services.audit.views.actions import Actions, Queries

SELECTION = "selection.json"
_BATCH = 1000


class Readable(Database, Queries, Protocol):
    """The log's tables, for what finds records and for what reads rows."""


Opened = Callable[[bytes], Mapping[str, Any]]
"""Opens the personal fields of sealed bytes."""


def write_selection(
    head: Head,
    target: Path,
    records: Callable[[int], Iterable[Found]],
    *,
    asked: Mapping[str, Any],
    keys: Iterable[str],
    opened: Mapping[str, Opened],
    beside: Mapping[str, bytes],
    signer: Signer | None,
) -> int:
    """
    Write an export; ``records`` yields, in the log's order, what fits below an index.

    Returns how many records. Without a signer there is no manifest. Raises LogDamagedError,
    FileExistsError.
    """
    count = 0

    def lines() -> Iterator[str]:
        nonlocal count
        for found in records(head.size):
            count += 1
            yield selected_line(_selected(found, head.prove(found.idx)))

    with ArchiveWriter(target) as archive:
        archive.write(CHECKPOINT, head.note.encode())
        archive.write_lines(KEYS, keys)
        for name, data in beside.items():
            archive.write(name, data)
        try:
            archive.write_lines(RECORDS, lines())
        except TileMissingError as missing:
            raise LogDamagedError(str(missing)) from missing
        for name, fields in opened.items():
            written = FORMATS[name]
            archive.write_lines(written.file, _readable(written, fields, records(head.size)))
        asked = {**asked, "records": count, "size": head.size}
        archive.write(SELECTION, json.dumps(asked, ensure_ascii=False, indent=2).encode())
        if signer is not None:
            manifest = Manifest(signer.name, head.size, count, dict(archive.digests))
            archive.write(MANIFEST, sign_manifest(manifest, signer).encode())
    return count


def records_of(log: Readable, bundles: Bundles, wanted: Filter, end: int) -> Iterator[Found]:
    """
    Return the records below an index that fit, in the log's order; archived ones from bundles.

    Raises BundleNeededError, ArchiveUnreadableError, LogDamagedError.
    """
    start, actions = bundles.size, Actions(log)
    if start and _may_be_archived(log, wanted, start):
        if wanted == Filter(organization_id=wanted.organization_id):
            rows = read_organization(log, wanted.organization_id, start)
        else:
            rows = read_rows(log, end=start)
        yield from fitting(completed(rows, bundles), wanted)
    while found := actions.arrived(wanted, start, end, _BATCH):
        yield from found
        start = found[-1].idx + 1


def _may_be_archived(log: Readable, wanted: Filter, size: int) -> bool:
    """Whether a record that fits may be among the first ones, which bundles have."""
    if wanted.organization_id:
        found = log.execute(
            "SELECT COUNT(*) FROM log_leaf WHERE organization_id = ? AND idx < ?",
            (wanted.organization_id, size),
        )
        if not found[0][0]:
            return False
    # A record is archived when it is older than a day at least.
    archived_at = log.execute("SELECT MAX(archived_at) FROM log_archive")[0][0]
    return not wanted.since or wanted.since < int(archived_at)


def fitting(rows: Iterable[LogRow], wanted: Filter) -> Iterator[Found]:
    """
    Return the records that fit, of all records of a log in its order.

    Those about one customer may stand alone where sessions are not asked for. Raises ValueError
    for bytes that are no record.
    """
    sessions: dict[SessionKey, Session] = {}
    for row in rows:
        facts = facts_of(row.sealed)
        key, session_id = key_of(facts), ""
        if key is not None:
            sessions[key] = follow(sessions.get(key), facts, row.idx, row.record_id)
            session_id = sessions[key].session_id
        if wanted.fits(facts, session_id):
            yield Found(
                row.idx,
                row.record_id,
                row.source,
                row.source_position,
                session_id,
                facts.occurred_at,
                row.sealed,
            )


def _readable(written: Format, opened: Opened, records: Iterable[Found]) -> Iterator[str]:
    yield from written.head
    for found in records:
        place = formats.Place(found.idx, found.record_id, found.source)
        yield written.line(place, opened(found.sealed))


def _selected(found: Found, proof: Sequence[bytes]) -> Selected:
    place = Place(found.idx, found.source, found.source_position, found.record_id)
    return Selected(place, organization_of(found.sealed), found.sealed, list(proof))
