"""``helpdesk certs``: certificates for processes and engines, for development."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from helpdesk.kernel import files
from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.settings import SettingsError
from helpdesk.kernel.tls import CA_FILE, CERT_FILE, KEY_FILE, identity_of
from services.certs.domain import Pair, Subject, new_authority, sign, stands

_AUTHORITY_DAYS = 365
_BUNDLE = "ca.pem"
_ENGINES = ("postgres", "rabbitmq", "opensearch")
_ALL = "helpdesk"
_OPERATOR = "operator"


@click.group()
def certs() -> None:
    """Certificates for TLS between processes."""


@certs.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--days", type=click.IntRange(2, 90), default=30, help="How long they last.")
@click.option("--client", "clients", multiple=True, help="Name of a further program that calls.")
def dev(folder: Path, days: int, clients: tuple[str, ...]) -> None:
    """
    Make a development authority in DIR, and a certificate for each service and engine.

    Run again, it renews what ends within a third of its life; running processes take it up.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = datetime.now(UTC)
    authority = _authority(folder, now, timedelta(days=days))
    life, margin = timedelta(days=days), timedelta(days=days) / 3
    made, kept = [], []
    for subject in (*_subjects(), *(_calling(name) for name in clients)):
        known = _read(folder, subject.name)
        if known is not None and stands(known, authority, now, margin):
            kept.append(subject.name)
            continue
        _write(folder, subject.name, sign(authority, subject, now, life))
        made.append(subject.name)
    click.echo(f"made: {', '.join(made) or 'nothing'}")
    click.echo(f"kept: {', '.join(kept) or 'nothing'}")
    click.echo("Set for each process, here for email:")
    for setting, name in (
        (CA_FILE, _BUNDLE),
        (CERT_FILE, "email.pem"),
        (KEY_FILE, "email.key"),
    ):
        click.echo(f"  {setting}={folder.absolute() / name}")
    click.echo(f"{_ALL}.pem is for a process that serves all; {_OPERATOR}.pem for commands.")
    click.echo(f"Engines get {', '.join(f'{name}.pem' for name in _ENGINES)}, and their clients:")
    bundle = folder.absolute() / _BUNDLE
    click.echo(f"  postgresql://...?sslmode=verify-full&sslrootcert={bundle}")
    click.echo(f"  HELPDESK_BROKER_CA_FILE={bundle}")
    click.echo("This authority is for development: its key lies beside what it signs.")


def _subjects() -> Sequence[Subject]:
    services = [Subject(name, [name], [identity_of(name)]) for name in SERVICES]
    everything = Subject(_ALL, SERVICES, [identity_of(name) for name in SERVICES])
    engines = [Subject(name, [name]) for name in _ENGINES]
    return [*services, everything, _calling(_OPERATOR), *engines]


def _calling(name: str) -> Subject:
    if not name.replace("-", "").replace("_", "").isalnum():
        raise SettingsError("--client: letters, digits, - and _ are wanted")
    return Subject(name, (), [identity_of(name)])


def _authority(folder: Path, now: datetime, least: timedelta) -> Pair:
    """Return the authority; a new one is put before the old, which stays trusted until it ends."""
    known = _read(folder, "ca")
    # It must outlive all that it signs.
    if known is not None and known.ends - now > least:
        return known
    made = new_authority(now, timedelta(days=_AUTHORITY_DAYS))
    old = known.certificate if known is not None and known.ends > now else b""
    files.replace(folder / "ca.key", made.key, 0o600)
    files.replace(folder / _BUNDLE, made.certificate + old, 0o644)
    return made


def _read(folder: Path, name: str) -> Pair | None:
    try:
        return Pair((folder / f"{name}.pem").read_bytes(), (folder / f"{name}.key").read_bytes())
    except FileNotFoundError:
        return None


def _write(folder: Path, name: str, pair: Pair) -> None:
    files.replace(folder / f"{name}.key", pair.key)
    files.replace(folder / f"{name}.pem", pair.certificate, 0o644)
