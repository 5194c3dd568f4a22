"""Which assertions were taken, as their table has them; no facts, they only say what is refused."""

from __future__ import annotations

from math import ceil

from helpdesk.kernel.store import Engine


class UsedAssertions:
    """Remembers assertions, in every process that has the table, for as long as they hold."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, digest: str, expires: float, now: float) -> bool:
        """Return whether it is taken for the first time; times are in seconds since 1970."""
        with self._engine.transaction() as tx:
            tx.execute("DELETE FROM assertion_used WHERE expires < ?", (int(now),))
            taken = tx.execute(
                "INSERT INTO assertion_used (digest, expires) VALUES (?, ?) "
                "ON CONFLICT (digest) DO NOTHING RETURNING digest",
                (digest, ceil(expires)),
            )
        return bool(taken)
