"""What every service recorded: into the log, a batch of one source as one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpdesk.kernel.bus import Published
from services.audit.domain.facts import ACTION, CALLS, organization_of
from services.audit.log.records import Record
from services.audit.views.ledger import Ledger

SOURCES = ("identity", "search", "email", "session", "audit", "gateway")
NAME = "audit.actions"


class ActionsConsumer:
    """
    Follows the records of every service, this one's own included.

    Each source has a thread of its own; what a thread handled waits in a buffer of its source until
    the batch is flushed. A fact that comes twice is in the log once.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.name = NAME
        self._ledger = ledger
        self._waiting: dict[str, list[Record]] = {}
        self._signed = False

    @property
    def wants(self) -> Mapping[str, Sequence[str]]:
        return dict.fromkeys(SOURCES, (ACTION, CALLS))

    def position(self, source: str) -> int:
        return self._ledger.tracked(f"{self.name}<{source}")

    def handle(self, fact: Published) -> None:
        sealed = bytes(fact.row.state)
        record = Record(fact.source, fact.position, fact.id, organization_of(sealed), sealed)
        self._waiting.setdefault(fact.source, []).append(record)

    def flush(self, source: str, position: int) -> None:
        # Taken first: what cannot be stored is delivered again.
        records = self._waiting.pop(source, [])
        if records:
            self._ledger.append(f"{self.name}<{source}", position, records)
        if not self._signed:
            # The timer's first turn comes later; a log that is checked before it must verify.
            self._ledger.sign_now()
            self._signed = True
