"""``helpdesk-audit verify``: what is right and what is wrong, the first bad record named."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from services.audit.commands.reading import (
    DATABASE,
    has,
    is_data,
    keys_of,
    opened_log,
    plainly,
    progress,
)
from services.audit.log.archive import ArchiveUnreadableError
from services.audit.log.export import ENTRIES, verify_export
from services.audit.log.notes import VerifierKey
from services.audit.log.storage import size_of
from services.audit.replay.checking import Problem, Report, check_data, check_log, problems_of
from services.audit.replay.sources import LOG, DamagedError, read_only
from services.audit.views.selection import verify_selection


@click.command()
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
@DATABASE
def verify(
    *,
    source: Path | None,
    keys: Sequence[str],
    checkpoints: Sequence[Path],
    witnesses: int,
    cosigners: Sequence[str],
    as_json: bool,
    database: str,
) -> None:
    """
    Check the log in SOURCE: a data directory, or an export.

    Without SOURCE the data directory of HELPDESK_DATA_DIR, or the log in PostgreSQL. Exit code 0:
    all of it verifies. 1: something is wrong. 2: it could not work.
    """
    # What is named on the command line is meant, whatever the settings say.
    database = "" if source is not None else database
    source = source or Path(os.environ.get("HELPDESK_DATA_DIR", ".data"))
    kept = [path.read_text() for path in checkpoints]
    with plainly():
        trusted, claimed = keys_of(source, keys)
        trusted += [VerifierKey.parse(each) for each in cosigners]
        witnesses = max(witnesses, len(cosigners))
        try:
            if database:
                report = _check_database(database, trusted, kept, witnesses)
            else:
                check = _check_data if is_data(source) else _check_export
                report = check(source, trusted, kept, witnesses)
        except (DamagedError, ArchiveUnreadableError) as error:
            report = Report(problems=[Problem("UNREADABLE", f"{error}.")])
    if claimed and not as_json:
        click.echo("The key is the one that the export names itself: compare it, or give --key.")
    _say(report, as_json)
    sys.exit(0 if report.good else 1)


def _check_data(
    folder: Path, trusted: Sequence[VerifierKey], kept: Sequence[str], witnesses: int
) -> Report:
    with read_only(folder / LOG) as db:
        size = size_of(db)
    with progress("Checking records", size) as done:
        return check_data(folder, trusted, kept=kept, witnesses=witnesses, progress=done)


def _check_database(
    database: str, trusted: Sequence[VerifierKey], kept: Sequence[str], witnesses: int
) -> Report:
    with (
        opened_log(Path(), database) as db,
        progress("Checking records", size_of(db)) as done,
    ):
        return check_log(db, trusted, kept=kept, witnesses=witnesses, progress=done)


def _check_export(
    source: Path, trusted: Sequence[VerifierKey], kept: Sequence[str], witnesses: int
) -> Report:
    if has(source, ENTRIES):
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
