"""Reading what the projections wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from helpdesk.kernel.events import timestamp
from helpdesk.kernel.store import Engine
from services.email.application.ports import Listed
from services.email.application.removals import Removal

_IN_ONE_QUERY = 500


class Views:
    """Finds messages and checks; what they say is read from their streams."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def messages(
        self, user_id: str, digests: Sequence[str], before: int, limit: int, only: str = ""
    ) -> list[Listed]:
        """Return messages of a user, newest first, that were queued before a position."""
        whose, params = _of(user_id, digests, only)
        bound = "AND queued_position < ? " if before else ""
        rows = self._engine.query(
            "SELECT message_id, queued_position, changed_position FROM mail_message "
            f"WHERE {whose} {bound}ORDER BY queued_position DESC LIMIT ?",
            (*params, *([before] if before else []), limit),
        )
        return [Listed(*row) for row in rows]

    def changed_messages(
        self, user_id: str, digests: Sequence[str], after: int, limit: int, only: str = ""
    ) -> list[Listed]:
        """Return messages of a user that changed after a position, newest first."""
        whose, params = _of(user_id, digests, only)
        rows = self._engine.query(
            "SELECT message_id, queued_position, changed_position FROM mail_message "
            f"WHERE {whose} AND changed_position > ? ORDER BY queued_position DESC LIMIT ?",
            (*params, after, limit),
        )
        return [Listed(*row) for row in rows]

    def recipients(self, home_id: str, limit: int) -> list[str]:
        """Return people who may administer a customer or partner, by their ids."""
        rows = self._engine.query(
            "SELECT user_id FROM recipient WHERE home_id = ? ORDER BY user_id LIMIT ?",
            (home_id, limit),
        )
        return [str(user_id) for (user_id,) in rows]

    def address_changed(self, digests: Sequence[str], after: int) -> bool:
        """Return whether one of the addresses was blocked or unblocked after a position."""
        if not digests:
            return False
        marks = ", ".join("?" * len(digests))
        rows = self._engine.query(
            f"SELECT 1 FROM blocklist WHERE address_digest IN ({marks}) AND changed_position > ?",
            (*digests, after),
        )
        return bool(rows)

    def latest_check(self, agent_id: str, user_id: str) -> tuple[str, int]:
        """Return an agent's latest check of a user and where it changed; empty if none."""
        rows = self._engine.query(
            "SELECT check_id, changed_position FROM caller_check "
            "WHERE agent_id = ? AND user_id = ? ORDER BY started_position DESC LIMIT 1",
            (agent_id, user_id),
        )
        return (str(rows[0][0]), int(rows[0][1])) if rows else ("", 0)

    def messages_due(self, now: datetime, limit: int = 100) -> list[str]:
        """Return delayed messages whose time to be tried again has come, oldest first."""
        rows = self._engine.query(
            "SELECT message_id FROM mail_message WHERE retry_at <> '' AND retry_at <= ? "
            "ORDER BY retry_at LIMIT ?",
            (timestamp(now), limit),
        )
        return [str(row[0]) for row in rows]

    def checks_over(self, now: datetime, limit: int = 100) -> list[str]:
        """Return open checks whose time is over."""
        rows = self._engine.query(
            "SELECT check_id FROM caller_check WHERE open_until <> '' AND open_until <= ? LIMIT ?",
            (timestamp(now), limit),
        )
        return [str(row[0]) for row in rows]

    def vouch_requests(self, organization_id: str) -> list[str]:
        """Return checks of an organization's users that wait for an admin's word, oldest first."""
        rows = self._engine.query(
            "SELECT check_id FROM check_vouch WHERE organization_id = ? "
            "ORDER BY position LIMIT 200",
            (organization_id,),
        )
        return [str(row[0]) for row in rows]

    def stopped_checks(self, partner_id: str) -> list[tuple[str, str, str]]:
        """Return agent, user and check of what is stopped at a partner, newest first."""
        rows = self._engine.query(
            "SELECT agent_id, user_id, check_id FROM check_stop WHERE partner_id = ? "
            "ORDER BY position DESC LIMIT 200",
            (partner_id,),
        )
        return [(str(row[0]), str(row[1]), str(row[2])) for row in rows]

    def removals(self, partner_id: str, removed_by: str, before: int, limit: int) -> list[Removal]:
        """Return removals of a partner, or one agent's, newest first, before a position."""
        terms, params = ["partner_id = ?"], [partner_id]
        if removed_by:
            terms.append("removed_by = ?")
            params.append(removed_by)
        if before:
            terms.append("position < ?")
        rows = self._engine.query(
            "SELECT removal_id, address_digest, user_id, removed_by, ticket, ground, block, "
            "removed_at, outcome, outcome_at, cause, position FROM removal "
            f"WHERE {' AND '.join(terms)} ORDER BY position DESC LIMIT ?",
            (*params, *([before] if before else []), limit),
        )
        return [Removal(*row) for row in rows]

    def address_vouch_requests(self, organization_id: str) -> list[int]:
        """Return where an organization's admins were asked for their word, oldest first."""
        rows = self._engine.query(
            "SELECT position FROM address_vouch WHERE organization_id = ? "
            "ORDER BY position LIMIT 200",
            (organization_id,),
        )
        return [int(row[0]) for row in rows]

    def listed(self) -> dict[str, tuple[str, int]]:
        """Return what blocks each address that ever was blocked, and where its last fact is."""
        rows = self._engine.query("SELECT address_digest, block, fact_position FROM blocklist")
        return {str(row[0]): (str(row[1]), int(row[2])) for row in rows}

    def blocks_over(self, now: datetime, limit: int = 100) -> list[int]:
        """Return where blocks began whose time is over."""
        rows = self._engine.query(
            "SELECT fact_position FROM blocklist WHERE expires_at <> '' AND expires_at <= ? "
            "ORDER BY expires_at LIMIT ?",
            (timestamp(now), limit),
        )
        return [int(row[0]) for row in rows]

    def provider_due(self, now: datetime, limit: int = 100) -> list[int]:
        """Return the last facts of addresses whose provider is to be tried again."""
        rows = self._engine.query(
            "SELECT fact_position FROM blocklist WHERE provider_retry_at <> '' "
            "AND provider_retry_at <= ? ORDER BY provider_retry_at LIMIT ?",
            (timestamp(now), limit),
        )
        return [int(row[0]) for row in rows]

    def seen_webhook_events(self, digests: Sequence[str]) -> set[str]:
        """Return those of the digests whose events were received before."""
        seen: set[str] = set()
        for start in range(0, len(digests), _IN_ONE_QUERY):
            some = digests[start : start + _IN_ONE_QUERY]
            marks = ", ".join("?" * len(some))
            rows = self._engine.query(
                f"SELECT event_digest FROM webhook_seen WHERE event_digest IN ({marks})", some
            )
            seen.update(str(row[0]) for row in rows)
        return seen

    def forget_webhook_events(self, now: datetime) -> None:
        """Forget the events whose replay would be refused for its age."""
        with self._engine.transaction() as tx:
            tx.execute("DELETE FROM webhook_seen WHERE seen_until < ?", (timestamp(now),))


def _of(user_id: str, digests: Sequence[str], only: str) -> tuple[str, tuple[str, ...]]:
    if only:
        return "(user_id = ? OR user_id = '') AND address_digest = ?", (user_id, only)
    if not digests:
        return "user_id = ?", (user_id,)
    marks = ", ".join("?" * len(digests))
    # A message to an address that is nobody's belongs to whoever has the address now.
    return (
        f"(user_id = ? OR (user_id = '' AND address_digest IN ({marks})))",
        (user_id, *digests),
    )
