"""
Checks an export of some records: whether each is proved, is what its labels say, and was asked for.

What the labels and the readable files say is compared with the sealed bytes, which the proof
covers; that nothing was left out, the manifest says with the log's key.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from services.audit.domain.facts import SEALED, Facts, body_of, facts_of, organization_of
from services.audit.domain.filters import Filter
from services.audit.domain.formats import Read
from services.audit.domain.readable import FORMATS
from services.audit.domain.sessions import Session, follow, key_of
from services.audit.log.archive import Archive, ArchiveUnreadableError
from services.audit.log.checkpoints import Checkpoint
from services.audit.log.export import CHECKPOINT, KEYS
from services.audit.log.manifest import check_manifest
from services.audit.log.merkle import leaf_hash, verify_inclusion
from services.audit.log.notes import VerifierKey
from services.audit.log.selected import RECORDS, Selected, read_selected
from services.audit.log.verdict import Finding, Place, Tampering, Verdict
from services.audit.log.verification import judge_heads
from services.audit.views.completeness import COMPLETENESS
from services.audit.views.selection import SELECTION

FILES = frozenset(
    {CHECKPOINT, KEYS, RECORDS, SELECTION, COMPLETENESS, *(each.file for each in FORMATS.values())}
)
"""The files that somebody may read in an export of some records."""
_MOST = 100
_EVERY = 1000


def verify_selection(
    source: Path,
    keys: Sequence[VerifierKey],
    *,
    kept: Iterable[str] = (),
    witnesses: int = 0,
    organization_id: str = "",
    signed: bool = True,
    progress: Callable[[int], object] = lambda _: None,
) -> Verdict:
    """
    Check an export of some records with keys from elsewhere.

    ``organization_id`` demands that all of them are about this customer and that nothing else was
    asked for. Of checkpoints that were ``kept`` elsewhere those of its size are compared: it has no
    tree that leads from one size to another. Without ``signed`` the manifest is not looked at: it
    may be missing, and then nobody vouches that no record was left out. ``progress`` is told how
    many records were read. Raises ArchiveUnreadableError where a file is missing or no longer in
    its format.
    """
    with Archive(source) as archive:
        note = archive.read_text(CHECKPOINT)
        heads, _, findings = judge_heads([note], keys, witnesses)
        if not heads:
            return Verdict(0, 0, tuple(findings))
        head = heads[0]
        findings += _forks(head, kept, keys)
        asked = read_asked(archive)
        check = _Records(head, asked, organization_id)
        for entry in read_selected(archive):
            check.visit(entry)
            if check.records % _EVERY == 0:
                progress(check.records)
        findings += check.findings
        findings += check.finish()
        for name, written in FORMATS.items():
            if archive.has(written.file):
                findings += _compare_readable(archive, name)
        if signed:
            findings += check_manifest(archive, keys, FILES, head.size, check.records)
    return Verdict(check.records, check.proved, tuple(findings[:_MOST]))


def _forks(head: Checkpoint, kept: Iterable[str], keys: Sequence[VerifierKey]) -> list[Finding]:
    notes = list(kept)
    if not notes:
        return []
    heads, _, findings = judge_heads(notes, keys, 0)
    if any(each.size == head.size and each != head for each in heads):
        sentence = f"The log's key signed another head of {head.size} records: the log was forked."
        findings.append(Finding(Tampering.FORKED, sentence))
    return findings


def read_asked(archive: Archive) -> Mapping[str, Any]:
    """Return what an export says was asked for. Raises ArchiveUnreadableError."""
    try:
        asked = json.loads(archive.read_text(SELECTION))
        filter_of(asked)
        int(asked["records"]), int(asked["size"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveUnreadableError(f"{SELECTION} is not readable") from error
    return dict(asked)


def filter_of(asked: Mapping[str, Any]) -> Filter:
    """Return the filter that was asked for. Raises TypeError for one of no known fields."""
    return Filter(**asked.get("filter", {}))


def read_readable(archive: Archive, name: str) -> Iterator[Read]:
    """Return place and fields of each record of such a file. Raises ArchiveUnreadableError."""
    for _, read in _read_lines(archive, name):
        yield read


class _Records:
    """What is wrong with the records, one after the other in the order of the file."""

    def __init__(self, head: Checkpoint, asked: Mapping[str, Any], organization_id: str) -> None:
        self.records = self.proved = 0
        self.findings: list[Finding] = []
        self._head = head
        self._asked = asked
        self._filter = filter_of(asked)
        self._organization_id = organization_id
        self._labels = Labels()
        whole = {"session_id", "agent_id", "partner_id", "sign_in_id", "partners_only"}
        self._sessions_are_whole = set(asked.get("filter", {})) <= whole
        self._sessions: dict[tuple[str, str], Session] = {}
        self._before = -1

    def visit(self, entry: Selected) -> None:
        self.records += 1
        place = entry.place
        if place.index <= self._before:
            self._say(Tampering.MOVED, place, "comes twice or too late")
            return
        if not self._is_proved(entry):
            what = "is not proved: its bytes, its index or its proof was altered"
            self._say(Tampering.ALTERED, place, what)
            return
        self._before = place.index
        if wrong := self._labels.wrong(place, entry.organization_id, entry.sealed):
            self._say(Tampering.ALTERED, place, wrong)
        elif not self._fits(entry):
            self._say(Tampering.FOREIGN, place, "is not one of those that were asked for")
        else:
            self.proved += 1

    def finish(self) -> Iterator[Finding]:
        """Yield what the whole export shows."""
        said = int(self._asked["records"]), int(self._asked["size"])
        if said != (self.records, self._head.size):
            sentence = (
                f"The export says that it has {said[0]} records of {said[1]}, but {self.records}"
                f" of {self._head.size} are in it."
            )
            yield Finding(Tampering.MISSING, sentence)
        wanted = self._organization_id
        if wanted and self._filter != Filter(organization_id=wanted):
            sentence = f"The export is not one of all records about customer {wanted}."
            yield Finding(Tampering.FOREIGN, sentence)

    def _is_proved(self, entry: Selected) -> bool:
        leaf, head = leaf_hash(entry.sealed), self._head
        return verify_inclusion(leaf, entry.place.index, head.size, entry.proof, head.root)

    def _fits(self, entry: Selected) -> bool:
        facts = facts_of(entry.sealed)
        if self._organization_id and facts.organization_id != self._organization_id:
            return False
        archive = self._asked.get("archive")
        if archive is not None and not archive["first"] <= entry.place.index < archive["size"]:
            return False
        return self._filter.fits(facts, self._session_of(entry, facts))

    def _session_of(self, entry: Selected, facts: Facts) -> str:
        """Return the id of the record's session, as the first of its records here gives it."""
        key = key_of(facts)
        if key is None:
            return ""
        if not self._sessions_are_whole:
            # The first one need not be here: that all are of one person's sign-in is what shows.
            self._sessions.setdefault(key, Session("", *key, facts.partner_id, 0, 0, 0))
            return self._filter.session_id if len(self._sessions) == 1 else ""
        known = self._sessions.get(key)
        session = follow(known, facts, entry.place.index, str(entry.place.record_id))
        self._sessions[key] = session
        return session.session_id

    def _say(self, kind: Tampering, place: Place, what: str) -> None:
        if len(self.findings) < _MOST:
            self.findings.append(Finding(kind, f"The {place} {what}.", place))


class Labels:
    """
    What the labels of records say that their own bytes do not.

    The position at the source stands in no bytes; that positions rise is all that shows here.
    """

    def __init__(self) -> None:
        self._positions: dict[str, int] = {}
        self._streams: dict[tuple[str, str], str] = {}

    def wrong(self, place: Place, organization_id: str | None, sealed: bytes) -> str:
        """Return what is wrong with the labels of the next record; nothing where they are right."""
        try:
            facts, organization = facts_of(sealed), organization_of(sealed)
        except (ValueError, KeyError, TypeError):
            return "has bytes that are no record"
        source, position = str(place.source), place.source_position or 0
        if organization != organization_id:
            return "is labelled with a customer that its sealed bytes do not name"
        if source != facts.service:
            return f"is labelled as one of {source}, its sealed bytes say {facts.service}"
        if facts.writer and not self._is_numbered(place, facts):
            return "is labelled with an id that does not fit its number"
        if position <= self._positions.get(source, 0):
            return f"is labelled with a position of {source} that one before it has passed"
        self._positions[source] = position
        return ""

    def _is_numbered(self, place: Place, facts: Facts) -> bool:
        # A process writes its records to a stream of its own, where the version is the number.
        stream, _, version = str(place.record_id).rpartition(":")
        known = self._streams.setdefault((facts.service, facts.writer), stream)
        return stream == known and version == str(facts.number)


def _compare_readable(archive: Archive, name: str) -> Iterator[Finding]:
    """Compare a file of opened records with the sealed ones, in every field that is not sealed."""
    written = FORMATS[name]
    pairs = zip_longest(_read_lines(archive, name), read_selected(archive))
    for number, (line, entry) in enumerate(pairs):
        if line is None or entry is None:
            rows = "fewer" if line is None else "more"
            sentence = f"{written.file} has {rows} records than {RECORDS}."
            yield Finding(Tampering.MISSING if line is None else Tampering.INSERTED, sentence)
            return
        text, (place, read) = line
        try:
            body = body_of(entry.sealed)
        except ValueError:
            continue  # The record was named already.
        merged = {key: read.get(key) if key in SEALED else value for key, value in body.items()}
        head = "".join(f"{each}\n" for each in written.head) if number == 0 else ""
        if text != f"{head}{written.line(place, merged)}\n" or not _same(place, entry.place):
            sentence = f"The {entry.place} is another one in {written.file} than in its bytes."
            yield Finding(Tampering.ALTERED, sentence, entry.place)


def _same(place: Any, of: Place) -> bool:
    return (place.idx, place.record_id, place.source) == (of.index, of.record_id, of.source)


def _read_lines(archive: Archive, name: str) -> Iterator[tuple[str, Read]]:
    """Yield each record of such a file with the text that it was read from."""
    written = FORMATS[name]
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in archive.lines(written.file):
            taken.append(line.decode())
            yield taken[-1]

    try:
        for read in written.read(lines()):
            yield "".join(taken), read
            taken.clear()
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise ArchiveUnreadableError(f"{written.file} is not in its format") from error
    if taken and "".join(taken) != "".join(f"{each}\n" for each in written.head):
        raise ArchiveUnreadableError(f"{written.file} ends with what is no record")
