"""``helpdesk-audit`` on a log in PostgreSQL: the same verdicts and files as from a data directory."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from helpdesk.kernel.postgres_store import PostgresEngine, snapshot
from services import auditing
from services.audit.commands import audit
from services.audit.log.notes import Signer
from services.audit.log.records import Record
from services.audit.views.archiving import Archiver
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
    return Record("email", number + 1, f"event:{number + 1}", body["organization_id"], sealed)


def invoke(*words):
    return CliRunner().invoke(audit, [*map(str, words)], obj=auditing.InstalledProduct())


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
        return invoke(*words, "--database", owner_url)

    run.key = str(signer.verifier_key)
    run.signer = signer
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
    proved = json.loads(tool("prove", "event:8").stdout)

    assert (counted["records"], counted["by_action"]) == (30, {"email.mail.get": 30})
    assert (proved["index"], tool("prove", "nothing").exit_code) == (7, 1)


@pytest.fixture
def reader_url(owner_url, schema):
    """A role that may read the log's schema, and nothing else."""
    name = f"reader_{schema}"[:60]
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE \"{name}\" LOGIN PASSWORD 'reads'")
        connection.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO "{name}"')
        connection.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA "{schema}" TO "{name}"')
    yield make_conninfo(owner_url, user=name, password="reads")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f'DROP OWNED BY "{name}"')
        connection.execute(f'DROP ROLE "{name}"')


def url_of(conninfo):
    found = conninfo_to_dict(conninfo)
    query = "&".join(f"{k}={v}" for k, v in found.items() if k.startswith("ssl"))
    place = f"{found['host']}:{found['port']}/{found['dbname']}"
    return f"postgresql://{found['user']}:{found['password']}@{place}?{query}"


@pytest.mark.parametrize(
    "words", [[], ["--organization", "org-1"], ["--format", "csv", "--sealed"]]
)
def test_a_role_that_only_reads_exports_with_a_key_that_was_kept(tool, reader_url, tmp_path, words):
    url = url_of(reader_url)
    options = ["--key", tool.key, "--database", url, "--data", str(tmp_path / "nothing")]
    target = str(tmp_path / "made")
    made = invoke("export", target, *words, *options)
    proved = invoke("prove", "event:8", *options)

    assert made.exit_code == 0, (made.output, made.exception)
    assert "has no manifest" in made.stderr
    assert json.loads(proved.stdout)["index"] == 7
    assert invoke("verify", target, "--key", tool.key, "--unsigned").exit_code == 0


def test_an_export_without_any_key_says_what_it_needs(tool, reader_url, tmp_path):
    data = ["--data", str(tmp_path / "nothing")]
    done = invoke("export", str(tmp_path / "made"), "--database", url_of(reader_url), *data)

    assert done.exit_code == 2
    assert "give the log's public key with --key" in done.output


def test_archived_records_of_a_log_in_postgresql_are_read_from_their_bundle(
    tool, owner_url, schema, tmp_path
):
    engine = PostgresEngine(owner_url, schema, listen=False)
    signer = tool.signer
    later = NOW + timedelta(days=40)
    assert Archiver(engine, signer, tmp_path / "bundles", 1).archive(later) == 30
    engine.close()
    target = str(tmp_path / "made")
    words = ["--organization", "org-1", "--archive", str(tmp_path / "bundles")]
    made = tool("export", target, *words, "--key", tool.key)
    proved = tool("prove", "event:8", "--archive", str(tmp_path / "bundles"))
    without = tool("prove", "event:8", "--archive", str(tmp_path))

    assert "15 records in" in made.stdout, made.output
    assert json.loads(base64.b64decode(json.loads(proved.stdout)["bytes"]))["number"] == 8
    assert (without.exit_code, "are in the bundle audit-" in without.output) == (2, True)
    assert tool("verify", "--key", tool.key, "--archive", str(tmp_path / "bundles")).exit_code == 0


def test_the_tool_cannot_write(tool, owner_url, schema):
    with snapshot(owner_url, schema) as query, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        query("DELETE FROM log_leaf", ())
