"""Checks an export: its records, what labels and other files say of them, and its completeness."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from services.audit.domain.facts import Facts, facts_of
from services.audit.domain.numbers import Writer, arrived
from services.audit.log.archive import Archive, ArchiveUnreadableError
from services.audit.log.archived import digest, open_statement
from services.audit.log.checkpoints import parse_checkpoint
from services.audit.log.export import (
    ARCHIVES,
    CHECKPOINT,
    CHECKPOINTS,
    ENTRIES,
    STATE,
    read_statements,
    verify_export,
)
from services.audit.log.manifest import check_manifest
from services.audit.log.notes import NoteRefusedError, VerifierKey, split_note
from services.audit.log.records import LogRow
from services.audit.log.selected import read_selected
from services.audit.log.verdict import Finding, Place, Tampering
from services.audit.projections import views_of
from services.audit.replay.claims import check_claims, read_claims, unchecked
from services.audit.replay.report import MOST, Against, Problem, Report, ServiceKeys, problems_of
from services.audit.views.completeness import COMPLETENESS
from services.audit.views.selected import FILES, Labels, verify_selection

_READ = FILES | {CHECKPOINTS, ARCHIVES, STATE}
_EVERY = 1000


def check_export(
    source: Path,
    against: Against,
    *,
    organization_id: str = "",
    signed: bool = True,
    progress: Callable[[int], object] = lambda _: None,
) -> Report:
    """
    Check an export of all records, or of some.

    ``organization_id`` demands an export of all records about one customer, ``signed`` a manifest.
    ``progress`` is told how many records were read. Raises ArchiveUnreadableError.
    """
    with Archive(source) as archive:
        if not archive.has(ENTRIES):
            return _check_selection(source, archive, against, organization_id, signed, progress)
        keys, check = against.keys, _Whole(archive, against.keys, progress)
        verdict = verify_export(
            source, keys, kept=against.kept, witnesses=against.witnesses, visit=check.visit
        )
        report = Report(verdict.records, verdict.signed, problems_of(verdict, 1))
        report.problems += check.problems
        if organization_id:
            sentence = f"The export is one of all records, not of those of {organization_id}."
            report.problems.append(Problem(str(Tampering.FOREIGN), sentence))
        if signed:
            size = _size(archive)
            report.problems += _found(check_manifest(archive, keys, _READ, size, verdict.records))
        _check_completeness(archive, report, check.writers, against.services, signed, whole=True)
    return report


def _check_selection(
    source: Path,
    archive: Archive,
    against: Against,
    organization_id: str,
    signed: bool,
    progress: Callable[[int], object],
) -> Report:
    verdict = verify_selection(
        source,
        against.keys,
        kept=against.kept,
        witnesses=against.witnesses,
        organization_id=organization_id,
        signed=signed,
        progress=progress,
    )
    report = Report(verdict.records, verdict.signed, problems_of(verdict, 1))
    numbers = _Numbers({})
    for entry in read_selected(archive):
        try:
            numbers.count(facts_of(entry.sealed))
        except (ValueError, KeyError, TypeError):
            continue  # It was named already.
    _check_completeness(archive, report, numbers.writers, against.services, signed, whole=False)
    return report


def _check_completeness(
    archive: Archive,
    report: Report,
    writers: Mapping[str, Writer],
    keys: ServiceKeys,
    signed: bool,
    *,
    whole: bool,
) -> None:
    if not archive.has(COMPLETENESS):
        if not signed:
            sentence = f"{COMPLETENESS} is missing: nothing says up to when the log is complete."
            report.problems.append(Problem(str(Tampering.MISSING), sentence))
        return
    try:
        claims = read_claims(archive.read(COMPLETENESS))
    except ValueError as error:
        raise ArchiveUnreadableError(f"{COMPLETENESS} is not readable") from error
    report.problems += check_claims(claims, _size(archive), writers, keys, whole=whole)
    report.complete_to = claims.complete_to if claims.complete else None
    if names := unchecked(claims, keys):
        report.warnings.append(
            f"The heartbeats of {', '.join(names)} were not checked: give their public keys with"
            " --service-key."
        )


class _Numbers:
    """The numbers of records by process."""

    def __init__(self, writers: Mapping[str, Writer]) -> None:
        self.writers = dict(writers)

    def count(self, facts: Facts) -> None:
        if facts.writer:
            known = self.writers.get(facts.writer) or Writer(facts.writer, facts.service)
            self.writers[facts.writer] = arrived(known, facts.number, 0)


class _Whole:
    """What the rows of a whole log show beside their hashes."""

    def __init__(
        self, archive: Archive, keys: Sequence[VerifierKey], progress: Callable[[int], object]
    ) -> None:
        self.problems: list[Problem] = []
        self._labels = Labels()
        self._progress = progress
        self._numbers = _Numbers(self._archived(archive, keys))

    @property
    def writers(self) -> Mapping[str, Writer]:
        """The numbers of all records by process, of archived ones too."""
        return self._numbers.writers

    def visit(self, row: LogRow) -> None:
        if row.idx % _EVERY == 0:
            self._progress(row.idx)
        if not row.sealed:
            return  # Its bytes are in a bundle; its labels stand in the chain.
        place = Place.of(row)
        if wrong := self._labels.wrong(place, row.organization_id, row.sealed):
            if len(self.problems) < MOST:
                problem = Problem("LABEL_ALTERED", f"The {place} {wrong}.", row.idx, row.record_id)
                self.problems.append(problem)
            return
        self._numbers.count(facts_of(row.sealed))

    def _archived(self, archive: Archive, keys: Sequence[VerifierKey]) -> Mapping[str, Writer]:
        statements = read_statements(archive)
        if not statements:
            return {}
        state = archive.read_text(STATE)
        try:
            good = open_statement(statements[-1], keys).state == digest(state.encode())
        except NoteRefusedError:
            return {}  # The verdict names it.
        if not good:
            self.problems.append(Problem("STATE_ALTERED", f"{STATE} was altered."))
            return {}
        return views_of(state).writers


def _found(findings: Sequence[Finding]) -> list[Problem]:
    return [Problem(str(f.tampering), f.sentence) for f in findings]


def _size(archive: Archive) -> int:
    try:
        return parse_checkpoint(split_note(archive.read_text(CHECKPOINT))[0]).size
    except NoteRefusedError:
        return 0
