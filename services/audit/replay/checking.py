"""Checks a data directory: the log, its views, its signatures, and every service's own store."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from services.audit.domain.numbers import SOURCES
from services.audit.log.archived import StoredArchive, open_statement, read_archives
from services.audit.log.notes import NoteRefusedError
from services.audit.log.records import LogRow
from services.audit.log.storage import StoredTiles, read_checkpoints, read_rows, size_of
from services.audit.log.verification import verify
from services.audit.replay.rebuilt_views import ViewCheck
from services.audit.replay.report import DERIVED, Against, Problem, Report, problems_of
from services.audit.replay.sources import LOG, Reader, read_only
from services.audit.replay.stores import check_file, check_store

Progress = Callable[[int], object]


def check_data(
    folder: Path, against: Against, bundles: Path, progress: Progress = lambda _: None
) -> Report:
    """
    Check the log of a data directory and all that stands beside it.

    ``bundles`` is the folder of what was archived; ``progress`` is told of every 1,000 records.
    Raises UnreadableError.
    """
    with read_only(folder / LOG) as db:
        report = check_log(db, against, bundles, progress)
        check_file(db, report)
        for source in SOURCES:
            if (folder / f"{source}.db").is_file():
                check_store(db, folder, source, report)
    report.problems.sort(key=lambda problem: problem.kind in DERIVED)
    return report


def check_log(
    db: Reader, against: Against, bundles: Path, progress: Progress = lambda _: None
) -> Report:
    """
    Check the log and its views, without the stores of the services.

    ``bundles`` is the folder of what was archived; ``progress`` is told of every 1,000 records.
    Raises UnreadableError.
    """
    report, archives = Report(), read_archives(db)
    views = ViewCheck(db, report, against)
    verdict = verify(
        _watched(read_rows(db), views, progress),
        [*(each.note for each in read_checkpoints(db)), *against.kept],
        against.keys,
        tiles=StoredTiles(db),
        witnesses=against.witnesses,
        archives=[each.note for each in archives],
    )
    report.records, report.signed = verdict.records, verdict.signed
    report.problems.extend(problems_of(verdict, size_of(db)))
    views.finish()
    for each in archives:
        _check_bundle(each, bundles, against, report)
    # What is built from the records differs wherever a record does: the record comes first.
    report.problems.sort(key=lambda problem: problem.kind in DERIVED)
    return report


def _check_bundle(stored: StoredArchive, folder: Path, against: Against, report: Report) -> None:
    """Compare a bundle with the digest that was signed; one that is elsewhere is not wrong."""
    path, last = folder / stored.file, stored.size - 1
    try:
        statement = open_statement(stored.note, against.keys)
    except NoteRefusedError:
        return  # The verdict names it.
    if not path.is_file():
        report.warnings.append(
            f"The bytes of records {stored.first} to {last} were not checked: {stored.file} is not"
            f" in {folder}."
        )
        return
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    if digest != statement.bundle:
        sentence = (
            f"The bundle {stored.file} with records {stored.first} to {last} was altered: it is not"
            " the one that was signed."
        )
        report.problems.append(Problem("BUNDLE_ALTERED", sentence, stored.first))


def _watched(rows: Iterator[LogRow], views: ViewCheck, progress: Progress) -> Iterator[LogRow]:
    for number, row in enumerate(rows):
        if number % 1000 == 0:
            progress(number)
        views.visit(row)
        yield row
