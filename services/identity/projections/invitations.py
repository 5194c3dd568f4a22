"""Invitations that are open: facts into a table."""

from __future__ import annotations

from typing import Any

from helpdesk.kernel.store import Database, Projections, Recorded
from services.identity.domain import invitation_facts as facts
from services.identity.domain.ids import ORGANIZATION, uuid_of


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
