"""What a document must match, and what each way of matching is worth; engines translate these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """
    One term of one index field; worth ``score`` whatever else is in the index.

    Scores are constants on purpose: a score made from frequencies would tell something about
    documents that the agent may not see. ``edits`` counts typing errors (a swap is one).
    """

    field: str
    text: str
    score: float
    edits: int = 0
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the parts; worth as much as the best."""

    parts: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of the parts; worth their sum."""

    parts: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``count`` of the parts; worth the sum of those that match."""

    count: int
    parts: tuple[Clause, ...]


Clause = Match | AnyOf | AllOf | AtLeast
