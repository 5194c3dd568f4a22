"""Finds the pairs of customer and partner, and keeps when a view was last used."""

from __future__ import annotations

from datetime import datetime, timedelta

from helpdesk.kernel.events import timestamp
from helpdesk.kernel.store import Store
from services.session.application import Item

_KEPT_EVERY = timedelta(seconds=30)


class AccessViews:
    """Reads the tables that the projections write; ``last_use`` is not a fact and written here."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[str, datetime] = {}

    def find(self, kind: str, id_: str) -> Item | None:
        """Return where a request, consent or view belongs."""
        rows = self._store.engine.query(
            "SELECT id, organization_id, partner_id, agent_id, ended FROM access_item "
            "WHERE kind = ? AND id = ?",
            (kind, id_),
        )
        return Item(*rows[0]) if rows else None

    def items(
        self,
        kind: str,
        *,
        organization_id: str = "",
        partner_id: str = "",
        agent_id: str = "",
        live_only: bool = False,
    ) -> list[Item]:
        """Return the items of a customer, partner or agent, newest first."""
        wanted = [
            (f"{column} = ?", value)
            for column, value in (
                ("organization_id", organization_id),
                ("partner_id", partner_id),
                ("agent_id", agent_id),
            )
            if value
        ]
        where = " AND ".join(["kind = ?", *(clause for clause, _ in wanted)])
        if live_only:
            where += " AND ended = 0"
        rows = self._store.engine.query(
            "SELECT id, organization_id, partner_id, agent_id, ended FROM access_item "
            f"WHERE {where} ORDER BY position DESC",
            (kind, *(value for _, value in wanted)),
        )
        return [Item(*row) for row in rows]

    def last_use(self, view_id: str) -> datetime | None:
        """Return when a view was last used, at most 30 s too early."""
        if view_id in self._kept:
            return self._kept[view_id]
        rows = self._store.engine.query(
            "SELECT used_at FROM view_last_use WHERE view_id = ?", (view_id,)
        )
        return datetime.fromisoformat(rows[0][0]) if rows else None

    def used(self, view_id: str, now: datetime) -> None:
        """Note that a view is used; written at most every 30 s."""
        before = self.last_use(view_id)
        if before is not None and now - before < _KEPT_EVERY:
            return
        with self._store.engine.transaction() as tx:
            tx.execute(
                "INSERT INTO view_last_use VALUES (?, ?) "
                "ON CONFLICT (view_id) DO UPDATE SET used_at = excluded.used_at",
                (view_id, timestamp(now)),
            )
        self._kept[view_id] = now
