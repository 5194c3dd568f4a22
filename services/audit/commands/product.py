"""What only the whole product can do for the tool; what composes the tool hands it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import click

from services.audit.replay.rebuilds import Asked, Outcome
from services.audit.replay.sources import Query


@dataclass(frozen=True, slots=True)
class Reading:
    """Personal texts that somebody is about to read with the tool; times in UTC."""

    command: str
    session_id: str = ""
    agent_id: str = ""
    organization_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""


class Keys(Protocol):
    """The keys of persons."""

    def open_fields(self, name: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the fields of a fact of that name, sealed ones opened, or "[erased]"."""


class Product(Protocol):
    """The product that is installed beside the tool."""

    def database(self, url: str) -> AbstractContextManager[Query]:
        """Open one state of the log in PostgreSQL for reading. Raises UnreadableError."""

    def vault(self, env: Mapping[str, str]) -> AbstractContextManager[Keys | None]:
        """Open the keys of persons where they can be read; None elsewhere. Raises SettingsError."""

    def record(self, reading: Reading, env: Mapping[str, str]) -> None:
        """Have the running product record a reading before it happens. Raises HelpdeskError."""

    def rebuilt(self, asked: Asked, env: Mapping[str, str]) -> Iterator[Outcome]:
        """Make answers again from events. Raises SettingsError."""

    def differences(
        self,
        service: str,
        until: datetime | None,
        env: Mapping[str, str],
        done: Callable[[int], object],
    ) -> Mapping[str, tuple[int, int]]:
        """
        Compare a service's read models with ones made anew as of a time.

        Returns, of each table, how many rows only the live one has, and only the one made anew;
        ``done`` is told how many events were folded. Raises SettingsError.
        """


def needed(product: Product | None) -> Product:
    """Return the product. Raises UsageError where the tool stands alone."""
    if product is None:
        raise click.UsageError("this needs the product: run it where helpdesk is installed")
    return product
