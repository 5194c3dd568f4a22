"""What a verification says: each finding names the first record that it concerns."""

from dataclasses import dataclass
from enum import StrEnum

from services.audit.log.records import LogRow


class Tampering(StrEnum):
    """What was done to a log, as far as its rows, tiles and checkpoints show it."""

    ALTERED = "ALTERED"
    MISSING = "MISSING"
    INSERTED = "INSERTED"
    MOVED = "MOVED"
    OUT_OF_PLACE = "OUT_OF_PLACE"
    REWRITTEN = "REWRITTEN"
    CUT_OFF = "CUT_OFF"
    FORKED = "FORKED"
    TILE_ALTERED = "TILE_ALTERED"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    MALFORMED = "MALFORMED"
    OTHER_LOG = "OTHER_LOG"
    NOT_CONSISTENT = "NOT_CONSISTENT"
    UNSIGNED = "UNSIGNED"
    UNWITNESSED = "UNWITNESSED"
    FOREIGN = "FOREIGN"


@dataclass(frozen=True, slots=True)
class Place:
    """A record by its place in the log and in its source; the latter unknown when it is gone."""

    index: int
    source: str | None = None
    source_position: int | None = None
    record_id: str | None = None

    @classmethod
    def of(cls, row: LogRow, index: int | None = None) -> "Place":
        """Place of a row, at the index where it was found."""
        return cls(
            row.idx if index is None else index, row.source, row.source_position, row.record_id
        )

    def __str__(self) -> str:
        """Plain words."""
        if self.source is None:
            return f"record {self.index}"
        return f"record {self.index} ({self.source} {self.source_position}, id {self.record_id})"


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that is wrong: the first record that it concerns, the last if there are more.

    Where it is about a checkpoint, the size that this claims.
    """

    tampering: Tampering
    sentence: str
    first: Place | None = None
    last_index: int | None = None
    checkpoint: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    Result of a verification: records read, how many a good checkpoint covers, findings.

    The first finding names the first bad record, or the one directly behind it where the rows alone
    cannot tell. Records from `signed` on are unproved, those before the finding too.
    """

    records: int
    signed: int
    findings: tuple[Finding, ...]

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def unsigned(self) -> int:
        """Newest records that no good checkpoint covers yet: a writer may still change them."""
        return max(0, self.records - self.signed)

    @property
    def first(self) -> Finding | None:
        """The finding about the earliest record; one about no record comes last."""
        placed = [each for each in self.findings if each.first is not None]
        if placed:
            return min(placed, key=lambda each: each.first.index if each.first else 0)
        return self.findings[0] if self.findings else None
