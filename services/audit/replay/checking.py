"""Checks a data directory: the log, its views, its signatures, and every service's own store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.audit.domain.facts import ACTION, CALLS, organization_of
from services.audit.domain.sessions import Session
from services.audit.log.archived import (
    StoredArchive,
    digest,
    open_statement,
    read_archives,
)
from services.audit.log.merkle import leaf_hash
from services.audit.log.notes import NoteRefusedError, VerifierKey
from services.audit.log.records import LogRow
from services.audit.log.storage import StoredTiles, read_checkpoints, read_rows, size_of
from services.audit.log.verdict import Place, Tampering, Verdict
from services.audit.log.verification import verify
from services.audit.projections import ActionRow, Stored, differences, views_of
from services.audit.replay.sources import LOG, Reader, ReadOnly, UnreadableError, read_only

SOURCES = ("identity", "search", "email", "session", "audit")
_MOST = 20
_LOST = re.compile(r"row (\d+) missing from index (\w+)")
_TRACKING = "audit.actions<"
# A row of which nobody can say where it stood: its labels are those of the row, not of the bytes.
_ROW = "record {index} ({source} {position}, id {id})"


_DERIVED = frozenset(
    {
        "COUNT_ALTERED",
        "INDEX_ALTERED",
        "INDEX_INSERTED",
        "INDEX_MISSING",
        "NAME_ALTERED",
        "SESSION_ALTERED",
        "WRITER_ALTERED",
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in a plain sentence; ``index`` is None where no record is named."""

    kind: str
    sentence: str
    index: int | None = None
    record_id: str | None = None


@dataclass
class Report:
    """What a check found; ``stores`` says how many records each service's own store holds."""

    records: int = 0
    signed: int = 0
    problems: list[Problem] = field(default_factory=list)
    stores: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def first(self) -> Problem | None:
        """The problem of the earliest record, before those that only follow from one."""
        return min(
            self.problems,
            key=lambda p: (p.index is None, p.kind in _DERIVED, p.index or 0),
            default=None,
        )


Progress = Callable[[int], object]


def check_data(
    folder: Path,
    keys: Sequence[VerifierKey],
    *,
    kept: Sequence[str] = (),
    witnesses: int = 0,
    progress: Progress = lambda _: None,
) -> Report:
    """
    Check the log of a data directory and all that stands beside it.

    ``progress`` is told of every 1,000 records. Raises UnreadableError.
    """
    with read_only(folder / LOG) as db:
        report = check_log(db, keys, kept=kept, witnesses=witnesses, progress=progress)
        _check_file(db, report)
        for source in SOURCES:
            if (folder / f"{source}.db").is_file():
                _check_store(db, folder, source, report)
    report.problems.sort(key=lambda problem: problem.kind in _DERIVED)
    return report


def check_log(
    db: Reader,
    keys: Sequence[VerifierKey],
    *,
    kept: Sequence[str] = (),
    witnesses: int = 0,
    progress: Progress = lambda _: None,
) -> Report:
    """
    Check the log and its views, without the stores of the services.

    ``progress`` is told of every 1,000 records. Raises UnreadableError.
    """
    report = Report()
    views = _ViewCheck(db, report, keys)
    verdict = verify(
        _watched(read_rows(db), views, progress),
        [*(each.note for each in read_checkpoints(db)), *kept],
        keys,
        tiles=StoredTiles(db),
        witnesses=witnesses,
        archives=[each.note for each in read_archives(db)],
    )
    _take(report, verdict, size_of(db))
    views.finish()
    # What is built from the records differs wherever a record does: the record comes first.
    report.problems.sort(key=lambda problem: problem.kind in _DERIVED)
    return report


def problems_of(verdict: Verdict, size: int) -> list[Problem]:
    """
    Return what a verdict says.

    A log that holds nothing yet may be unsigned.
    """
    if size == 0 and {each.tampering for each in verdict.findings} <= {Tampering.UNSIGNED}:
        return []
    return [
        Problem(
            str(each.tampering),
            each.sentence,
            each.first.index if each.first is not None else None,
            each.first.record_id if each.first is not None else None,
        )
        for each in verdict.findings
    ]


def _take(report: Report, verdict: Verdict, size: int) -> None:
    report.records, report.signed = verdict.records, verdict.signed
    report.problems.extend(problems_of(verdict, size))


def _watched(rows: Iterator[LogRow], views: _ViewCheck, progress: Progress) -> Iterator[LogRow]:
    for number, row in enumerate(rows):
        if number % 1000 == 0:
            progress(number)
        views.visit(row)
        yield row


class _ViewCheck:
    """Builds the views again from the sealed bytes, and compares."""

    def __init__(self, db: Reader, report: Report, keys: Sequence[VerifierKey]) -> None:
        self._db = db
        self._report = report
        archives = read_archives(db)
        # The views of younger records go on from what the archived ones left.
        self._views = views_of(archives[-1].state if archives else "")
        self._archived = archives[-1].size if archives else 0
        self._check_state(archives, keys)
        self._found = 0
        columns = ", ".join(ActionRow._fields)
        self._rows = (ActionRow(*row) for row in db.each(columns, "audit_action", "1 = 1", "idx"))
        self._next = next(self._rows, None)

    def visit(self, row: LogRow) -> None:
        place = str(Place.of(row))
        if row.idx < self._archived and not row.sealed:
            self._views.records[row.source] = self._views.records.get(row.source, 0) + 1
            return
        try:
            self._check_label(row, place)
            stored = Stored(row.idx, row.source, row.source_position, row.record_id, row.sealed)
            expected = self._views.add(stored)
        except (ValueError, KeyError, TypeError):
            self._say("UNREADABLE", f"The bytes of {place} are no record.", row.idx, row.record_id)
            if self._next is not None and self._next.idx == row.idx:
                self._next = next(self._rows, None)
            return
        self._skip_to(row.idx)
        if self._next is None or self._next.idx != row.idx:
            sentence = f"The {place} is not in the index that auditors search."
            self._say("INDEX_MISSING", sentence, row.idx, row.record_id)
            return
        wrong = differences(self._next, expected)
        if wrong:
            name, (is_, should) = next(iter(wrong.items()))
            sentence = f"The index of {place} says {name} {is_!r}, its sealed bytes say {should!r}."
            self._say("INDEX_ALTERED", sentence, row.idx, row.record_id)
        self._next = next(self._rows, None)

    def _check_state(self, archives: Sequence[StoredArchive], keys: Sequence[VerifierKey]) -> None:
        for each in archives:
            try:
                good = open_statement(each.note, keys).state == digest(each.state.encode())
            except NoteRefusedError:
                continue  # the verdict names it
            if not good:
                sentence = f"What record {each.size - 1} and those before it left was altered."
                self._report.problems.append(Problem("STATE_ALTERED", sentence, each.size - 1))

    def finish(self) -> None:
        self._skip_to(None)
        self._check_sessions()
        self._check_writers()
        self._check_names()

    def _check_label(self, row: LogRow, place: str) -> None:
        if organization_of(row.sealed) != row.organization_id:
            sentence = f"The {place} is labelled with a customer that its sealed bytes do not name."
            self._say("LABEL_ALTERED", sentence, row.idx, row.record_id)

    def _skip_to(self, idx: int | None) -> None:
        while self._next is not None and (idx is None or self._next.idx < idx):
            extra = self._next
            place = _ROW.format(
                index=extra.idx,
                source=extra.source,
                position=extra.source_position,
                id=extra.record_id,
            )
            sentence = f"The index has {place}, which is not in the log."
            self._say("INDEX_INSERTED", sentence, extra.idx, extra.record_id)
            self._next = next(self._rows, None)

    def _check_sessions(self) -> None:
        columns = ", ".join(Session.__dataclass_fields__)
        stored = {
            row[0]: Session(*row)
            for row in self._db.execute(f"SELECT {columns} FROM audit_session")
        }
        for name in sorted(set(stored) | set(self._views.changed)):
            expected = self._views.changed.get(name)
            if stored.get(name) != expected:
                index = expected.first_idx if expected is not None else None
                sentence = f"Session {name} is not what its sealed records say."
                self._say("SESSION_ALTERED", sentence, index, None)

    def _check_writers(self) -> None:
        heads = dict(self._db.execute("SELECT writer, head FROM audit_writer"))
        for name, writer in sorted(self._views.writers.items()):
            for hole in writer.holes:
                numbers = (
                    f"{hole.first}" if hole.first == hole.last else f"{hole.first}-{hole.last}"
                )
                sentence = f"{writer.service} {numbers} missing, of process {name}."
                self._report.problems.append(Problem("NUMBER_MISSING", sentence))
            if heads.pop(name, None) != writer.head:
                sentence = f"The last number of process {name} is not what its records say."
                self._report.problems.append(Problem("WRITER_ALTERED", sentence))
        self._check_heartbeats()
        for name in sorted(heads):
            sentence = f"No record in the log is of process {name}, which is listed."
            self._report.problems.append(Problem("WRITER_ALTERED", sentence))

    def _check_heartbeats(self) -> None:
        for name, service, number in self._db.execute(
            "SELECT writer, service, number FROM audit_heartbeat WHERE good = 1 ORDER BY writer"
        ):
            writer = self._views.writers.get(name)
            head = writer.head if writer is not None else 0
            if number > head:
                numbers = f"{number}" if number == head + 1 else f"{head + 1}-{number}"
                sentence = f"{service} {numbers} missing at the end, of process {name}."
                self._report.problems.append(Problem("NUMBER_MISSING", sentence))
        for name, writer in sorted(self._views.writers.items()):
            for number in writer.doubled:
                sentence = f"{writer.service} {number} came more than once, of process {name}."
                self._report.problems.append(Problem("NUMBER_DOUBLED", sentence))

    def _check_names(self) -> None:
        counted = dict(self._db.execute("SELECT source, records FROM audit_source"))
        for source in sorted(set(counted) | set(self._views.records)):
            should = self._views.records.get(source, 0)
            if counted.get(source, 0) != should:
                sentence = f"The log holds {should} records of {source}, another number is kept."
                self._report.problems.append(Problem("COUNT_ALTERED", sentence))
        listed = {row[0] for row in self._db.execute("SELECT action FROM audit_action_name")}
        for name in sorted(self._views.names ^ listed):
            sentence = f"Searching by the start of a name goes wrong for the action {name!r}."
            self._report.problems.append(Problem("NAME_ALTERED", sentence))

    def _say(self, kind: str, sentence: str, index: int | None, record_id: str | None) -> None:
        self._found += 1
        if self._found <= _MOST:
            self._report.problems.append(Problem(kind, sentence, index, record_id))


def _check_file(db: ReadOnly, report: Report) -> None:
    """Ask the database about itself: a row that an index lost is one that no search finds."""
    for (text,) in db.execute(f"PRAGMA integrity_check({_MOST})"):
        if text == "ok":
            return
        named = _LOST.search(text)
        found: list[tuple[object, ...]] = []
        if named is not None and named[2].startswith(("audit_action", "sqlite_autoindex_audit_a")):
            sql = "SELECT idx, record_id FROM audit_action WHERE rowid = ?"
            found = db.execute(sql, (int(named[1]),))
        elif named is not None and "log_leaf" in named[2]:
            sql = "SELECT idx, record_id FROM log_leaf WHERE rowid = ?"
            found = db.execute(sql, (int(named[1]),))
        if found:
            index, record_id = int(str(found[0][0])), str(found[0][1])
            sentence = f"No search finds record {index}, id {record_id}: {text}."
            report.problems.append(Problem("FILE_DAMAGED", sentence, index, record_id))
        else:
            sentence = f"The database contradicts itself: {text}."
            report.problems.append(Problem("FILE_DAMAGED", sentence))


def _check_store(log: ReadOnly, folder: Path, source: str, report: Report) -> None:
    """Walk a service's own records and those in the log side by side."""
    found = log.execute(
        "SELECT MAX(notification_id) FROM tracking WHERE application_name = ?",
        (f"{_TRACKING}{source}",),
    )
    consumed = int(found[0][0] or 0)
    with read_only(folder / f"{source}.db") as store:
        try:
            _compare(log, store, source, consumed, report)
        except UnreadableError as error:
            report.problems.append(Problem("STORE_UNREADABLE", f"The store of {source}: {error}."))


def _compare(log: ReadOnly, store: ReadOnly, source: str, consumed: int, report: Report) -> None:
    own = store.each(
        "rowid, originator_id, originator_version, state",
        "stored_events",
        f"topic IN ('{ACTION}', '{CALLS}')",
        "rowid",
    )
    logged = log.each(
        "source_position, idx, record_id, leaf_hash",
        "log_leaf",
        f"source = '{source}'",
        "source_position",
    )
    kept = next(logged, None)
    count = waiting = said = 0
    for position, stream, version, state in own:
        count += 1
        while kept is not None and kept[0] < position and said < _MOST:
            report.problems.append(_gone(source, kept))
            kept, said = next(logged, None), said + 1
        if kept is None or kept[0] != position:
            if position > consumed:
                waiting += 1
            elif said < _MOST:
                said += 1
                sentence = (
                    f"Record {position} of {source}, id {stream}:{version}, is not in the log."
                )
                report.problems.append(Problem("NOT_LOGGED", sentence, None, f"{stream}:{version}"))
            continue
        if bytes(kept[3]) != leaf_hash(bytes(state)) and said < _MOST:
            said += 1
            place = _ROW.format(index=kept[1], source=source, position=position, id=kept[2])
            sentence = f"The {place} is not what the store of {source} holds."
            report.problems.append(Problem("STORE_DIFFERS", sentence, kept[1], kept[2]))
        kept = next(logged, None)
    while kept is not None and said < _MOST:
        report.problems.append(_gone(source, kept))
        kept, said = next(logged, None), said + 1
    report.stores[source] = count
    if waiting:
        report.waiting[source] = waiting


def _gone(source: str, kept: Sequence[object]) -> Problem:
    position, idx, record_id = kept[0], kept[1], kept[2]
    place = _ROW.format(index=idx, source=source, position=position, id=record_id)
    sentence = f"The {place} is no longer in the store of {source}."
    return Problem("STORE_LACKS", sentence, int(str(idx)), str(record_id))
