"""``helpdesk-audit diff``: a service's live read models against ones made anew from its events."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from services.audit.commands.product import Product, needed
from services.audit.commands.reading import JSON, environment, plainly, progress

_DATA = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HELPDESK_DATA_DIR",
    default=Path(".data"),
    show_default=True,
    help="Data directory.",
)


@click.command()
@click.argument("service")
@click.option("--to", "until", type=click.DateTime(), help="As of then, UTC; else as of now.")
@JSON
@_DATA
@click.pass_obj
def diff(
    product: Product | None, *, service: str, until: datetime | None, as_json: bool, data: Path
) -> None:
    """
    Compare the live read models of SERVICE with ones made anew from its events.

    Exit code 0: they are the same. 1: they differ. 2: it could not work.
    """
    at = until.replace(tzinfo=UTC) if until is not None else None
    with plainly(), progress("Folding events", 0) as done:
        found = needed(product).differences(service, at, environment(data), done)
    wrong = sum(map(sum, found.values()))
    if as_json:
        tables = {
            table: {"only_live": live, "only_anew": anew}
            for table, (live, anew) in sorted(found.items())
        }
        shown = {"same": not wrong, "differences": wrong, "tables": tables}
        click.echo(json.dumps({"service": service, **shown}, indent=2))
    else:
        for table, (live, anew) in sorted(found.items()):
            if live or anew:
                click.echo(f"{table}: {live:,} rows only live, {anew:,} only made anew")
        click.echo(f"{wrong:,} differences in {len(found)} tables")
    sys.exit(1 if wrong else 0)
