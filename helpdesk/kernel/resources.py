"""What every process of a service builds itself from: settings, secrets, the vault, its store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from helpdesk.kernel import secrets, tls
from helpdesk.kernel.bus import Consumer
from helpdesk.kernel.masters import MasterKeys
from helpdesk.kernel.settings import Address, SettingsError, Url, parse
from helpdesk.kernel.sqlite_store import SqliteEngine
from helpdesk.kernel.store import Engine, Projections, Store
from helpdesk.kernel.timers import Timer
from helpdesk.kernel.vault import KeyTable, Vault


@dataclass(frozen=True)
class HostSettings:
    """
    ``HELPDESK_...`` of the process itself.

    With a ``broker_url`` consumers and timers run in processes of their own (``helpdesk work``,
    ``helpdesk relay``), not beside the gRPC servers. Plain text to and from other machines is
    refused unless ``allow_plaintext`` says otherwise.
    """

    data_dir: Path = Path(".data")
    secrets_dir: str = ""
    grpc_address: Annotated[str, Address()] = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    durable: bool = True
    broker_url: Annotated[str, Url(("amqps", "amqp"))] = ""
    broker_ca_file: str = ""
    vault_database_url: str = ""
    tls_ca_file: str = ""
    tls_cert_file: str = ""
    tls_key_file: str = ""
    allow_plaintext: bool = False
    traces_endpoint: Annotated[str, Url()] = ""
    metrics_address: Annotated[str, Address()] = ""


@dataclass(frozen=True)
class StoreSettings:
    """``HELPDESK_<SERVICE>_...``: an empty ``database_url`` is SQLite in the data directory."""

    database_url: str = ""


@dataclass(frozen=True)
class ConsoleSettings:
    """``HELPDESK_GATEWAY_...`` of every service that sends people to the console."""

    url: str = ""
    address: Annotated[str, Address()] = ""


@dataclass(frozen=True)
class Work:
    """The consuming side of a service; ``close`` frees what it opened beside its store."""

    store: Store
    consumers: Sequence[Consumer] = ()
    timers: Sequence[Timer] = ()
    close: Callable[[], None] = lambda: None


VAULT_URL = "HELPDESK_VAULT_DATABASE_URL"


def check_database(settings: HostSettings, setting: str, url: str) -> None:
    """Raise SettingsError where a database on another machine is not reached with full TLS."""
    from helpdesk.kernel.postgres_url import is_protected

    if not is_protected(setting, url):
        remedy = "use ?sslmode=verify-full&sslrootcert=FILE"
        tls.refuse(setting, remedy, allowed=settings.allow_plaintext)


def console_url(env: Mapping[str, str], own: str, setting: str) -> str:
    """
    Return where people reach the console, without a slash at its end.

    ``own`` is what ``setting`` says of it to this service alone, empty for nothing. Raises
    SettingsError where the gateway is another process and no setting says where people find it.
    """
    gateway = parse(ConsoleSettings, "gateway", env)
    if not (own or gateway.url or gateway.address) and parse(HostSettings, "", env).broker_url:
        raise SettingsError(
            f"HELPDESK_GATEWAY_URL: the address that people type is wanted here too, or {setting}"
        )
    return (own or gateway.url or f"http://{gateway.address or '127.0.0.1:8080'}").rstrip("/")


Wants = Mapping[str, Mapping[str, Sequence[str]]]
"""Names of facts by source, by consumer."""


class Blank:
    """Stands for what a consumer only needs to handle, where the question is what it wants."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def __getattr__(self, _name: str) -> Blank:
        return self


def wants_of(consumers: Sequence[Consumer]) -> Wants:
    """Return what consumers want."""
    return {consumer.name: dict(consumer.wants) for consumer in consumers}


class Resources:
    """Settings, secrets, vault and stores; knows no wire, so workers and relays use it too."""

    def __init__(self, env: Mapping[str, str], *, listen: bool = True) -> None:
        self.env = env
        self.settings = parse(HostSettings, "", env)
        self.data_dir = self.settings.data_dir
        self.secrets_dir = Path(self.settings.secrets_dir or self.data_dir / "secrets")
        self._listen = listen
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.vault = Vault(self._keys(), MasterKeys(self.secrets_dir))

    def _keys(self) -> Path | KeyTable:
        if not self.settings.vault_database_url:
            return self.data_dir / "vault.db"
        from helpdesk.kernel.postgres_keys import PostgresKeys

        check_database(self.settings, VAULT_URL, self.settings.vault_database_url)
        keys = PostgresKeys(self.settings.vault_database_url)
        keys.check()
        return keys

    def secret(self, name: str) -> bytes:
        """Return a secret made by ``helpdesk init``."""
        return secrets.read(self.secrets_dir, name)

    def open_store(
        self,
        name: str,
        projections: Projections | None = None,
        migrations: Path | None = None,
        lifecycle: frozenset[str] = frozenset(),
    ) -> Store:
        """
        Open the service's store; ``lifecycle`` names the facts that a read-only session may store.

        Raises SettingsError where a migration is missing.
        """
        engine: Engine
        url = parse(StoreSettings, name, self.env).database_url
        if url:
            # The embedded size does without PostgreSQL's driver.
            from helpdesk.kernel.postgres_store import PostgresEngine

            check_database(self.settings, f"HELPDESK_{name.upper()}_DATABASE_URL", url)
            database = PostgresEngine(url, name, listen=self._listen)
            database.check(migrations)
            engine = database
        else:
            engine = SqliteEngine(self.data_dir / f"{name}.db", durable=self.settings.durable)
            if migrations is not None:
                engine.migrate(migrations)
        key = self.secret(f"{name}.stream.key")
        return Store(name, engine, self.vault, key, projections, lifecycle)

    def close(self) -> None:
        """Close the vault."""
        self.vault.close()
