"""Where to find a request, consent or view: the pair of customer and partner that it belongs to."""

from __future__ import annotations

from typing import Any

from helpdesk.kernel.store import Database, Projections, Recorded
from services.session.domain import facts

_INSERT = "INSERT INTO access_item VALUES (?, ?, ?, ?, ?, ?, 0)"
_END = "UPDATE access_item SET ended = 1 WHERE kind = ? AND id = ?"


def _insert(db: Database, recorded: Recorded, kind: str, id_: str, agent_id: str) -> None:
    event: Any = recorded.event
    row = (kind, id_, event.organization_id, event.partner_id, agent_id, recorded.position)
    db.execute(_INSERT, row)


def on_access_requested(db: Database, recorded: Recorded) -> None:
    """A request came in."""
    event: Any = recorded.event
    _insert(db, recorded, "request", event.access_request_id, event.agent_id)


def on_consent_granted(db: Database, recorded: Recorded) -> None:
    """A consent came in; the request that it answers is no longer open."""
    event: Any = recorded.event
    _insert(db, recorded, "consent", event.consent_id, event.agent_id)
    if event.access_request_id:
        db.execute(_END, ("request", event.access_request_id))


def on_view_granted(db: Database, recorded: Recorded) -> None:
    """A view was made."""
    event: Any = recorded.event
    _insert(db, recorded, "view", event.view_id, event.agent_id)


def on_request_ended(db: Database, recorded: Recorded) -> None:
    """A request was rejected or has lapsed."""
    event: Any = recorded.event
    db.execute(_END, ("request", event.access_request_id))


def on_consent_ended(db: Database, recorded: Recorded) -> None:
    """A consent was taken back, or its time is over."""
    event: Any = recorded.event
    db.execute(_END, ("consent", event.consent_id))


def on_view_ended(db: Database, recorded: Recorded) -> None:
    """A view is over."""
    event: Any = recorded.event
    db.execute(_END, ("view", event.view_id))


PROJECTIONS: Projections = {
    facts.AccessRequested.NAME: on_access_requested,
    facts.AccessRejected.NAME: on_request_ended,
    facts.AccessRequestLapsed.NAME: on_request_ended,
    facts.ConsentGranted.NAME: on_consent_granted,
    facts.ConsentRevoked.NAME: on_consent_ended,
    facts.ConsentExpired.NAME: on_consent_ended,
    facts.ViewGranted.NAME: on_view_granted,
    facts.ViewEnded.NAME: on_view_ended,
}
