"""Folds a log into views of its own, as far as a position or a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from helpdesk.kernel.events import ERASED, Event, decode, stamp_of
from helpdesk.kernel.replaying.logs import UNREAD, ReadLog
from helpdesk.kernel.store import Recorded, Store, StoredRow

_SCRATCH = (
    # What is made here is made again at will, and nothing of it is overwritten for privacy's sake.
    "PRAGMA secure_delete=OFF",
    "PRAGMA cache_size=-65536",
    "PRAGMA wal_autocheckpoint=16384",
)


class NotRebuiltError(Exception):
    """An answer cannot be rebuilt; the message is a sentence that says why."""


class PassedError(NotRebuiltError):
    """A rebuild is further than where an answer was read: another one must begin anew."""


class Moving(Protocol):
    """Something that answers are read from, as of a position; it only moves on."""

    @property
    def position(self) -> int:
        """How far it is."""

    def to_position(self, position: int) -> None:
        """Move up to a position. Raises NotRebuiltError."""

    def to_time(self, at: datetime) -> None:
        """Move up to a time. Raises NotRebuiltError."""

    def one_more(self, *, before: int = 0, until: datetime | None = None) -> bool:
        """Move to what came next; return whether there was anything."""


class Folded:
    """The views of one service as of a position; they only move on."""

    def __init__(self, store: Store, read: ReadLog) -> None:
        self.store = store
        self._read = read
        self._read_to = 0
        self._waiting: list[StoredRow] = []
        self._at = 0
        self._position = 0
        self.count = 0
        with store.engine.transaction() as tx:
            for pragma in _SCRATCH:
                tx.execute(pragma)

    @property
    def position(self) -> int:
        """The position of the last event that was folded."""
        return self._position

    def to_position(self, position: int) -> None:
        """Fold events up to a position."""
        self._fold(lambda row: row.position <= position)

    def to_time(self, at: datetime) -> None:
        """Fold events up to the first that was recorded later."""
        self._fold(lambda row: stamp_of(row.state).recorded_at <= at)

    def some_to_time(self, at: datetime, last: int = sys.maxsize) -> bool:
        """Fold a batch of events up to a time, and a position; return whether there was any."""
        return self._fold_some(
            lambda row: row.position <= last and stamp_of(row.state).recorded_at <= at
        )

    def one_more(self, *, before: int = 0, until: datetime | None = None) -> bool:
        """
        Fold up to the next event that something is made of; return whether there was one.

        It must stand before a position, or be recorded until a time.
        """
        while (row := self._next()) is not None:
            if before and row.position >= before:
                return False
            if until is not None and stamp_of(row.state).recorded_at > until:
                return False
            self.to_position(row.position)
            if row.name not in UNREAD:
                return True
        return False

    def _next(self) -> StoredRow | None:
        if self._at == len(self._waiting):
            self._waiting, self._at = self._read(self._read_to), 0
            if not self._waiting:
                return None
            self._read_to = self._waiting[-1].position
        return self._waiting[self._at]

    def _fold(self, wanted: Callable[[StoredRow], bool]) -> None:
        while self._fold_some(wanted):
            pass

    def _fold_some(self, wanted: Callable[[StoredRow], bool]) -> bool:
        if self._next() is None:
            return False
        begin = self._at
        while self._at < len(self._waiting) and wanted(self._waiting[self._at]):
            self._at += 1
        if self._at > begin:
            self._take(self._waiting[begin : self._at])
        return self._at > begin

    def _take(self, rows: Sequence[StoredRow]) -> None:
        store = self.store
        kept = [row for row in rows if row.name not in UNREAD]
        # The last one is what says how far the log goes.
        stored = kept if kept and kept[-1] is rows[-1] else [*kept, rows[-1]]
        with store.engine.transaction() as tx:
            tx.executemany(
                "INSERT INTO stored_events "
                "(rowid, originator_id, originator_version, topic, state) VALUES (?, ?, ?, ?, ?)",
                [(r.position, r.stream_id, r.version, r.name, r.state) for r in stored],
            )
            for row in kept:
                projection = store.projections.get(row.name)
                if projection is not None:
                    event = _distinct(decode(row.name, row.state, store.vault))
                    projection(tx, Recorded(event, "", row.version, row.position))
        self._position = rows[-1].position
        self.count += len(rows)
        store.refresh()


def _distinct(event: Event) -> Event:
    # Two addresses that were erased are one text, and views keep each text of a person once.
    changed: dict[str, Any] = {}
    for name, value in vars(event).items():
        if isinstance(value, tuple) and value.count(ERASED) > 1:
            changed[name] = tuple(dict.fromkeys(value))
    return replace(event, **changed) if changed else event
