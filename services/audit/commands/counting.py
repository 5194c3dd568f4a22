"""``helpdesk-audit stats`` and ``key``: what the log holds, and what checks it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from services.audit.commands.reading import (
    DATA,
    DATABASE,
    keys_of,
    opened_log,
    plainly,
    progress,
)
from services.audit.domain.facts import moment
from services.audit.log.storage import newest_checkpoint, size_of


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@DATA
@DATABASE
def stats(*, as_json: bool, data: Path, database: str) -> None:
    """
    Say how many records of which kind the log holds; checks nothing.

    Exit code 0: counted. 2: it could not be read.
    """
    kinds = ("service", "outcome", "action")
    with plainly(), opened_log(data, database) as db, progress("Counting", 3) as done:
        newest = newest_checkpoint(db)
        span = db.execute("SELECT MIN(occurred_at), MAX(occurred_at) FROM audit_action")[0]
        found: dict[str, Any] = {
            "records": size_of(db),
            "signed": newest.size if newest else 0,
            "signed_at": moment(newest.signed_at).isoformat() if newest else None,
            "first_at": moment(span[0]).isoformat() if span[0] else None,
            "last_at": moment(span[1]).isoformat() if span[1] else None,
            "sessions": db.execute("SELECT COUNT(*) FROM audit_session")[0][0],
            "missing_numbers": int(
                db.execute(
                    "SELECT COALESCE(SUM(last_number - first_number + 1), 0) FROM audit_missing"
                )[0][0]
            ),
        }
        for number, name in enumerate(kinds, 1):
            found[f"by_{name}"] = dict(
                db.execute(
                    f"SELECT {name}, COUNT(*) FROM audit_action GROUP BY 1 ORDER BY 2 DESC, 1"
                )
            )
            done(number)
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
@DATA
def key(data: Path) -> None:
    """Print the log's public key, to be kept where the log is not."""
    with plainly():
        click.echo(str(keys_of(data)[0][0]))
