"""``helpdesk-audit verify``: what is right and what is wrong, the first bad record named."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from helpdesk.kernel.heartbeat import private_key, public_key
from services.audit.commands.product import Product, needed
from services.audit.commands.proving import check_proof
from services.audit.commands.reading import (
    ARCHIVE,
    DATABASE,
    JSON,
    KEY,
    archive_of,
    database_of,
    keys_of,
    plainly,
    progress,
    secrets_of,
)
from services.audit.domain.numbers import SOURCES
from services.audit.log.archive import ArchiveUnreadableError
from services.audit.log.notes import Kind, VerifierKey
from services.audit.log.storage import size_of
from services.audit.replay.checking import check_data, check_log
from services.audit.replay.exports import check_export
from services.audit.replay.logs import is_export, opened_export
from services.audit.replay.report import Against, Problem, Report, ServiceKeys
from services.audit.replay.sources import LOG, DamagedError, Queried, Reader, read_only

_OWN_KEY = (
    "The key is the one that the export names itself, which whoever made it could choose:"
    " compare it with the key that you kept, or give that one with --key."
)


@click.command()
@click.argument("source", required=False, type=click.Path(path_type=Path, exists=True))
@KEY
@click.option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A checkpoint that was kept elsewhere.",
)
@click.option("--witnesses", default=0, help="How many witnesses the newest checkpoint must have.")
@click.option("--witness", "cosigners", multiple=True, help="Key of a witness that must sign.")
@click.option(
    "--service-key",
    "service_keys",
    multiple=True,
    help="Public key of a service, NAME=BASE64: checks its heartbeats.",
)
@click.option("--organization", default="", help="Demand an export of all about this customer.")
@click.option(
    "--unsigned",
    is_flag=True,
    help="Take an export without a manifest: nobody says then that nothing was left out.",
)
@click.option(
    "--proof",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Check what prove wrote, and nothing else.",
)
@click.option(
    "--old",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The older checkpoint that --proof leads on from.",
)
@JSON
@DATABASE
@ARCHIVE
@click.pass_obj
def verify(
    product: Product | None,
    *,
    source: Path | None,
    keys: Sequence[str],
    checkpoints: Sequence[Path],
    witnesses: int,
    cosigners: Sequence[str],
    service_keys: Sequence[str],
    organization: str,
    unsigned: bool,
    proof: Path | None,
    old: Path | None,
    as_json: bool,
    database: str,
    archive: Path | None,
) -> None:
    """
    Check the log in SOURCE: a data directory, or an export.

    Without SOURCE the data directory of HELPDESK_DATA_DIR, or the log in PostgreSQL. Exit code 0:
    all of it verifies. 1: something is wrong. 2: it could not work. 3: nothing is wrong, but the
    only key is the one that the export names itself.
    """
    if old is not None and proof is None:
        raise click.UsageError("--old goes with --proof")
    if proof is not None:
        with plainly():
            check_proof(proof, old, keys, as_json=as_json)
        return
    database = database_of(database)
    source = source or Path(os.environ.get("HELPDESK_DATA_DIR", ".data"))
    with plainly():
        trusted, claimed = keys_of(source, keys)
        against = Against(
            [*trusted, *(VerifierKey.parse(each) for each in cosigners)],
            {**_own_service_keys(source), **_service_keys(service_keys)},
            [path.read_text() for path in checkpoints],
            max(witnesses, len(cosigners)),
        )
        bundles = archive_of(source, archive)
        try:
            if is_export(source):
                report = _check_export(source, against, organization, signed=not unsigned)
            elif organization:
                raise click.UsageError("--organization is for an export")
            elif database:
                with needed(product).database(database) as query:
                    report = _check_database(Queried(query), against, bundles)
            else:
                report = _check_data(source, against, bundles)
        except (DamagedError, ArchiveUnreadableError) as error:
            report = Report(problems=[Problem("UNREADABLE", f"{error}.")])
    own = next((str(key) for key in trusted if key.kind is Kind.LOG), "") if claimed else None
    if own is not None:
        report.warnings.insert(0, _OWN_KEY)
    if unsigned:
        report.warnings.append("Nobody says that no record was left out: the manifest is not used.")
    _say(report, own, as_json)
    sys.exit(1 if not report.good else 3 if own is not None else 0)


def _check_data(folder: Path, against: Against, bundles: Path) -> Report:
    with read_only(folder / LOG) as db:
        size = size_of(db)
    with progress("Checking records", size) as done:
        return check_data(folder, against, bundles, done)


def _check_database(db: Reader, against: Against, bundles: Path) -> Report:
    with progress("Checking records", size_of(db)) as done:
        return check_log(db, against, bundles, done)


def _check_export(source: Path, against: Against, organization: str, *, signed: bool) -> Report:
    with opened_export(source, source) as log:
        size = log.size
    with progress("Checking records", size) as done:
        return check_export(
            source, against, organization_id=organization, signed=signed, progress=done
        )


def _service_keys(given: Sequence[str]) -> ServiceKeys:
    try:
        return dict(map(public_key, given))
    except ValueError as error:
        raise click.UsageError("--service-key is NAME=BASE64") from error


def _own_service_keys(source: Path) -> ServiceKeys:
    """Return the keys of the services of a data directory, where their secrets are at hand."""
    if is_export(source):
        return {}
    paths = {name: secrets_of(source) / f"{name}.service.pem" for name in SOURCES}
    return {
        name: private_key(path.read_bytes()).public_key()
        for name, path in paths.items()
        if path.is_file()
    }


def _say(report: Report, own_key: str | None, as_json: bool) -> None:
    if as_json:
        shown = {
            "good": report.good and own_key is None,
            "consistent": report.good,
            "claimed_key": own_key,
            "warnings": report.warnings,
            "records": report.records,
            "signed": report.signed,
            "complete_to": report.complete_to,
            "first": asdict(report.first) if report.first else None,
            "problems": [asdict(each) for each in report.problems],
            "stores": report.stores,
            "waiting": report.waiting,
        }
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    for each in report.warnings:
        click.echo(f"! {each}", err=True)
    if report.first is not None:
        click.secho(f"✗ {report.first.sentence}", fg="red", bold=True)
        others = [each for each in report.problems if each is not report.first]
        for problem in others[:10]:
            click.echo(f"  {problem.sentence}")
        if len(others) > 10:
            click.echo(f"  and {len(others) - 10} more")
        click.echo(f"{report.records:,} records were read. The log does not verify.")
        return
    verify_with = "verify" if own_key is None else "fit each other"
    click.secho(f"✓ {report.records:,} records {verify_with}.", fg="green", bold=True)
    click.echo(
        f"  {report.signed:,} are covered by a signed checkpoint, "
        f"{max(0, report.records - report.signed):,} not yet."
    )
    if report.complete_to is not None:
        click.echo(f"  The log was complete up to {report.complete_to}.")
    for source, count in report.stores.items():
        waiting = report.waiting.get(source, 0)
        behind = f", {waiting:,} on their way" if waiting else ""
        click.echo(f"  {source}: its own store holds {count:,}, all are in the log{behind}.")
