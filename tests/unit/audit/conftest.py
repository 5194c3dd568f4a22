"""A log in an SQLite database in memory, and the named situations that the tests start from."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.audit.log.notes import Kind, Signer
from services.audit.log.records import LogRow, Record
from services.audit.log.storage import (
    StoredTiles,
    append,
    make_checkpoint,
    read_checkpoints,
    read_rows,
    size_of,
)
from services.audit.log.verdict import Verdict
from services.audit.log.verification import verify

MIGRATION = Path(__file__).parents[3] / "services/audit/migrations/0001_merkle_log.sql"
NOW = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)


class SqliteDatabase:
    """The log's `Database` over sqlite3; counts the statements."""

    def __init__(self, path: str = ":memory:") -> None:
        self.connection = sqlite3.connect(path)
        self.statements = 0

    def create(self) -> None:
        for each in (MIGRATION, MIGRATION.with_name("0005_archives.sql")):
            self.connection.executescript(each.read_text().replace("{BLOB}", "BLOB"))

    def execute(self, sql: str, params: Sequence[object] = ()) -> list[tuple[object, ...]]:
        self.statements += 1
        return self.connection.execute(sql, params).fetchall()

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self.statements += 1
        self.connection.executemany(sql, rows)


def a_record(number: int, organization: str | None = "?") -> Record:
    """Record of a support action; every third one is about org-b."""
    if organization == "?":
        organization = "org-b" if number % 3 == 0 else "org-a"
    body = {
        "action": "email.mail.get",
        "outcome": "done",
        "service": "email",
        "ticket": f"T-{number}",
        "occurred_at": "2030-05-06T07:00:00Z",
    }
    if organization is not None:
        body["organization_id"] = organization
    return Record(
        source="email",
        source_position=1000 + number,
        record_id=f"event-{number}",
        organization_id=organization,
        sealed=json.dumps(body).encode(),
    )


@dataclass
class World:
    """A log with its keys; `rows` is a copy that a test may tamper with."""

    db: SqliteDatabase
    signer: Signer
    witness: Signer
    now: datetime = NOW
    rows: list[LogRow] = field(default_factory=list)

    @property
    def keys(self) -> list:
        return [self.signer.verifier_key, self.witness.verifier_key]

    @property
    def notes(self) -> list[str]:
        return [each.note for each in read_checkpoints(self.db)]

    @property
    def tiles(self) -> StoredTiles:
        return StoredTiles(self.db)

    @staticmethod
    def records(start: int, end: int) -> list[Record]:
        return [a_record(number) for number in range(start, end)]

    def append(self, count: int) -> int:
        start = size_of(self.db)
        return append(self.db, self.records(start, start + count))

    def sign(self) -> str:
        self.now += timedelta(seconds=60)
        return make_checkpoint(self.db, self.signer, self.now)

    def copy_rows(self) -> list[LogRow]:
        self.rows = list(read_rows(self.db))
        return self.rows

    def verify(self, *kept: str, tiles: bool = False) -> Verdict:
        return verify(
            self.rows or read_rows(self.db),
            [*self.notes, *kept],
            self.keys,
            tiles=self.tiles if tiles else None,
        )


def new_world() -> World:
    db = SqliteDatabase()
    db.create()
    return World(
        db,
        Signer.generate("helpdesk.example/audit"),
        Signer.generate("witness.example/w1", Kind.WITNESS),
    )


@pytest.fixture
def world() -> World:
    """An empty log."""
    return new_world()


@pytest.fixture(scope="session")
def world_maker() -> Callable[[], World]:
    """Makes an empty log for each generated example."""
    return new_world


@pytest.fixture
def another_world() -> World:
    """A second empty log with keys of its own."""
    return new_world()


@pytest.fixture
def a_signed_log() -> World:
    """600 records, signed after 100, 300 and 600."""
    world = new_world()
    for count in (100, 200, 300):
        world.append(count)
        world.sign()
    world.copy_rows()
    return world
