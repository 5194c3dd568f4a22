"""Numbers of the processes that write records: a hole names what is missing."""

from __future__ import annotations

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
