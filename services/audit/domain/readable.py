"""Files of opened records in formats of others: how they are written line by line, and read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.audit.domain.formats import EVENTS, Form, Place, Read

_PLACE = ("index", "record_id", "source")
_TEXTS = (
    *("occurred_at", "service", "method", "action", "outcome", "error"),
    *("agent_id", "partner_id", "acting_organization_id", "organization_id", "user_id"),
    *("ticket", "ticket_state", "reason", "query", "consent_id", "view_id", "sign_in_id"),
    *("request_id", "trace_id", "answer_digest", "writer", "peer", "minute"),
)
_VALUES = ("number", "count", "roles", "act", "subjects", "sections", "shown", "positions")
_REST = "rest"
_COLUMNS = (*_PLACE, *_TEXTS, *_VALUES, _REST)
# A sheet takes a cell that begins so for a formula (OWASP, CSV injection).
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


@dataclass(frozen=True, slots=True)
class Format:
    """How a file of records is written; ``head`` are the lines before the first record."""

    file: str
    head: tuple[str, ...]
    line: Callable[[Place, Mapping[str, Any]], str]
    read: Callable[[Iterable[str]], Iterator[Read]]
    """Takes lines with their ends; raises ValueError, KeyError where they are none of ours."""


def csv_line(place: Place, body: Mapping[str, Any]) -> str:
    """Return a record as RFC 4180 says; what has no column of its own is in the last one."""
    cells: dict[str, str] = dict(zip(_PLACE, map(str, _placed(place)), strict=True))
    rest: dict[str, Any] = {}
    for name, value in body.items():
        if name in _TEXTS and isinstance(value, str) and value:
            cells[name] = value
        elif name in _VALUES:
            cells[name] = _json(value)
        else:
            rest[name] = value
    cells[_REST] = _json(rest) if rest else ""
    return _joined(_passive(cells.get(name, "")) for name in _COLUMNS)


def csv_read(lines: Iterable[str]) -> Iterator[Read]:
    """Read what ``csv_line`` wrote, below its head. Raises ValueError."""
    for row in csv.DictReader(lines, strict=True):
        if tuple(row) != _COLUMNS or None in row.values():
            raise ValueError("the columns are not those of an export")
        cells = {name: _active(cell) for name, cell in row.items() if cell}
        place = Place(int(cells["index"]), cells["record_id"], cells["source"])
        body = {name: cells[name] for name in _TEXTS if name in cells}
        body |= {name: json.loads(cells[name]) for name in _VALUES if name in cells}
        yield place, body | json.loads(cells.get(_REST, "{}"))


def _placed(place: Place) -> tuple[int, str, str]:
    return place.idx, place.record_id, place.source


def _joined(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    # The end of the line is written by who writes the file.
    return line.getvalue().removesuffix("\n")


def _passive(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_ACTIVE) else cell


def _active(cell: str) -> str:
    return cell.removeprefix("'")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _events(name: str, form: Form, read: Callable[[Mapping[str, Any]], Read]) -> Format:
    return Format(
        f"{name}.ndjson",
        (),
        lambda place, body: _json(form(place, body)),
        lambda lines: (read(json.loads(line)) for line in lines),
    )


FORMATS: Mapping[str, Format] = {
    **{name: _events(name, *pair) for name, pair in EVENTS.items()},
    "csv": Format("csv.csv", (_joined(_COLUMNS),), csv_line, csv_read),
}
"""What an export can hold beside the sealed records, by name."""
