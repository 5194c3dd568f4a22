"""
Each kind of tampering with a large log: found, and the first bad record or checkpoint named.

``python -m tests.chaos.audit --records 1000000`` builds the data directory of a signed log offline.
Then it changes what is stored there, as who holds the machine could, and runs ``helpdesk-audit
verify`` with the key, and for some with a checkpoint, that were kept elsewhere. Exit code 1 where
one is not found.
"""

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from helpdesk.kernel.sqlite_store import SqliteEngine
from services.audit.log.checkpoints import Checkpoint, parse_checkpoint, sign_checkpoint
from services.audit.log.merkle import Frontier, leaf_hash
from services.audit.log.notes import Signer, split_note
from services.audit.log.records import LogRow, Record
from services.audit.log.storage import read_checkpoints
from services.audit.views.ledger import Ledger

MIGRATIONS = Path(__file__).parents[2] / "services/audit/migrations"
NOW = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
ORIGIN = "helpdesk/audit"
_BATCH = 5000
_ROW = "idx, source, source_position, record_id, organization_id, bytes, leaf_hash, head"
_OWN = ("source", "source_position", "record_id", "organization_id", "bytes", "leaf_hash")
_TOOL = [sys.executable, "-W", "ignore", "-m", "services.auditing"]
Database = sqlite3.Connection


@dataclass
class Log:
    """The data directory of a log that was signed at a third, at two thirds and at its end."""

    folder: Path
    signer: Signer
    size: int

    @property
    def path(self) -> Path:
        return self.folder / "audit.db"

    def notes(self) -> list[str]:
        with self.opened() as db:
            return [note for (note,) in db.execute("SELECT note FROM log_checkpoint ORDER BY size")]

    @contextmanager
    def opened(self) -> Iterator[Database]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous=OFF")
            yield db

    def verify(self, kept: Sequence[str] = ()) -> tuple[int, dict[str, Any]]:
        """Run the tool; return its exit code and what it says."""
        words = ["verify", str(self.folder), "--json", "--key", str(self.signer.verifier_key)]
        with tempfile.TemporaryDirectory() as elsewhere:
            for number, note in enumerate(kept):
                path = Path(elsewhere, f"{number}")
                path.write_text(note)
                words += ["--checkpoint", str(path)]
            done = subprocess.run([*_TOOL, *words], capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stderr)
        return done.returncode, json.loads(done.stdout)


@dataclass(frozen=True)
class Case:
    """What is done to what is stored, and what must be said of it first."""

    name: str
    change: Callable[[Database], Callable[[], object]]
    """Changes it; returns what undoes that."""
    said: str
    index: int | None = None
    checkpoint: int | None = None
    kept: Sequence[str] = field(default_factory=tuple)
    """Checkpoints that somebody kept elsewhere."""


def records(start: int, end: int) -> list[Record]:
    """Records of four customers as the services seal them, 500 bytes each."""
    stream = "5" * 32
    made = []
    for number in range(start, end):
        body = {
            "stamp": {"recorded_at": "2030-05-06T07:08:09Z", "action_id": f"{number:032d}"},
            "action": "email.mail.get",
            "outcome": "done",
            "agent_id": f"agent-{number % 50}",
            "partner_id": "partner-1",
            "organization_id": f"org-{number % 4}",
            "sign_in_id": f"s-{number % 50}",
            "service": "email",
            "writer": "writer-1",
            "number": number + 1,
            "occurred_at": "2030-05-06T07:08:09Z",
            "request": "x" * 160,
        }
        sealed = json.dumps(body, separators=(",", ":")).encode()
        made.append(
            Record("email", 1000 + number, f"{stream}:{number + 1}", f"org-{number % 4}", sealed)
        )
    return made


def build(folder: Path, size: int) -> Log:
    """Make a data directory offline: no service, no key of a person."""
    log = Log(folder, Signer.generate(ORIGIN), size)
    pem = log.signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "secrets").mkdir(mode=0o700)
    (folder / "secrets/audit.signing.pem").write_bytes(pem)
    engine = SqliteEngine(log.path, durable=False)
    engine.migrate(MIGRATIONS)
    ledger = Ledger(engine, log.signer)
    ends = sorted({max(1, size // 3), max(1, 2 * size // 3), size})
    for number, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        for first in range(start, end, _BATCH):
            last = min(end, first + _BATCH)
            ledger.append("audit.actions<email", last, records(first, last))
        ledger.sign(NOW + timedelta(minutes=number))
    assert len(read_checkpoints(ledger.reading)) == len(ends)
    engine.close()
    return log


def flipped(data: bytes) -> bytes:
    return data[:5] + bytes([data[5] ^ 1]) + data[6:]


def row_of(db: Database, idx: int) -> LogRow:
    found = db.execute(f"SELECT {_ROW} FROM log_leaf WHERE idx = ?", (idx,)).fetchone()
    return LogRow._make(found)


def put(db: Database, rows: Sequence[LogRow]) -> None:
    marks = ", ".join("?" * len(LogRow._fields))
    db.executemany(f"INSERT INTO log_leaf ({_ROW}) VALUES ({marks})", rows)


def take(db: Database, first: int, last: int) -> list[LogRow]:
    rows = db.execute(f"SELECT {_ROW} FROM log_leaf WHERE idx BETWEEN ? AND ?", (first, last))
    taken = [LogRow._make(row) for row in rows]
    db.execute("DELETE FROM log_leaf WHERE idx BETWEEN ? AND ?", (first, last))
    return taken


def value(table: str, column: str, where: str, new: Callable[[Any], Any]):
    """Change one stored value."""

    def change(db: Database) -> Callable[[], object]:
        (old,) = db.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()

        def put(it: Any) -> None:
            assert db.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (it,)).rowcount == 1

        put(new(old))
        return lambda: put(old)

    return change


def deleted(at: int):
    def change(db: Database) -> Callable[[], object]:
        taken = take(db, at, at)
        return lambda: put(db, taken)

    return change


def inserted(at: int):
    """Put a record in that never was, and count the others anew."""

    def shift(db: Database, start: int, by: int) -> None:
        # In two steps: a place that is still taken is refused.
        db.execute("UPDATE log_leaf SET idx = -(idx + ?) - 1 WHERE idx >= ?", (by, start))
        db.execute("UPDATE log_leaf SET idx = -idx - 1 WHERE idx < 0")

    def change(db: Database) -> Callable[[], object]:
        model = row_of(db, at)
        sealed = model.sealed.replace(b"email.mail.get", b"never.happened")
        shift(db, at, 1)
        new = model._replace(
            source_position=999,
            record_id="4" * 32 + ":1",
            sealed=sealed,
            leaf_hash=leaf_hash(sealed),
        )
        put(db, [new])

        def undo() -> None:
            take(db, at, at)
            shift(db, at + 1, -1)

        return undo

    return change


def exchanged(one: int, other: int, columns: Sequence[str]):
    """Let two records take each other's columns."""
    names = dict(zip(_ROW.split(", "), LogRow._fields, strict=True))

    def swap(db: Database) -> None:
        first, last = row_of(db, one), row_of(db, other)
        take(db, one, one)
        take(db, other, other)
        fields = [names[column] for column in columns]
        put(
            db,
            [
                first._replace(**{name: getattr(last, name) for name in fields}),
                last._replace(**{name: getattr(first, name) for name in fields}),
            ],
        )

    def change(db: Database) -> Callable[[], object]:
        swap(db)
        return lambda: swap(db)

    return change


def cut(size: int):
    """Take the newest ten records away, and what was signed of them."""

    def change(db: Database) -> Callable[[], object]:
        taken = take(db, size - 10, size)
        (note, at) = db.execute(
            "SELECT note, signed_at FROM log_checkpoint WHERE size = ?", (size,)
        ).fetchone()
        db.execute("DELETE FROM log_checkpoint WHERE size = ?", (size,))

        def undo() -> None:
            put(db, taken)
            db.execute("INSERT INTO log_checkpoint VALUES (?, ?, ?)", (size, note, at))

        return undo

    return change


def signed_anew(impostor: Signer):
    """Sign every checkpoint with another key of the same name."""

    def change(db: Database) -> Callable[[], object]:
        old = db.execute("SELECT note, size FROM log_checkpoint").fetchall()
        new = [
            (sign_checkpoint(parse_checkpoint(split_note(note)[0]), impostor), size)
            for note, size in old
        ]
        db.executemany("UPDATE log_checkpoint SET note = ? WHERE size = ?", new)
        return lambda: db.executemany("UPDATE log_checkpoint SET note = ? WHERE size = ?", old)

    return change


def untouched(_: Database) -> Callable[[], object]:
    """Change nothing: what was done shows in what was kept elsewhere."""
    return lambda: None


def another_story(log: Log, at: int, size: int) -> str:
    """What the log's key signed of a log that had another record in one place."""
    tree = Frontier()
    with log.opened() as db:
        rows = db.execute("SELECT idx, leaf_hash FROM log_leaf WHERE idx < ? ORDER BY idx", (size,))
        for idx, leaf in rows:
            tree.push(leaf_hash(b"another story") if idx == at else leaf)
    return sign_checkpoint(Checkpoint(ORIGIN, size, tree.root(), bytes(32)), log.signer)


def cases(log: Log) -> list[Case]:
    """Return the kinds, each in the middle of the log."""
    size, notes = log.size, log.notes()
    at, third = size // 2, max(1, size // 3)
    tile = f"level = 0 AND idx = {at // 256}"
    place = at % 256 * 32
    here = f"idx = {at}"
    return [
        Case("flip a bit", value("log_leaf", "bytes", here, flipped), "ALTERED", at),
        Case("flip a bit of a hash", value("log_leaf", "leaf_hash", here, flipped), "ALTERED", at),
        Case(
            "call it another customer's",
            value("log_leaf", "organization_id", here, lambda _: "org-x"),
            "ALTERED",
            at,
        ),
        Case(
            "flip a bit of the tree",
            value("log_tile", "hashes", tile, lambda t: t[:place] + flipped(t[place:])),
            "TILE_ALTERED",
            at,
        ),
        Case(
            "hide it from who searches",
            value("audit_action", "agent_id", here, lambda _: "agent-x"),
            "INDEX_ALTERED",
            at,
        ),
        Case("delete", deleted(at), "MISSING", at),
        Case("insert", inserted(at), "INSERTED", at),
        Case("reorder neighbours", exchanged(at, at + 1, (*_OWN, "head")), "MOVED", at),
        Case("swap two customers", exchanged(at, at + 101, _OWN), "MOVED", at),
        Case("cut off the newest", cut(size), "CUT_OFF", size - 10, kept=notes[-1:]),
        Case(
            "fork: another head of one size",
            untouched,
            "FORKED",
            checkpoint=size,
            kept=[another_story(log, at, size)],
        ),
        Case(
            "fork: another past",
            untouched,
            "FORKED",
            third,
            2 * size // 3 - 1,
            kept=[another_story(log, third, 2 * size // 3 - 1)],
        ),
        Case(
            "replace the key",
            signed_anew(Signer.generate(ORIGIN)),
            "UNKNOWN_KEY",
            checkpoint=third,
        ),
    ]


def right(case: Case, code: int, said: dict[str, Any]) -> bool:
    """Return whether the tool says what it must, and names what it must."""
    first = said["first"]
    if code != 1 or said["good"] or first is None:
        return False
    named = next((each for each in said["problems"] if each["kind"] == case.said), None)
    return (
        named is not None
        and (case.index is None or first["index"] == case.index)
        and (case.checkpoint is None or named["checkpoint"] == case.checkpoint)
    )


def run(size: int, folder: Path) -> int:
    """Build, check untouched, then each kind; return how many were not found."""
    began = time.perf_counter()
    log = build(folder, size)
    print(f"built {size:,} records in {time.perf_counter() - began:.1f} s", flush=True)
    bad = _untouched(log)
    for case in cases(log):
        began = time.perf_counter()
        with log.opened() as db:
            undo = case.change(db)
            code, said = log.verify(case.kept)
            undo()
        good = right(case, code, said)
        bad += not good
        first = said["first"]["sentence"] if said["first"] else "nothing was found"
        taken = time.perf_counter() - began
        print(f"{'OK ' if good else 'BAD'} {case.name} ({taken:.1f} s): {first}", flush=True)
    return bad + _untouched(log)


def _untouched(log: Log) -> int:
    began = time.perf_counter()
    code, said = log.verify(log.notes())
    rate = log.size / (time.perf_counter() - began)
    good = code == 0 and said["good"] and said["signed"] == log.size
    print(f"{'OK ' if good else 'BAD'} untouched: {rate:,.0f} records/s", flush=True)
    return int(not good)


def main() -> int:
    """Return 1 where a tampering was not found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        return int(run(chosen.records, Path(folder)) > 0)


if __name__ == "__main__":
    sys.exit(main())
