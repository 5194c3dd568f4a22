"""Records reach the log once, with their views and the source's position, as one whole."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from helpdesk.kernel.bus import Published
from helpdesk.kernel.events import CallsWithoutTokenRefused, SupportActionRecorded, encode
from helpdesk.kernel.sqlite_store import SqliteEngine
from helpdesk.kernel.store import StoredRow
from helpdesk.kernel.vault import Vault
from services.audit.domain.numbers import SOURCES, Hole
from services.audit.handlers import NAME, ActionsConsumer
from services.audit.log.notes import Signer
from services.audit.log.storage import RecordDiffersError, find_record, newest_checkpoint
from services.audit.views.ledger import Ledger
from services.audit.views.standing import Standing

MIGRATIONS = Path(__file__).parents[3] / "services/audit/migrations"
STREAM = UUID(int=7)
NOW = datetime(2030, 5, 6, 12, tzinfo=UTC)


class Bench:
    """A ledger on a fresh database, and facts of a service called email."""

    def __init__(self, folder: Path) -> None:
        self.engine = SqliteEngine(folder / "audit.db", durable=False)
        self.engine.migrate(MIGRATIONS)
        self.vault = Vault(folder / "vault.db", bytes(32))
        self.ledger = Ledger(self.engine, Signer.generate("helpdesk/audit"))
        self.consumer = ActionsConsumer(self.ledger)
        self.standing = Standing(self.engine, self.ledger, NAME, SOURCES)

    def fact(self, number: int, position: int = 0, **fields: str) -> Published:
        record = SupportActionRecorded(
            action="email.mail.get",
            outcome="done",
            agent_id="agent-1",
            organization_id="org-1",
            service="email",
            writer="writer-1",
            number=number,
            occurred_at=NOW,
            **fields,
        )
        state = encode(record, self.vault)
        row = StoredRow(position or number * 10, STREAM.hex, number, record.NAME, state)
        return Published("email", row, self.vault)

    def deliver(self, *facts: Published) -> None:
        for fact in facts:
            self.consumer.handle(fact)
        self.consumer.flush("email", facts[-1].position)

    def count(self, table: str) -> int:
        return self.engine.query(f"SELECT COUNT(*) FROM {table}")[0][0]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    built = Bench(tmp_path)
    yield built
    built.engine.close()
    built.vault.close()


def test_a_record_is_kept_byte_for_byte(bench: Bench):
    fact = bench.fact(1, reason="why", reason_key="reason:1")
    bench.deliver(fact)
    row = find_record(bench.ledger.reading, fact.id)

    assert row is not None
    assert row.sealed == fact.row.state
    assert (row.source, row.source_position, row.organization_id) == ("email", 10, "org-1")


def test_each_fact_delivered_twice_is_in_the_log_once(bench: Bench):
    facts = [bench.fact(number) for number in (1, 2, 3)]
    bench.deliver(*facts)
    bench.deliver(*facts)
    bench.deliver(facts[1], bench.fact(4), facts[2])

    assert bench.count("log_leaf") == bench.count("audit_action") == 4
    assert bench.standing.records_by_source() == {"email": 4}
    assert [(w.head, w.holes) for w in bench.standing.writers()] == [(4, ())]
    assert bench.engine.query("SELECT done FROM audit_session") == [(4,)]


def test_a_fact_that_comes_twice_in_one_batch_is_in_the_log_once(bench: Bench):
    fact = bench.fact(1)
    bench.deliver(fact, fact)

    assert bench.count("audit_action") == 1


def test_the_position_is_stored_with_the_records(bench: Bench):
    bench.deliver(bench.fact(1), bench.fact(2))

    assert bench.consumer.position("email") == 20


def test_nothing_is_stored_of_a_batch_that_holds_another_version_of_a_record(bench: Bench):
    bench.deliver(bench.fact(1))
    forged = bench.fact(1, ticket="T-other")
    with pytest.raises(RecordDiffersError):
        bench.deliver(bench.fact(2), forged)

    assert bench.count("log_leaf") == bench.count("audit_action") == 1
    assert bench.consumer.position("email") == 10


def test_after_a_failure_the_batch_is_stored_when_it_comes_again(bench: Bench):
    bench.deliver(bench.fact(1))
    with pytest.raises(RecordDiffersError):
        bench.deliver(bench.fact(2), bench.fact(1, ticket="T-other"))
    bench.deliver(bench.fact(2), bench.fact(3))

    assert bench.count("audit_action") == 3


def test_a_number_that_never_arrives_is_named(bench: Bench):
    bench.deliver(bench.fact(1), bench.fact(4))
    writer = bench.standing.writers()[0]

    assert (writer.writer, writer.service) == ("writer-1", "email")
    assert [(hole.first, hole.last) for hole in writer.holes] == [(2, 3)]


def test_a_number_that_arrives_late_is_missing_no_more(bench: Bench):
    bench.deliver(bench.fact(1), bench.fact(3))
    bench.deliver(bench.fact(2, position=99))

    assert bench.standing.writers()[0].holes == ()
    assert bench.count("audit_missing") == 0


def test_holes_outlast_a_restart(bench: Bench):
    bench.deliver(bench.fact(1), bench.fact(3))
    bench.deliver(bench.fact(4))
    again = Standing(bench.engine, bench.ledger, NAME, SOURCES)

    assert [Hole(h.first, h.last, 0) for h in again.writers()[0].holes] == [Hole(2, 2, 0)]


def test_calls_without_a_token_are_kept_too(bench: Bench):
    event = CallsWithoutTokenRefused(
        peer="peer", count=12, reasons=("TOKEN_MISSING=12",), minute=NOW, service="email"
    )
    row = StoredRow(5, STREAM.hex, 1, event.NAME, encode(event, bench.vault))
    bench.deliver(Published("email", row, bench.vault))

    assert bench.engine.query("SELECT action, outcome FROM audit_action") == [
        ("email.call.refuse", "refused")
    ]


def test_personal_texts_are_in_no_view(bench: Bench):
    bench.deliver(bench.fact(1, query="ion popescu", query_key="query:1"))
    dump = "".join(
        str(row)
        for table in ("audit_action", "audit_session", "audit_writer", "log_leaf")
        for row in bench.engine.query(f"SELECT * FROM {table}")
    )

    assert "ion popescu" not in dump


def test_the_log_is_signed_only_where_it_has_grown(bench: Bench):
    bench.deliver(bench.fact(1))
    bench.ledger.sign(NOW)
    bench.ledger.sign_now()
    newest = newest_checkpoint(bench.ledger.reading)

    assert newest is not None
    assert newest.size == 1
    assert bench.count("log_checkpoint") == 1


def test_a_log_that_was_tampered_with_is_found_by_the_service_itself(bench: Bench):
    bench.deliver(bench.fact(1), bench.fact(2))
    bench.ledger.sign(NOW)
    with bench.engine.transaction() as tx:
        tx.execute("UPDATE log_leaf SET bytes = ? WHERE idx = 1", (b'{"action":"x"}',))
    bench.ledger.check()
    verdict = bench.standing.verdict()

    assert verdict is not None
    assert verdict[3] == 1
