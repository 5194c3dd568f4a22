"""The registered programs, as their table has them."""

from __future__ import annotations

import json
from typing import Any

from helpdesk.kernel.store import Store
from services.identity.application.clients import Registered
from services.identity.domain.clients import Program
from services.identity.projections.directory import moment_of

_COLUMNS = "name, public_key, roles, acts_as, registered_by, registered"


class ClientTable:
    """Programs by name and by key; as new as the log."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def with_key(self, thumbprint: str) -> Program | None:
        """Return the program of a key's thumbprint."""
        return next((each.program for each in self._read("WHERE key = ?", thumbprint)), None)

    def named(self, name: str) -> Program | None:
        """Return a program."""
        return next((each.program for each in self._read("WHERE name = ?", name)), None)

    def all(self) -> list[Registered]:
        """Return all programs, by name."""
        return self._read("ORDER BY name")

    def _read(self, where: str, *params: str) -> list[Registered]:
        rows: list[tuple[Any, ...]] = self._store.engine.query(
            f"SELECT {_COLUMNS} FROM client {where}", params
        )
        return [
            Registered(
                Program(r[0], r[1], frozenset(json.loads(r[2])), frozenset(json.loads(r[3]))),
                r[4],
                moment_of(r[5]),
            )
            for r in rows
        ]
