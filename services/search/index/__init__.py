"""Where documents are found again: what every index promises, and the engines that keep it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from services.search.domain import Document, Kind, Query, Tombstone


@dataclass(frozen=True, slots=True)
class Hit:
    """One document that was found, in the version that the index had."""

    kind: Kind
    id: str
    organization_id: str
    version: int
    score: float
    matched: str
    title: str
    subtitle: str
    highlights: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of hits; ``total`` counts all pages, ``next_page`` is "" on the last."""

    hits: tuple[Hit, ...]
    total: int
    next_page: str
    positions: Mapping[str, int]


class Index(Protocol):
    """
    A disposable copy of the directory made for finding.

    Documents and the positions of the logs they come from are committed as one unit: after a
    crash both are old or both are new. An update with a version that is not higher than the known
    one, deletions included, changes nothing, whatever the order and however often it comes.
    """

    def apply(self, documents: Iterable[Document], tombstones: Iterable[Tombstone] = ()) -> None:
        """Take in documents and deletions; found only after a commit."""

    def commit(self, positions: Mapping[str, int]) -> None:
        """Make everything applied durable and findable, with the position of each source."""

    def find(self, query: Query) -> Hits:
        """Return one page of what a query finds, the best first."""

    def suggest(self, query: Query) -> tuple[Hit, ...]:
        """Return the best few hits for type-ahead, counting nothing."""

    def counts(self, query: Query) -> Mapping[Kind, int]:
        """Return how many documents of each kind a query finds, whatever kinds it asks for."""

    def find_and_count(self, query: Query) -> tuple[Hits, Mapping[Kind, int]]:
        """Return what ``find`` and ``counts`` do, at the price of fewer requests."""

    def of_organization(self, organization_id: str) -> Sequence[Document]:
        """Return every document of an organization, whoever may see it."""

    def positions(self) -> Mapping[str, int]:
        """Return the position of each source that the last commit contains."""

    def compact(self) -> None:
        """Rewrite the index so that nothing of what was deleted or replaced is left in it."""

    def close(self) -> None:
        """Give back files and locks; what was not committed is lost."""
