"""``helpdesk backup`` and ``helpdesk restore``: all stores, with the keys in a file apart."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from helpdesk.kernel import backups
from helpdesk.kernel.hosting import HostSettings
from helpdesk.kernel.masters import MasterKeys
from helpdesk.kernel.operating import RUNNING
from helpdesk.kernel.resources import StoreSettings
from helpdesk.kernel.settings import parse
from helpdesk.kernel.vault import KeyTable, SqliteKeys

# The log first, so that it is never ahead of the stores; the keys last, so that none is missing.
_ORDER = ("audit", "search", "email", "session", "identity")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Copy all stores and the keys into a new FOLDER, while the product runs."""
    settings = parse(HostSettings, "", os.environ)
    folder.mkdir(mode=0o700, parents=True)
    for name in _ORDER:
        if parse(StoreSettings, name, os.environ).database_url:
            click.echo(f"{name}: in PostgreSQL, copy it with pg_dump before the keys")
            continue
        backups.copy(settings.data_dir / f"{name}.db", folder / f"{name}.db")
        click.echo(f"{name}: copied")
    table = _keys(settings)
    try:
        sealed = backups.sealed_keys(table, _masters(settings).current())
    finally:
        table.close()
    target = folder / backups.KEYS
    target.touch(mode=0o600)
    target.write_bytes(sealed)
    click.echo(f"keys: sealed in {backups.KEYS}")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--keys",
    "newer",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A newer file of keys, the newest first: who is forgotten there stays so.",
)
def restore(folder: Path, newer: tuple[Path, ...]) -> None:
    """Put a backup into a data directory without stores; whoever was forgotten stays so."""
    settings = parse(HostSettings, "", os.environ)
    _check_stopped(settings.data_dir)
    stores = [name for name in _ORDER if (folder / f"{name}.db").exists()]
    for name in stores:
        if (settings.data_dir / f"{name}.db").exists():
            raise click.ClickException(f"{name}.db is there: move the stores away first")
    masters = _masters(settings)
    files = [each.read_bytes() for each in (*newer, folder / backups.KEYS)]
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The keys that are here know best who was forgotten since the backup.
    table = _keys(settings)
    try:
        keys, forgotten = backups.restore_keys(table, files, masters.current())
    finally:
        table.close()
    for name in stores:
        backups.copy(folder / f"{name}.db", settings.data_dir / f"{name}.db")
    click.echo(f"{', '.join(stores) or 'no stores'}: restored")
    click.echo(f"keys: {keys} restored, {forgotten} stay destroyed")


def _keys(settings: HostSettings) -> KeyTable:
    if not settings.vault_database_url:
        return SqliteKeys(settings.data_dir / "vault.db")
    from helpdesk.kernel.postgres_keys import PostgresKeys

    keys = PostgresKeys(settings.vault_database_url)
    keys.check()
    return keys


def _masters(settings: HostSettings) -> MasterKeys:
    return MasterKeys(Path(settings.secrets_dir or settings.data_dir / "secrets"))


def _check_stopped(data_dir: Path) -> None:
    try:
        os.kill(int(json.loads((data_dir / RUNNING).read_text())["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return
    raise click.ClickException("the product runs on this data directory: stop it first")
