"""The file of some records of a log, each with its inclusion proof, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from services.audit.log.archive import Archive, ArchiveUnreadableError
from services.audit.log.export import decode, encode
from services.audit.log.verdict import Place

RECORDS = "records.ndjson"


class Selected(NamedTuple):
    """A record as such a file has it: nothing of it is checked but its form."""

    place: Place
    organization_id: str | None
    sealed: bytes
    proof: list[bytes]


def selected_line(record: Selected) -> str:
    """One line of the file."""
    return json.dumps(
        {
            "index": record.place.index,
            "source": record.place.source,
            "source_position": record.place.source_position,
            "record_id": record.place.record_id,
            "organization_id": record.organization_id,
            "bytes": encode(record.sealed),
            "proof": [encode(each) for each in record.proof],
        }
    )


def read_selected(archive: Archive) -> Iterator[Selected]:
    """The records of such a file in its order; ArchiveUnreadableError."""
    for number, line in enumerate(archive.lines(RECORDS), 1):
        try:
            entry = json.loads(line)
            organization = entry["organization_id"]
            yield Selected(
                Place(
                    int(entry["index"]),
                    str(entry["source"]),
                    int(entry["source_position"]),
                    str(entry["record_id"]),
                ),
                None if organization is None else str(organization),
                decode(entry["bytes"]),
                [decode(each) for each in entry["proof"]],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ArchiveUnreadableError(f"line {number} of {RECORDS} is not a record") from error
