"""The table of open invitations: what writes it, and what reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpdesk.kernel.store import Database, Projections, Recorded, Store
from services.identity.domain import invitation_facts as facts
from services.identity.domain.ids import ORGANIZATION, uuid_of


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


def projections() -> Projections:
    """Return what each fact does to the table."""
    return {
        facts.AgentInvited.NAME: _on_invited,
        facts.InvitationWithdrawn.NAME: _on_over,
        facts.InvitationAccepted.NAME: _on_over,
    }


def _on_invited(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    _on_over(db, recorded)
    db.execute(
        "INSERT INTO invitation VALUES (?, ?, ?, ?, ?, ?)",
        (
            event.invitation_id,
            uuid_of(ORGANIZATION, event.partner_id),
            event.link_digest,
            event.key.removeprefix("address:"),
            event.invited_by,
            recorded.position,
        ),
    )


def _on_over(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    db.execute("DELETE FROM invitation WHERE id = ?", (event.invitation_id,))
