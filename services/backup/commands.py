"""``helpdesk backup`` and ``helpdesk restore``: all stores, with the keys in a folder apart."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from helpdesk.kernel import backups
from helpdesk.kernel.events import timestamp
from helpdesk.kernel.hosting import HostSettings
from helpdesk.kernel.masters import MasterKeys
from helpdesk.kernel.operating import RUNNING
from helpdesk.kernel.resources import StoreSettings
from helpdesk.kernel.settings import SettingsError, parse
from helpdesk.kernel.vault import KeyTable, SqliteKeys

# The log first, so that it is never ahead of the stores; the keys last, so that none is missing.
_ORDER = ("audit", "search", "email", "session", "identity")
_NOTE = "backup.json"
_FOLDER = click.Path(file_okay=False, path_type=Path)


def _named(_ctx: click.Context, _option: click.Parameter, keys: Path | None) -> Path:
    if keys is None:
        raise click.UsageError(
            "name the folder of the keys with --keys FOLDER: one for all backups, apart from them, "
            f"in which each backup replaces {backups.KEYS}, so that it says who was forgotten since"
        )
    return keys


def _keys_option(purpose: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--keys", metavar="FOLDER", type=_FOLDER, callback=_named, help=purpose)


@click.command()
@click.argument("folder", required=False, type=_FOLDER)
@_keys_option("Where the keys are replaced, apart from all backups; the same one each time.")
def backup(folder: Path | None, keys: Path) -> None:
    """
    Copy all stores into a new FOLDER, and the keys into another one, while the product runs.

    Without FOLDER the keys alone: after somebody was forgotten, or where all stores are in
    PostgreSQL.
    """
    settings = parse(HostSettings, "", os.environ)
    masters = _masters(settings).current()
    with _table(settings) as table:
        made_at = _next_time(keys, masters, table)
        if folder is not None:
            _check_apart(folder, keys)
            _copy_stores(settings, folder, made_at)
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        backups.replace_keys(keys, table, masters, made_at)
    click.echo(f"keys: sealed in {keys / backups.KEYS}")


@click.command()
@click.argument("folder", required=False, type=click.Path(True, file_okay=False, path_type=Path))
@_keys_option("Where the newest backup put the keys: who is forgotten there stays so.")
def restore(folder: Path | None, keys: Path) -> None:
    """
    Put a backup, and the newest keys, into a data directory without stores.

    Whoever was forgotten since the backup stays so. Without FOLDER the keys alone: where all stores
    are in PostgreSQL.
    """
    settings = parse(HostSettings, "", os.environ)
    _check_stopped(settings.data_dir)
    found = backups.read_keys(keys, _masters(settings).current())
    if found is None:
        raise click.ClickException(
            f"{keys} holds no {backups.KEYS}: name the folder that the newest backup put it in"
        )
    stores = _restorable(settings, folder, keys, found) if folder is not None else []
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _table(settings) as table:
        kept, forgotten = backups.restore_keys(table, found)
    for each in stores:
        backups.copy(each, settings.data_dir / each.name)
    click.echo(f"{', '.join(each.stem for each in stores) or 'no stores'}: restored")
    click.echo(f"keys: {kept} restored, {forgotten} stay destroyed")


def _copy_stores(settings: HostSettings, folder: Path, made_at: str) -> None:
    folder.mkdir(mode=0o700, parents=True)
    for name in _ORDER:
        if parse(StoreSettings, name, os.environ).database_url:
            click.echo(f"{name}: in PostgreSQL, copy it with pg_dump before the keys")
            continue
        backups.copy(settings.data_dir / f"{name}.db", folder / f"{name}.db")
        click.echo(f"{name}: copied")
    # Last: what has none was cut off.
    (folder / _NOTE).write_text(json.dumps({"made_at": made_at}))


def _next_time(keys: Path, masters: tuple[bytes, ...], table: KeyTable) -> str:
    """Return the time of the keys to come, never before that of those that they replace."""
    now = timestamp(datetime.now(UTC))
    try:
        replaced = backups.read_keys(keys, masters)
    except SettingsError as error:
        raise click.ClickException(
            f"{error}: after `helpdesk keys rotate-master` nothing opens it any more, delete it; "
            "else it is another installation's, name a folder of this one's own"
        ) from error
    if replaced is None:
        return now
    lost = replaced.forgotten.difference(table.forgotten())
    if lost:
        raise click.ClickException(
            f"by the keys in {keys}, {len(lost)} keys are destroyed that this installation "
            "has or never had: restore with these keys, or name another folder"
        )
    return max(now, replaced.made_at)


def _restorable(
    settings: HostSettings, folder: Path, keys: Path, found: backups.Keys
) -> list[Path]:
    """Return the files of stores in a backup that may be restored with these keys."""
    _check_apart(folder, keys)
    try:
        made_at = str(json.loads((folder / _NOTE).read_text())["made_at"])
    except FileNotFoundError as error:
        raise click.ClickException(
            f"{folder} holds no backup, or one that was cut off: it has no {_NOTE}"
        ) from error
    if found.made_at < made_at:
        raise click.ClickException(
            f"the keys in {keys} are of {found.made_at}, older than the backup, of {made_at}: "
            "name the folder that the newest backup put the keys in"
        )
    stores = [folder / f"{name}.db" for name in _ORDER if (folder / f"{name}.db").exists()]
    for each in stores:
        if (settings.data_dir / each.name).exists():
            raise click.ClickException(f"{each.name} is there: move the stores away first")
    return stores


def _check_apart(folder: Path, keys: Path) -> None:
    backup, apart = folder.resolve(), keys.resolve()
    if apart.is_relative_to(backup) or backup.is_relative_to(apart):
        raise click.ClickException(
            f"{keys} is not apart from {folder}: old keys that lie with an old backup bring back "
            "who was forgotten since; name a folder for the keys outside of all backups"
        )


@contextmanager
def _table(settings: HostSettings) -> Iterator[KeyTable]:
    table: KeyTable
    if settings.vault_database_url:
        from helpdesk.kernel.postgres_keys import PostgresKeys

        table = keys = PostgresKeys(settings.vault_database_url)
        keys.check()
    else:
        table = SqliteKeys(settings.data_dir / "vault.db")
    try:
        yield table
    finally:
        table.close()


def _masters(settings: HostSettings) -> MasterKeys:
    return MasterKeys(Path(settings.secrets_dir or settings.data_dir / "secrets"))


def _check_stopped(data_dir: Path) -> None:
    try:
        os.kill(int(json.loads((data_dir / RUNNING).read_text())["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return
    raise click.ClickException("the product runs on this data directory: stop it first")
