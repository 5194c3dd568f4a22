"""What an agent saw, as parts that the player draws: facts, and a table for each list."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.gateway.pages.models import ReplayedFact, ReplayedPart

ERASED = "[erased]"
# Nothing that stood on the agent's screen: how the page went on, and which letters were marked.
_UNSEEN = frozenset({"next_page_token", "highlights"})
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z")
_CODE = re.compile(r"[A-Z]+(?:_[A-Z]+)+")
_DEEPEST = 4
# A wider list has no room on a page: each of its rows is drawn by itself.
_WIDEST = 6


def parts_of(answer_json: str) -> tuple[ReplayedPart, ...]:
    """Return the parts of an answer; none for one that showed nothing."""
    answer = json.loads(answer_json) if answer_json else {}
    return tuple(_parts("", answer, 0))


def _parts(name: str, message: Mapping[str, Any], depth: int) -> Iterator[ReplayedPart]:
    seen = {key: value for key, value in message.items() if key not in _UNSEEN}
    facts = tuple(_fact(key, value) for key, value in seen.items() if not _is_nested(value))
    if facts:
        yield ReplayedPart(name=name, facts=facts)
    for key, value in seen.items():
        if isinstance(value, Mapping) and depth < _DEEPEST:
            yield from _parts(key, value, depth + 1)
        elif _is_table(value):
            yield from _list(key, value)


def _list(name: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[ReplayedPart]:
    flat = [dict(_cells("", row)) for row in rows]
    columns = tuple(dict.fromkeys(key for row in flat for key in row))
    if len(columns) <= _WIDEST:
        cells = tuple(tuple(_fact(key, row.get(key, "")) for key in columns) for row in flat)
        yield ReplayedPart(name=name, columns=columns, rows=cells)
        return
    for number, row in enumerate(flat):
        facts = tuple(_fact(key, value) for key, value in row.items())
        yield ReplayedPart(name="" if number else name, facts=facts)


def _cells(above: str, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in row.items():
        name = f"{above}_{key}" if above else key
        if key in _UNSEEN:
            continue
        if isinstance(value, Mapping):
            yield from _cells(name, value)
        else:
            yield name, value


def _fact(name: str, value: Any) -> ReplayedFact:
    if isinstance(value, bool):
        return ReplayedFact(name=name, value="", truth=value)
    text = _text(value)
    if _CODE.fullmatch(text):
        text = text.removeprefix(f"{name.upper()}_").replace("_", " ").lower()
    return ReplayedFact(name=name, value=text, erased=ERASED in text)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(each)}" for key, each in value.items())
    text = str(value)
    found = _TIME.fullmatch(text)
    return f"{found[1]} {found[2]}" if found else text


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping) or _is_table(value)


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
