"""
What an export holds, signed with the log's key, so that nothing is left out of it unseen.

    export of an audit log
    ORIGIN
    SIZE                    how many records the log had, as in the export's checkpoint
    RECORDS                 how many of them are in the export
    NAME SHA-256 (base64)   one line for each file that the checkpoint does not cover

A proof shows that a record is in the log. It does not show that another one is not, nor which of
them fit what somebody asked for: that, the log's key says.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.audit.log.archive import Archive
from services.audit.log.merkle import HASH_SIZE
from services.audit.log.notes import (
    Kind,
    NoteRefusedError,
    Reason,
    Signer,
    VerifierKey,
    make_note,
    open_note,
)
from services.audit.log.verdict import Finding, Tampering

MANIFEST = "manifest"
_TITLE = "export of an audit log"
_HEAD = 4
_UNSIGNED = "Nobody vouches that nothing was left out of this export or added to it"


@dataclass(frozen=True, slots=True)
class Manifest:
    """An export of a log of ``size`` records: how many it holds, and SHA-256 of its files."""

    origin: str
    size: int
    records: int
    files: Mapping[str, bytes]

    def text(self) -> str:
        """The text that is signed."""
        files = "".join(
            f"{name} {base64.b64encode(digest).decode()}\n"
            for name, digest in sorted(self.files.items())
        )
        return f"{_TITLE}\n{self.origin}\n{self.size}\n{self.records}\n{files}"


def sign_manifest(manifest: Manifest, signer: Signer) -> str:
    """The manifest as a signed note; the signer's name is the origin."""
    if signer.name != manifest.origin:
        raise ValueError("a log signs its own exports")
    text = manifest.text()
    return make_note(text, signer.sign(text))


def open_manifest(note: str, keys: Iterable[VerifierKey]) -> Manifest:
    """Check a manifest; NoteRefusedError unless a known key of that log signed it."""
    opened = open_note(note, keys)
    manifest = _parsed(opened.text)
    for signature in opened.signatures:
        if signature.key.kind is Kind.LOG and signature.key.name == manifest.origin:
            return manifest
    raise NoteRefusedError(Reason.OTHER_LOG, "the manifest is signed by another log")


def _parsed(text: str) -> Manifest:
    lines = text.split("\n")
    if len(lines) <= _HEAD or lines.pop() or lines[0] != _TITLE:
        raise NoteRefusedError(Reason.MALFORMED, "not the manifest of an export")
    files: dict[str, bytes] = {}
    try:
        size, records = int(lines[2]), int(lines[3])
        for line in lines[_HEAD:]:
            name, _, digest = line.partition(" ")
            files[name] = base64.b64decode(digest, validate=True)
    except ValueError as error:
        raise NoteRefusedError(Reason.MALFORMED, "the manifest is not readable") from error
    if any(len(digest) != HASH_SIZE for digest in files.values()):
        raise NoteRefusedError(Reason.MALFORMED, "a digest in the manifest has not 32 bytes")
    return Manifest(lines[1], size, records, files)


def check_manifest(
    archive: Archive, keys: Iterable[VerifierKey], read: Iterable[str], size: int, records: int
) -> list[Finding]:
    """
    Compare an export with its manifest: its counts, and every file.

    ``read`` names the files that somebody may read in it: one that is there and that the manifest
    does not name is found. ``size`` is what the checkpoint covers, ``records`` how many were read.
    """
    if not archive.has(MANIFEST):
        return [Finding(Tampering.UNSIGNED, f"{_UNSIGNED}: {MANIFEST} is missing.")]
    try:
        manifest = open_manifest(archive.read_text(MANIFEST), keys)
    except NoteRefusedError as refused:
        return [Finding(Tampering(refused.reason), f"{_UNSIGNED}: {refused}.")]
    found: list[Finding] = []
    if (manifest.size, manifest.records) != (size, records):
        sentence = (
            f"{manifest.records} records of a log of {manifest.size} were exported, but"
            f" {records} of one of {size} are in the export."
        )
        kind = Tampering.MISSING if records < manifest.records else Tampering.INSERTED
        found.append(Finding(kind, sentence))
    for name, digest in manifest.files.items():
        if not archive.has(name):
            found.append(Finding(Tampering.MISSING, f"{name} was taken out of the export."))
        elif archive.digest(name) != digest:
            sentence = f"{name} was altered: it is not the file that was exported."
            found.append(Finding(Tampering.ALTERED, sentence))
    found += [
        Finding(Tampering.INSERTED, f"{name} was put into the export.")
        for name in sorted(read)
        if name not in manifest.files and archive.has(name)
    ]
    return found
