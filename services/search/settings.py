"""What an operator can set for the search service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchSettings:
    """``HELPDESK_SEARCH_...``: an empty ``opensearch_url`` is Tantivy in the data directory."""

    page_size: int = 20
    suggestions: int = 8
    opensearch_url: str = ""
    opensearch_ca_file: str = ""
    opensearch_user: str = ""
    opensearch_password: str = ""
    opensearch_index: str = "helpdesk-search"
