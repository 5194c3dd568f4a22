"""The product as processes on the engines of scripts/up, with the interface of ``Product``."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from helpdesk.kernel import secrets
from helpdesk.kernel.errors import HelpdeskError, Unavailable
from helpdesk.kernel.hosting import Wiring
from helpdesk.kernel.resources import Resources
from services.processes import SERVED, addressed
from services.running import WORKERS, _worker
from services.supervising import Supervisor
from tests.support.product import Product, free_address, running_product
from tests.support.waiting import PATIENCE, wait_until
from tests.support.wire import Wire

ROOT = Path(__file__).parents[2]
SIZES = ("embedded", "distributed")


@contextmanager
def space(engines=None):
    """Settings of a database, a vhost and an index of their own; skips where no engines are up."""
    name = f"test_{uuid4().hex[:12]}"
    env = dict(os.environ)
    if engines:
        env["ENGINES_DIR"] = str(engines)
    made = _space(env, name)
    if made.returncode:
        pytest.skip(f"no engines: {made.stderr.strip()}")
    try:
        yield dict(line.split("=", 1) for line in made.stdout.splitlines())
    finally:
        removed = _space(env, "--remove", name)
        assert removed.returncode == 0, removed.stderr


def _space(env, *arguments):
    command = [ROOT / "scripts" / "space", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True)


def _position(consumer, source):
    try:
        return consumer.position(source)
    except Unavailable:
        # An index that its worker makes at this moment.
        return 0


class Log:
    """A service's store as it is now, read beside the processes that write it."""

    def __init__(self, store):
        self.name, self.engine, self._store = store.name, store.engine, store

    @property
    def position(self):
        return self._store.refresh()

    def read(self, *arguments):
        return self._store.read(*arguments)

    def opened(self, row):
        return self._store.opened(row)


class DistributedProduct(Product):
    """Processes and what a test needs to call them as anybody and to read what they stored."""

    size = "distributed"

    def __init__(self, supervisor, env, owner_url):
        self.supervisor = supervisor
        self.owner_url = owner_url
        self._resources = Resources(env, listen=False)
        self._works = {name: _worker(name).build(self._resources) for name in WORKERS}
        stores = {name: work.store for name, work in self._works.items()}
        for name in set(SERVED) - set(stores):
            stores[name] = self._resources.open_store(name)
        self._stores = stores
        running = {name: SimpleNamespace(store=Log(stores[name])) for name in SERVED}
        super().__init__(SimpleNamespace(wiring=Wiring(env, Path()), running=running), env)

    def settle(self, timeout=2 * PATIENCE):
        """Wait until every consumer has handled all that was there when this was called."""
        for work in self._works.values():
            for consumer in work.consumers:
                for source in consumer.wants:
                    if source in self._stores:
                        self._reached(consumer, source, timeout)

    def _reached(self, consumer, source, timeout):
        store, wanted, last = self._stores[source], tuple(consumer.wants[source]), 0
        while rows := store.read(max(last, _position(consumer, source)), 1000, wanted):
            last = rows[-1].position
        assert wait_until(lambda: _position(consumer, source) >= last, timeout, 0.02), (
            f"{consumer.name} did not reach {source}:{last}"
        )

    def work(self, name):
        """Return the consuming side of a service, to read what it stored."""
        return self._works[name]

    def store_of(self, service):
        """Return the store of a service, to commit as one of its own processes would."""
        return self._stores[service]

    def commit(self, service, unit):
        """Commit to a service's store as one of its own processes would; return the position."""
        return self._stores[service].commit(unit)

    def helpdesk(self, *words):
        """Run a command of an operator against these processes; return how it ended."""
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "services", *words],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def verified(self):
        """Export the whole log and verify it as an auditor does; return how that ended."""
        target = Path(self.env["HELPDESK_DATA_DIR"]).parent / f"{uuid4().hex}.zip"
        auditor = self.caller(sub="an-auditor", roles=["AUDITOR"])
        stub = self.stub(audit_pb2_grpc.AuditServiceStub, "audit")
        request = audit_pb2.ExportRequest(format="EXPORT_FORMAT_PROOFS")
        parts = auditor.stream(stub.Export, request, timeout=60)
        try:
            target.write_bytes(b"".join(part.chunk for part in parts))
        except HelpdeskError as error:
            return SimpleNamespace(returncode=1, stdout=error.message, stderr="")
        tool = [sys.executable, "-W", "ignore", "-m", "services.audit"]
        folder = self.env["HELPDESK_DATA_DIR"]
        key = subprocess.run(
            [*tool, "key", "--data", folder], check=True, capture_output=True, text=True
        ).stdout.strip()
        command = [*tool, "verify", str(target), "--key", key]
        return subprocess.run(command, capture_output=True, text=True)

    def verified_with_a_flipped_byte(self):
        """Verify the log while one byte of one record is another one."""
        flip = (
            "UPDATE audit.log_leaf SET bytes = set_byte(bytes, 0, get_byte(bytes, 0) # 1) "
            "WHERE idx = 7"
        )
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            connection.execute(flip)
            try:
                return self.verified()
            finally:
                connection.execute(flip)

    def close(self):
        """Close what this process opened."""
        self.host.wiring.close()
        for work in self._works.values():
            work.close()
        for store in self._stores.values():
            store.close()
        self._resources.close()


@contextmanager
def distributed_product(folder, *, directory=None, engines=None, cut_broker=False, **settings):
    """
    Run every process of the distributed size on a fresh data directory and a fresh space.

    With ``cut_broker`` the product's ``broker_wire`` can be cut.
    """
    with space(engines) as made, ExitStack() as opened:
        broker_wire = None
        if cut_broker:
            broker_wire = opened.enter_context(Wire.to(made["HELPDESK_BROKER_URL"]))
            made["HELPDESK_BROKER_URL"] = broker_wire.through(made["HELPDESK_BROKER_URL"])
        owner_url = made.pop("ENGINES_OWNER_DATABASE_URL")
        mailbox = free_address()
        env = addressed(
            {
                **{k: v for k, v in os.environ.items() if not k.startswith("HELPDESK_")},
                **made,
                "HELPDESK_DATA_DIR": str(folder),
                "HELPDESK_GATEWAY_ADDRESS": free_address(),
                "HELPDESK_GATEWAY_MAILBOX_ADDRESS": mailbox,
                "HELPDESK_EMAIL_SMTP_ADDRESS": mailbox,
                "HELPDESK_EMAIL_INBOUND_ADDRESS": "",
                **settings,
            },
            free_address,
        )
        secrets.create(Path(folder) / "secrets")
        deaths = []
        with Supervisor(env, deaths.append) as supervisor:
            supervisor.migrate()
            supervisor.start()
            product = DistributedProduct(supervisor, env, owner_url)
            product.deaths, product.broker_wire = deaths, broker_wire
            try:
                if directory is not None:
                    product.load(directory)
                yield product
            finally:
                product.close()


@contextmanager
def product_of(size, folder, services, **more):
    """Run the product in one of its sizes; the embedded one with these services."""
    if size == "embedded":
        running = running_product(folder, services, **more)
    else:
        running = distributed_product(folder, **more)
    with running as product:
        yield product
