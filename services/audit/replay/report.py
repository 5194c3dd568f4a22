"""What a check is made against, and what it says: problems in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.audit.log.notes import VerifierKey
from services.audit.log.verdict import Tampering, Verdict

MOST = 20
"""Of one kind of problem no more are named."""
ServiceKeys = Mapping[str, Ed25519PublicKey]
"""Public keys of services by name, which sign heartbeats."""
DERIVED = frozenset(
    {
        "COUNT_ALTERED",
        "INDEX_ALTERED",
        "INDEX_INSERTED",
        "INDEX_MISSING",
        "NAME_ALTERED",
        "SESSION_ALTERED",
        "WRITER_ALTERED",
    }
)


@dataclass(frozen=True, slots=True)
class Against:
    """
    What a log is checked against: keys, and checkpoints that were kept elsewhere.

    ``witnesses`` is how many known witnesses must have cosigned the newest checkpoint.
    """

    keys: Sequence[VerifierKey]
    services: ServiceKeys = field(default_factory=dict)
    kept: Sequence[str] = ()
    witnesses: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing that is wrong, in a plain sentence; ``index`` is None where no record is named.

    ``checkpoint`` is the size that a checkpoint claims, where it is about one.
    """

    kind: str
    sentence: str
    index: int | None = None
    record_id: str | None = None
    checkpoint: int | None = None


@dataclass
class Report:
    """
    What a check found; ``stores`` says how many records each service's own store holds.

    ``warnings`` are what was not checked, and what would check it.
    """

    records: int = 0
    signed: int = 0
    problems: list[Problem] = field(default_factory=list)
    stores: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    complete_to: str | None = None
    """Up to when an export says that the log is complete; None where it is not."""

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def first(self) -> Problem | None:
        """The problem of the earliest record, before those that only follow from one."""
        return min(
            self.problems,
            key=lambda p: (p.index is None, p.kind in DERIVED, p.index or 0),
            default=None,
        )


def problems_of(verdict: Verdict, size: int) -> list[Problem]:
    """
    Return what a verdict says.

    A log that holds nothing yet may be unsigned.
    """
    if size == 0 and {each.tampering for each in verdict.findings} <= {Tampering.UNSIGNED}:
        return []
    return [
        Problem(
            str(each.tampering),
            each.sentence,
            each.first.index if each.first is not None else None,
            each.first.record_id if each.first is not None else None,
            each.checkpoint,
        )
        for each in verdict.findings
    ]
