"""``helpdesk-audit replay``: what was done and shown, step by step."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from helpdesk.kernel.settings import SettingsError
from services.audit.commands.product import Product, Reading
from services.audit.commands.reading import (
    ARCHIVE,
    DATABASE,
    REASON,
    environment,
    micros,
    opened_log,
    plainly,
    progress,
    texts,
    utc,
)
from services.audit.log.records import LogRow
from services.audit.projections import Stored
from services.audit.replay.logs import OpenedLog, is_export
from services.audit.replay.player import Chosen, Step, json_of, lines_of, steps

_EVERY = 1000


class _Outcome(NamedTuple):
    """What came of rebuilding one answer."""

    kind: str
    why: str
    shown: dict[str, Any] | None


@click.command()
@click.argument("source", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--session", "session_id", default="", help="Id of a session.")
@click.option("--agent", "agent_id", default="", help="Id of who acted.")
@click.option("--from", "since", type=click.DateTime(), help="From then on, UTC.")
@click.option("--to", "until", type=click.DateTime(), help="Before then, UTC.")
@click.option("--sealed", is_flag=True, help="Show no reason, search text and answer.")
@click.option(
    "--rebuild/--no-rebuild",
    default=None,
    help="Make each answer again from events and compare digests; else where events are at hand.",
)
@REASON
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@DATABASE
@ARCHIVE
@click.pass_obj
def replay(
    product: Product | None,
    *,
    source: Path | None,
    session_id: str,
    agent_id: str,
    since: datetime | None,
    until: datetime | None,
    sealed: bool,
    rebuild: bool | None,
    reason: str,
    as_json: bool,
    database: str,
    archive: Path | None,
) -> None:
    """
    Print step by step what was done and shown, from the sealed records in SOURCE.

    SOURCE is a data directory or an export. Where the services' events are at hand, each answer
    is made again from them, and its digest compared. Reading texts and answers is recorded by the
    product, which must run; --sealed shows none. Exit code 1: an answer differs, or there are no
    such steps. 2: it could not work.
    """
    if not session_id and not agent_id:
        raise click.UsageError("name --session or --agent")
    source = source or Path(os.environ.get("HELPDESK_DATA_DIR", ".data"))
    if rebuild and (product is None or is_export(source)):
        raise click.UsageError("--rebuild needs the product and its events: an export has none")
    since, until = utc(since), utc(until)
    about = Reading("replay", session_id, agent_id, "", since, until, reason)
    with plainly(), ExitStack() as stack:
        log = stack.enter_context(opened_log(source, database, archive, product))
        allowed = None if sealed or is_export(source) else product
        opened = stack.enter_context(texts(allowed, source, about))
        chosen = Chosen(session_id, agent_id, micros(since), micros(until))
        found = list(steps(_records(log), chosen, opened))
        outcomes: Mapping[int, _Outcome] = {}
        if product is not None and found and rebuild is not False and not is_export(source):
            outcomes = _rebuilt(product, source, found, needed=bool(rebuild))
        for step in found:
            _say(step, outcomes.get(step.idx), sealed=sealed, as_json=as_json)
    if not found:
        click.echo("No such steps in this log.", err=True)
        sys.exit(1)
    if outcomes:
        kinds = Counter(each.kind for each in outcomes.values())
        click.echo(", ".join(f"{n:,} {kind}" for kind, n in sorted(kinds.items())), err=True)
        sys.exit(1 if kinds["differs"] else 0)


def _say(step: Step, outcome: _Outcome | None, *, sealed: bool, as_json: bool) -> None:
    if not as_json:
        said = ": ".join(filter(None, outcome[:2])) if outcome is not None else ""
        click.echo("\n".join(lines_of(step, said)))
        return
    shown = json_of(step)
    if outcome is not None:
        shown |= {"rebuilt": outcome.kind, "rebuilt_why": outcome.why}
        if not sealed:
            shown |= {"rebuilt_answer": outcome.shown}
    click.echo(json.dumps(shown, ensure_ascii=False))


def _records(log: OpenedLog) -> Iterator[Stored]:
    with progress("Reading records", log.size) as done:
        for number, row in enumerate(log.rows(), 1):
            if number % _EVERY == 0:
                done(number)
            yield _stored(row)


def _stored(row: LogRow) -> Stored:
    return Stored(row.idx, row.source, row.source_position, row.record_id, row.sealed)


def _rebuilt(
    product: Product, source: Path, found: Sequence[Step], *, needed: bool
) -> dict[int, _Outcome]:
    asked = [(s.idx, s.stored.source_position, s.stored.sealed) for s in found]
    outcomes: dict[int, _Outcome] = {}
    try:
        with progress("Rebuilding answers", len(asked)) as done:
            for idx, kind, why, shown in product.rebuilt(asked, environment(source)):
                outcomes[idx] = _Outcome(kind, why, shown)
                done(len(outcomes))
    except SettingsError as error:
        if needed:
            raise
        click.echo(f"Answers are not rebuilt: {error}.", err=True)
        return {}
    return outcomes
