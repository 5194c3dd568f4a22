"""``helpdesk keys``: what signs tokens and leases, the master key, and their change in use."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from helpdesk.kernel import keyrings, masters
from helpdesk.kernel.hosting import HostSettings
from helpdesk.kernel.resources import Resources
from helpdesk.kernel.settings import parse

SETTLE = 2.0
_RINGS = {"tokens": keyrings.TOKENS, "leases": keyrings.LEASE_KEYS}


@click.group()
def keys() -> None:
    """What signs tokens and leases, and the master key."""


@keys.command("list")
def list_() -> None:
    """Say which keys there are, and from when until when each is used."""
    now = time.time()
    for name, ring in _RINGS.items():
        found = keyrings.read(_folder(), ring)
        used = keyrings.in_use(found, now)
        for key, until in zip(found, keyrings.ends(found), strict=True):
            state = "signs" if key is used else f"signs from {_moment(key.begins)}"
            if key.begins < used.begins:
                state = f"checked until {_moment(until)}" if until > now else "dead"
            click.echo(f"{name}: {key.signer.key_id} {state}")


@keys.command()
@click.option("--of", "only", type=click.Choice(sorted(_RINGS)), help="Only these; else both.")
@click.option(
    "--lead",
    type=click.FloatRange(keyrings.SHORTEST_LEAD),
    default=keyrings.LEAD,
    show_default=True,
    help="Seconds that the new key is published before it signs.",
)
def rotate(only: str | None, lead: float) -> None:
    """Put new keys in place of the ones in use; nothing is stopped, nobody is signed out."""
    for name in [only] if only else sorted(_RINGS):
        done = keyrings.rotate(_folder(), _RINGS[name], time.time(), lead)
        click.echo(
            f"{name}: {done.key_id} signs from {_moment(done.begins)}, "
            f"the key before is checked until {_moment(done.until)}"
        )


@keys.command("rotate-master")
@click.option("--prepare", "only_prepare", is_flag=True, help="Make the next key, and do no more.")
@click.option(
    "--settle",
    type=click.FloatRange(0),
    default=SETTLE,
    show_default=True,
    help="Seconds that running processes have to take the new key up.",
)
def rotate_master(*, only_prepare: bool, settle: float) -> None:
    """Wrap the keys of persons by a new master key; nothing is stopped; may be begun again."""
    folder = _folder()
    if masters.prepare(folder):
        click.echo(f"{masters.NEXT}: made")
    if only_prepare:
        return
    resources = Resources(os.environ)
    try:
        # A process that looked just before may wrap some more keys by the old one.
        time.sleep(settle)
        count = resources.vault.rewrap()
        masters.promote(folder)
        time.sleep(settle)
        count += resources.vault.rewrap()
        if left := resources.vault.rewrap():
            raise click.ClickException(
                f"{left} keys were wrapped by the old master key just now: a process has not taken "
                "the new one up. Bring the files to it, then run this again"
            )
        masters.finish(folder)
    finally:
        resources.close()
    click.echo(f"{count} keys wrapped anew; {masters.OLD} is destroyed")


def _folder() -> Path:
    settings = parse(HostSettings, "", os.environ)
    return Path(settings.secrets_dir or settings.data_dir / "secrets")


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
