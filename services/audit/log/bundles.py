"""The bytes of archived records, read out of the bundles that have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from services.audit.log.archive import Archive
from services.audit.log.merkle import leaf_hash
from services.audit.log.records import LogRow
from services.audit.log.selected import Selected, read_selected
from services.audit.log.storage import LogDamagedError


class BundleNeededError(Exception):
    """Records are in a bundle that is not in the folder of bundles; the message names it."""


class Bundles:
    """The bundles of a log; ``archived`` are (first, size, file) of each, in the log's order."""

    def __init__(self, folder: Path, archived: Sequence[tuple[int, int, str]]) -> None:
        self._folder = folder
        self._archived = archived

    @property
    def size(self) -> int:
        """How many records are archived: the first ones of the log."""
        return self._archived[-1][1] if self._archived else 0

    def records(self, start: int = 0) -> Iterator[Selected]:
        """
        Yield archived records from an index on, in the log's order.

        Raises BundleNeededError, ArchiveUnreadableError, LogDamagedError.
        """
        for first, size, file in self._archived:
            if start < size:
                yield from self._of(first, size, file, start)

    def one(self, idx: int) -> Selected:
        """Return an archived record. Raises BundleNeededError, ArchiveUnreadableError."""
        return next(self.records(idx))

    def _of(self, first: int, size: int, file: str, start: int) -> Iterator[Selected]:
        path = self._folder / file
        if not path.exists():
            raise BundleNeededError(
                f"records {first} to {size - 1} are in the bundle {file}, which is not in"
                f" {self._folder}"
            )
        expected = first
        with Archive(path) as archive:
            for found in read_selected(archive):
                if found.place.index != expected:
                    break
                expected += 1
                if found.place.index >= start:
                    yield found
        if expected != size:
            raise LogDamagedError(f"record {expected} is missing in the bundle {file}")


def completed(rows: Iterable[LogRow], bundles: Bundles) -> Iterator[LogRow]:
    """
    Yield rows in the log's order, those that were archived with their bytes from the bundles.

    Raises BundleNeededError, ArchiveUnreadableError; LogDamagedError where a bundle has other bytes
    than were archived.
    """
    archived: Iterator[Selected] = iter(())
    begun = False
    for row in rows:
        if row.sealed or row.idx >= bundles.size:
            yield row
            continue
        if not begun:
            archived, begun = bundles.records(row.idx), True
        found = next((each for each in archived if each.place.index == row.idx), None)
        if found is None or leaf_hash(found.sealed) != row.leaf_hash:
            raise LogDamagedError(
                f"the bundle has other bytes of record {row.idx} than the log had"
            )
        yield row._replace(sealed=found.sealed)
