"""What every service recorded: into the log, a batch of one source as one transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.bus import Published, StoreConsumer
from helpdesk.kernel.clearing import FORGOTTEN, Forgotten, acknowledge, clear
from helpdesk.kernel.heartbeat import HeartbeatSigned, verifies
from helpdesk.kernel.store import Store
from services.audit.application.reissues import ExportsView, look_for
from services.audit.domain.facts import ACTION, CALLS, organization_of, unix
from services.audit.domain.heartbeats import Heard
from services.audit.domain.numbers import SOURCES
from services.audit.domain.reissues import ForgottenPerson
from services.audit.log.records import Record
from services.audit.views.ledger import Ledger

NAME = "audit.actions"
_log = logging.getLogger(__name__)


class ActionsConsumer:
    """
    Follows the records of every service, this one's own included.

    Each source has a thread of its own; what a thread handled waits in a buffer of its source until
    the batch is flushed. A fact that comes twice is in the log once.
    """

    def __init__(self, ledger: Ledger, keys: Mapping[str, Ed25519PublicKey] | None = None) -> None:
        self.name = NAME
        self._ledger = ledger
        self._keys = keys or {}
        self._waiting: dict[str, list[Record]] = {}
        self._heard: dict[str, list[Heard]] = {}
        self._signed = False

    @property
    def wants(self) -> Mapping[str, Sequence[str]]:
        return dict.fromkeys(SOURCES, (ACTION, CALLS, HeartbeatSigned.NAME))

    def position(self, source: str) -> int:
        return self._ledger.tracked(f"{self.name}<{source}")

    def handle(self, fact: Published) -> None:
        if fact.row.name == HeartbeatSigned.NAME:
            self._heard.setdefault(fact.source, []).append(self._heartbeat(fact))
            return
        sealed = bytes(fact.row.state)
        record = Record(fact.source, fact.position, fact.id, organization_of(sealed), sealed)
        self._waiting.setdefault(fact.source, []).append(record)

    def flush(self, source: str, position: int) -> None:
        # Taken first: what cannot be stored is delivered again.
        records, heard = self._waiting.pop(source, []), self._heard.pop(source, [])
        if records or heard:
            self._ledger.append(f"{self.name}<{source}", position, records, heard)
        if not self._signed:
            # The timer's first turn comes later; a log that is checked before it must verify.
            self._ledger.sign_now()
            self._signed = True

    def _heartbeat(self, fact: Published) -> Heard:
        beat = fact.event
        if not isinstance(beat, HeartbeatSigned):
            raise TypeError("a heartbeat of another class")
        key = self._keys.get(fact.source)
        # Each speaks for itself only.
        good = key is not None and beat.service == fact.source and verifies(beat, key)
        if not good:
            _log.error("a heartbeat in the log of %s has no good signature", fact.source)
        return Heard(
            beat.writer,
            fact.source,
            beat.number,
            unix(beat.at),
            unix(datetime.now(UTC)),
            beat.ended,
            beat.signature,
            good,
        )


def forgetting(store: Store, exports: ExportsView) -> StoreConsumer:
    """Return what says which exports hold a forgotten person, and clears the service's own log."""

    def on_forgotten(work: UnitOfWork, fact: Published) -> None:
        forgotten = Forgotten.of(fact)
        organization_id = str(fact.body.get("organization_id", ""))
        at = unix(fact.stamp.recorded_at)
        look_for(work, exports, ForgottenPerson(forgotten.user_id, organization_id, at))
        acknowledge(work, forgotten.user_id, clear(store, forgotten))

    return StoreConsumer(f"{store.name}.forgetting", store, {"identity": {FORGOTTEN: on_forgotten}})
