"""``helpdesk-audit``: verify, replay, export, prove; reads only, needs no server."""

from __future__ import annotations

import base64
import importlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from helpdesk.kernel.masters import MasterKeys
from helpdesk.kernel.vault import Vault
from services.audit.domain.facts import moment, unix
from services.audit.log.archive import Archive, ArchiveUnreadableError
from services.audit.log.customer_export import write_customer_export
from services.audit.log.export import ENTRIES, KEYS, read_entries, verify_export, write_export
from services.audit.log.notes import Kind, NoteRefusedError, Signer, VerifierKey
from services.audit.log.storage import (
    LogDamagedError,
    StoredTiles,
    find_record,
    newest_checkpoint,
    read_rows,
    size_of,
)
from services.audit.log.tiles import TileMissingError, inclusion
from services.audit.projections import Stored
from services.audit.replay.checking import Problem, Report, check_data, problems_of
from services.audit.replay.player import Chosen, Step, json_of, lines_of, sealed_fields, steps
from services.audit.replay.sources import LOG, DamagedError, UnreadableError, read_only
from services.audit.settings import AuditSettings
from services.audit.views.completeness import COMPLETENESS, completeness_of
from services.audit.views.selection import read_selection, verify_selection
from services.audit.witness import witness

_DATA = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HELPDESK_DATA_DIR",
    default=Path(".data"),
    show_default=True,
    help="Data directory.",
)


@click.group()
def audit() -> None:
    """Check and read the audit log, offline and without changing it."""


@audit.command()
@click.argument("source", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--key", "keys", multiple=True, help="Public key of the log, NAME+ID+BASE64.")
@click.option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A checkpoint that was kept elsewhere.",
)
@click.option("--witnesses", default=0, help="How many witnesses the newest checkpoint must have.")
@click.option("--witness", "cosigners", multiple=True, help="Key of a witness that must sign.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(
    *,
    source: Path | None,
    keys: Sequence[str],
    checkpoints: Sequence[Path],
    witnesses: int,
    cosigners: Sequence[str],
    as_json: bool,
) -> None:
    """
    Check the log in SOURCE: a data directory, or an export.

    Without SOURCE the data directory of HELPDESK_DATA_DIR. Exit code 0: all of it verifies.
    """
    source = source or Path(os.environ.get("HELPDESK_DATA_DIR", ".data"))
    kept = [path.read_text() for path in checkpoints]
    with _plainly():
        trusted, claimed = _keys(source, keys)
        trusted += [VerifierKey.parse(each) for each in cosigners]
        witnesses = max(witnesses, len(cosigners))
        try:
            check = _check_data if _is_data(source) else _check_export
            report = check(source, trusted, kept, witnesses)
        except (DamagedError, ArchiveUnreadableError) as error:
            report = Report(problems=[Problem("UNREADABLE", f"{error}.")])
    if claimed and not as_json:
        click.echo("The key is the one that the export names itself: compare it, or give --key.")
    _say(report, as_json)
    sys.exit(0 if report.good else 1)


@audit.command()
@click.argument("source", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--session", "session_id", default="", help="Id of a session.")
@click.option("--agent", "agent_id", default="", help="Id of who acted.")
@click.option("--from", "since", type=click.DateTime(), help="From then on, UTC.")
@click.option("--to", "until", type=click.DateTime(), help="Before then, UTC.")
@click.option("--sealed", is_flag=True, help="Do not open reasons and search texts.")
@click.option("--rebuild", is_flag=True, help="Rebuild each answer from events; compare digests.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def replay(
    *,
    source: Path | None,
    session_id: str,
    agent_id: str,
    since: datetime | None,
    until: datetime | None,
    sealed: bool,
    rebuild: bool,
    as_json: bool,
) -> None:
    """
    Print step by step what was done and shown, from the sealed records.

    With --rebuild, exit code 1 says that an answer differs from what its digest says.
    """
    if not session_id and not agent_id:
        raise click.UsageError("name --session or --agent")
    source = source or Path(os.environ.get("HELPDESK_DATA_DIR", ".data"))
    chosen = Chosen(session_id, agent_id, _micros(since), _micros(until))
    count = 0
    with _plainly(), ExitStack() as stack:
        vault = None if sealed else _vault(source)
        if vault is not None:
            stack.callback(vault.close)
        opened = sealed_fields if vault is None else vault.open_fields
        found: Iterable[Step] = steps(_records(source, stack), chosen, opened)
        outcomes: Mapping[int, Outcome] = {}
        if rebuild:
            if not _is_data(source):
                raise click.UsageError("--rebuild needs the data directory: an export has no views")
            found = list(found)
            outcomes = _rebuilt(source, found)
        for step in found:
            count += 1
            outcome = outcomes.get(step.idx)
            if as_json:
                shown = json_of(step)
                if outcome is not None:
                    shown |= {"rebuilt": outcome.kind, "rebuilt_why": outcome.why}
                    shown |= {"rebuilt_answer": outcome.shown}
                click.echo(json.dumps(shown, ensure_ascii=False))
            else:
                said = ": ".join(filter(None, outcome[:2])) if outcome is not None else ""
                click.echo("\n".join(lines_of(step, said)))
    if not count:
        click.echo("No such steps in this log.", err=True)
        sys.exit(1)
    if outcomes:
        kinds = Counter(each.kind for each in outcomes.values())
        click.echo(", ".join(f"{n:,} {kind}" for kind, n in sorted(kinds.items())), err=True)
        sys.exit(1 if kinds["differs"] else 0)


@audit.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--organization", default="", help="Only the records about this customer.")
@_DATA
def export(target: Path, organization: str, data: Path) -> None:
    """Write what the newest checkpoint covers to TARGET: a folder, or a file that ends in .zip."""
    with _plainly(), read_only(data / LOG) as db:
        trusted, _ = _keys(data, ())
        beside = {COMPLETENESS: completeness_of(db)}
        if organization:
            count = write_customer_export(db, target, organization, trusted, beside)
        else:
            count = write_export(db, target, trusted, beside)
    click.echo(f"{count:,} records in {target}")


@audit.command()
@click.argument("record", required=False)
@click.option("--organization", default="", help="Prove all records about this customer.")
@click.option("--to", "target", type=click.Path(path_type=Path), help="File for --organization.")
@_DATA
def prove(record: str | None, organization: str, target: Path | None, data: Path) -> None:
    """Print the proof that RECORD is in the log, or write those of a whole customer."""
    if bool(record) == bool(organization) or (organization and target is None):
        raise click.UsageError("name RECORD, or --organization and --to")
    with _plainly(), read_only(data / LOG) as db:
        if target is not None and organization:
            beside = {COMPLETENESS: completeness_of(db)}
            trusted = _keys(data, ())[0]
            count = write_customer_export(db, target, organization, trusted, beside)
            click.echo(f"{count:,} records with their proofs in {target}")
            return
        row, newest = find_record(db, str(record)), newest_checkpoint(db)
        if row is None or newest is None or newest.size <= row.idx:
            click.echo("No checkpoint covers such a record.", err=True)
            sys.exit(1)
        proof = inclusion(StoredTiles(db), row.idx, newest.size)
    shown = {
        "record_id": row.record_id,
        "index": row.idx,
        "source": row.source,
        "source_position": row.source_position,
        "bytes": _b64(row.sealed),
        "leaf_hash": _b64(row.leaf_hash),
        "proof": [_b64(each) for each in proof],
        "checkpoint": newest.note,
    }
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False))


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_DATA
def stats(as_json: bool, data: Path) -> None:
    """Say how many records of which kind the log holds; checks nothing."""
    with _plainly(), read_only(data / LOG) as db:
        newest = newest_checkpoint(db)
        span = db.execute("SELECT MIN(occurred_at), MAX(occurred_at) FROM audit_action")[0]
        found: dict[str, Any] = {
            "records": size_of(db),
            "signed": newest.size if newest else 0,
            "signed_at": moment(newest.signed_at).isoformat() if newest else None,
            "first_at": moment(span[0]).isoformat() if span[0] else None,
            "last_at": moment(span[1]).isoformat() if span[1] else None,
            "sessions": db.execute("SELECT COUNT(*) FROM audit_session")[0][0],
            "missing_numbers": db.execute(
                "SELECT COALESCE(SUM(last_number - first_number + 1), 0) FROM audit_missing"
            )[0][0],
        }
        for name in ("service", "outcome", "action"):
            found[f"by_{name}"] = dict(
                db.execute(
                    f"SELECT {name}, COUNT(*) FROM audit_action GROUP BY 1 ORDER BY 2 DESC, 1"
                )
            )
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        if isinstance(value, dict):
            click.echo(f"{name.replace('_', ' ')}:")
            for key, count in value.items():
                click.echo(f"  {count:>12,}  {key}")
        else:
            click.echo(f"{name.replace('_', ' ')}: {value if value is not None else '-'}")


@audit.command()
@_DATA
def key(data: Path) -> None:
    """Print the log's public key, to be kept where the log is not."""
    with _plainly():
        click.echo(str(_keys(data, ())[0][0]))


audit.add_command(witness)


def _check_data(
    folder: Path, trusted: Sequence[VerifierKey], kept: Sequence[str], witnesses: int
) -> Report:
    with read_only(folder / LOG) as db:
        size = size_of(db)
    with click.progressbar(
        length=size, label="Checking records", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        return check_data(
            folder,
            trusted,
            kept=kept,
            witnesses=witnesses,
            progress=lambda at: bar.update(at - bar.pos),
        )


def _check_export(
    source: Path, trusted: Sequence[VerifierKey], kept: Sequence[str], witnesses: int
) -> Report:
    if _has(source, ENTRIES):
        verdict = verify_export(source, trusted, kept=kept, witnesses=witnesses)
    else:
        verdict = verify_selection(source, trusted)
    return Report(verdict.records, verdict.signed, problems_of(verdict, 1))


def _say(report: Report, as_json: bool) -> None:
    if as_json:
        shown = {
            "good": report.good,
            "records": report.records,
            "signed": report.signed,
            "first": asdict(report.first) if report.first else None,
            "problems": [asdict(each) for each in report.problems],
            "stores": report.stores,
            "waiting": report.waiting,
        }
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    if report.first is not None:
        click.secho(f"✗ {report.first.sentence}", fg="red", bold=True)
        others = [each for each in report.problems if each is not report.first]
        for each in others[:10]:
            click.echo(f"  {each.sentence}")
        if len(others) > 10:
            click.echo(f"  and {len(others) - 10} more")
        click.echo(f"{report.records:,} records were read. The log does not verify.")
        return
    click.secho(f"✓ {report.records:,} records verify.", fg="green", bold=True)
    click.echo(
        f"  {report.signed:,} are covered by a signed checkpoint, "
        f"{max(0, report.records - report.signed):,} not yet."
    )
    for source, count in report.stores.items():
        waiting = report.waiting.get(source, 0)
        behind = f", {waiting:,} on their way" if waiting else ""
        click.echo(f"  {source}: its own store holds {count:,}, all are in the log{behind}.")


def _records(source: Path, stack: ExitStack) -> Iterator[Stored]:
    if _is_data(source):
        db = stack.enter_context(read_only(source / LOG))
        for row in read_rows(db):
            yield Stored(row.idx, row.source, row.source_position, row.record_id, row.sealed)
        return
    archive = stack.enter_context(Archive(source))
    if _has(source, ENTRIES):
        for row in read_entries(archive):
            yield Stored(row.idx, row.source, row.source_position, row.record_id, row.sealed)
        return
    for place, sealed, _ in read_selection(archive):
        yield Stored(
            place.index,
            str(place.source),
            place.source_position or 0,
            str(place.record_id),
            sealed,
        )


class Outcome(NamedTuple):
    """What came of rebuilding one answer, as ``services.replaying`` says."""

    kind: str
    why: str
    shown: dict[str, Any] | None


def _rebuilt(source: Path, found: Sequence[Step]) -> dict[int, Outcome]:
    # Rebuilding needs every service: who only checks an export has none of them.
    composed: Any = importlib.import_module("services.replaying")
    env = {**os.environ, "HELPDESK_DATA_DIR": str(source)}
    asked = [(s.idx, s.stored.source_position, s.stored.sealed) for s in found]
    with click.progressbar(
        composed.rebuilt_sealed(asked, env),
        length=len(asked),
        label="Rebuilding answers",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as outcomes:
        return {idx: Outcome(kind, why, shown) for idx, kind, why, shown in outcomes}


def _keys(source: Path, given: Sequence[str]) -> tuple[list[VerifierKey], bool]:
    """Return the keys to trust, and whether they are only what an export says of itself."""
    if given:
        return [VerifierKey.parse(each) for each in given], False
    if not _is_data(source):
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


def _vault(source: Path) -> Vault | None:
    """Open the keys of persons where they stand beside the log; None elsewhere."""
    path, secret = source / "vault.db", _secrets(source) / "vault.key"
    if not path.is_file() or not secret.is_file():
        return None
    return Vault(path, MasterKeys(secret.parent))


def _secrets(source: Path) -> Path:
    return Path(os.environ.get("HELPDESK_SECRETS_DIR") or source / "secrets")


def _is_data(source: Path) -> bool:
    return source.is_dir() and not (source / KEYS).exists()


def _has(source: Path, name: str) -> bool:
    with Archive(source) as archive:
        try:
            for _ in archive.lines(name):
                break
        except ArchiveUnreadableError:
            return False
    return True


@contextmanager
def _plainly() -> Iterator[None]:
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
    ) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)


def _micros(at: datetime | None) -> int:
    return unix(at.replace(tzinfo=UTC)) if at is not None else 0


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
