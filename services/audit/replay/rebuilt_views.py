"""Builds the views of the log again from the sealed bytes, and compares."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.kernel.heartbeat import HeartbeatSigned, verifies
from services.audit.domain.facts import moment, organization_of
from services.audit.domain.sessions import Session
from services.audit.log.archived import StoredArchive, digest, open_statement, read_archives
from services.audit.log.notes import NoteRefusedError
from services.audit.log.records import LogRow
from services.audit.log.verdict import Place
from services.audit.projections import ActionRow, Stored, differences, views_of
from services.audit.replay.report import MOST, Against, Problem, Report
from services.audit.replay.sources import Reader

# A row of which nobody can say where it stood: its labels are those of the row, not of the bytes.
ROW = "record {index} ({source} {position}, id {id})"


class ViewCheck:
    """Builds the views again from the sealed bytes, and compares."""

    def __init__(self, db: Reader, report: Report, against: Against) -> None:
        self._db = db
        self._report = report
        self._against = against
        archives = read_archives(db)
        # The views of younger records go on from what the archived ones left.
        self._views = views_of(archives[-1].state if archives else "")
        self._archived = archives[-1].size if archives else 0
        self._check_state(archives)
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

    def _check_state(self, archives: Sequence[StoredArchive]) -> None:
        for each in archives:
            try:
                good = open_statement(each.note, self._against.keys).state == digest(
                    each.state.encode()
                )
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
            place = ROW.format(
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
        for name, service, number, *said in self._db.execute(
            "SELECT writer, service, number, at, ended, signature FROM audit_heartbeat "
            "WHERE good = 1 ORDER BY writer"
        ):
            self._check_signature(name, service, number, *said)
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

    def _check_signature(
        self, name: str, service: str, number: int, at: int, ended: int, signature: str
    ) -> None:
        key = self._against.services.get(service)
        beat = HeartbeatSigned(
            service=service,
            writer=name,
            number=number,
            at=moment(at),
            ended=bool(ended),
            signature=signature,
        )
        if key is not None and not verifies(beat, key):
            sentence = f"The heartbeat of process {name} is not signed by {service}."
            self._report.problems.append(Problem("HEARTBEAT_FALSE", sentence))

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
        if self._found <= MOST:
            self._report.problems.append(Problem(kind, sentence, index, record_id))
