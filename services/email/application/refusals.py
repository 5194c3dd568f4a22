"""Webhooks that were refused: counted by minute, provider and reason, so a flood fills nothing."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime

from helpdesk.kernel import metrics
from helpdesk.kernel.store import Append, Store, Unit
from services.email.domain.facts import WebhookRefused


class RefusedWebhooks:
    """Counts until it is flushed into the store: one fact a minute, provider and reason."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counts: Counter[tuple[datetime, str, str]] = Counter()
        self._version = 0
        self._lock = threading.Lock()

    def count(self, provider: str, reason: str) -> None:
        """Count one; provider and reason are words of ours, never what was sent."""
        metrics.WEBHOOKS_REFUSED.labels(provider, metrics.code(reason)).inc()
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        with self._lock:
            self._counts[minute, provider, reason] += 1

    def flush(self) -> int:
        """Store what was counted; return how many facts that made. Raises Unavailable."""
        with self._lock:
            if not self._counts:
                return 0
            facts = tuple(
                WebhookRefused(provider=provider, reason=reason, count=count, minute=minute)
                for (minute, provider, reason), count in sorted(self._counts.items())
            )
            append = Append(f"refused-webhooks:{self._store.writer}", self._version, facts)
            # Counts stay where they are unless they are stored.
            self._store.commit(Unit(appends=(append,), now=datetime.now(UTC)))
            self._version += len(facts)
            self._counts.clear()
            return len(facts)
