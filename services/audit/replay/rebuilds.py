"""What makes answers again: it knows every service, so what is above this one hands it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from helpdesk.kernel.settings import SettingsError

Asked = Sequence[tuple[int, int, bytes]]
"""Records as (index, position at the source, sealed bytes)."""
Outcome = tuple[int, str, str, dict[str, Any] | None]
"""(index, what came of it, why, the answer)."""
Rebuild = Callable[[Asked], Iterator[Outcome]]
"""Rebuilds answers of the product that it was made for. Raises SettingsError."""
RebuildWith = Callable[[Asked, Mapping[str, str]], Iterator[Outcome]]
"""Rebuilds answers of the product with these settings: what knows every service hands it in."""


def not_here(_asked: Asked, _env: Mapping[str, str]) -> Iterator[Outcome]:
    """Rebuild nothing: nobody who knows every service composed this one. Raises SettingsError."""
    raise SettingsError("this process was not given what rebuilds answers")
