"""What decisions of people change in the views of the audit service, inside their commit."""

from __future__ import annotations

import json
from typing import Any

from helpdesk.kernel.store import Database, Projections, Recorded
from services.audit.domain import feed_webhook, marks, reissues, review
from services.audit.domain.facts import unix


def on_session_queued(db: Database, recorded: Recorded) -> None:
    """A session came into the queue, or rose in it."""
    event: Any = recorded.event
    db.execute(
        "INSERT INTO review (session_id, agent_id, partner_id, started_at, ended_at, score, "
        "reasons, state, queued_at, decided_by, decided_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0) ON CONFLICT (session_id) DO UPDATE SET "
        "started_at = excluded.started_at, ended_at = excluded.ended_at, score = excluded.score, "
        "reasons = excluded.reasons, state = excluded.state, queued_at = excluded.queued_at",
        (
            event.session_id,
            event.agent_id,
            event.partner_id,
            unix(event.started_at),
            unix(event.ended_at),
            event.score,
            json.dumps(event.reasons),
            review.state_after(event),
            unix(event.recorded_at),
        ),
    )


def on_decided(db: Database, recorded: Recorded) -> None:
    """An auditor decided on a session, or took that back."""
    event: Any = recorded.event
    db.execute(
        "UPDATE review SET state = ?, decided_by = ?, decided_at = ? WHERE session_id = ?",
        (
            review.state_after(event),
            event.decided_by,
            unix(event.recorded_at),
            event.session_id,
        ),
    )


def on_marked(db: Database, recorded: Recorded) -> None:
    """A person was marked."""
    event: Any = recorded.event
    db.execute(
        "INSERT INTO marked_person (partner_id, user_id, marked_by, marked_at) VALUES (?, ?, ?, ?)",
        (event.partner_id, event.user_id, event.marked_by, unix(event.recorded_at)),
    )


def on_unmarked(db: Database, recorded: Recorded) -> None:
    """A mark was taken back."""
    event: Any = recorded.event
    db.execute(
        "DELETE FROM marked_person WHERE partner_id = ? AND user_id = ?",
        (event.partner_id, event.user_id),
    )


def on_webhook_set(db: Database, recorded: Recorded) -> None:
    """An address was set; what is there already goes on where it stands, at once."""
    event: Any = recorded.event
    db.execute(
        "INSERT INTO feed_webhook (organization_id, webhook_id, url, partners_only, generation, "
        "rotated_at, set_by, set_at) VALUES (?, ?, ?, ?, 0, 0, ?, ?) "
        "ON CONFLICT (organization_id) DO UPDATE SET webhook_id = excluded.webhook_id, "
        "url = excluded.url, partners_only = excluded.partners_only, set_by = excluded.set_by, "
        "set_at = excluded.set_at",
        (
            event.organization_id,
            event.webhook_id,
            event.url,
            int(event.partners_only),
            event.set_by,
            unix(event.recorded_at),
        ),
    )
    db.execute(
        "INSERT INTO feed_delivery (webhook_id, next_idx, delivered_idx, delivered_at, failures, "
        "error, retry_at, stopped) VALUES (?, ?, -1, 0, 0, '', 0, 0) "
        "ON CONFLICT (webhook_id) DO UPDATE SET failures = 0, error = '', retry_at = 0, "
        "stopped = 0",
        (event.webhook_id, event.from_index),
    )


def on_webhook_key_rotated(db: Database, recorded: Recorded) -> None:
    """There is a new key."""
    event: Any = recorded.event
    db.execute(
        "UPDATE feed_webhook SET generation = ?, rotated_at = ? WHERE organization_id = ?",
        (event.generation, unix(event.recorded_at), event.organization_id),
    )


_OF_ORGANIZATION = "webhook_id = (SELECT webhook_id FROM feed_webhook WHERE organization_id = ?)"


def on_webhook_resumed(db: Database, recorded: Recorded) -> None:
    """It goes on at once, maybe at another place."""
    event: Any = recorded.event
    db.execute(
        "UPDATE feed_delivery SET failures = 0, error = '', retry_at = 0, stopped = 0 "
        f"WHERE {_OF_ORGANIZATION}",
        (event.organization_id,),
    )
    if event.from_index != feed_webhook.WHERE_IT_STANDS:
        db.execute(
            f"UPDATE feed_delivery SET next_idx = ? WHERE {_OF_ORGANIZATION}",
            (event.from_index, event.organization_id),
        )


def on_webhook_removed(db: Database, recorded: Recorded) -> None:
    """Nothing more is sent."""
    event: Any = recorded.event
    db.execute(f"DELETE FROM feed_delivery WHERE {_OF_ORGANIZATION}", (event.organization_id,))
    db.execute("DELETE FROM feed_webhook WHERE organization_id = ?", (event.organization_id,))


def on_export_made(db: Database, recorded: Recorded) -> None:
    """Somebody has a file with opened texts."""
    event: Any = recorded.event
    db.execute(
        "INSERT INTO readable_export (export_id, agent_id, partner_id, made_at, form, filters, "
        "size, reissue_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.export_id,
            event.made_by,
            event.partner_id,
            unix(event.made_at),
            event.form,
            json.dumps(event.filters),
            event.size,
            event.reissue_of,
        ),
    )
    for user_id in event.holds:
        _outdate(db, event.export_id, user_id)


def on_person_found(db: Database, recorded: Recorded) -> None:
    """Exports hold somebody who was forgotten, or none does."""
    event: Any = recorded.event
    db.execute(
        "INSERT INTO forgotten_person (user_id, organization_id, forgotten_at) VALUES (?, ?, ?)",
        (event.user_id, event.organization_id, unix(event.forgotten_at)),
    )
    for export_id in event.export_ids:
        _outdate(db, export_id, event.user_id)


def _outdate(db: Database, export_id: str, user_id: str) -> None:
    db.execute(
        "INSERT INTO outdated_export (export_id, user_id) VALUES (?, ?)", (export_id, user_id)
    )


PROJECTIONS: Projections = {
    reissues.ReadableExportMade.NAME: on_export_made,
    reissues.PersonFoundInExports.NAME: on_person_found,
    feed_webhook.FeedWebhookSet.NAME: on_webhook_set,
    feed_webhook.FeedWebhookKeyRotated.NAME: on_webhook_key_rotated,
    feed_webhook.FeedWebhookResumed.NAME: on_webhook_resumed,
    feed_webhook.FeedWebhookRemoved.NAME: on_webhook_removed,
    review.SessionQueued.NAME: on_session_queued,
    review.SessionApproved.NAME: on_decided,
    review.SessionFlagged.NAME: on_decided,
    review.SessionReopened.NAME: on_decided,
    marks.PersonMarked.NAME: on_marked,
    marks.PersonUnmarked.NAME: on_unmarked,
}
