"""What the commands share: where the log is read, keys, progress, and errors in a sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import click
from click.core import ParameterSource
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from helpdesk.kernel.errors import HelpdeskError
from helpdesk.kernel.settings import SettingsError
from services.audit.commands.product import Product, Reading, needed
from services.audit.domain.facts import unix
from services.audit.log.archive import Archive, ArchiveUnreadableError
from services.audit.log.bundles import BundleNeededError
from services.audit.log.export import KEYS
from services.audit.log.notes import Kind, NoteRefusedError, Signer, VerifierKey
from services.audit.log.origins import read_origin
from services.audit.log.storage import LogDamagedError
from services.audit.log.tiles import TileMissingError
from services.audit.replay.logs import (
    OpenedLog,
    StoredLog,
    is_export,
    opened_data,
    opened_export,
)
from services.audit.replay.player import OpenFields, sealed_fields
from services.audit.replay.sources import Queried, UnreadableError

DATA = click.option(
    "--data",
    type=click.Path(path_type=Path),
    envvar="HELPDESK_DATA_DIR",
    default=Path(".data"),
    show_default=True,
    help="Data directory, or an export.",
)
DATABASE = click.option(
    "--database",
    envvar="HELPDESK_AUDIT_DATABASE_URL",
    default="",
    help="PostgreSQL address of the log, instead of the data directory's file.",
)
ARCHIVE = click.option(
    "--archive",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HELPDESK_AUDIT_ARCHIVE_DIR",
    help="Folder of the bundles with archived records; else audit-archive in the data directory.",
)
KEY = click.option("--key", "keys", multiple=True, help="Public key of the log, NAME+ID+BASE64.")
REASON = click.option("--reason", default="", help="Why, for the record of reading personal texts.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@contextmanager
def opened_log(
    data: Path, database: str, archive: Path | None, product: Product | None
) -> Iterator[OpenedLog]:
    """
    Open the log for reading: an export, the one in PostgreSQL, or that of a data directory.

    Raises UnreadableError, ArchiveUnreadableError.
    """
    folder = archive_of(data, archive)
    if is_export(data):
        with opened_export(data, folder) as exported:
            yield exported
    elif database_of(database):
        with needed(product).database(database) as query:
            yield StoredLog(Queried(query), folder)
    else:
        with opened_data(data, folder) as log:
            yield log


def archive_of(data: Path, given: Path | None) -> Path:
    """Return the folder of bundles: as given, else where the archiver puts them."""
    return given if given is not None else _data_dir(data) / "audit-archive"


@contextmanager
def texts(product: Product | None, source: Path, reading: Reading) -> Iterator[OpenFields]:
    """
    Open personal texts where their keys are, once the product has recorded that they are read.

    Raises HelpdeskError where it could not; SettingsError.
    """
    env = environment(source)
    with product.vault(env) if product is not None else nullcontext() as vault:
        if product is None or vault is None:
            yield sealed_fields
            return
        product.record(reading, env)
        yield vault.open_fields


def database_of(database: str) -> str:
    """Return the database, unless only the settings name it and the command line names files."""
    context = click.get_current_context()
    named = {
        name
        for name in ("source", "data", "database")
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    return "" if named & {"source", "data"} and "database" not in named else database


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], object]]:
    """Show a bar on a terminal; what is returned is told how many are done."""
    with click.progressbar(
        length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        yield lambda at: bar.update(at - bar.pos)
        bar.update(length - bar.pos)


def keys_of(source: Path, given: Sequence[str] = ()) -> tuple[list[VerifierKey], bool]:
    """Return the keys to trust, and whether they are only what an export says of itself."""
    if given:
        return [VerifierKey.parse(each) for each in given], False
    if is_export(source):
        with Archive(source) as archive:
            lines = archive.read_text(KEYS).splitlines()
        return [VerifierKey.parse(line) for line in lines if line], True
    signer = signer_of(source)
    if signer is None:
        path = secrets_of(source) / _SIGNING_KEY
        raise click.UsageError(f"{path} is not there: give the log's public key with --key")
    return [signer.verifier_key], False


def signer_of(source: Path, given: Sequence[str] = ()) -> Signer | None:
    """Return the log's private key where it is at hand, and is that of a key that was given."""
    path = secrets_of(source) / _SIGNING_KEY
    if is_export(source) or not path.is_file():
        return None
    private = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(private, Ed25519PrivateKey):
        raise click.UsageError(f"{path} is not an Ed25519 key")
    origin = os.environ.get("HELPDESK_AUDIT_ORIGIN") or read_origin(path.parent)
    signer = Signer(origin, Kind.LOG, private)
    return signer if not given or str(signer.verifier_key) in given else None


def secrets_of(source: Path) -> Path:
    """Return the folder of the secrets of a data directory."""
    return Path(os.environ.get("HELPDESK_SECRETS_DIR") or _data_dir(source) / "secrets")


def environment(source: Path) -> dict[str, str]:
    """Return the settings of the product whose data directory that is."""
    return {**os.environ, "HELPDESK_DATA_DIR": str(_data_dir(source))}


def utc(at: datetime | None) -> datetime | None:
    """Return a moment that was given without a zone as one in UTC."""
    return at.replace(tzinfo=UTC) if at is not None else None


def micros(at: datetime | None) -> int:
    """Return a moment as Unix microseconds; 0 for none."""
    return unix(at) if at is not None else 0


@contextmanager
def plainly() -> Iterator[None]:
    """Say in a sentence, with exit code 2, what kept the tool from its work."""
    try:
        yield
    except HelpdeskError as error:
        _stop(error.message)
    except (
        UnreadableError,
        ArchiveUnreadableError,
        BundleNeededError,
        NoteRefusedError,
        LogDamagedError,
        TileMissingError,
        FileExistsError,
        SettingsError,
    ) as error:
        hint = ": give its folder with --archive" if isinstance(error, BundleNeededError) else ""
        _stop(f"{error}{hint}")


_SIGNING_KEY = "audit.signing.pem"


def _data_dir(source: Path) -> Path:
    return source if not is_export(source) else source.parent


def _stop(sentence: str) -> None:
    click.echo(f"Error: {sentence}", err=True)
    sys.exit(2)
