"""Which services there are, and the commands that run them."""

from __future__ import annotations

import importlib
import json
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import overload

import click

from helpdesk.kernel import metrics, secrets
from helpdesk.kernel.hosting import Host, HostSettings, Service
from helpdesk.kernel.keyrings import TOKENS, KeyRing
from helpdesk.kernel.operating import announce
from helpdesk.kernel.resources import Wants
from helpdesk.kernel.settings import SettingsError, parse
from helpdesk.kernel.watching import watched
from services.audit.replay.rebuilds import Asked, Outcome
from services.configured import SETTINGS, check_connections

_AUDIT = "audit"


def service(name: str) -> Service:
    """Load a service, which takes a second. Raises SettingsError where there is none."""
    if name not in SETTINGS:
        raise SettingsError(f"no such service: {name}")
    found = importlib.import_module(f"services.{name}.service").SERVICE
    if not isinstance(found, Service):
        raise TypeError(f"services.{name}.service has no service")
    if name == _AUDIT:
        from services.audit.service import serving

        return serving(_rebuilt)
    return found


def _rebuilt(asked: Asked, env: Mapping[str, str]) -> Iterator[Outcome]:
    # It loads every service, which only who replays a session must wait for.
    from services.replaying import rebuilt_sealed

    return rebuilt_sealed(asked, env)


class _Loaded(Sequence[Service]):
    """All services, each loaded when it is asked for."""

    def __len__(self) -> int:
        return len(SETTINGS)

    @overload
    def __getitem__(self, at: int) -> Service: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Service]: ...
    def __getitem__(self, at: int | slice) -> Service | Sequence[Service]:
        wanted = tuple(SETTINGS)[at]
        return service(wanted) if isinstance(wanted, str) else [service(each) for each in wanted]


ALL: Sequence[Service] = _Loaded()


def wait_for_signal() -> None:
    """Return when the process is asked to end."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        # In a thread of its own: the handler interrupts who waits, and may hold the event's lock.
        signal.signal(number, lambda *_: threading.Thread(target=asked.set).start())
    asked.wait()


def elsewhere() -> Wants:
    """Return which facts consumers in other processes want; loading those takes a second."""
    from services.running import all_wants

    return all_wants()


@click.command()
@click.argument("names_of_services", nargs=-1, metavar="[NAME]...")
def serve(names_of_services: tuple[str, ...]) -> None:
    """Serve all services, or the named ones, until told to stop."""
    settings = parse(HostSettings, "", os.environ)
    unknown = set(names_of_services) - set(SETTINGS)
    if unknown:
        raise SettingsError(f"no such service: {', '.join(sorted(unknown))}")
    wanted = [service(each) for each in SETTINGS if each in (names_of_services or SETTINGS)]
    process = f"serve-{wanted[0].name}" if len(wanted) == 1 else "serve"
    with (
        watched(settings, os.environ, process),
        Host(os.environ, wanted, elsewhere) as host,
        metrics.looked_at(host.look),
    ):
        if not names_of_services:
            announce(settings.data_dir, host.address)
        click.echo(f"ready: {', '.join(host.running)}", err=True)
        wait_for_signal()


def make_secrets(folder: Path, env: Mapping[str, str]) -> list[str]:
    """Make every secret that is missing, and with the first ones a name for the audit log."""
    from services.audit.service import ORIGIN, new_origin

    if secrets.is_new(folder) and not env.get("HELPDESK_AUDIT_ORIGIN"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        secrets.write(folder, ORIGIN, new_origin(env.get("HELPDESK_GATEWAY_URL", "")).encode())
    return secrets.create(folder)


@click.command()
def init() -> None:
    """Make the keys of a new installation; what is there already stays."""
    from services.audit.service import public_key

    settings = parse(HostSettings, "", os.environ)
    folder = Path(settings.secrets_dir or settings.data_dir / "secrets")
    made = make_secrets(folder, os.environ)
    click.echo(f"{len(made)} secrets made in {folder}" if made else f"all secrets are in {folder}")
    token_key = KeyRing(folder, TOKENS).published()[-1]
    click.echo(f"token key: {json.dumps(token_key)}")
    click.echo(f"audit key: {public_key(folder, os.environ)}")
    click.echo("Keep the audit key apart from this machine: it proves the audit log.")
    click.echo("Next: helpdesk import DIR")


@click.command()
def check_config() -> None:
    """Say whether every HELPDESK_ setting is known and well formed, and nothing is plain text."""
    check_connections(os.environ)
    click.echo("every setting is known and well formed")
