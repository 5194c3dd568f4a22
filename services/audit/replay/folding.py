"""The log of records, and its signed heads, as of when somebody read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from helpdesk.kernel.replaying.folding import NotRebuiltError
from services.audit.log.notes import make_note, split_note
from services.audit.log.records import Record

Query = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
"""Runs a reading statement on the product's own database."""
_BATCH = 1000
_MEANWHILE = 20


class ReplayedRecords:
    """Appends the records of the product's log to one of its own, which only grows."""

    def __init__(self, query: Query, append: Callable[[int, Sequence[Record]], object]) -> None:
        self._query = query
        self._append = append
        self._size = self._asked = 0

    @property
    def position(self) -> int:
        """How many there are."""
        return self._size

    def to_position(self, size: int) -> None:
        """Append up to a size. Raises NotRebuiltError."""
        self._asked = size
        while self._size < size and self._some(min(size, self._size + _BATCH)):
            pass

    def to_time(self, at: datetime) -> None:
        """Append none: what is read without saying so is not read from the log."""

    def one_more(self, *, before: int = 0, until: datetime | None = None) -> bool:
        """Append one of the few records that may have come meanwhile; return whether there was."""
        del before, until
        return self._size < self._asked + _MEANWHILE and self._some(self._size + 1)

    def _some(self, end: int) -> bool:
        rows = self._query(
            "SELECT source, source_position, record_id, organization_id, bytes FROM log_leaf "
            "WHERE idx >= ? AND idx < ? ORDER BY idx",
            (self._size, end),
        )
        if any(not sealed for *_, sealed in rows):
            raise NotRebuiltError("records of that time were archived")
        self._size += len(rows)
        if rows:
            records = [Record(a, b, c, d, bytes(sealed)) for a, b, c, d, sealed in rows]
            self._append(self._size, records)
        return bool(rows)


class ReplayedHeads:
    """Puts the checkpoints of the product's log into one of its own."""

    def __init__(
        self, query: Query, put: Callable[[Sequence[tuple[int, str, int]]], object]
    ) -> None:
        self._query = query
        self._put = put
        self._newest: tuple[int, str, int] | None = None

    @property
    def position(self) -> int:
        """The size of the newest."""
        return self._newest[0] if self._newest else 0

    def to_position(self, size: int) -> None:
        """Put those up to a size."""
        after = self._newest[0] if self._newest else -1
        rows = self._query(
            "SELECT size, note, signed_at FROM log_checkpoint WHERE size > ? AND size <= ? "
            "ORDER BY size",
            (after, size),
        )
        if rows:
            found = [(int(at), str(note), int(signed)) for at, note, signed in rows]
            self._put(found)
            self._newest = found[-1]

    def to_time(self, at: datetime) -> None:
        """Put none: the answer showed none."""

    def one_more(self, *, before: int = 0, until: datetime | None = None) -> bool:
        """Take a witness's signature off the newest: it may have come later than the answer."""
        del before, until
        if self._newest is None:
            return False
        size, note, signed_at = self._newest
        text, lines = split_note(note)
        if len(lines) < 2:
            return False
        self._newest = (size, make_note(text, *lines[:-1]), signed_at)
        self._put([self._newest])
        return True
