"""``helpdesk replay`` and ``diff``: a service's read models made anew from its log."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from helpdesk.kernel.hosting import HostSettings
from helpdesk.kernel.replaying.folding import Folded
from helpdesk.kernel.resources import StoreSettings
from helpdesk.kernel.settings import SettingsError, parse
from helpdesk.kernel.vault import Vault
from services.identity.projections import DEVICE_VIEW, HINT, PERSON, SIGN_IN
from services.replaying import VIEWED, rebuilding

_SEALED = "sealed:v1:"
_CONTEXTS = (PERSON, DEVICE_VIEW, SIGN_IN, HINT)
# The log itself, and what is written beside it: how far was read, and when a view was last used.
_NO_VIEWS = frozenset({"stored_events", "tracking", "schema_migration", "view_last_use"})
_SERVICE = click.argument("service", type=click.Choice(VIEWED))


@click.command()
@_SERVICE
@click.option("--to", "until", type=click.DateTime(), help="As of then, UTC; else as of now.")
@click.option(
    "--into",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the new database; one that holds none yet.",
)
def replay(service: str, until: datetime | None, folder: Path) -> None:
    """Make the read models of SERVICE as of a time, in a database of their own."""
    target = folder / f"{service}.db"
    if target.exists():
        raise click.UsageError(f"{target} is there already")
    with rebuilding(service, folder=folder) as rebuild:
        _fold(rebuild.folded[service], until)
    click.echo(f"{target}")


@click.command()
@_SERVICE
def diff(service: str) -> None:
    """Compare the read models of SERVICE with ones made anew; exit code 1 where they differ."""
    if parse(StoreSettings, service, os.environ).database_url:
        raise SettingsError("diff compares files: it does not read PostgreSQL yet")
    live = parse(HostSettings, "", os.environ).data_dir / f"{service}.db"
    with rebuilding(service) as rebuild:
        _fold(rebuild.folded[service], None)
        anew = rebuild.folder / f"{service}.db"
        found = differences(live, anew, rebuild.vault)
    for table, (only_live, only_anew) in sorted(found.items()):
        if only_live or only_anew:
            click.echo(f"{table}: {only_live:,} rows only live, {only_anew:,} only made anew")
    wrong = sum(map(sum, found.values()))
    click.echo(f"{wrong:,} differences in {len(found)} tables")
    sys.exit(1 if wrong else 0)


def differences(live: Path, anew: Path, vault: Vault) -> dict[str, tuple[int, int]]:
    """Return, of each table, how many rows only one side has; sealed texts are opened first."""
    found = {}
    with closing(_opened(live)) as one, closing(_opened(anew)) as other:
        names = one.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            if name in _NO_VIEWS or name.startswith("sqlite_"):
                continue
            left, right = (_rows(db, name, vault) for db in (one, other))
            found[name] = ((left - right).total(), (right - left).total())
    return found


def _rows(db: sqlite3.Connection, table: str, vault: Vault) -> Counter[tuple[Any, ...]]:
    rows: Counter[tuple[Any, ...]] = Counter()
    for row in db.execute(f'SELECT * FROM "{table}"'):
        rows[tuple(_opened_text(value, vault) for value in row)] += 1
    return rows


def _opened_text(value: Any, vault: Vault) -> Any:
    if not isinstance(value, str) or not value.startswith(_SEALED):
        return value
    person = value[len(_SEALED) :].rpartition(":")[0]
    for context in _CONTEXTS:
        try:
            return vault.open(person, [value], context)[0]
        except ValueError:
            continue
    raise ValueError("a column is sealed for what no projection names")


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def _fold(folded: Folded, until: datetime | None) -> None:
    at = until.replace(tzinfo=UTC) if until is not None else datetime.max.replace(tzinfo=UTC)
    begin = time.perf_counter()
    with click.progressbar(
        iter(lambda: folded.some_to_time(at), False),
        label="Folding events",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
        show_pos=True,
        item_show_func=lambda _: f"{folded.count:,} events",
    ) as batches:
        for _ in batches:
            pass
    seconds = max(time.perf_counter() - begin, 1e-9)
    click.echo(f"{folded.count:,} events, {folded.count / seconds:,.0f} a second", err=True)
