"""Room of one's own on the engines of scripts/up: a database, a vhost and an index prefix."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.product import Product, environment
from helpdesk.kernel.events import Event, personal
from helpdesk.kernel.hosting import Host, Service
from helpdesk.kernel.postgres_store import PostgresEngine
from helpdesk.kernel.store import Append, Store, Unit
from helpdesk.kernel.vault import Vault
from services.ports import free_address

ROOT = Path(__file__).parents[1]
_COMMAND = [sys.executable, "-m", "services"]
SCHEMA = "bench"


class EnginesMissing(Exception):
    """The engines do not run; the message says what to do."""


@contextmanager
def space() -> Iterator[dict[str, str]]:
    """Yield the settings of a space that is gone afterwards. Raises EnginesMissing."""
    name = f"bench_{uuid4().hex[:10]}"
    command = [str(ROOT / "scripts" / "space")]
    made = subprocess.run([*command, name], check=False, capture_output=True, text=True)
    if made.returncode:
        raise EnginesMissing(made.stderr.strip())
    try:
        yield dict(line.split("=", 1) for line in made.stdout.splitlines())
    finally:
        subprocess.run([*command, "--remove", name], check=True)


@contextmanager
def running(services: list[Service], *beside: Sequence[str]) -> Iterator[Product]:
    """Serve some services here on a space of their own; ``beside`` are commands of the product."""
    with ExitStack() as ending:
        made = ending.enter_context(space())
        folder = ending.enter_context(tempfile.TemporaryDirectory(prefix="helpdesk-benchmark-"))
        address = free_address()
        env = environment(Path(folder)) | {
            **made,
            "HELPDESK_GRPC_ADDRESS": address,
            "HELPDESK_IDENTITY_ADDRESS": address,
            # No audit service runs here, and without one the others close after minutes.
            "HELPDESK_AUDIT_GRACE_SECONDS": "0",
        }
        del env["ENGINES_OWNER_DATABASE_URL"]
        whole = {**{k: v for k, v in os.environ.items() if "HELPDESK_" not in k}, **env}
        subprocess.run([*_COMMAND, "migrate"], env=whole, check=True, capture_output=True)
        host = ending.enter_context(Host(env, services))
        for words in beside:
            ending.enter_context(process([*_COMMAND, *words], env=whole))
        yield Product(host, env)


@contextmanager
def process(command: Sequence[str], **options: Any) -> Iterator["subprocess.Popen[str]"]:
    """Run a process; it is asked to end afterwards, and waited for."""
    options = {"stderr": subprocess.DEVNULL, "text": True, **options}
    with subprocess.Popen(command, cwd=ROOT, **options) as started:
        try:
            yield started
        finally:
            started.terminate()
            started.wait(timeout=60)


@dataclass(frozen=True, kw_only=True)
class LineWritten(Event):
    """A fact with a personal field, of the size that most have."""

    NAME = "helpdesk.test.v1.LineWritten"

    user_id: str
    text: str = personal(of="user_id")
    count: int = 0


@dataclass(frozen=True)
class Log:
    """A store of its own in PostgreSQL, and where it and the broker are."""

    store: Store
    engine: PostgresEngine
    url: str
    broker_url: str

    def write(self, now: Any, count: int = 1) -> int:
        """Store so many facts in as many new streams at once; return the last one's position."""
        line = LineWritten(user_id="u1", text="x" * 100)
        appends = tuple(Append(uuid4().hex, 0, (line,)) for _ in range(count))
        return self.store.commit(Unit(appends=appends, now=now))


@contextmanager
def log() -> Iterator[Log]:
    """Yield a store in a space of its own. Raises EnginesMissing."""
    with ExitStack() as ending:
        made = ending.enter_context(space())
        folder = ending.enter_context(tempfile.TemporaryDirectory(prefix="helpdesk-benchmark-"))
        migrations = Path(folder) / "migrations"
        migrations.mkdir()
        url = made["ENGINES_OWNER_DATABASE_URL"]
        engine = PostgresEngine(url, SCHEMA)
        engine.migrate(migrations)
        vault = Vault(Path(folder) / "vault.db", os.urandom(32))
        ending.callback(vault.close)
        store = Store("source", engine, vault, b"k" * 32)
        ending.callback(store.close)
        yield Log(store, engine, url, made["HELPDESK_BROKER_URL"])


def in_turn(
    ours: Callable[[int], float], peer: Callable[[int], float], rounds: int
) -> list[tuple[float, float]]:
    """Measure a round of each at a time, now this one first, now that; the first do not count."""
    found = []
    for number in range(-1, rounds):
        if number % 2:
            mine = ours(number)
            found.append((mine, peer(number)))
        else:
            theirs = peer(number)
            found.append((ours(number), theirs))
    return found[1:]
