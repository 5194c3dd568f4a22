"""``helpdesk keys``: what signs tokens and leases, and its change without downtime."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from helpdesk.kernel import keyrings
from helpdesk.kernel.hosting import HostSettings
from helpdesk.kernel.settings import parse

_RINGS = {"tokens": keyrings.TOKENS, "leases": keyrings.LEASE_KEYS}


@click.group()
def keys() -> None:
    """The keys that sign tokens, and the leases of views."""


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


def _folder() -> Path:
    settings = parse(HostSettings, "", os.environ)
    return Path(settings.secrets_dir or settings.data_dir / "secrets")


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
