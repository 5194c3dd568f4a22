"""A witness of logs, as in C2SP tlog-witness: it cosigns what continues all that it has seen."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from services.audit.log.checkpoints import TreeHead, cosign_checkpoint, parse_tree_head
from services.audit.log.merkle import HASH_SIZE, verify_consistency
from services.audit.log.notes import (
    Kind,
    NoteRefusedError,
    Reason,
    Signer,
    VerifierKey,
    open_note,
    split_note,
)

_MOST_HASHES = 63


class WitnessRefusedError(Exception):
    """What a witness does not cosign, and the HTTP answer that the format names for it."""

    def __init__(self, status: HTTPStatus, sentence: str, size: int | None = None) -> None:
        """Keep the answer; ``size`` is what the witness has seen, where that is the answer."""
        super().__init__(sentence)
        self.status = status
        self.size = size


class Witness:
    """
    Keeps the newest checkpoint of each log that it cosigned, in a file; safe for threads.

    It vouches for the three lines of a checkpoint that every log has, and signs what else stands in
    it without a word on that.
    """

    def __init__(self, keys: Sequence[VerifierKey], signer: Signer, state: Path) -> None:
        """Follow the logs of these keys; NoteRefusedError where the file is damaged."""
        self._keys = [key for key in keys if key.kind is Kind.LOG]
        self._signer = signer
        self._state = state
        self._lock = threading.Lock()
        self._seen = self._load()

    def size(self, origin: str) -> int:
        """How many records the newest cosigned checkpoint of a log has; 0 before the first."""
        return self._seen[origin][0].size if origin in self._seen else 0

    def add_checkpoint(self, body: str, now: datetime) -> str:
        """
        Cosign the checkpoint of a request; answers the signature line. WitnessRefusedError.

        What was seen is durable before the signature leaves.
        """
        old, proof, note = _parse(body)
        head = self._opened(note)
        if old > head.size:
            raise WitnessRefusedError(HTTPStatus.BAD_REQUEST, "the old size is the larger one")
        with self._lock:
            self._check(old, proof, head)
            cosigned = cosign_checkpoint(note, self._signer, now)
            self._store(head, split_note(note)[0])
        return split_note(cosigned)[1][-1]

    def _opened(self, note: str) -> TreeHead:
        try:
            head, _ = parse_tree_head(split_note(note)[0])
            keys = [key for key in self._keys if key.name == head.origin]
            if not keys:
                sentence = f"the log {head.origin} is unknown here"
                raise WitnessRefusedError(HTTPStatus.NOT_FOUND, sentence)
            open_note(note, keys)
        except NoteRefusedError as refused:
            malformed = refused.reason is Reason.MALFORMED
            status = HTTPStatus.BAD_REQUEST if malformed else HTTPStatus.FORBIDDEN
            raise WitnessRefusedError(status, str(refused)) from refused
        return head

    def _check(self, old: int, proof: Sequence[bytes], new: TreeHead) -> None:
        size = self.size(new.origin)
        if old != size:
            sentence = f"{size} records were seen, not {old}"
            raise WitnessRefusedError(HTTPStatus.CONFLICT, sentence, size)
        root = self._seen[new.origin][0].root if new.origin in self._seen else None
        if root is not None and old == new.size and root != new.root:
            sentence = f"two different heads of {old} records"
            raise WitnessRefusedError(HTTPStatus.CONFLICT, sentence, size)
        if root is None:
            consistent = not proof
        else:
            consistent = verify_consistency(old, new.size, proof, root, new.root)
        if not consistent:
            raise WitnessRefusedError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"the log of {new.size} records does not begin with the {old} seen",
            )

    def _load(self) -> dict[str, tuple[TreeHead, str]]:
        if not self._state.exists():
            return {}
        try:
            texts = [str(text) for text in json.loads(self._state.read_text())["checkpoints"]]
        except (ValueError, KeyError, TypeError) as error:
            raise NoteRefusedError(Reason.MALFORMED, "the witness's file is damaged") from error
        heads = [(parse_tree_head(text)[0], text) for text in texts]
        return {head.origin: (head, text) for head, text in heads}

    def _store(self, head: TreeHead, text: str) -> None:
        seen = {**self._seen, head.origin: (head, text)}
        written = self._state.with_suffix(".new")
        with written.open("w") as file:
            json.dump({"checkpoints": [each for _, each in seen.values()]}, file)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._state)
        folder = os.open(self._state.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._seen = seen


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
    if any(len(each) != HASH_SIZE for each in proof):
        raise WitnessRefusedError(HTTPStatus.BAD_REQUEST, "the proof is not in its form")
    return int(size), proof, note
