"""``helpdesk-audit stats`` and ``key``: what the log holds, and what checks it."""

from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import click

from helpdesk.kernel.heartbeat import private_key
from services.audit.commands.product import Product
from services.audit.commands.reading import (
    ARCHIVE,
    DATA,
    DATABASE,
    JSON,
    keys_of,
    opened_log,
    plainly,
    progress,
    secrets_of,
)
from services.audit.domain.facts import moment
from services.audit.domain.numbers import SOURCES
from services.audit.log.archived import read_archives
from services.audit.log.storage import LogDamagedError, newest_checkpoint, size_of
from services.audit.projections import Stored, Views
from services.audit.replay.claims import read_claims
from services.audit.replay.logs import OpenedLog, StoredLog
from services.audit.replay.sources import Reader

_KINDS = ("service", "outcome", "action")


@click.command()
@JSON
@DATA
@DATABASE
@ARCHIVE
@click.pass_obj
def stats(
    product: Product | None, *, as_json: bool, data: Path, database: str, archive: Path | None
) -> None:
    """
    Say how many records of which kind the log holds; checks nothing.

    Records that were archived are counted as such only. Exit code 0: counted. 2: it could not be
    read.
    """
    with plainly(), opened_log(data, database, archive, product) as log:
        found = _of_tables(log.db) if isinstance(log, StoredLog) else _of_records(log)
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


@click.command()
@click.option("--services", is_flag=True, help="Print those of the services, NAME=BASE64 a line.")
@DATA
def key(*, services: bool, data: Path) -> None:
    """Print the log's public key, to be kept where the log is not."""
    with plainly():
        if not services:
            click.echo(str(keys_of(data)[0][0]))
            return
        for name in SOURCES:
            path = secrets_of(data) / f"{name}.service.pem"
            if path.is_file():
                public = private_key(path.read_bytes()).public_key().public_bytes_raw()
                click.echo(f"{name}={base64.b64encode(public).decode()}")


def _of_tables(db: Reader) -> dict[str, Any]:
    newest, archives = newest_checkpoint(db), read_archives(db)
    span = db.execute("SELECT MIN(occurred_at), MAX(occurred_at) FROM audit_action")[0]
    sessions = db.execute("SELECT COUNT(*) FROM audit_session")
    missing = db.execute(
        "SELECT COALESCE(SUM(last_number - first_number + 1), 0) FROM audit_missing"
    )
    found: dict[str, Any] = {
        "records": size_of(db),
        "archived": archives[-1].size if archives else 0,
        "signed": newest.size if newest else 0,
        "signed_at": moment(newest.signed_at).isoformat() if newest else None,
        "first_at": moment(span[0]).isoformat() if span[0] else None,
        "last_at": moment(span[1]).isoformat() if span[1] else None,
        "sessions": sessions[0][0],
        "missing_numbers": int(missing[0][0]),
    }
    with progress("Counting", len(_KINDS)) as done:
        for number, name in enumerate(_KINDS, 1):
            found[f"by_{name}"] = dict(
                db.execute(
                    f"SELECT {name}, COUNT(*) FROM audit_action GROUP BY 1 ORDER BY 2 DESC, 1"
                )
            )
            done(number)
    return found


def _of_records(log: OpenedLog) -> dict[str, Any]:
    """Count an export; when it was signed stands in none."""
    views, first, last = Views(), 0, 0
    counted: dict[str, Counter[str]] = {name: Counter() for name in _KINDS}
    archived = 0
    with progress("Counting records", log.size) as done:
        for number, row in enumerate(log.stored(), 1):
            if not row.sealed:
                archived += 1
                continue
            view = views.add(
                Stored(row.idx, row.source, row.source_position, row.record_id, row.sealed)
            )
            first = min(first or view.occurred_at, view.occurred_at)
            last = max(last, view.occurred_at)
            for name, counts in counted.items():
                counts[str(getattr(view, name))] += 1
            if number % 1000 == 0:
                done(number)
    try:
        claims = read_claims(log.completeness())
    except ValueError as error:
        raise LogDamagedError(str(error)) from error
    return {
        "records": log.size,
        "archived": archived,
        "signed": log.head().size,
        "signed_at": None,
        "first_at": moment(first).isoformat() if first else None,
        "last_at": moment(last).isoformat() if last else None,
        "sessions": len(views.changed),
        "missing_numbers": sum(last - first + 1 for *_, first, last in claims.missing),
        **{
            f"by_{name}": dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
            for name, counts in counted.items()
        },
    }
