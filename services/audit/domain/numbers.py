"""Numbers of the processes that write records: a hole names what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

SOURCES = ("identity", "search", "email", "session", "audit")
"""Whose records the log takes."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Numbers that did not arrive, both ends included; noticed at Unix microseconds."""

    first: int
    last: int
    noticed_at: int


@dataclass(frozen=True, slots=True)
class Writer:
    """A process that writes records, as far as its numbers arrived."""

    writer: str
    service: str
    head: int = 0
    last_at: int = 0
    holes: tuple[Hole, ...] = ()
    doubled: tuple[int, ...] = ()


def arrived(writer: Writer, number: int, at: int) -> Writer:
    """
    Take note of one number; numbers that it leaps over are missing until they come.

    A number that is no longer missing is doubled.
    """
    last_at = max(writer.last_at, at)
    if number > writer.head:
        holes = writer.holes
        if number > writer.head + 1:
            holes = (*holes, Hole(writer.head + 1, number - 1, at))
        return replace(writer, head=number, last_at=last_at, holes=holes)
    kept: list[Hole] = []
    for hole in writer.holes:
        if not hole.first <= number <= hole.last:
            kept.append(hole)
            continue
        if hole.first < number:
            kept.append(replace(hole, last=number - 1))
        if number < hole.last:
            kept.append(replace(hole, first=number + 1))
    if tuple(kept) == writer.holes and number not in writer.doubled:
        return replace(writer, last_at=last_at, doubled=(*writer.doubled, number))
    return replace(writer, last_at=last_at, holes=tuple(kept))


def without(writer: Writer, later: Mapping[int, int]) -> Writer:
    """
    Return the writer as it was before some of its numbers arrived.

    ``later`` has each of these numbers, and how often it had arrived before.
    """
    absent = {number for number, before in later.items() if not before}
    doubled = tuple(n for n in writer.doubled if later.get(n, 2) > 1)
    head = writer.head
    while head and (
        head in absent or any(hole.first <= head <= hole.last for hole in writer.holes)
    ):
        hole = next((each for each in writer.holes if each.first <= head <= each.last), None)
        head = hole.first - 1 if hole is not None else head - 1
    kept = [hole for hole in writer.holes if hole.last <= head]
    came = [Hole(number, number, 0) for number in absent if number <= head]
    return replace(
        writer, head=head, holes=_joined(sorted([*kept, *came], key=_first)), doubled=doubled
    )


def _first(hole: Hole) -> int:
    return hole.first


def _joined(holes: Iterable[Hole]) -> tuple[Hole, ...]:
    joined: list[Hole] = []
    for hole in holes:
        if joined and joined[-1].last + 1 == hole.first:
            noticed_at = joined[-1].noticed_at or hole.noticed_at
            joined[-1] = Hole(joined[-1].first, hole.last, noticed_at)
        else:
            joined.append(hole)
    return tuple(joined)
