"""
Checkpoints: the signed heads of the log, as in C2SP tlog-checkpoint.

Below the three lines of the format stands one extension line, `chain BASE64`: the chain value (see
`records`) of the newest record. The tree covers the sealed bytes of each record, the chain also
where a record came from and whose it is; with that line one signature covers both. Verifiers that
know only the format ignore it.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.audit.log.merkle import HASH_SIZE
from services.audit.log.notes import (
    Kind,
    NoteRefusedError,
    NoteSignature,
    Reason,
    Signer,
    VerifierKey,
    make_note,
    open_note,
    split_note,
)

_CHAIN = "chain "
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
_LINES = 3


class TreeHead(NamedTuple):
    """What a checkpoint of any log says: its origin, size and root."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Size, root and chain value of a log, named by its origin."""

    origin: str
    size: int
    root: bytes
    chain: bytes

    def text(self) -> str:
        """The text that is signed."""
        return (
            f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"
            f"{_CHAIN}{base64.b64encode(self.chain).decode()}\n"
        )


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint that a known key of the log signed, and the known witnesses who cosigned it."""

    checkpoint: Checkpoint
    signature: NoteSignature
    cosignatures: tuple[NoteSignature, ...]


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> str:
    """The checkpoint as a signed note; the signer's name is the origin."""
    if signer.name != checkpoint.origin:
        raise ValueError("a log signs its own checkpoints")
    text = checkpoint.text()
    return make_note(text, signer.sign(text))


def open_checkpoint(note: str, keys: Iterable[VerifierKey]) -> SignedCheckpoint:
    """Check a signed checkpoint; NoteRefusedError unless a known key of that log signed it."""
    opened = open_note(note, keys)
    checkpoint = parse_checkpoint(opened.text)
    own = [each for each in opened.signatures if each.key.kind is Kind.LOG]
    if not own:
        raise NoteRefusedError(Reason.UNKNOWN_KEY, "only witnesses signed, no known key of a log")
    for signature in own:
        if signature.key.name == checkpoint.origin:
            others = tuple(each for each in opened.signatures if each.key.kind is Kind.WITNESS)
            return SignedCheckpoint(checkpoint, signature, others)
    raise NoteRefusedError(
        Reason.OTHER_LOG, f"a checkpoint of {checkpoint.origin}, signed by another log's key"
    )


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text; NoteRefusedError where its form is wrong. Checks no signature."""
    head, extensions = parse_tree_head(text)
    if len(extensions) != 1 or not extensions[0].startswith(_CHAIN):
        raise NoteRefusedError(Reason.MALFORMED, "not the four lines of a checkpoint of this log")
    return Checkpoint(*head, _hash(extensions[0].removeprefix(_CHAIN)))


def parse_tree_head(text: str) -> tuple[TreeHead, list[str]]:
    """Read any log's checkpoint and its extension lines; NoteRefusedError. Checks no signature."""
    lines = text.split("\n")
    if len(lines) <= _LINES or lines.pop() or not all(lines):
        raise NoteRefusedError(Reason.MALFORMED, "not the lines of a checkpoint")
    origin, size, root, *extensions = lines
    if not _SIZE.fullmatch(size):
        raise NoteRefusedError(Reason.MALFORMED, "the checkpoint's size is not readable")
    return TreeHead(origin, int(size), _hash(root)), extensions


def cosign_checkpoint(note: str, witness: Signer, now: datetime) -> str:
    """The note with the witness's line added; the caller has checked the checkpoint."""
    text, lines = split_note(note)
    return make_note(text, *lines, witness.cosign(text, now))


def merge_signatures(note: str, other: str) -> str:
    """One note with the signature lines of two over the same text; NoteRefusedError otherwise."""
    text, lines = split_note(note)
    other_text, other_lines = split_note(other)
    if text != other_text:
        raise NoteRefusedError(Reason.NOT_CONSISTENT, "two different checkpoints of one size")
    return make_note(text, *dict.fromkeys([*lines, *other_lines]))


def _hash(encoded: str) -> bytes:
    try:
        value = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteRefusedError(Reason.MALFORMED, "a checkpoint's hash is not base64") from error
    if len(value) != HASH_SIZE:
        raise NoteRefusedError(Reason.MALFORMED, "a checkpoint's hash has not 32 bytes")
    return value
