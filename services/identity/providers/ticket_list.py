"""The list of tickets that identity keeps itself, as its table has it."""

from __future__ import annotations

from typing import Any

from helpdesk.kernel.store import Store
from services.identity.domain.tickets import Ticket
from services.identity.projections.directory import moment_of

_COLUMNS = "ticket, organization, open, opened_by, opened"


class TicketTable:
    """Tickets by partner and number; as new as the log."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, ticket: str, partner: str) -> Ticket | None:
        """Return a ticket of a partner (UUID), None where there is none."""
        return next(iter(self._read("partner = ? AND ticket = ?", partner, ticket)), None)

    def tickets_of(self, partner: str) -> list[Ticket]:
        """Return all tickets of a partner, the newest first."""
        return self._read("partner = ? ORDER BY opened DESC, ticket", partner)

    def _read(self, where: str, *params: str) -> list[Ticket]:
        sql = f"SELECT {_COLUMNS} FROM ticket WHERE {where}"
        rows: list[tuple[Any, ...]] = self._store.engine.query(sql, params)
        return [Ticket(r[0], r[1], bool(r[2]), r[3], moment_of(r[4])) for r in rows]
