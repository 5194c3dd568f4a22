"""The commands of the distributed size: migrations, relays, workers, catching up, dead letters."""

from __future__ import annotations

import importlib
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import click

from helpdesk.kernel import logins, metrics, tls, tracing
from helpdesk.kernel.beating import LOOK_SECONDS, Heartbeats
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.resources import (
    VAULT_URL,
    HostSettings,
    Resources,
    StoreSettings,
    Wants,
    Work,
    check_database,
)
from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.settings import SettingsError, parse
from helpdesk.kernel.store import StoredRow, Unit
from helpdesk.kernel.timers import Timer
from helpdesk.kernel.watching import watched

WORKERS = ("email", "session", "audit", "search", "identity")
_HERE = Path(__file__).parent
_NAMES = click.argument("names", nargs=-1, metavar="[NAME]...")
_NAME = click.argument("name", metavar="NAME")


class Composed(Protocol):
    """A service's ``worker`` module."""

    def wants(self) -> Wants:
        """Return which facts its consumers want."""

    def build(self, resources: Resources) -> Work:
        """Build the consuming side."""


def _worker(name: str) -> Composed:
    if name not in WORKERS:
        raise SettingsError(f"{name} has no worker; there are {', '.join(WORKERS)}")
    module: Any = importlib.import_module(f"services.{name}.worker")
    composed: Composed = module
    return composed


def _service(name: str) -> str:
    if name not in SERVICES:
        raise SettingsError(f"no such service: {name}")
    return name


def _database(name: str) -> str:
    url = parse(StoreSettings, _service(name), os.environ).database_url
    setting = f"HELPDESK_{name.upper()}_DATABASE_URL"
    if not url:
        raise SettingsError(f"{setting} is not set")
    check_database(parse(HostSettings, "", os.environ), setting, url)
    return url


def _broker() -> tuple[str, str]:
    """Return the URL of RabbitMQ, and the file of who signed its certificate."""
    settings = parse(HostSettings, "", os.environ)
    if not settings.broker_url:
        raise SettingsError("HELPDESK_BROKER_URL is not set")
    tls.check_url("HELPDESK_BROKER_URL", settings.broker_url, allowed=settings.allow_plaintext)
    return settings.broker_url, settings.broker_ca_file


def all_wants() -> Wants:
    """Return which facts each consumer of every service wants."""
    wants: dict[str, Mapping[str, Sequence[str]]] = {}
    for name in WORKERS:
        wants.update(_worker(name).wants())
    return wants


@click.command()
@_NAMES
def migrate(names: tuple[str, ...]) -> None:
    """Bring the databases of all services, or of the named ones, up to date; run it once."""
    from helpdesk.kernel.postgres_keys import PostgresKeys
    from helpdesk.kernel.postgres_store import PostgresEngine

    settings = parse(HostSettings, "", os.environ)
    url = settings.vault_database_url
    if url and not names:
        check_database(settings, VAULT_URL, url)
        keys = PostgresKeys(url)
        click.echo(f"vault: {', '.join(keys.migrate()) or 'up to date'}")
        keys.close()
    for name in names or SERVICES:
        if not names and not parse(StoreSettings, name, os.environ).database_url:
            click.echo(f"{name}: no database, skipped")
            continue
        engine = PostgresEngine(_database(name), name, listen=False)
        try:
            applied = engine.migrate(_HERE / name / "migrations")
        finally:
            engine.close()
        click.echo(f"{name}: {', '.join(applied) or 'up to date'}")


def when_asked_to_end(stop: Callable[[], object]) -> None:
    """Call a function, in a thread of its own, once a signal asks this process to end."""
    # A handler interrupts the thread that waits, and would wait for a lock that this one holds.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=stop).start())


@click.command()
@_NAME
def relay(name: str) -> None:
    """Publish the log of a service to RabbitMQ; of several one is active."""
    with _watched(f"relay-{name}"):
        _relay(name)


def _relay(name: str) -> None:
    from helpdesk.kernel.broker import Depths, Publisher
    from helpdesk.kernel.postgres_store import PostgresEngine
    from helpdesk.kernel.relay import Relay

    broker, ca_file = _broker()
    engine = PostgresEngine(_database(name), name)
    engine.check()
    resources, work = None, None
    if name in WORKERS:
        resources = Resources(os.environ)
        work = _worker(name).build(resources)
    # Declared by relays too, so that no queue comes too late.
    wants = all_wants()
    running = Relay(
        name, engine, lambda: Publisher(broker, wants, ca_file), work.timers if work else ()
    )
    own = [each for each in wants if each.partition(".")[0] == name]
    depths = Depths(broker, own, ca_file)
    when_asked_to_end(running.stop)
    counted = _counted(name, work, resources) if work and resources else nullcontext()
    with metrics.looked_at(running.look, depths.look), counted:
        click.echo(f"ready: relay {name}", err=True)
        running.run()
    engine.close()
    if work is not None and resources is not None:
        _ended(work, resources)


@click.command()
@_NAME
def work(name: str) -> None:
    """Run the consumers of a service on RabbitMQ."""
    _worker(name)
    # Patches sockets and locks, so it comes before whatever holds one.
    from helpdesk.kernel import consumer

    with _watched(f"work-{name}"):
        _work(name, consumer.run)


def _work(name: str, run: Callable[..., None]) -> None:
    from helpdesk.kernel import inbox

    broker, ca_file = _broker()
    resources = Resources(os.environ, listen=False)
    composed = _worker(name).build(resources)
    started = lambda: click.echo(f"ready: work {name}", err=True)  # noqa: E731
    figures = metrics.looked_at(lambda: inbox.look(composed.consumers, composed.store))
    with figures, _counted(name, composed, resources):
        run(name, broker, composed, ca_file, started)
    _ended(composed, resources)


@contextmanager
def _counted(name: str, work: Work, resources: Resources) -> Iterator[None]:
    """Let heartbeats say how many support actions this process has recorded."""
    beats = Heartbeats(work.store, resources.secret(f"{name}.service.pem"), serves=False)
    stopping = threading.Event()
    timer = Timer(f"{name}-heartbeat", LOOK_SECONDS, beats.look)
    thread = threading.Thread(target=timer.run, args=(stopping,))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
        beats.end()


def _watched(process: str) -> AbstractContextManager[None]:
    return watched(parse(HostSettings, "", os.environ), os.environ, process)


def _ended(composed: Work, resources: Resources) -> None:
    composed.close()
    composed.store.close()
    resources.close()


@click.command("catch-up")
@_NAME
@click.option("--source", "only", default="", help="Of this service only.")
def catch_up(name: str, only: str) -> None:
    """Read what the consumers of a service miss from the logs of its owners."""
    from helpdesk.kernel import inbox
    from helpdesk.kernel.eventlog import owners_log
    from helpdesk.kernel.hosting import Wiring

    wiring = Wiring(os.environ, Path())
    composed = _worker(name).build(wiring)
    try:
        for consumer in composed.consumers:
            for source in consumer.wants:
                if only and source != only:
                    continue
                read = owners_log(wiring.caller(name), wiring.channel(source), source)
                count = inbox.catch_up(consumer, composed.store, source, read)
                click.echo(f"{consumer.name}: {count} facts of {source}")
    finally:
        _ended(composed, wiring)


@click.command()
@click.argument("name", type=click.Choice(["search"]), metavar="search")
def rebuild(name: str) -> None:
    """Make the search index anew from the log beside the old one, then swap; searches go on."""
    from rich.console import Console

    from helpdesk.kernel.eventlog import owners_log
    from helpdesk.kernel.hosting import Wiring
    from helpdesk.kernel.progress import counting

    composition: Any = importlib.import_module(f"services.{name}.composition")
    source: str = composition.SOURCE
    wiring = Wiring(os.environ, Path())
    try:
        with counting(Console(stderr=True)) as bar:
            task = bar.add_task(f"log of {source}", total=None)

            def read(after: int, names: Sequence[str]) -> Iterable[tuple[list[StoredRow], int]]:
                log = owners_log(wiring.caller(name), wiring.channel(source), source)
                return log(after, names)

            positions = composition.rebuilt(
                wiring, read, lambda at, total: bar.update(task, completed=at, total=total)
            )
    finally:
        wiring.close()
    reached = ", ".join(f"{source}:{at}" for source, at in positions.items())
    click.echo(f"{name}: rebuilt, at {reached or 'the beginning'}")


@click.group("dead-letters")
def dead_letters() -> None:
    """What consumers could not handle."""


@dead_letters.command("list")
def list_() -> None:
    """Say how many there are of each consumer."""
    from helpdesk.kernel.broker import DeadLetters

    letters = DeadLetters(*_broker())
    for consumer in all_wants():
        click.echo(f"{consumer}: {letters.count(consumer)}")
    letters.close()


@dead_letters.command()
@click.argument("consumer")
def show(consumer: str) -> None:
    """Show which facts they are; their personal fields are sealed."""
    _consumer(consumer)

    def shown(headers: Mapping[str, Any], body: bytes) -> bool:
        click.echo(_line(headers) + " " + body.decode(errors="replace"))
        return False

    _each(consumer, shown)


_CONSUMER = click.argument("consumer")
_IDS = click.argument("ids", nargs=-1, required=True)
_REASON = click.option("--reason", required=True, help="Why; it is recorded.")


@dead_letters.command()
@_CONSUMER
@_IDS
@_REASON
def replay(consumer: str, ids: tuple[str, ...], reason: str) -> None:
    """Bring the named facts to their consumer again; who did it is recorded."""
    _settle(consumer, ids, reason, drop=False)


@dead_letters.command()
@_CONSUMER
@_IDS
@_REASON
def drop(consumer: str, ids: tuple[str, ...], reason: str) -> None:
    """Go on without the named facts; who did it is recorded."""
    _settle(consumer, ids, reason, drop=True)


def _settle(consumer: str, ids: tuple[str, ...], reason: str, *, drop: bool) -> None:
    from helpdesk.kernel import broker
    from helpdesk.kernel.inbox import Delivery, skip

    _consumer(consumer)
    letters = broker.DeadLetters(*_broker())
    resources = Resources(os.environ, listen=False)
    composed = _worker(consumer.partition(".")[0]).build(resources)
    following = {each.name: each for each in composed.consumers}[consumer]

    def settled(headers: Mapping[str, Any], body: bytes) -> bool:
        if headers.get("cloudEvents:id") not in ids:
            return False
        fact = Delivery(*broker.read(headers, body))
        verb = "drop" if drop else "replay"
        record = SupportActionRecorded(
            action=f"operations.dead_letter.{verb}",
            outcome="done",
            agent_id=logins.operator(),
            roles=("OPERATOR",),
            subjects=(f"fact:{fact.source}:{fact.row.position}",),
            reason_key=resources.vault.spare("reason"),
            reason=reason,
            request_id=uuid4().hex,
            trace_id=tracing.trace_id(tracing.begun()),
            occurred_at=datetime.now(UTC),
            service=composed.store.name,
        )
        if drop:
            skip(following, composed.store, fact, record)
        else:
            composed.store.commit(Unit(record=record, now=record.occurred_at))
            letters.replay(consumer, headers, body)
        return True

    try:
        found = letters.each(consumer, settled)
    finally:
        letters.close()
        _ended(composed, resources)
    click.echo(f"{found} of {len(ids)} found and settled")
    if found < len(ids):
        raise SystemExit(1)


def _consumer(name: str) -> None:
    if name not in all_wants():
        raise SettingsError(f"no such consumer: {name}; there are {', '.join(sorted(all_wants()))}")


def _each(consumer: str, function: Callable[[Mapping[str, Any], bytes], bool]) -> None:
    from helpdesk.kernel.broker import DeadLetters

    letters = DeadLetters(*_broker())
    letters.each(consumer, function)
    letters.close()


def _line(headers: Mapping[str, Any]) -> str:
    return " ".join(
        str(headers.get(f"cloudEvents:{key}", "?")) for key in ("id", "source", "position", "type")
    )
