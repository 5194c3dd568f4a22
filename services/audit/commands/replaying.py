"""``helpdesk-audit replay``: what was done and shown, step by step."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from services.audit.commands.reading import has, is_data, plainly, vault_of
from services.audit.domain.facts import unix
from services.audit.log.archive import Archive
from services.audit.log.export import ENTRIES, read_entries
from services.audit.log.storage import read_rows
from services.audit.projections import Stored
from services.audit.replay.player import Chosen, Step, json_of, lines_of, sealed_fields, steps
from services.audit.replay.sources import LOG, read_only
from services.audit.views.selection import read_selection


@click.command()
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
    with plainly(), ExitStack() as stack:
        vault = None if sealed else vault_of(source)
        if vault is not None:
            stack.callback(vault.close)
        opened = sealed_fields if vault is None else vault.open_fields
        found: Iterable[Step] = steps(_records(source, stack), chosen, opened)
        outcomes: Mapping[int, Outcome] = {}
        if rebuild:
            if not is_data(source):
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


def _records(source: Path, stack: ExitStack) -> Iterator[Stored]:
    if is_data(source):
        db = stack.enter_context(read_only(source / LOG))
        for row in read_rows(db):
            yield Stored(row.idx, row.source, row.source_position, row.record_id, row.sealed)
        return
    archive = stack.enter_context(Archive(source))
    if has(source, ENTRIES):
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


def _micros(at: datetime | None) -> int:
    return unix(at.replace(tzinfo=UTC)) if at is not None else 0
