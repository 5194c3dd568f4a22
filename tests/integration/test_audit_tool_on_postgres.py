"""``helpdesk-audit`` on a log in PostgreSQL: the same verdicts and files as from a data directory."""

import json
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from helpdesk.kernel.postgres_store import PostgresEngine, snapshot
from services import auditing
from services.audit.commands import audit
from services.audit.log.notes import Signer
from services.audit.log.records import Record
from services.audit.views.ledger import Ledger

MIGRATIONS = Path(__file__).parents[2] / "services/audit/migrations"
NOW = datetime(2030, 5, 6, 12, tzinfo=UTC)


def a_record(number):
    body = {
        "action": "email.mail.get",
        "outcome": "done",
        "agent_id": "agent-1",
        "organization_id": f"org-{number % 2}",
        "service": "email",
        "writer": "writer-1",
        "number": number + 1,
        "occurred_at": "2030-05-06T12:00:00Z",
    }
    sealed = json.dumps(body).encode()
    return Record("email", number + 1, f"event-{number}", body["organization_id"], sealed)


@pytest.fixture
def tool(owner_url, schema, monkeypatch):
    """Runs a command on a signed log of 30 records; ``tool.signer`` signed it."""
    monkeypatch.setattr(auditing, "_SCHEMA", schema)
    signer = Signer.generate("helpdesk/audit")
    engine = PostgresEngine(owner_url, schema, listen=False)
    engine.migrate(MIGRATIONS)
    ledger = Ledger(engine, signer)
    ledger.append("audit.actions<email", 30, [a_record(number) for number in range(30)])
    ledger.sign(NOW)
    engine.close()

    def run(*words):
        words = [*map(str, words), "--database", owner_url]
        return CliRunner().invoke(audit, words, obj=auditing.InstalledProduct())

    run.key = str(signer.verifier_key)
    return run


def test_a_log_in_postgresql_verifies(tool):
    done = tool("verify", "--key", tool.key, "--json")

    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["good"], found["records"], found["signed"]) == (True, 30, 30)


def test_a_flipped_byte_in_postgresql_is_named(tool, owner_url, schema):
    with psycopg.connect(owner_url) as connection:
        flip = f'UPDATE "{schema}".log_leaf SET bytes = set_byte(bytes, 5, 7) WHERE idx = 12'
        assert connection.execute(flip).rowcount == 1
    done = tool("verify", "--key", tool.key, "--json")

    assert done.exit_code == 1
    assert json.loads(done.stdout)["first"]["index"] == 12


def test_a_record_in_postgresql_is_counted_and_proved(tool):
    done = tool("stats", "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    counted = json.loads(done.stdout)
    proved = json.loads(tool("prove", "event-7").stdout)

    assert (counted["records"], counted["by_action"]) == (30, {"email.mail.get": 30})
    assert (proved["index"], tool("prove", "nothing").exit_code) == (7, 1)


def test_the_tool_cannot_write(tool, owner_url, schema):
    with snapshot(owner_url, schema) as query, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        query("DELETE FROM log_leaf", ())
