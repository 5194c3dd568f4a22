"""A found document as a hit, the same whichever engine found it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.search.domain import highlights
from services.search.domain.identifiers import document_terms
from services.search.domain.queries import NEAR_IDENTIFIER
from services.search.index import Hit

if TYPE_CHECKING:
    from services.search.domain import Document, Query


def hit_of(query: Query, score: float, document: Document) -> Hit:
    """Return the hit that a document of this score is for a query."""
    identified = score >= NEAR_IDENTIFIER or query.identifiers.only
    terms = document_terms(document) if identified else ()
    return Hit(
        kind=document.kind,
        id=document.id,
        organization_id=document.organization_id,
        version=document.version,
        score=score,
        matched=query.matched_field(score, terms),
        title=document.title,
        subtitle=document.subtitle,
        highlights=highlights(document.title, query),
    )
