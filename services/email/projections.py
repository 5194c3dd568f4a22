"""Fact to view: where a user's messages and an agent's checks are found; no personal data."""

from __future__ import annotations

from typing import Any

from helpdesk.kernel.events import NEVER, Event, timestamp
from helpdesk.kernel.store import Database, Projections, Recorded
from services.email.domain import blocklist_facts, check_facts, facts, notice_facts

_STATES: dict[type[Event], str] = {
    facts.MessageSent: "sent",
    facts.MessageDelivered: "delivered",
    facts.MessageDelayed: "delayed",
    facts.MessageBounced: "bounced",
    facts.MessageComplained: "complained",
    facts.MessageSuppressed: "suppressed",
}


def on_message_known(db: Database, recorded: Recorded) -> None:
    """A message is to be found among its user's, or its address's, messages."""
    event: Any = recorded.event
    state = "queued" if isinstance(event, facts.MessageQueued) else "sent"
    position = recorded.position
    db.execute(
        "INSERT INTO mail_message VALUES (?, ?, ?, ?, ?, ?, '')",
        (event.message_id, event.user_id, event.address_digest, state, position, position),
    )


def on_message_moved(db: Database, recorded: Recorded) -> None:
    """A message has another state, and perhaps a time to be tried again."""
    event: Any = recorded.event
    retry_at = getattr(event, "retry_at", NEVER)
    db.execute(
        "UPDATE mail_message SET state = ?, changed_position = ?, retry_at = ? "
        "WHERE message_id = ?",
        (
            _STATES[type(event)],
            recorded.position,
            "" if retry_at == NEVER else timestamp(retry_at),
            event.message_id,
        ),
    )


def on_message_touched(db: Database, recorded: Recorded) -> None:
    """Something else happened to a message."""
    event: Any = recorded.event
    db.execute(
        "UPDATE mail_message SET changed_position = ? WHERE message_id = ?",
        (recorded.position, event.message_id),
    )


def on_address_blocked(db: Database, recorded: Recorded) -> None:
    """An address is on the blocklist, because of a message."""
    event: Any = recorded.event
    db.execute(
        "INSERT INTO blocklist (address_digest, person_id, block, changed_position, "
        "fact_position, expires_at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (address_digest) DO UPDATE SET person_id = excluded.person_id, "
        "block = excluded.block, changed_position = excluded.changed_position, "
        "fact_position = excluded.fact_position, expires_at = excluded.expires_at, "
        "provider_retry_at = ''",
        (
            event.address_digest,
            event.person_id,
            event.block,
            recorded.position,
            recorded.position,
            "" if event.expires_at == NEVER else timestamp(event.expires_at),
        ),
    )
    _removal_ended(db, recorded, "blocked_again", event.cause)
    _vouch_ended(db, event.address_digest)
    on_message_touched(db, recorded)


def on_address_removed_from_blocklist(db: Database, recorded: Recorded) -> None:
    """An address is no longer on the blocklist; the row stays, so that a watcher sees it."""
    event: Any = recorded.event
    db.execute(
        "UPDATE blocklist SET block = '', changed_position = ?, fact_position = ?, "
        "expires_at = '', provider_retry_at = '' WHERE address_digest = ?",
        (recorded.position, recorded.position, event.address_digest),
    )
    on_message_touched(db, recorded)
    _vouch_ended(db, event.address_digest)
    if isinstance(event, facts.AddressRemovedFromBlocklist):
        db.execute(
            "INSERT INTO removal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '', ?)",
            (
                event.removal_id or f"{recorded.position}",
                event.address_digest,
                event.user_id,
                event.partner_id,
                event.removed_by,
                event.ticket,
                event.ground,
                event.block,
                timestamp(event.recorded_at),
                recorded.position,
            ),
        )


def on_address_probation_passed(db: Database, recorded: Recorded) -> None:
    """An address is no longer on probation."""
    on_address_noted(db, recorded)
    _removal_ended(db, recorded, "delivered", "")


def on_address_probation_failed(db: Database, recorded: Recorded) -> None:
    """An address is no longer on probation, and the removal did not help."""
    event: Any = recorded.event
    on_address_noted(db, recorded)
    _removal_ended(db, recorded, "bounced", event.cause)


def on_address_vouch_requested(db: Database, recorded: Recorded) -> None:
    """A blocked address waits for the word of a customer's admin."""
    event: Any = recorded.event
    on_address_noted(db, recorded)
    _vouch_ended(db, event.address_digest)
    db.execute(
        "INSERT INTO address_vouch VALUES (?, ?, ?)",
        (event.address_digest, event.organization_id, recorded.position),
    )


def on_address_vouched_for(db: Database, recorded: Recorded) -> None:
    """An admin gave their word."""
    event: Any = recorded.event
    on_address_noted(db, recorded)
    _vouch_ended(db, event.address_digest)


def _vouch_ended(db: Database, digest: str) -> None:
    db.execute("DELETE FROM address_vouch WHERE address_digest = ?", (digest,))


def on_address_noted(db: Database, recorded: Recorded) -> None:
    """Something else happened to a block, which a watcher is to see."""
    event: Any = recorded.event
    retry_at = getattr(event, "retry_at", NEVER)
    db.execute(
        "UPDATE blocklist SET changed_position = ?, provider_retry_at = ? WHERE address_digest = ?",
        (
            recorded.position,
            "" if retry_at == NEVER else timestamp(retry_at),
            event.address_digest,
        ),
    )
    on_message_touched(db, recorded)


def _removal_ended(db: Database, recorded: Recorded, outcome: str, cause: str) -> None:
    event: Any = recorded.event
    db.execute(
        "UPDATE removal SET outcome = ?, outcome_at = ?, cause = ? "
        "WHERE address_digest = ? AND outcome = ''",
        (outcome, timestamp(event.recorded_at), cause, event.address_digest),
    )


def on_caller_check_started(db: Database, recorded: Recorded) -> None:
    """An agent has a check of a user."""
    event: Any = recorded.event
    position = recorded.position
    db.execute(
        "INSERT INTO caller_check VALUES (?, ?, ?, ?, ?, ?)",
        (
            event.check_id,
            event.agent_id,
            event.user_id,
            position,
            position,
            timestamp(event.expires_at),
        ),
    )


def on_code_rejected(db: Database, recorded: Recorded) -> None:
    """A check has a try less."""
    event: Any = recorded.event
    db.execute(
        "UPDATE caller_check SET changed_position = ? WHERE check_id = ?",
        (recorded.position, event.check_id),
    )


def on_caller_check_ended(db: Database, recorded: Recorded) -> None:
    """A check is over."""
    event: Any = recorded.event
    db.execute(
        "UPDATE caller_check SET changed_position = ?, open_until = '' WHERE check_id = ?",
        (recorded.position, event.check_id),
    )


def on_caller_denied(db: Database, recorded: Recorded) -> None:
    """A check was denied; nobody vouches for it any more."""
    on_caller_check_ended(db, recorded)
    on_vouch_answered(db, recorded)


def on_caller_vouched(db: Database, recorded: Recorded) -> None:
    """A customer admin vouched for a caller."""
    on_caller_check_ended(db, recorded)
    on_vouch_answered(db, recorded)


def on_vouch_requested(db: Database, recorded: Recorded) -> None:
    """A check waits for the word of a customer admin."""
    event: Any = recorded.event
    on_code_rejected(db, recorded)
    db.execute("DELETE FROM check_vouch WHERE check_id = ?", (event.check_id,))
    db.execute(
        "INSERT INTO check_vouch VALUES (?, ?, ?)",
        (event.check_id, event.organization_id, recorded.position),
    )


def on_vouch_refused(db: Database, recorded: Recorded) -> None:
    """A customer admin did not vouch for a caller."""
    on_code_rejected(db, recorded)
    on_vouch_answered(db, recorded)


def on_vouch_answered(db: Database, recorded: Recorded) -> None:
    """A request to vouch is over."""
    event: Any = recorded.event
    db.execute("DELETE FROM check_vouch WHERE check_id = ?", (event.check_id,))


def on_caller_checks_stopped(db: Database, recorded: Recorded) -> None:
    """A partner admin is to see that a user denied an agent's call."""
    event: Any = recorded.event
    on_code_rejected(db, recorded)
    db.execute(
        "INSERT INTO check_stop VALUES (?, ?, ?, ?, ?)",
        (event.agent_id, event.user_id, event.partner_id, event.check_id, recorded.position),
    )


def on_caller_checks_allowed(db: Database, recorded: Recorded) -> None:
    """A partner admin let an agent check a user again."""
    event: Any = recorded.event
    db.execute(
        "DELETE FROM check_stop WHERE agent_id = ? AND user_id = ?",
        (event.agent_id, event.user_id),
    )
    db.execute(
        "UPDATE caller_check SET changed_position = ? WHERE agent_id = ? AND user_id = ?",
        (recorded.position, event.agent_id, event.user_id),
    )


def on_recipient_noted(db: Database, recorded: Recorded) -> None:
    """Somebody may administer their organization."""
    event: Any = recorded.event
    if event.is_admin:
        _may_administer(db, event.user_id, event.home_id)


def on_recipient_role_noted(db: Database, recorded: Recorded) -> None:
    """Somebody may administer a partner."""
    event: Any = recorded.event
    if event.held:
        _may_administer(db, event.user_id, event.partner_id)


def _may_administer(db: Database, user_id: str, home_id: str) -> None:
    db.execute(
        "INSERT INTO recipient (user_id, home_id) VALUES (?, ?) "
        "ON CONFLICT (home_id, user_id) DO NOTHING",
        (user_id, home_id),
    )


def on_webhook_event_received(db: Database, recorded: Recorded) -> None:
    """A webhook's event is known, so that its replay is refused."""
    event: Any = recorded.event
    db.execute(
        "INSERT INTO webhook_seen VALUES (?, ?, ?)",
        (event.event_digest, event.provider, timestamp(event.seen_until)),
    )


PROJECTIONS: Projections = {
    notice_facts.RecipientNoted.NAME: on_recipient_noted,
    notice_facts.RecipientRoleNoted.NAME: on_recipient_role_noted,
    facts.WebhookEventReceived.NAME: on_webhook_event_received,
    facts.MessageQueued.NAME: on_message_known,
    facts.MessageDiscovered.NAME: on_message_known,
    **{kind.NAME: on_message_moved for kind in _STATES},
    facts.MessageResent.NAME: on_message_touched,
    facts.AddressBlocked.NAME: on_address_blocked,
    facts.AddressRemovedFromBlocklist.NAME: on_address_removed_from_blocklist,
    facts.AddressProbationPassed.NAME: on_address_probation_passed,
    facts.AddressProbationFailed.NAME: on_address_probation_failed,
    blocklist_facts.AddressBlockExpired.NAME: on_address_removed_from_blocklist,
    blocklist_facts.AddressVouchRequested.NAME: on_address_vouch_requested,
    blocklist_facts.AddressVouchedFor.NAME: on_address_vouched_for,
    blocklist_facts.RemovalLockLifted.NAME: on_address_noted,
    blocklist_facts.MailConsentGiven.NAME: on_address_noted,
    blocklist_facts.ProviderListChanged.NAME: on_address_noted,
    blocklist_facts.ProviderListFailed.NAME: on_address_noted,
    facts.CallerCheckStarted.NAME: on_caller_check_started,
    facts.CodeRejected.NAME: on_code_rejected,
    facts.CodeUndeliverable.NAME: on_caller_check_ended,
    facts.MailboxPossessionProved.NAME: on_caller_check_ended,
    facts.CallerCheckLocked.NAME: on_caller_check_ended,
    facts.CallerCheckExpired.NAME: on_caller_check_ended,
    facts.CallerCheckReplaced.NAME: on_caller_check_ended,
    check_facts.CallerDenied.NAME: on_caller_denied,
    check_facts.CallerVouched.NAME: on_caller_vouched,
    check_facts.VouchRequested.NAME: on_vouch_requested,
    check_facts.VouchRefused.NAME: on_vouch_refused,
    check_facts.CallerChecksStopped.NAME: on_caller_checks_stopped,
    check_facts.CallerChecksAllowed.NAME: on_caller_checks_allowed,
}
