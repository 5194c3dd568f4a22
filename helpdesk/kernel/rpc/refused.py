"""Calls without a valid token: counted by minute and peer, so that a flood fills nothing."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime

from helpdesk.kernel.events import CallsWithoutTokenRefused
from helpdesk.kernel.store import Append, Store, Unit

_MOST_PEERS = 1000


class RefusedCalls:
    """Counts refused calls until they are flushed into the store as one event a minute and peer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counts: dict[tuple[datetime, str], Counter[str]] = {}
        self._version = 0
        self._lock = threading.Lock()

    def count(self, peer: str, reason: str) -> None:
        """Count one refused call; ``peer`` is gRPC's name of the other end."""
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        # The port changes with each connection, the host is what is counted.
        host = peer.rpartition(":")[0] or peer
        with self._lock:
            if len(self._counts) >= _MOST_PEERS:
                host = "others"
            self._counts.setdefault((minute, host), Counter())[reason] += 1

    def flush(self) -> int:
        """Store what was counted; return how many events that made."""
        with self._lock:
            counts, self._counts = self._counts, {}
            if not counts:
                return 0
            events = tuple(
                CallsWithoutTokenRefused(
                    peer=self._store.digest(host)[:16],
                    count=counter.total(),
                    reasons=tuple(f"{reason}={n}" for reason, n in sorted(counter.items())),
                    minute=minute,
                    service=self._store.name,
                )
                for (minute, host), counter in counts.items()
            )
            stream = f"refused-calls:{self._store.writer}"
            append = Append(stream, self._version, events)
            self._store.commit(Unit(appends=(append,), now=datetime.now(UTC)))
            self._version += len(events)
            return len(events)
