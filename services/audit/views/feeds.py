"""Customers' webhooks: which have something to send, what, and how far each was taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpdesk.kernel.store import Engine
from services.audit.application.feed_webhooks import Delivery, FeedRecord, Waiting
from services.audit.views.actions import BY_PARTNERS

_DELIVERY = (
    "w.organization_id, w.webhook_id, w.url, w.partners_only, w.generation, w.rotated_at, "
    "w.set_by, w.set_at, d.next_idx, d.delivered_idx, d.delivered_at, d.failures, d.error, "
    "d.retry_at, d.stopped"
)
_FROM = "FROM feed_webhook w JOIN feed_delivery d ON d.webhook_id = w.webhook_id"


class Feeds:
    """Reads what customers set; keeps what their receivers took."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def records(self) -> int:
        """Return how many records the log holds."""
        rows = self._engine.query("SELECT COALESCE(MAX(idx), -1) + 1 FROM log_leaf")
        return int(rows[0][0])

    def one(self, organization_id: str) -> Delivery | None:
        """Return a customer's webhook."""
        rows = self._engine.query(
            f"SELECT {_DELIVERY} {_FROM} WHERE w.organization_id = ?", (organization_id,)
        )
        return _delivery(rows[0]) if rows else None

    def waiting(self, delivery: Delivery) -> Waiting:
        """Return how many records wait to be sent, and since when."""
        partners = f" AND {BY_PARTNERS}" if delivery.partners_only else ""
        rows = self._engine.query(
            "SELECT COUNT(*), COALESCE(MIN(a.occurred_at), 0) FROM log_leaf l "
            "JOIN audit_action a ON a.idx = l.idx "
            f"WHERE l.organization_id = ? AND l.idx >= ?{partners}",
            (delivery.organization_id, delivery.next_idx),
        )
        return Waiting(int(rows[0][0]), int(rows[0][1]))

    def due(self, now: int) -> list[Delivery]:
        """Return the webhooks that have something to send, and may, at a time."""
        rows = self._engine.query(
            f"SELECT {_DELIVERY} {_FROM} WHERE d.stopped = 0 AND d.retry_at <= ? AND EXISTS "
            "(SELECT 1 FROM log_leaf l WHERE l.organization_id = w.organization_id "
            "AND l.idx >= d.next_idx)",
            (now,),
        )
        return [_delivery(row) for row in rows]

    def batch(self, organization_id: str, start: int, limit: int) -> list[FeedRecord]:
        """Return a customer's records from an index on, in the order of the log."""
        rows = self._engine.query(
            "SELECT idx, record_id, bytes FROM log_leaf "
            "WHERE organization_id = ? AND idx >= ? ORDER BY idx LIMIT ?",
            (organization_id, start, limit),
        )
        return [FeedRecord(idx, record_id, bytes(sealed)) for idx, record_id, sealed in rows]

    def passed(self, webhook_id: str, before: int, after: int) -> bool:
        """
        Keep that records up to an index are not for this receiver.

        False where somebody moved the place meanwhile. Raises Unavailable.
        """
        return self._moved("next_idx = ?", (after,), webhook_id, before)

    def taken(self, webhook_id: str, before: int, idx: int, at: int) -> bool:
        """Keep that the receiver took a record; as ``passed``."""
        changes = (
            "next_idx = ?, delivered_idx = ?, delivered_at = ?, failures = 0, error = '', "
            "retry_at = 0"
        )
        return self._moved(changes, (idx + 1, idx, at), webhook_id, before)

    def failed(self, webhook_id: str, before: int, error: str, retry_at: int) -> bool:
        """Keep why a try failed and when to try again, 0 for never; as ``passed``."""
        changes = "failures = failures + 1, error = ?, retry_at = ?, stopped = ?"
        stopped = int(retry_at == 0)
        return self._moved(changes, (error, retry_at, stopped), webhook_id, before)

    def _moved(self, changes: str, params: tuple[Any, ...], webhook_id: str, before: int) -> bool:
        with self._engine.transaction() as tx:
            rows = tx.execute(
                f"UPDATE feed_delivery SET {changes} WHERE webhook_id = ? AND next_idx = ? "
                "RETURNING next_idx",
                (*params, webhook_id, before),
            )
        return bool(rows)


def _delivery(row: Sequence[Any]) -> Delivery:
    fields = dict(zip(Delivery.__slots__, row, strict=True))
    fields["partners_only"] = bool(fields["partners_only"])
    fields["stopped"] = bool(fields["stopped"])
    return Delivery(**fields)
