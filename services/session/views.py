"""Finds and folds the pairs of customer and partner, and keeps when a view was last used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from helpdesk.kernel.events import timestamp
from helpdesk.kernel.store import Loaded, Store
from services.session.application.ports import Item
from services.session.domain.access import Access, evolve

_KEPT_EVERY = timedelta(seconds=30)


class AccessViews:
    """Reads what the projections write; when a view was last used is no fact and written here."""

    def __init__(self, store: Store) -> None:
        self._store = store

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

    def access(self, organization_id: str, partner_id: str) -> Loaded[Access]:
        """Return the state of one customer and one partner as of now."""
        return self._store.load(f"access:{organization_id}:{partner_id}", evolve, Access())


class ReceiverPlaces:
    """Keeps up to where each receiver of signals has heard; no fact, and written here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep_only(self, urls: Iterable[str]) -> None:
        """Forget the places of every other receiver."""
        kept = set(urls)
        rows = self._store.engine.query("SELECT url FROM signal_receiver", ())
        gone = [(str(url),) for (url,) in rows if url not in kept]
        if gone:
            with self._store.engine.transaction() as tx:
                tx.executemany("DELETE FROM signal_receiver WHERE url = ?", gone)

    def of(self, url: str, new: int) -> int:
        """Return where a receiver is; one that is not known yet begins at ``new``."""
        rows = self._store.engine.query(
            "SELECT position FROM signal_receiver WHERE url = ?", (url,)
        )
        return int(rows[0][0]) if rows else new

    def reached(self, url: str, position: int) -> None:
        """Note that a receiver has heard up to there."""
        with self._store.engine.transaction() as tx:
            tx.execute(
                "INSERT INTO signal_receiver VALUES (?, ?) "
                "ON CONFLICT (url) DO UPDATE SET position = excluded.position",
                (url, position),
            )
