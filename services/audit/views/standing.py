"""How the log stands: checkpoints, sources, writers, proofs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from helpdesk.kernel.store import Engine
from services.audit.application.ports import Growth, Proof, SignedHead
from services.audit.domain.facts import moment
from services.audit.domain.heartbeats import Heard, Refusal
from services.audit.domain.numbers import Hole, Writer
from services.audit.log.checkpoints import parse_checkpoint
from services.audit.log.merkle import leaf_hash
from services.audit.log.notes import split_note
from services.audit.log.storage import LogDamagedError, StoredTiles
from services.audit.log.tiles import TileMissingError, consistency, inclusion
from services.audit.views.ledger import Ledger, oldest_from

_WRITERS = 200


class Standing:
    """Reads what the log and its views say about themselves; signs on demand."""

    def __init__(self, engine: Engine, ledger: Ledger, name: str, sources: Sequence[str]) -> None:
        self._engine = engine
        self._ledger = ledger
        self._name = name
        self._sources = sources

    @property
    def verifier_key(self) -> str:
        """The log's public key."""
        return self._ledger.verifier_key

    @property
    def records(self) -> int:
        """How many records the log holds."""
        return int(self._engine.query("SELECT COALESCE(MAX(idx), -1) + 1 FROM log_leaf")[0][0])

    def wait(self, size: int, timeout: float) -> bool:
        """Wait until the log holds so many records."""
        return self._ledger.wait(size, timeout)

    def sign(self, now: datetime) -> None:
        """Sign the log where it has grown."""
        self._ledger.sign(now)

    def checkpoints(self, limit: int) -> list[SignedHead]:
        """Return the last checkpoints, newest first."""
        rows = self._engine.query(
            "SELECT note, signed_at FROM log_checkpoint ORDER BY size DESC LIMIT ?", (limit,)
        )
        return [_head(str(note), int(at)) for note, at in rows]

    def oldest_from(self, idx: int) -> int:
        """Return when the oldest record from an index on occurred; 0 where there is none."""
        return oldest_from(self._ledger.reading, idx)

    def records_by_source(self) -> dict[str, int]:
        """Return how many records each service has in the log."""
        return dict(self._engine.query("SELECT source, records FROM audit_source"))

    def consumed(self) -> dict[str, int]:
        """Return how far each service's log was read."""
        return {source: self._engine.tracked(f"{self._name}<{source}") for source in self._sources}

    def writers(self) -> list[Writer]:
        """Return the processes that wrote last, and all with missing numbers."""
        holes: dict[str, list[Hole]] = {}
        for name, first, last, noticed in self._engine.query(
            "SELECT writer, first_number, last_number, noticed_at FROM audit_missing "
            "ORDER BY writer, first_number"
        ):
            holes.setdefault(str(name), []).append(Hole(first, last, noticed))
        doubled: dict[str, list[int]] = {}
        for name, number in self._engine.query(
            "SELECT writer, number FROM audit_doubled ORDER BY writer, number"
        ):
            doubled.setdefault(str(name), []).append(int(number))
        rows = self._engine.query(
            "SELECT writer, service, head, last_at FROM audit_writer "
            "WHERE writer IN (SELECT writer FROM audit_missing) "
            "OR writer IN (SELECT writer FROM audit_doubled) OR writer IN "
            "(SELECT writer FROM (SELECT writer FROM audit_writer "
            "ORDER BY last_at DESC LIMIT ?) AS newest) ORDER BY last_at DESC, writer",
            (_WRITERS,),
        )
        return [
            Writer(
                writer,
                service,
                head,
                last_at,
                tuple(holes.get(writer, ())),
                tuple(doubled.get(writer, ())),
            )
            for writer, service, head, last_at in rows
        ]

    def heard(self) -> list[Heard]:
        """Return the newest heartbeats of the processes that spoke last, and all too high ones."""
        rows = self._engine.query(
            "SELECT h.writer, h.service, h.number, h.at, h.heard_at, h.ended, h.signature, h.good, "
            "COALESCE(w.head, 0) "
            "FROM audit_heartbeat h LEFT JOIN audit_writer w ON w.writer = h.writer "
            "WHERE h.number > COALESCE(w.head, 0) OR h.good = 0 OR h.writer IN "
            "(SELECT writer FROM (SELECT writer FROM audit_heartbeat "
            "ORDER BY heard_at DESC LIMIT ?) AS newest) ORDER BY h.heard_at DESC, h.writer",
            (_WRITERS,),
        )
        return [
            Heard(writer, service, number, at, heard_at, bool(ended), signature, bool(good), head)
            for writer, service, number, at, heard_at, ended, signature, good, head in rows
        ]

    def refusals(self) -> list[Refusal]:
        """Return the witnesses that saw another past of the log, as of when they were asked."""
        rows = self._engine.query(
            "SELECT witness, size, noticed_at FROM audit_refusal ORDER BY witness"
        )
        return [Refusal(*row) for row in rows]

    def verdict(self) -> tuple[datetime, int, tuple[str, ...], int | None] | None:
        """Return the last check: when, how many records, findings, first record concerned."""
        rows = self._engine.query(
            "SELECT checked_at, records, sentences, first_idx FROM log_verdict"
        )
        if not rows:
            return None
        at, records, sentences, first = rows[0]
        return moment(at), records, tuple(json.loads(sentences)), first

    def proof(self, idx: int, sealed: bytes) -> Proof:
        """
        Return the proof that a record is in the newest checkpoint, without hashes before one.

        Raises LogDamagedError where the tree lacks a part.
        """
        leaf = leaf_hash(sealed)
        heads = self.checkpoints(1)
        if not heads or heads[0].size <= idx:
            return Proof(sealed, leaf, idx, (), None)
        try:
            hashes = inclusion(StoredTiles(self._ledger.reading), idx, heads[0].size)
        except TileMissingError as missing:
            raise LogDamagedError(str(missing)) from missing
        return Proof(sealed, leaf, idx, tuple(hashes), heads[0])

    def growth(self, old: int, new: int) -> Growth:
        """
        Return the proof that the log of one size begins with that of another.

        Raises LogDamagedError where the tree lacks a part.
        """
        rows = self._engine.query(
            "SELECT size, note FROM log_checkpoint WHERE size = ? OR size = ?", (old, new)
        )
        notes = {int(size): str(note) for size, note in rows}
        try:
            hashes = consistency(StoredTiles(self._ledger.reading), old, new)
        except TileMissingError as missing:
            raise LogDamagedError(str(missing)) from missing
        return Growth(old, new, tuple(hashes), notes.get(old, ""), notes.get(new, ""))


def _head(note: str, signed_at: int) -> SignedHead:
    text, lines = split_note(note)
    checkpoint = parse_checkpoint(text)
    signers = [line.split(" ")[1] for line in lines]
    return SignedHead(
        note=note,
        size=checkpoint.size,
        root=checkpoint.root,
        signed_at=moment(signed_at),
        witnesses=tuple(name for name in signers if name != checkpoint.origin),
    )
