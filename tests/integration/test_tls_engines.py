"""TLS to PostgreSQL and RabbitMQ: the whole way of a fact, and certificates of strangers."""

import os
import ssl
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from kombu import Connection

from helpdesk.kernel import broker
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.postgres_keys import PostgresKeys
from helpdesk.kernel.postgres_store import PostgresEngine
from helpdesk.kernel.store import Store
from tests.integration.conftest import engines
from tests.support.certificates import made
from tests.support.handled import everything, handled, write
from tests.support.waiting import wait_until

HERE = Path(__file__).parent
WAITING = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@pytest.fixture(scope="module")
def strangers(tmp_path_factory):
    """The file of an authority that signed for nobody here."""
    folder = tmp_path_factory.mktemp("strangers")
    made(folder)
    return folder / "ca.pem"


def checked(url, ca_file):
    return f"{url}?sslmode=verify-full&sslrootcert={ca_file}"


@pytest.fixture
def database_ca():
    found = engines().get("ENGINES_DATABASE_CA_FILE", "")
    if not found:
        pytest.skip("PostgreSQL is up without TLS: ENGINES_DOCKER=no scripts/up gives it")
    return found


@pytest.fixture
def broker_tls():
    url = engines().get("ENGINES_BROKER_TLS_URL", "")
    if not url:
        pytest.skip("RabbitMQ is up without TLS: ENGINES_DOCKER=no scripts/up gives it")
    return url, engines()["ENGINES_BROKER_CA_FILE"]


def test_a_store_is_reached_with_tls(owner_url, schema, database_ca, no_migrations):
    engine = PostgresEngine(checked(owner_url, database_ca), schema)
    try:
        engine.migrate(no_migrations)
        with engine.transaction() as tx:
            written = tx.execute(WAITING)

        assert engine.query(WAITING) == [(True,)]
        assert written == [(True,)]
    finally:
        engine.close()


def test_a_database_of_a_strange_authority_is_refused(owner_url, schema, database_ca, strangers):
    with psycopg.connect(checked(owner_url, database_ca)):
        pass
    with pytest.raises(Unavailable):
        PostgresEngine(checked(owner_url, strangers), schema)


def test_a_database_with_another_name_is_refused(owner_url, database_ca):
    url = checked(owner_url.replace("127.0.0.1", "127.0.0.2"), database_ca)
    url += "&hostaddr=127.0.0.1"
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        psycopg.connect(url)


def test_the_vaults_keys_of_a_strange_authority_are_refused(owner_url, database_ca, strangers):
    keys = PostgresKeys(checked(owner_url, strangers))
    with pytest.raises(Unavailable):
        keys.find("u1")


def test_dead_letters_are_read_with_tls(broker_tls):
    letters = broker.DeadLetters(*broker_tls)
    try:
        assert letters.count(f"test.{uuid4().hex[:8]}") == 0
    finally:
        letters.close()


def test_a_broker_of_a_strange_authority_is_refused(broker_tls, strangers):
    with pytest.raises(Unavailable) as caught:
        broker.DeadLetters(broker_tls[0], str(strangers))

    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)


def test_without_a_file_only_the_systems_authorities_are_believed(broker_tls):
    with pytest.raises(Unavailable) as caught:
        broker.Publisher(broker_tls[0], {})

    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)


def test_a_broker_with_another_name_is_refused(broker_tls):
    url, ca_file = broker_tls
    with pytest.raises(Unavailable) as caught:
        broker.DeadLetters(url.replace("127.0.0.1", "127.1"), ca_file)

    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)


@pytest.fixture
def name(broker_tls):
    name = f"test.{uuid4().hex[:8]}"
    yield name
    url, ca_file = broker_tls
    with Connection(url, ssl=broker.secured(url, ca_file)) as connection:
        channel = connection.channel()
        channel.queue_delete(name)
        channel.queue_delete(f"{name}.dead")


@pytest.fixture
def started(name):
    """Starts processes; they end before their queues go, or they make them again."""
    del name
    running = []

    def start(script, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(HERE / script), *arguments],
            cwd=HERE.parents[1],
            env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        process.stdout.readline()

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_fact_goes_from_store_to_worker_with_tls_all_the_way(
    owner_url, schema, no_migrations, vault, line, database_ca, broker_tls, name, started, tmp_path
):
    url, (broker_url, ca_file) = checked(owner_url, database_ca), broker_tls
    engine = PostgresEngine(url, schema)
    engine.migrate(no_migrations)
    store = Store("source", engine, vault, b"k" * 32)
    with engine.transaction() as tx:
        tx.execute("CREATE TABLE handled (id BIGSERIAL, position BIGINT, process BIGINT)")
    try:
        started("relay_under_test.py", url, schema, broker_url, name, ca_file)
        cure = str(tmp_path / "cured")
        started("worker_under_test.py", url, schema, broker_url, name, cure, ca_file)
        write(store, line, 20)

        assert wait_until(lambda: len(handled(store)) == 20, pause=0.05)
        assert handled(store) == everything(store)
    finally:
        store.close()
