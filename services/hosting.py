"""Which services there are, and the commands that run them."""

from __future__ import annotations

import importlib
import json
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, overload, runtime_checkable

import click

from helpdesk.kernel import metrics, secrets, tls
from helpdesk.kernel.hosting import Host, HostSettings, Service
from helpdesk.kernel.keyrings import TOKENS, KeyRing
from helpdesk.kernel.operating import announce
from helpdesk.kernel.resources import VAULT_URL, StoreSettings, check_database
from helpdesk.kernel.settings import SettingsError, check_unknown, names, parse
from helpdesk.kernel.watching import watched
from services.audit.settings import AuditSettings
from services.email.settings import BlocklistSettings, SesSettings, WebhookSettings
from services.email.settings import Settings as EmailSettings
from services.gateway.settings import Settings as GatewaySettings
from services.identity.settings import Settings as IdentitySettings
from services.search.settings import SearchSettings
from services.session.settings import SessionSettings

GATEWAY = "gateway"
SETTINGS: Mapping[str, Mapping[str, type]] = {
    "identity": {"identity": IdentitySettings},
    "search": {"search": SearchSettings},
    "email": {
        "email": EmailSettings,
        "email_webhook": WebhookSettings,
        "email_blocklist": BlocklistSettings,
        "email_ses": SesSettings,
    },
    "session": {"session": SessionSettings},
    "audit": {"audit": AuditSettings},
    GATEWAY: {GATEWAY: GatewaySettings},
}
"""The settings of each service by prefix; every process checks all, and loads its own service."""


def service(name: str) -> Service:
    """Load a service, which takes a second. Raises SettingsError where there is none."""
    if name not in SETTINGS:
        raise SettingsError(f"no such service: {name}")
    found = importlib.import_module(f"services.{name}.service").SERVICE
    if not isinstance(found, Service):
        raise TypeError(f"services.{name}.service has no service")
    return found


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


@runtime_checkable
class Checked(Protocol):
    """Settings with rules that no single one of them can tell."""

    def checked(self) -> object:
        """Raise SettingsError where they do not fit together."""


def checked(env: Mapping[str, str]) -> HostSettings:
    """Return the host's settings after every setting was parsed. Raises SettingsError."""
    known = names(HostSettings, "")
    for name, kinds in SETTINGS.items():
        known.append(f"HELPDESK_{name.upper()}_ADDRESS")
        known += names(StoreSettings, name)
        for prefix, kind in kinds.items():
            known += names(kind, prefix)
            settings: object = parse(kind, prefix, env)
            if isinstance(settings, Checked):
                settings.checked()
    check_unknown(env, known)
    return parse(HostSettings, "", env)


def wait_for_signal() -> None:
    """Return when the process is asked to end."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        # In a thread of its own: the handler interrupts who waits, and may hold the event's lock.
        signal.signal(number, lambda *_: threading.Thread(target=asked.set).start())
    asked.wait()


@click.command()
@click.argument("names_of_services", nargs=-1, metavar="[NAME]...")
def serve(names_of_services: tuple[str, ...]) -> None:
    """Serve all services, or the named ones, until told to stop."""
    settings = checked(os.environ)
    unknown = set(names_of_services) - set(SETTINGS)
    if unknown:
        raise SettingsError(f"no such service: {', '.join(sorted(unknown))}")
    wanted = [service(each) for each in SETTINGS if each in (names_of_services or SETTINGS)]
    process = f"serve-{wanted[0].name}" if len(wanted) == 1 else "serve"
    with (
        watched(settings, os.environ, process),
        Host(os.environ, wanted) as host,
        metrics.looked_at(host.look),
    ):
        if not names_of_services:
            announce(settings.data_dir, host.address)
        click.echo(f"ready: {', '.join(host.running)}", err=True)
        wait_for_signal()


@click.command()
def init() -> None:
    """Make the keys of a new installation; what is there already stays."""
    from services.audit.service import SIGNING_KEY, public_key

    settings = parse(HostSettings, "", os.environ)
    folder = Path(settings.secrets_dir or settings.data_dir / "secrets")
    made = secrets.create(folder)
    click.echo(f"{len(made)} secrets made in {folder}" if made else f"all secrets are in {folder}")
    token_key = KeyRing(folder, TOKENS).published()[-1]
    click.echo(f"token key: {json.dumps(token_key)}")
    click.echo(f"audit key: {public_key(secrets.read(folder, SIGNING_KEY), os.environ)}")
    click.echo("Keep the audit key apart from this machine: it proves the audit log.")
    click.echo("Next: helpdesk import DIR")


@click.command()
def check_config() -> None:
    """Say whether every HELPDESK_ setting is known and well formed, and nothing is plain text."""
    _check_wires(os.environ, checked(os.environ))
    click.echo("every setting is known and well formed")


def _check_wires(env: Mapping[str, str], settings: HostSettings) -> None:
    certificates = tls.certificates(
        settings.tls_ca_file, settings.tls_cert_file, settings.tls_key_file
    )
    secure, allowed = certificates is not None, settings.allow_plaintext
    addresses = {"HELPDESK_GRPC_ADDRESS": settings.grpc_address}
    databases = {VAULT_URL: settings.vault_database_url}
    for name in SETTINGS:
        prefix = f"HELPDESK_{name.upper()}"
        if name != GATEWAY:
            addresses[f"{prefix}_ADDRESS"] = env.get(f"{prefix}_ADDRESS", "")
        url = parse(StoreSettings, name, env).database_url
        databases[f"{prefix}_DATABASE_URL"] = url
    for setting, address in addresses.items():
        if address:
            tls.check_address(setting, address, secure=secure, allowed=allowed)
    for setting, url in databases.items():
        if url:
            check_database(settings, setting, url)
    if settings.broker_url:
        tls.check_url("HELPDESK_BROKER_URL", settings.broker_url, allowed=allowed)
