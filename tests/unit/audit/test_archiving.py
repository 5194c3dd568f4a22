"""Old records go into signed bundles; every proof stays what it was."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from helpdesk.kernel.bus import Published
from helpdesk.kernel.events import SupportActionRecorded, encode
from helpdesk.kernel.sqlite_store import SqliteEngine
from helpdesk.kernel.store import StoredRow
from helpdesk.kernel.vault import Vault
from services.audit.commands import audit
from services.audit.domain.numbers import SOURCES
from services.audit.handlers import NAME, ActionsConsumer
from services.audit.log import storage
from services.audit.log.archived import digest, open_statement, read_archives
from services.audit.log.export import verify_export, write_export
from services.audit.log.merkle import leaf_hash, verify_consistency, verify_inclusion
from services.audit.log.notes import NoteRefusedError, Signer
from services.audit.log.storage import LogDamagedError, StoredTiles, read_checkpoints, read_rows
from services.audit.log.tiles import consistency, inclusion
from services.audit.log.verdict import Tampering, Verdict
from services.audit.log.verification import verify
from services.audit.replay.checking import check_data
from services.audit.replay.report import Against, Report
from services.audit.views import archiving, ledger
from services.audit.views.archiving import Archiver
from services.audit.views.ledger import Ledger, Reading
from services.audit.views.standing import Standing

MIGRATIONS = Path(__file__).parents[3] / "services/audit/migrations"
NOW = datetime(2030, 5, 6, 12, tzinfo=UTC)
DAYS = 30


class Bench:
    """Four records a day of two agents, the oldest 60 days old, signed at their end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = SqliteEngine(folder / "audit.db", durable=False)
        self.engine.migrate(MIGRATIONS)
        self.vault = Vault(folder / "vault.db", bytes(32))
        self.signer = Signer.generate("helpdesk/audit")
        self.ledger = Ledger(self.engine, self.signer)
        self.consumer = ActionsConsumer(self.ledger)
        self.standing = Standing(self.engine, self.ledger, NAME, SOURCES)
        self.archiver = Archiver(self.engine, self.signer, folder / "bundles", DAYS)
        self.number = 0
        for day in range(60, 0, -1):
            self.record(NOW - timedelta(days=day), 4)
        self.ledger.sign(NOW)
        self.before = list(read_rows(self.reading))

    @property
    def reading(self) -> Reading:
        return self.ledger.reading

    def record(self, at: datetime, count: int) -> None:
        for place in range(count):
            self.number += 1
            record = SupportActionRecorded(
                action="email.mail.get",
                outcome="done",
                agent_id=f"agent-{place % 2}",
                organization_id=f"org-{self.number % 3}",
                service="email",
                writer="writer-1",
                number=self.number,
                occurred_at=at + timedelta(minutes=place),
            )
            state = encode(record, self.vault)
            row = StoredRow(self.number, UUID(int=7).hex, self.number, record.NAME, state)
            self.consumer.handle(Published("email", row, self.vault))
        self.consumer.flush("email", self.number)

    def archive(self) -> int:
        return self.archiver.archive(NOW)

    def bundles(self) -> list[Path]:
        return sorted((self.folder / "bundles").glob("*.zip"))

    def check(self) -> Report:
        return check_data(self.folder, Against([self.signer.verifier_key]), self.folder / "bundles")

    def verdict(self) -> Verdict:
        return verify(
            read_rows(self.reading),
            [each.note for each in read_checkpoints(self.reading)],
            [self.signer.verifier_key],
            tiles=StoredTiles(self.reading),
            archives=[each.note for each in read_archives(self.reading)],
        )

    def execute(self, sql: str, *params: object) -> None:
        with self.engine.transaction() as tx:
            tx.execute(sql, params)

    def close(self) -> None:
        self.engine.close()
        self.vault.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    built = Bench(tmp_path)
    yield built
    built.close()


@pytest.fixture
def archived(bench: Bench) -> Bench:
    assert bench.archive() == 120
    return bench


def test_what_is_older_than_the_setting_is_taken_out(archived: Bench):
    rows = list(read_rows(archived.reading))

    assert [row.idx for row in rows if not row.sealed] == list(range(120))
    assert archived.engine.query("SELECT MIN(idx) FROM audit_action") == [(120,)]
    assert archived.archive() == 0


def test_nothing_is_archived_without_a_setting(bench: Bench):
    bench.archiver = Archiver(bench.engine, bench.signer, bench.folder / "bundles", 0)

    assert bench.archive() == 0


def test_what_no_checkpoint_covers_is_not_archived(bench: Bench):
    bench.execute("DELETE FROM log_checkpoint")

    assert bench.archive() == 0


def test_the_bundle_verifies_by_itself_and_has_the_bytes(archived: Bench):
    bundle, key = archived.bundles()[0], str(archived.signer.verifier_key)
    result = CliRunner().invoke(audit, ["verify", str(bundle), "--key", key, "--json"])
    said = json.loads(result.stdout)

    assert result.exit_code == 0
    assert said["records"] == 120


def test_the_statement_names_the_bundle(archived: Bench):
    stored = read_archives(archived.reading)[0]
    statement = open_statement(stored.note, [archived.signer.verifier_key])

    assert (statement.first, statement.size) == (0, 120)
    assert statement.bundle == digest(archived.bundles()[0].read_bytes())
    with pytest.raises(NoteRefusedError):
        open_statement(stored.note, [Signer.generate("helpdesk/audit").verifier_key])


def test_the_log_verifies_as_before(archived: Bench):
    assert archived.verdict() == Verdict(240, 240, ())
    assert archived.ledger.check().good


def test_the_data_directory_verifies_as_before(archived: Bench):
    assert archived.check().problems == []


def test_proofs_of_archived_and_younger_records_are_what_they_were(archived: Bench):
    head = archived.standing.checkpoints(1)[0]
    tiles = StoredTiles(archived.reading)

    for idx in (0, 119, 120, 239):
        leaf = leaf_hash(archived.before[idx].sealed)
        assert verify_inclusion(leaf, idx, 240, list(inclusion(tiles, idx, 240)), head.root)


def test_a_later_head_continues_the_one_before_archiving(archived: Bench):
    old = archived.standing.checkpoints(1)[0]
    archived.record(NOW, 5)
    archived.ledger.sign(NOW)
    new = archived.standing.checkpoints(1)[0]
    proof = list(consistency(StoredTiles(archived.reading), 240, 245))

    assert verify_consistency(240, 245, proof, old.root, new.root)
    assert archived.check().problems == []


def test_a_second_bundle_goes_on_where_the_first_ended(archived: Bench):
    archived.record(NOW + timedelta(days=20), 4)
    archived.ledger.sign(NOW)

    assert archived.archiver.archive(NOW + timedelta(days=10)) == 40
    assert len(archived.bundles()) == 2
    assert archived.check().problems == []


def test_a_bundle_may_be_smaller_than_what_is_old(bench: Bench, monkeypatch):
    monkeypatch.setattr(archiving, "MOST_RECORDS", 50)

    assert [bench.archive() for _ in range(4)] == [50, 50, 20, 0]
    assert bench.check().problems == []


def test_an_export_of_a_pruned_log_verifies(archived: Bench):
    keys = [archived.signer.verifier_key]
    write_export(archived.reading, archived.folder / "export", keys)

    assert verify_export(archived.folder / "export", keys).good
    (archived.folder / "export" / "archives").unlink()
    assert verify_export(archived.folder / "export", keys).first.first.index == 0


def test_bytes_that_are_gone_without_a_statement_are_found(archived: Bench):
    archived.execute("UPDATE log_leaf SET bytes = ? WHERE idx = 130", b"")
    first = archived.verdict().first

    assert (first.tampering, first.first.index) == (Tampering.ALTERED, 130)


def test_bytes_that_are_gone_with_the_statement_taken_away_are_found(archived: Bench):
    archived.execute("DELETE FROM log_archive")

    assert archived.verdict().first.first.index == 0


def test_a_statement_of_another_key_is_found(archived: Bench):
    archived.execute("UPDATE log_archive SET note = REPLACE(note, '120', '130')")

    assert Tampering.BAD_SIGNATURE in {each.tampering for each in archived.verdict().findings}


def test_other_bytes_of_an_archived_record_are_found(archived: Bench):
    archived.execute("UPDATE log_leaf SET bytes = ? WHERE idx = 7", b'{"action":"x"}')
    first = archived.verdict().first

    assert (first.tampering, first.first.index) == (Tampering.ALTERED, 7)


def test_a_label_of_an_archived_record_that_was_altered_is_found(archived: Bench):
    archived.execute("UPDATE log_leaf SET organization_id = 'org-x' WHERE idx = 7")

    assert archived.verdict().first.first.index == 7


def test_a_state_that_was_altered_is_found(archived: Bench):
    archived.execute("UPDATE log_archive SET state = REPLACE(state, '120', '119')")

    assert "STATE_ALTERED" in {each.kind for each in archived.check().problems}


def test_nothing_is_taken_away_where_the_bundle_does_not_verify(bench: Bench):
    bench.execute("UPDATE log_leaf SET bytes = ? WHERE idx = 7", b'{"action":"x"}')
    with pytest.raises(LogDamagedError):
        bench.archive()

    assert all(row.sealed for row in read_rows(bench.reading))


def test_a_session_that_goes_on_over_the_end_of_a_bundle_stays_whole(bench: Bench):
    bench.archiver = Archiver(bench.engine, bench.signer, bench.folder / "bundles", DAYS)
    cut = NOW - timedelta(days=30) + timedelta(minutes=2)
    bench.archiver.archive(cut + timedelta(days=DAYS))
    kept = bench.engine.query(
        "SELECT done FROM audit_session WHERE first_idx < 122 ORDER BY first_idx"
    )

    assert kept == [(2,), (2,)]
    assert bench.check().problems == []


def test_archiving_while_the_log_is_checked_is_no_alarm(bench: Bench, monkeypatch):
    monkeypatch.setattr(storage, "_BATCH", 50)

    def archived_meanwhile(db):
        for row in read_rows(db):
            if row.idx == 60:
                bench.archive()
            yield row

    monkeypatch.setattr(ledger, "read_rows", archived_meanwhile)
    verdict = bench.ledger.check()

    assert verdict.findings == ()
    assert bench.engine.query("SELECT COUNT(*) FROM log_leaf WHERE LENGTH(bytes) = 0") == [(120,)]
    monkeypatch.undo()
    assert bench.ledger.check().good
