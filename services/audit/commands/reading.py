"""What the commands share: where the log is read, keys, progress, and errors in a sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from helpdesk.kernel.masters import MasterKeys
from helpdesk.kernel.settings import SettingsError
from helpdesk.kernel.vault import Vault
from services.audit.log.archive import Archive, ArchiveUnreadableError
from services.audit.log.export import KEYS
from services.audit.log.notes import Kind, NoteRefusedError, Signer, VerifierKey
from services.audit.log.storage import LogDamagedError
from services.audit.log.tiles import TileMissingError
from services.audit.replay.sources import LOG, Reader, UnreadableError, read_only, read_postgres
from services.audit.settings import AuditSettings

DATA = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HELPDESK_DATA_DIR",
    default=Path(".data"),
    show_default=True,
    help="Data directory.",
)
DATABASE = click.option(
    "--database",
    envvar="HELPDESK_AUDIT_DATABASE_URL",
    default="",
    help="PostgreSQL address of the log, instead of the data directory's file.",
)


def opened_log(data: Path, database: str) -> AbstractContextManager[Reader]:
    """Open the log for reading: of PostgreSQL where an address is given. UnreadableError."""
    return read_postgres(database) if database else read_only(data / LOG)


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
    if not is_data(source):
        with Archive(source) as archive:
            lines = archive.read_text(KEYS).splitlines()
        return [VerifierKey.parse(line) for line in lines if line], True
    path = _secrets(source) / "audit.signing.pem"
    if not path.is_file():
        raise click.UsageError(f"{path} is not there: give the log's public key with --key")
    private = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(private, Ed25519PrivateKey):
        raise click.UsageError(f"{path} is not an Ed25519 key")
    origin = os.environ.get("HELPDESK_AUDIT_ORIGIN", AuditSettings.origin)
    return [Signer(origin, Kind.LOG, private).verifier_key], False


def vault_of(source: Path) -> Vault | None:
    """Open the keys of persons where they stand beside the log; None elsewhere."""
    path, secret = source / "vault.db", _secrets(source) / "vault.key"
    if not path.is_file() or not secret.is_file():
        return None
    return Vault(path, MasterKeys(secret.parent))


def is_data(source: Path) -> bool:
    """Whether a folder is a data directory, and no export."""
    return not source.is_file() and not (source / KEYS).exists()


def has(source: Path, name: str) -> bool:
    """Whether an export has a file. Raises ArchiveUnreadableError where it is no export."""
    with Archive(source) as archive:
        try:
            for _ in archive.lines(name):
                break
        except ArchiveUnreadableError:
            return False
    return True


@contextmanager
def plainly() -> Iterator[None]:
    """Say in a sentence, with exit code 2, what kept the tool from its work."""
    try:
        yield
    except (
        UnreadableError,
        ArchiveUnreadableError,
        NoteRefusedError,
        LogDamagedError,
        TileMissingError,
        FileExistsError,
        SettingsError,
    ) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)


def _secrets(source: Path) -> Path:
    return Path(os.environ.get("HELPDESK_SECRETS_DIR") or source / "secrets")
