"""
What was taken out of the log's database and stands in a bundle of its own.

The hashes, labels, tiles and checkpoints of an archived record stay, so every proof stays what it
was; its bytes are in the bundle alone. A statement signed with the log's key says which records
these are and what the digest of the bundle is: bytes that are gone without one are missing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.audit.log.notes import (
    Kind,
    NoteRefusedError,
    Reason,
    Signer,
    VerifierKey,
    make_note,
    open_note,
)
from services.audit.log.storage import Database

_TITLE = "archive of an audit log"
_LINES = 6


@dataclass(frozen=True, slots=True)
class Statement:
    """Records first <= index < size of a log are in a bundle with that SHA-256."""

    origin: str
    first: int
    size: int
    bundle: bytes
    state: bytes
    """SHA-256 of what the records leave for later ones: heads of writers, open sessions."""

    def text(self) -> str:
        """The text that is signed."""
        bundle, state = (base64.b64encode(each).decode() for each in (self.bundle, self.state))
        return f"{_TITLE}\n{self.origin}\n{self.first}\n{self.size}\n{bundle}\n{state}\n"


@dataclass(frozen=True, slots=True)
class StoredArchive:
    """A statement as the log keeps it, with the name of the bundle and the state it names."""

    first: int
    size: int
    file: str
    state: str
    note: str


def sign_statement(statement: Statement, signer: Signer) -> str:
    """The statement as a signed note."""
    text = statement.text()
    return make_note(text, signer.sign(text))


def open_statement(note: str, keys: Iterable[VerifierKey]) -> Statement:
    """Check a statement; NoteRefusedError unless a known key of that log signed it."""
    opened = open_note(note, keys)
    statement = parse_statement(opened.text)
    if any(
        each.key.kind is Kind.LOG and each.key.name == statement.origin
        for each in opened.signatures
    ):
        return statement
    raise NoteRefusedError(Reason.OTHER_LOG, "the statement is signed by another log")


def parse_statement(text: str) -> Statement:
    """Read a statement's text; NoteRefusedError where its form is wrong. Checks no signature."""
    lines = text.split("\n")
    if len(lines) != _LINES + 1 or lines[0] != _TITLE:
        raise NoteRefusedError(Reason.MALFORMED, "not the statement of an archive")
    _, origin, first, size, bundle, state, _ = lines
    try:
        return Statement(
            origin,
            int(first),
            int(size),
            base64.b64decode(bundle, validate=True),
            base64.b64decode(state, validate=True),
        )
    except ValueError as error:
        raise NoteRefusedError(Reason.MALFORMED, "the statement is not readable") from error


def bundle_name(first: int, size: int) -> str:
    """File name of the bundle with the records first <= index < size."""
    return f"audit-{first:012d}-{size:012d}.zip"


def read_archives(db: Database) -> list[StoredArchive]:
    """Every stored statement, in the order of the records."""
    rows = db.execute("SELECT first_idx, size, file, state, note FROM log_archive ORDER BY 1")
    return [StoredArchive(*row) for row in rows]


def archived_size(notes: Sequence[str], keys: Sequence[VerifierKey]) -> int:
    """How many first records the statements cover without a gap. Raises NoteRefusedError."""
    covered = 0
    for note in notes:
        statement = open_statement(note, keys)
        if statement.first > covered:
            raise NoteRefusedError(
                Reason.NOT_CONSISTENT, f"no statement covers record {covered}, which was archived"
            )
        covered = max(covered, statement.size)
    return covered


def digest(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()
