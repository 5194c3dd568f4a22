"""Pushes customers' feeds to their receivers: in order, each record at least once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.vault import Vault
from services.audit.application.audit_log import opened_fields
from services.audit.application.feed_webhooks import Delivery, FeedRecord
from services.audit.domain.facts import facts_of, unix
from services.audit.domain.feed_events import body_of_event, cloud_event, signed_headers
from services.audit.domain.feed_webhook import pause_after
from services.audit.keys import FeedKeys
from services.audit.providers import GONE, ReachableAddresses, Receiver
from services.audit.settings import AuditSettings
from services.audit.views.feeds import Feeds

FEED_SECONDS = 0.5
_BATCH = 50
_AT_ONCE = 8
_LAST_POST_SECONDS = 2.0
_log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Feeding:
    """
    Lets each webhook that has something to send do so in a thread of its own.

    A receiver that is slow or down holds up nobody else's, as long as fewer than eight are slow at
    once. The place is kept after each record that was taken, so what is sent again after a crash
    is at most one record.
    """

    def __init__(
        self,
        feeds: Feeds,
        vault: Vault,
        keys: FeedKeys,
        reach: ReachableAddresses,
        settings: AuditSettings,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._feeds = feeds
        self._vault = vault
        self._keys = keys
        self._reach = reach
        self._settings = settings
        self._now = now
        self._stopping = threading.Event()
        self._busy: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def look(self) -> None:
        """Let those send who may. Raises Unavailable."""
        for delivery in self._feeds.due(unix(self._now())):
            with self._lock:
                if delivery.webhook_id in self._busy or len(self._busy) >= _AT_ONCE:
                    continue
                thread = threading.Thread(
                    target=self._run, args=(delivery,), name="audit-feed", daemon=True
                )
                self._busy[delivery.webhook_id] = thread
            thread.start()

    def close(self) -> None:
        """End after the posts that are under way, or without them after two seconds."""
        self._stopping.set()
        ends = time.monotonic() + _LAST_POST_SECONDS
        with self._lock:
            threads = list(self._busy.values())
        for thread in threads:
            thread.join(max(0.0, ends - time.monotonic()))

    def _run(self, delivery: Delivery) -> None:
        try:
            self.deliver(delivery)
        except Unavailable as error:
            _log.warning("the feed of webhook %s waits: %s", delivery.webhook_id, error.reason)
        except Exception as error:
            _log.error("the feed of webhook %s: %s", delivery.webhook_id, type(error).__name__)
        finally:
            with self._lock:
                del self._busy[delivery.webhook_id]

    def deliver(self, delivery: Delivery) -> None:
        """Send what there is, until a try fails or somebody changes the webhook."""
        at = delivery.next_idx
        with Receiver(delivery.url, self._reach, self._settings.feed_timeout_seconds) as receiver:
            while not self._stopping.is_set():
                records = self._feeds.batch(delivery.organization_id, at, _BATCH)
                for record in records:
                    sent = self._send(receiver, delivery, record, at)
                    if not sent or self._stopping.is_set():
                        return
                    at = record.idx + 1
                if len(records) < _BATCH:
                    return

    def _send(
        self, receiver: Receiver, delivery: Delivery, record: FeedRecord, before: int
    ) -> bool:
        """Send one record; False where this must not go on."""
        body = self._body(delivery, record)
        if body is None:
            return self._feeds.passed(delivery.webhook_id, before, record.idx + 1)
        now = self._now()
        keys = self._signing(delivery, now)
        headers = signed_headers(record.record_id, int(now.timestamp()), body, keys)
        error = receiver.post(body, headers)
        if not error:
            return self._feeds.taken(delivery.webhook_id, before, record.idx, unix(self._now()))
        pause = pause_after(delivery.failures + 1, self._settings.feed_longest_pause_seconds)
        retry_at = 0 if error == GONE else unix(self._now()) + int(pause * 1_000_000)
        self._feeds.failed(delivery.webhook_id, before, error, retry_at)
        _log.warning("webhook %s did not take a record: %s", delivery.webhook_id, error)
        return False

    def _body(self, delivery: Delivery, record: FeedRecord) -> bytes | None:
        if not record.sealed:
            # Archived: its bytes are in a bundle.
            return None
        facts = facts_of(record.sealed)
        if facts.organization_id != delivery.organization_id:
            raise ValueError("a record of another customer")
        if delivery.partners_only and not facts.by_partner:
            return None
        fields = opened_fields(record.sealed, self._vault)
        event = cloud_event(record.idx, record.record_id, delivery.organization_id, facts, fields)
        return body_of_event(event)

    def _signing(self, delivery: Delivery, now: datetime) -> list[Ed25519PrivateKey]:
        return [
            self._keys.private(delivery.webhook_id, number) for number in delivery.generations(now)
        ]
