"""A witness of the log, as in C2SP tlog-witness: it cosigns what continues all that it has seen."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from services.audit.log.checkpoints import (
    Checkpoint,
    cosign_checkpoint,
    open_checkpoint,
    parse_checkpoint,
)
from services.audit.log.merkle import HASH_SIZE, verify_consistency
from services.audit.log.notes import NoteRefusedError, Reason, Signer, VerifierKey, split_note

_MOST_HASHES = 63


class WitnessRefusedError(Exception):
    """What a witness does not cosign, and the HTTP answer that the format names for it."""

    def __init__(self, status: HTTPStatus, sentence: str, size: int | None = None) -> None:
        """Keep the answer; ``size`` is what the witness has seen, where that is the answer."""
        super().__init__(sentence)
        self.status = status
        self.size = size


class Witness:
    """Keeps the newest checkpoint of one log that it cosigned, in a file; safe for threads."""

    def __init__(self, keys: Sequence[VerifierKey], signer: Signer, state: Path) -> None:
        """Follow the log of these keys; NoteRefusedError where the file is damaged."""
        self._keys = keys
        self._signer = signer
        self._state = state
        self._lock = threading.Lock()
        self._seen = self._load()

    @property
    def size(self) -> int:
        """How many records the newest cosigned checkpoint has; 0 before the first."""
        return self._seen.size if self._seen is not None else 0

    def add_checkpoint(self, body: str, now: datetime) -> str:
        """
        Cosign the checkpoint of a request; answers the signature line. WitnessRefusedError.

        What was seen is durable before the signature leaves.
        """
        old, proof, note = _parse(body)
        checkpoint = self._opened(note)
        if old > checkpoint.size:
            raise WitnessRefusedError(HTTPStatus.BAD_REQUEST, "the old size is the larger one")
        with self._lock:
            self._check(old, proof, checkpoint)
            cosigned = cosign_checkpoint(note, self._signer, now)
            self._store(split_note(note)[0], checkpoint)
        return split_note(cosigned)[1][-1]

    def _opened(self, note: str) -> Checkpoint:
        try:
            return open_checkpoint(note, self._keys).checkpoint
        except NoteRefusedError as refused:
            status = {
                Reason.MALFORMED: HTTPStatus.BAD_REQUEST,
                Reason.OTHER_LOG: HTTPStatus.NOT_FOUND,
            }.get(refused.reason, HTTPStatus.FORBIDDEN)
            raise WitnessRefusedError(status, str(refused)) from refused

    def _check(self, old: int, proof: Sequence[bytes], new: Checkpoint) -> None:
        if old != self.size:
            raise WitnessRefusedError(
                HTTPStatus.CONFLICT, f"{self.size} records were seen, not {old}", self.size
            )
        if self._seen is None:
            return
        if self._seen.origin != new.origin:
            raise WitnessRefusedError(HTTPStatus.NOT_FOUND, "the witness saw another log")
        if old == new.size and self._seen.root != new.root:
            raise WitnessRefusedError(
                HTTPStatus.CONFLICT, f"two different heads of {old} records", self.size
            )
        if not verify_consistency(old, new.size, proof, self._seen.root, new.root):
            raise WitnessRefusedError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"the log of {new.size} records does not begin with the {old} seen",
            )

    def _load(self) -> Checkpoint | None:
        if not self._state.exists():
            return None
        try:
            return parse_checkpoint(str(json.loads(self._state.read_text())["checkpoint"]))
        except (ValueError, KeyError) as error:
            raise NoteRefusedError(Reason.MALFORMED, "the witness's file is damaged") from error

    def _store(self, text: str, checkpoint: Checkpoint) -> None:
        written = self._state.with_suffix(".new")
        with written.open("w") as file:
            json.dump({"checkpoint": text}, file)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._state)
        folder = os.open(self._state.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._seen = checkpoint


def request_of(old: int, proof: Sequence[bytes], note: str) -> str:
    """Return the body of an add-checkpoint request."""
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in proof)]
    return "\n".join(lines) + "\n\n" + note


def _parse(body: str) -> tuple[int, list[bytes], str]:
    head, divided, note = body.partition("\n\n")
    first, *hashes = head.split("\n")
    size = first.removeprefix("old ")
    good = divided and first.startswith("old ") and size.isascii() and size.isdigit()
    if not good or len(hashes) > _MOST_HASHES or (size != "0" and size.startswith("0")):
        raise WitnessRefusedError(HTTPStatus.BAD_REQUEST, "not an add-checkpoint request")
    try:
        proof = [base64.b64decode(each, validate=True) for each in hashes]
    except ValueError as error:
        raise WitnessRefusedError(HTTPStatus.BAD_REQUEST, "a hash is not base64") from error
    if any(len(each) != HASH_SIZE for each in proof) or (size == "0" and proof):
        raise WitnessRefusedError(HTTPStatus.BAD_REQUEST, "the proof is not in its form")
    return int(size), proof, note
