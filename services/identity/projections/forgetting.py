"""What was asked, held and forgotten: facts into tables."""

from __future__ import annotations

from typing import Any

from helpdesk.kernel.clearing import PersonCleared
from helpdesk.kernel.events import ERASED, NEVER, timestamp
from helpdesk.kernel.store import Database, Projections, Recorded
from services.identity.domain import forgetting_facts as facts
from services.identity.domain.ids import ORGANIZATION, PEOPLE, uuid_of


def projections() -> Projections:
    """Return what each fact does to the tables."""
    return {
        facts.PersonForgettingAsked.NAME: _on_asked,
        facts.PersonForgettingWithdrawn.NAME: _on_withdrawn,
        facts.PersonForgettingConfirmed.NAME: _on_confirmed,
        facts.PersonForgotten.NAME: _on_forgotten,
        PersonCleared.NAME: _on_cleared,
        facts.LegalHoldSet.NAME: _on_hold_set,
        facts.LegalHoldLifted.NAME: _on_hold_lifted,
    }


def is_gone(db: Database, uuid: str) -> bool:
    """Return whether a person was forgotten: nothing that comes late is written of them."""
    return bool(
        db.execute("SELECT 1 FROM forgetting WHERE uuid = ? AND state = 'forgotten'", (uuid,))
    )


def _on_asked(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    db.execute("DELETE FROM forgetting WHERE user_id = ?", (event.user_id,))
    db.execute(
        "INSERT INTO forgetting (organization, user_id, uuid, state, asked_by, asked, "
        "confirmed_by, forgotten, key, position) VALUES (?, ?, ?, 'asked', ?, ?, '', ?, '', ?)",
        (
            uuid_of(ORGANIZATION, event.organization_id),
            event.user_id,
            uuid_of(PEOPLE, event.user_id),
            event.asked_by,
            timestamp(event.recorded_at),
            timestamp(NEVER),
            recorded.position,
        ),
    )


def _on_withdrawn(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    db.execute("UPDATE forgetting SET state = 'withdrawn' WHERE user_id = ?", (event.user_id,))


def _on_confirmed(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    db.execute(
        "UPDATE forgetting SET state = 'confirmed', confirmed_by = ? WHERE user_id = ?",
        (event.confirmed_by, event.user_id),
    )


def _on_forgotten(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    uuid = uuid_of(PEOPLE, event.user_id)
    db.execute(
        "UPDATE forgetting SET state = 'forgotten', forgotten = ?, key = ? WHERE user_id = ?",
        (timestamp(event.recorded_at), event.key, event.user_id),
    )
    # What is left names nobody: it keeps ids from coming back, and pages from breaking.
    db.execute(
        "UPDATE person SET sealed = ?, status = 'inactive', login_enabled = 0, admin = 0, "
        "licenses = '[]', feature_toggles = '{}' WHERE uuid = ?",
        (ERASED, uuid),
    )
    db.execute("DELETE FROM person_address WHERE person = ?", (uuid,))
    db.execute("UPDATE imported SET digest = '' WHERE name = ?", (f"person:{uuid}",))
    db.execute(
        "UPDATE imported SET digest = '' "
        "WHERE name IN (SELECT 'device:' || uuid FROM device WHERE person_id = ?)",
        (event.user_id,),
    )
    db.execute(
        "UPDATE device SET sealed = ?, user_id = '' WHERE person_id = ?", (ERASED, event.user_id)
    )
    db.execute("DELETE FROM linked_account WHERE user_id = ?", (event.user_id,))
    db.execute(
        "UPDATE sign_in SET sealed = ?, hint = '', ended = 1, account = '' WHERE user_id = ?",
        (ERASED, event.user_id),
    )


def _on_cleared(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    db.execute(
        "INSERT INTO forgetting_cleared (user_id, service) VALUES (?, ?)",
        (event.user_id, event.service),
    )


def _on_hold_set(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    db.execute(
        "INSERT INTO legal_hold (organization, user_id, set_by, since) VALUES (?, ?, ?, ?)",
        (
            uuid_of(ORGANIZATION, event.organization_id),
            event.user_id,
            event.set_by,
            timestamp(event.recorded_at),
        ),
    )


def _on_hold_lifted(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    db.execute(
        "DELETE FROM legal_hold WHERE organization = ? AND user_id = ?",
        (uuid_of(ORGANIZATION, event.organization_id), event.user_id),
    )
