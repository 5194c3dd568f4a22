"""The real engines, when ``scripts/up`` started them; every test has schemas or queues of its own."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from helpdesk.kernel.events import Event, personal
from helpdesk.kernel.postgres_store import PostgresEngine
from helpdesk.kernel.sqlite_store import SqliteEngine
from helpdesk.kernel.vault import Vault
from services.search.index.opensearch_client import connected

ROOT = Path(__file__).parents[2]


def engines():
    """Return the settings of the engines: the environment's, else those that scripts/up wrote."""
    said = subprocess.run(
        ["bash", "-c", '. scripts/engines; cat "$ENGINES/env" 2>/dev/null'],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout
    written = dict(line.split("=", 1) for line in said.splitlines())
    return {**written, **{k: v for k, v in os.environ.items() if k in written or "_URL" in k}}


@pytest.fixture(scope="session")
def owner_url():
    url = engines().get("ENGINES_OWNER_DATABASE_URL", "")
    if not url:
        pytest.skip("PostgreSQL is not up: run scripts/up")
    return url


@pytest.fixture(scope="session")
def broker_url():
    url = engines().get("HELPDESK_BROKER_URL", "")
    if not url:
        pytest.skip("RabbitMQ is not up: run scripts/up")
    return url


@dataclass(frozen=True, kw_only=True)
class LineWritten(Event):
    NAME = "helpdesk.test.v1.LineWritten"

    user_id: str
    text: str = personal(of="user_id")
    count: int = 0


@pytest.fixture
def line():
    return lambda text="secret words", **more: LineWritten(user_id="u1", text=text, **more)


@pytest.fixture
def vault(tmp_path):
    vault = Vault(tmp_path / "vault.db", os.urandom(32))
    yield vault
    vault.close()


@pytest.fixture
def schema(owner_url):
    """A schema that is gone after the test."""
    name = f"t{uuid4().hex[:12]}"
    yield name
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')


@pytest.fixture
def no_migrations(tmp_path):
    folder = tmp_path / "migrations"
    folder.mkdir()
    return folder


@pytest.fixture
def postgres(owner_url, schema, no_migrations):
    """Opens engines on one schema, as several processes would."""
    opened = []

    def make(**options):
        engine = PostgresEngine(owner_url, schema, **options)
        engine.migrate(no_migrations)
        opened.append(engine)
        return engine

    yield make
    for engine in opened:
        engine.close()


@pytest.fixture
def sqlite(tmp_path):
    return lambda: SqliteEngine(tmp_path / "notes.db", durable=False)


@pytest.fixture(scope="session")
def opensearch_url():
    url = engines().get("HELPDESK_SEARCH_OPENSEARCH_URL", "")
    if not url:
        pytest.skip("OpenSearch is not up: run scripts/up")
    return url


@pytest.fixture(scope="session")
def opensearch(opensearch_url):
    client = connected(opensearch_url, timeout_seconds=30)
    yield client
    client.close()


def dropped(client, name):
    for index in client.indices.get_settings(index=f"{name}-*"):
        client.indices.delete(index=index)


@pytest.fixture
def name(opensearch):
    """The alias of an index of one test, gone after it."""
    name = f"test-{uuid4().hex[:12]}"
    yield name
    dropped(opensearch, name)
