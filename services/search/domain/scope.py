"""What an agent may find: the only place where a scope becomes a filter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpdesk.kernel.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.search.domain.documents import Document, Kind


@dataclass(frozen=True, slots=True)
class Scope:
    """
    The customers of one partner, as identity knows them at the time of the question.

    ``added_organizations`` and ``removed_organizations`` correct an index that lags behind;
    ``limited_to`` (None: no limit) restricts further; ``all_partners`` is for the service's own
    staff and for auditors, and is never set by default.
    """

    partner_id: str
    added_organizations: frozenset[str] = frozenset()
    removed_organizations: frozenset[str] = frozenset()
    limited_to: frozenset[str] | None = None
    all_partners: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """
    What a document must fulfil to exist for a query; engines translate it, nothing else.

    (``partner_id`` is None, or manages it and its organization is not ``without``; or its
    organization is in ``also``), and its organization is in ``only``, and its kind in ``kinds``.
    """

    partner_id: str | None
    also: frozenset[str]
    without: frozenset[str]
    only: frozenset[str] | None
    kinds: frozenset[Kind] | None

    def of_all_kinds(self) -> Filter:
        """Return the same filter for documents of every kind."""
        return replace(self, kinds=None)

    def admits(self, document: Document) -> bool:
        """Tell whether a document exists for the query; the meaning that engines must have."""
        organization = document.organization_id
        if self.only is not None and organization not in self.only:
            return False
        if self.kinds is not None and document.kind not in self.kinds:
            return False
        if organization in self.also:
            return True
        managed = self.partner_id is None or self.partner_id in document.partner_ids
        return managed and organization not in self.without


def visible(
    scope: Scope, organization_id: str | None = None, kinds: Iterable[Kind] | None = None
) -> Filter:
    """Return the filter of a query; an organization added and removed at once is removed."""
    if not scope.partner_id and not scope.all_partners:
        raise InvalidArgument("scope", "PARTNER_REQUIRED")
    only = scope.limited_to
    if organization_id:
        asked = frozenset({organization_id})
        only = asked if only is None else only & asked
    return Filter(
        partner_id=None if scope.all_partners else scope.partner_id,
        also=scope.added_organizations - scope.removed_organizations,
        without=scope.removed_organizations,
        only=only,
        kinds=None if kinds is None else frozenset(kinds),
    )
