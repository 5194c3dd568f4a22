"""What an operator can set for the search service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from helpdesk.kernel.settings import Range, SettingsError, Url


@dataclass(frozen=True)
class SearchSettings:
    """``HELPDESK_SEARCH_...``: an empty ``opensearch_url`` is Tantivy in the data directory."""

    page_size: Annotated[int, Range(1, 100)] = 20
    suggestions: Annotated[int, Range(1, 100)] = 8
    opensearch_url: Annotated[str, Url()] = ""
    opensearch_ca_file: str = ""
    opensearch_user: str = ""
    opensearch_password: str = field(default="", repr=False)
    opensearch_index: str = "helpdesk-search"

    def __post_init__(self) -> None:
        """Raise SettingsError for settings that do not fit together."""
        if self.opensearch_password and not self.opensearch_user:
            raise SettingsError("HELPDESK_SEARCH_OPENSEARCH_USER is not set, but its password is")
