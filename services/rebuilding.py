"""``helpdesk replay`` and ``diff``: a service's read models made anew from its log."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from helpdesk.kernel.hosting import HostSettings
from helpdesk.kernel.replaying.folding import Folded
from helpdesk.kernel.resources import StoreSettings, check_database
from helpdesk.kernel.settings import SettingsError, parse
from helpdesk.kernel.store import Query
from helpdesk.kernel.vault import Vault
from services.identity.projections import DEVICE_VIEW, HINT, PERSON, SIGN_IN
from services.replaying import VIEWED, rebuilding

_SEALED = "sealed:v1:"
_CONTEXTS = (PERSON, DEVICE_VIEW, SIGN_IN, HINT)
# The log itself, and what is written beside it.
_NO_VIEWS = frozenset(
    {
        *("stored_events", "tracking", "schema_migration"),
        *("view_last_use", "assertion_used", "signal_receiver"),
    }
)
_ELSEWHERE = {
    "search": "what search answers from is its index: helpdesk rebuild search makes that anew",
    "audit": "what audit answers from is the log of records: helpdesk-audit verify makes its views"
    " anew and compares them",
    "gateway": "the gateway stores nothing",
}
"""Services without read models of their own facts, and what does for them what is asked here."""


def check_viewed(service: str) -> None:
    """Raise SettingsError where a service has no read models that are made of its own facts."""
    if service not in VIEWED:
        why = _ELSEWHERE.get(service, "there is no such service")
        raise SettingsError(f"{service} has no read models to make anew: {why}")


@click.command()
@click.argument("service")
@click.option("--to", "until", type=click.DateTime(), help="As of then, UTC; else as of now.")
@click.option(
    "--into",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the new database; else one named after the time, in the data directory.",
)
def replay(service: str, until: datetime | None, folder: Path | None) -> None:
    """Make the read models of SERVICE (identity, email, session) as of a time, beside the live."""
    check_viewed(service)
    at = until.replace(tzinfo=UTC) if until is not None else datetime.now(UTC)
    if folder is None:
        data = parse(HostSettings, "", os.environ).data_dir
        folder = data / "replayed" / f"{at:%Y-%m-%dT%H%M%SZ}"
    target = folder / f"{service}.db"
    if target.exists():
        raise click.UsageError(f"{target} is there already: name another folder with --into")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with rebuilding(service, folder=folder) as rebuild:
        _fold(rebuild.folded[service], at if until is not None else None)
    click.echo(f"{target}")


@click.command()
@click.argument("service")
@click.option("--to", "until", type=click.DateTime(), help="As of then, UTC; else as of now.")
def diff(service: str, until: datetime | None) -> None:
    """Compare the read models of SERVICE with ones made anew; exit code 1 where they differ."""
    at = until.replace(tzinfo=UTC) if until is not None else None
    found = differences(service, at, os.environ, _fold)
    for table, (only_live, only_anew) in sorted(found.items()):
        if only_live or only_anew:
            click.echo(f"{table}: {only_live:,} rows only live, {only_anew:,} only made anew")
    wrong = sum(map(sum, found.values()))
    click.echo(f"{wrong:,} differences in {len(found)} tables")
    sys.exit(1 if wrong else 0)


def differences(
    service: str,
    until: datetime | None,
    env: Mapping[str, str],
    fold: Callable[[Folded, datetime | None, int], object],
) -> dict[str, tuple[int, int]]:
    """
    Return, of each table, how many rows only the live read models have, and only those made anew.

    Sealed texts are opened first. ``fold`` folds the events up to a time, and to where the live
    ones stand: they may go on meanwhile. Raises SettingsError, Unavailable.
    """
    check_viewed(service)
    found = {}
    with rebuilding(service, env) as rebuild, _live(service, env) as (live, newest):
        fold(rebuild.folded[service], until, newest)
        with _opened(rebuild.folder / f"{service}.db") as anew:
            for name, columns in _tables(anew):
                sql = f'SELECT {", ".join(columns)} FROM "{name}"'
                left, right = (_rows(query, sql, rebuild.vault) for query in (live, anew))
                found[name] = ((left - right).total(), (right - left).total())
    return found


def _tables(query: Query) -> Iterator[tuple[str, Sequence[str]]]:
    for (name,) in query("SELECT name FROM sqlite_master WHERE type = 'table'", ()):
        if name not in _NO_VIEWS and not name.startswith("sqlite_"):
            columns = query("SELECT name FROM pragma_table_info(?)", (name,))
            yield name, [f'"{column}"' for (column,) in columns]


def _rows(query: Query, sql: str, vault: Vault) -> Counter[tuple[Any, ...]]:
    rows: Counter[tuple[Any, ...]] = Counter()
    for row in query(sql, ()):
        rows[tuple(_opened_text(value, vault) for value in row)] += 1
    return rows


def _opened_text(value: Any, vault: Vault) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    if not isinstance(value, str) or not value.startswith(_SEALED):
        return value
    person = value[len(_SEALED) :].rpartition(":")[0]
    for context in _CONTEXTS:
        try:
            return vault.open(person, [value], context)[0]
        except ValueError:
            continue
    raise ValueError("a column is sealed for what no projection names")


@contextmanager
def _live(service: str, env: Mapping[str, str]) -> Iterator[tuple[Query, int]]:
    """Open one state of the live read models, and say up to which position of the log they are."""
    settings = parse(HostSettings, "", env)
    url = parse(StoreSettings, service, env).database_url
    if not url:
        with _opened(settings.data_dir / f"{service}.db") as query:
            yield query, _newest(query, "rowid")
        return
    from helpdesk.kernel.postgres_store import snapshot

    check_database(settings, f"HELPDESK_{service.upper()}_DATABASE_URL", url)
    with snapshot(url, service) as query:
        yield query, _newest(query, "notification_id")


def _newest(query: Query, position: str) -> int:
    return int(query(f"SELECT COALESCE(MAX({position}), 0) FROM stored_events", ())[0][0])


@contextmanager
def _opened(path: Path) -> Iterator[Query]:
    uri = f"file:{path}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
        db.execute("BEGIN")
        yield lambda sql, params: db.execute(sql, params).fetchall()


def _fold(folded: Folded, until: datetime | None, last: int = sys.maxsize) -> None:
    begin = time.perf_counter()
    with click.progressbar(
        folding(folded, until, last),
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


def folding(folded: Folded, until: datetime | None, last: int) -> Iterator[bool]:
    """Fold events up to a time and a position; yield after each batch."""
    at = until if until is not None else datetime.max.replace(tzinfo=UTC)
    return iter(lambda: folded.some_to_time(at, last), False)
