"""What an operator can set for the search service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchSettings:
    """``HELPDESK_SEARCH_...``."""

    page_size: int = 20
    suggestions: int = 8
