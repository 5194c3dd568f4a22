"""
Each kind of tampering with a large log: found, and the first bad record named.

``python -m tests.chaos.audit --records 1000000`` builds a signed log offline, then reads it once
for each kind, as ``helpdesk-audit verify`` does. Exit code 1 where one is not found.
"""

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from services.audit.log.checkpoints import sign_checkpoint
from services.audit.log.merkle import leaf_hash
from services.audit.log.notes import Signer
from services.audit.log.records import LogRow, Record
from services.audit.log.storage import (
    StoredTiles,
    append,
    current_checkpoint,
    make_checkpoint,
    read_checkpoints,
    read_rows,
)
from services.audit.log.verdict import Tampering, Verdict
from services.audit.log.verification import verify

MIGRATION = Path(__file__).parents[2] / "services/audit/migrations/0001_merkle_log.sql"
NOW = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
_OWN = ("source", "source_position", "record_id", "organization_id", "sealed", "leaf_hash")
Rows = Iterator[LogRow]


class SqliteDatabase:
    """The log's ``Database`` over sqlite3."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.executescript(MIGRATION.read_text().replace("{BLOB}", "BLOB"))

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, params).fetchall()

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self.connection.executemany(sql, rows)


@dataclass
class Log:
    """A log signed at a third, at two thirds and at its end."""

    db: SqliteDatabase
    signer: Signer
    size: int

    @property
    def notes(self) -> list[str]:
        return [each.note for each in read_checkpoints(self.db)]

    def check(self, rows: Rows, notes: Iterable[str]) -> Verdict:
        keys = [self.signer.verifier_key]
        return verify(rows, notes, keys, tiles=StoredTiles(self.db))


@dataclass(frozen=True)
class Case:
    """What is done to a log, and what must be said of it first."""

    name: str
    change: Callable[[Rows], Rows]
    said: Tampering
    index: int | None
    notes: Callable[[Log], list[str]] = lambda log: log.notes


def records(start: int, end: int) -> Iterator[Record]:
    """Records of four customers, 300 bytes each."""
    for number in range(start, end):
        sealed = b'{"action":"email.mail.get","number":%d,"pad":"%s"}' % (number, b"x" * 240)
        yield Record("email", 1000 + number, f"event-{number}", f"org-{number % 4}", sealed)


def build(folder: Path, size: int) -> Log:
    """Make a log offline: no service, no key of a person."""
    log = Log(SqliteDatabase(folder / "audit.db"), Signer.generate("chaos.example/audit"), size)
    ends = sorted({max(1, size // 3), max(1, 2 * size // 3), size})
    for number, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        append(log.db, records(start, end))
        make_checkpoint(log.db, log.signer, NOW + timedelta(minutes=number))
    log.db.connection.commit()
    return log


def flipped(data: bytes) -> bytes:
    return data[:5] + bytes([data[5] ^ 1]) + data[6:]


def cases(size: int) -> list[Case]:
    """Return the eight kinds, each in the middle of the log."""
    at = size // 2

    def flip(rows: Rows) -> Rows:
        for row in rows:
            yield row._replace(sealed=flipped(row.sealed)) if row.idx == at else row

    def delete(rows: Rows) -> Rows:
        return (row for row in rows if row.idx != at)

    def insert(rows: Rows) -> Rows:
        for row in rows:
            if row.idx == at:
                sealed = b'{"action":"never.happened"}'
                yield row._replace(
                    record_id="event-new", sealed=sealed, leaf_hash=leaf_hash(sealed)
                )
            yield row._replace(idx=row.idx + 1) if row.idx >= at else row

    def exchange(one: int, other: int, columns: Sequence[str]) -> Callable[[Rows], Rows]:
        def change(rows: Rows) -> Rows:
            held: list[LogRow] = []
            for row in rows:
                if one <= row.idx <= other:
                    held.append(row)
                    if row.idx == other:
                        first, last = held[0], held[-1]
                        held[0] = first._replace(**{k: getattr(last, k) for k in columns})
                        held[-1] = last._replace(**{k: getattr(first, k) for k in columns})
                        yield from held
                else:
                    yield row

        return change

    def fork(log: Log) -> list[str]:
        """Another head of the same size, signed with the same key."""
        head = current_checkpoint(log.db, log.signer.name)
        other = type(head)(head.origin, head.size, leaf_hash(b"another story"), head.chain)
        return [*log.notes, sign_checkpoint(other, log.signer)]

    def another_key(log: Log) -> list[str]:
        impostor = Signer.generate(log.signer.name)
        return [sign_checkpoint(current_checkpoint(log.db, impostor.name), impostor)]

    same: Callable[[Rows], Rows] = iter
    return [
        Case("flip a bit", flip, Tampering.ALTERED, at),
        Case("delete", delete, Tampering.MISSING, at),
        Case("insert", insert, Tampering.INSERTED, at),
        Case("reorder neighbours", exchange(at, at + 1, (*_OWN, "head")), Tampering.MOVED, at),
        Case(
            "cut off the newest",
            lambda rows: islice(rows, size - 10),
            Tampering.CUT_OFF,
            size - 10,
        ),
        Case("fork: two heads", same, Tampering.FORKED, None, fork),
        Case("swap two customers", exchange(at, at + 101, _OWN), Tampering.MOVED, at),
        Case("replace the key", same, Tampering.UNKNOWN_KEY, None, another_key),
    ]


def right(case: Case, verdict: Verdict) -> bool:
    """Return whether the verdict says what it must."""
    kinds = {each.tampering for each in verdict.findings}
    if case.index is None:
        return case.said in kinds
    first = verdict.first
    named = first.first if first is not None else None
    return named is not None and named.index == case.index and case.said in kinds


def run(size: int, folder: Path) -> int:
    """Build, check untouched, then each kind; return how many were not found."""
    began = time.perf_counter()
    log = build(folder, size)
    print(f"built {size:,} records in {time.perf_counter() - began:.1f} s", flush=True)
    began = time.perf_counter()
    verdict = log.check(read_rows(log.db), log.notes)
    taken = time.perf_counter() - began
    bad = int(not verdict.good)
    print(
        f"{'OK ' if verdict.good else 'BAD'} untouched: {size / taken:,.0f} records/s", flush=True
    )
    for case in cases(size):
        began = time.perf_counter()
        verdict = log.check(case.change(read_rows(log.db)), case.notes(log))
        good = right(case, verdict)
        bad += not good
        said = verdict.first.sentence if verdict.first else "nothing was found"
        taken = time.perf_counter() - began
        print(f"{'OK ' if good else 'BAD'} {case.name} ({taken:.1f} s): {said}", flush=True)
    log.db.connection.close()
    return bad


def main() -> int:
    """Return 1 where a tampering was not found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        return int(run(chosen.records, Path(folder)) > 0)


if __name__ == "__main__":
    sys.exit(main())
