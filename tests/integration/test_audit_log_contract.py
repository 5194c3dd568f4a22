"""What the audit log promises, asked of it on SQLite and on PostgreSQL."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from helpdesk.kernel.bus import Published
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.events import SupportActionRecorded, encode
from helpdesk.kernel.postgres_store import PostgresEngine
from helpdesk.kernel.sqlite_store import SqliteEngine
from helpdesk.kernel.store import StoredRow
from services.audit.domain.numbers import SOURCES
from services.audit.handlers import NAME, ActionsConsumer
from services.audit.log.merkle import leaf_hash, verify_consistency, verify_inclusion
from services.audit.log.notes import Signer
from services.audit.log.storage import (
    LogDamagedError,
    RecordDiffersError,
    StoredTiles,
    read_rows,
)
from services.audit.log.tiles import consistency, root_at
from services.audit.views.archiving import Archiver
from services.audit.views.ledger import Ledger
from services.audit.views.standing import Standing

MIGRATIONS = Path(__file__).parents[2] / "services/audit/migrations"
NOW = datetime(2030, 5, 6, 12, tzinfo=UTC)


class Side:
    """The log as one process has it."""

    def __init__(self, engine, signer, vault):
        self.engine = engine
        self.vault = vault
        self.ledger = Ledger(engine, signer)
        self.consumer = ActionsConsumer(self.ledger)
        self.standing = Standing(engine, self.ledger, NAME, SOURCES)

    def deliver(self, *numbers, **fields):
        for number in numbers:
            record = SupportActionRecorded(
                action="email.mail.get",
                outcome="done",
                agent_id="agent-1",
                organization_id=f"org-{number % 2}",
                service="email",
                writer="writer-1",
                number=number,
                occurred_at=NOW,
                **fields,
            )
            state = encode(record, self.vault)
            row = StoredRow(number * 10, UUID(int=7).hex, number, record.NAME, state)
            self.consumer.handle(Published("email", row, self.vault))
        self.consumer.flush("email", numbers[-1] * 10)


class LogContract:
    """The cases; a subclass says which engine in its fixture ``engine``."""

    @pytest.fixture
    def sides(self, engine, vault):
        signer = Signer.generate("helpdesk/audit")
        opened = []

        def make(**options):
            opened.append(Side(engine(**options), signer, vault))
            return opened[-1]

        return make

    def test_records_are_kept_with_their_proofs(self, sides):
        log = sides()
        log.deliver(*range(1, 301))
        log.ledger.sign(NOW)
        row = list(read_rows(log.ledger.reading))[123]
        proof = log.standing.proof(123, row.sealed)

        assert proof.head is not None
        assert proof.head.size == 300
        assert verify_inclusion(
            leaf_hash(row.sealed), 123, 300, list(proof.hashes), proof.head.root
        )

    def test_a_later_head_continues_an_earlier_one(self, sides):
        log = sides()
        log.deliver(*range(1, 101))
        log.ledger.sign(NOW)
        log.deliver(*range(101, 601))
        log.ledger.sign(NOW)
        tiles = StoredTiles(log.ledger.reading)
        new, old = (each.root for each in log.standing.checkpoints(2))

        assert root_at(tiles, 100) == old
        assert verify_consistency(100, 600, list(consistency(tiles, 100, 600)), old, new)

    def test_a_fact_that_comes_again_is_in_the_log_once(self, sides):
        log = sides()
        log.deliver(1, 2, 3)
        log.deliver(1, 2, 3)

        assert log.standing.records == 3
        assert log.standing.records_by_source() == {"email": 3}

    def test_nothing_is_stored_of_a_batch_with_another_version_of_a_record(self, sides):
        log = sides()
        log.deliver(1)
        with pytest.raises(RecordDiffersError):
            log.deliver(1, 2, ticket="T-other")

        assert log.standing.records == 1
        assert log.standing.consumed()["email"] == 10

    def test_missing_numbers_are_named(self, sides):
        log = sides()
        log.deliver(1, 2, 5)

        assert [(h.first, h.last) for h in log.standing.writers()[0].holes] == [(3, 4)]

    def test_a_changed_record_is_found_and_the_verdict_is_kept(self, sides):
        log = sides()
        log.deliver(*range(1, 11))
        log.ledger.sign(NOW)
        with log.engine.transaction() as tx:
            tx.execute("UPDATE log_leaf SET bytes = ? WHERE idx = 4", (b'{"action":"x"}',))
        log.ledger.check()
        verdict = log.standing.verdict()

        assert verdict is not None
        assert verdict[3] == 4
        assert "ecord 4" in verdict[2][0]

    def test_archived_records_are_in_a_bundle_and_the_log_verifies(self, sides, tmp_path):
        log = sides()
        log.deliver(*range(1, 21))
        log.ledger.sign(NOW)
        archiver = Archiver(log.engine, log.ledger.signer, tmp_path / "bundles", 1.0)
        count = archiver.archive(NOW + timedelta(days=2))
        log.deliver(*range(21, 31))
        log.ledger.sign(NOW)
        gone = sum(not row.sealed for row in read_rows(log.ledger.reading))

        assert (count, gone) == (20, 20)
        assert log.ledger.check().good
        assert log.standing.writers()[0].holes == ()

    def test_a_log_that_was_cut_is_not_signed(self, sides):
        log = sides()
        log.deliver(*range(1, 11))
        log.ledger.sign(NOW)
        with log.engine.transaction() as tx:
            tx.execute("DELETE FROM log_leaf WHERE idx >= 8")

        with pytest.raises(LogDamagedError):
            log.ledger.sign(NOW)
            log.deliver(11)


class TestSqlite(LogContract):
    @pytest.fixture
    def engine(self, tmp_path):
        opened = []

        def make():
            engine = SqliteEngine(tmp_path / "audit.db", durable=False)
            engine.migrate(MIGRATIONS)
            opened.append(engine)
            return engine

        yield make
        for engine in opened:
            engine.close()


class TestPostgres(LogContract):
    @pytest.fixture
    def engine(self, owner_url, schema):
        opened = []

        def make(**options):
            engine = PostgresEngine(owner_url, schema, **options)
            engine.migrate(MIGRATIONS)
            opened.append(engine)
            return engine

        yield make
        for engine in opened:
            engine.close()

    def test_who_serves_sees_what_another_process_consumed(self, sides):
        serving, consuming = sides(), sides(listen=False)
        consuming.deliver(1, 2, 4)
        consuming.ledger.sign(NOW)
        consuming.ledger.check()
        verdict = serving.standing.verdict()

        assert serving.standing.records == 3
        assert [head.size for head in serving.standing.checkpoints(5)] == [3]
        assert [(h.first, h.last) for h in serving.standing.writers()[0].holes] == [(3, 3)]
        assert verdict is not None
        assert verdict[1] == 3

    def test_who_serves_is_woken_by_what_another_process_consumed(self, sides):
        serving, consuming = sides(), sides(listen=False)
        woken = threading.Event()

        def follow():
            if serving.ledger.wait(2, timeout=60):
                woken.set()

        follower = threading.Thread(target=follow)
        follower.start()
        consuming.deliver(1, 2)

        assert woken.wait(60)
        follower.join()

    def test_who_is_told_of_nothing_looks_for_itself(self, sides):
        serving, consuming = sides(listen=False), sides(listen=False)
        consuming.deliver(1, 2)

        assert serving.ledger.wait(2, timeout=0.01)

    def test_the_one_that_signs_and_the_one_that_consumes_may_be_two(self, sides):
        consuming, signing = sides(listen=False), sides()
        for first in range(1, 200, 20):
            consuming.deliver(*range(first, first + 20))
            signing.ledger.sign(NOW)
        verdict = signing.ledger.check()

        assert verdict.good
        assert (verdict.records, verdict.unsigned) == (200, 0)

    def test_a_log_that_cannot_be_reached_says_so(self, sides):
        log = sides()
        log.engine.close()

        with pytest.raises(Unavailable):
            log.ledger.wait(1, timeout=0.01)
