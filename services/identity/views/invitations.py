"""Open invitations, as they are read."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.kernel.store import Store


class InvitationTable:
    """Finds invitations that were neither taken back nor used; they may have lapsed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of_partner(self, partner: str) -> list[str]:
        """Return the ids of a partner's invitations, newest first."""
        return self._ids("partner = ?", partner)

    def of_link(self, link_digest: str) -> str:
        """Return the id of the invitation with a link; empty for none."""
        return next(iter(self._ids("link_digest = ?", link_digest)), "")

    def concerning(self, addresses: Sequence[str], invited_by: str) -> list[str]:
        """Return the ids of invitations to one of these addresses (digests), or by somebody."""
        marks = ", ".join(["?"] * len(addresses)) or "NULL"
        return self._ids(f"address_digest IN ({marks}) OR invited_by = ?", *addresses, invited_by)

    def _ids(self, where: str, *params: str) -> list[str]:
        sql = f"SELECT id FROM invitation WHERE {where} ORDER BY position DESC"
        return [row[0] for row in self._store.engine.query(sql, params)]
