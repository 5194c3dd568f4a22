"""The product on PostgreSQL and RabbitMQ: relays and workers are processes, run by commands."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from kombu import Connection

from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.resources import HostSettings
from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.store import wait_until
from services.audit.service import SERVICE as AUDIT
from services.email.service import SERVICE as EMAIL
from services.identity.service import SERVICE as IDENTITY
from services.running import migrate, relay, work
from services.session.service import SERVICE as SESSION
from tests.support.product import free_address, running_product, small_directory

ROOT = Path(__file__).parents[2]
SERVED = ("identity", "email", "session", "audit")
WORKERS = ("email", "session", "audit")


@pytest.fixture(scope="module")
def database(owner_url):
    """A database of its own, since a service's schema has the service's name."""
    name = f"t{uuid4().hex[:12]}"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield owner_url.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def vhost(broker_url):
    """Queues have the consumers' names; they are emptied before and after."""

    def empty():
        from services.running import _wants

        with Connection(broker_url) as connection:
            channel = connection.channel()
            for name in _wants():
                channel.queue_delete(name)
                channel.queue_delete(f"{name}.dead")

    empty()
    yield broker_url
    empty()


@pytest.fixture(scope="module")
def product(tmp_path_factory, database, vhost):
    folder = tmp_path_factory.mktemp("distributed") / "data"
    settings = {f"HELPDESK_{name.upper()}_DATABASE_URL": database for name in SERVICES}
    settings |= {"HELPDESK_BROKER_URL": vhost, "HELPDESK_EMAIL_SMTP_ADDRESS": free_address()}
    run([*helpdesk, "migrate"], settings | {"HELPDESK_DATA_DIR": str(folder)})
    processes = {}
    with running_product(folder, [IDENTITY, EMAIL, SESSION, AUDIT], **settings) as product:
        env = {k: v for k, v in product.env.items() if "GATEWAY" not in k}
        for command, names in (("relay", SERVED), ("work", WORKERS)):
            for name in names:
                processes[command, name] = start([*helpdesk, command, name], env)
        product.processes = processes
        product.restart = lambda command, name: start([*helpdesk, command, name], env)
        product.load(small_directory())
        try:
            yield product
        finally:
            for process in processes.values():
                process.send_signal(signal.SIGTERM)
            codes = {key: process.wait(timeout=40) for key, process in processes.items()}
            assert set(codes.values()) == {0}, codes


helpdesk = [sys.executable, "-W", "ignore", "-m", "services"]


def start(command, env):
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env})


def run(command, env):
    subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, check=True, capture_output=True)


def in_the_log(product):
    rows = product.host.running["audit"].store.engine.query(
        "SELECT source, COUNT(*) FROM log_leaf GROUP BY source"
    )
    return dict(rows)


def recorded(product):
    counts = {}
    for name in SERVED:
        store = product.host.running[name].store
        rows = store.read(0, 100_000, (SupportActionRecorded.NAME,))
        counts[name] = len(rows)
    return {name: count for name, count in counts.items() if count}


def test_every_support_action_reaches_the_audit_log(product):
    assert recorded(product)["identity"] > 0
    assert wait_until(lambda: in_the_log(product) == recorded(product), 30, 0.1)


def test_a_killed_worker_and_relay_lose_nothing(product):
    for key in (("work", "audit"), ("relay", "identity")):
        product.processes[key].kill()
        product.processes[key].wait()
        product.load(small_directory())
        product.processes[key] = product.restart(*key)
        product.load(small_directory())

    assert wait_until(lambda: in_the_log(product) == recorded(product), 30, 0.1)


def test_the_commands_say_which_settings_they_lack(monkeypatch):
    from click.testing import CliRunner

    from helpdesk.kernel.settings import SettingsError

    for name in os.environ:
        if name.startswith("HELPDESK_"):
            monkeypatch.delenv(name)
    assert HostSettings().broker_url == ""
    for command, wanted in ((relay, "BROKER_URL"), (migrate, "IDENTITY_DATABASE_URL")):
        error = CliRunner().invoke(command, ["identity"]).exception
        assert isinstance(error, SettingsError)
        assert wanted in str(error)
    assert "has no worker" in str(CliRunner().invoke(work, ["identity"]).exception)
