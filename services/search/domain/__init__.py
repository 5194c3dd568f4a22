"""The decisions of search: what a document is, what a text asks for, what may be seen; all pure."""

from services.search.domain.documents import Document, Fields, Kind, Tombstone
from services.search.domain.highlights import highlights
from services.search.domain.queries import LONGEST_TEXT, Query, parse_query
from services.search.domain.scope import Filter, Scope, visible

__all__ = [
    "LONGEST_TEXT",
    "Document",
    "Fields",
    "Filter",
    "Kind",
    "Query",
    "Scope",
    "Tombstone",
    "highlights",
    "parse_query",
    "visible",
]
