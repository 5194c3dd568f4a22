"""``helpdesk-audit export`` and ``prove``: records and their proofs, for others to check."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from services.audit.application.ports import Found
from services.audit.commands.reading import (
    DATA,
    DATABASE,
    keys_of,
    opened_log,
    plainly,
    progress,
    vault_of,
)
from services.audit.domain.facts import body_of, name_of
from services.audit.domain.filters import Filter
from services.audit.domain.readable import FORMATS
from services.audit.log.customer_export import write_customer_export
from services.audit.log.export import write_export
from services.audit.log.storage import StoredTiles, find_record, newest_checkpoint
from services.audit.log.tiles import inclusion
from services.audit.replay.player import sealed_fields
from services.audit.replay.sources import Reader
from services.audit.views.actions import Actions
from services.audit.views.completeness import COMPLETENESS, completeness_of
from services.audit.views.selection import Opened, records_of, write_selection

_PROOFS = "proofs"
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--organization", default="", help="Only the records about this customer.")
@click.option(
    "--format",
    "form",
    type=click.Choice([_PROOFS, *FORMATS]),
    default=_PROOFS,
    show_default=True,
    help="Beside sealed records with proofs also opened ones in this format.",
)
@click.option("--sealed", is_flag=True, help="Do not open reasons and search texts.")
@_JSON
@DATA
@DATABASE
def export(
    *,
    target: Path,
    organization: str,
    form: str,
    sealed: bool,
    as_json: bool,
    data: Path,
    database: str,
) -> None:
    """
    Write what the newest checkpoint covers to TARGET: a folder, or a file that ends in .zip.

    Exit code 0: it is written. 2: it could not be; nothing is written over.
    """
    with plainly(), ExitStack() as stack:
        db = stack.enter_context(opened_log(data, database))
        trusted, _ = keys_of(data)
        beside = {COMPLETENESS: completeness_of(db)}
        newest = newest_checkpoint(db)
        done = stack.enter_context(progress("Exporting records", newest.size if newest else 0))
        watched = _Watched(db, done)
        if form != _PROOFS:
            vault = None if sealed else vault_of(data)
            if vault is not None:
                stack.callback(vault.close)
            opened = sealed_fields if vault is None else vault.open_fields
            count = write_selection(
                db,
                target,
                _found(db, Filter(organization_id=organization), done),
                asked={
                    "filter": {"organization_id": organization} if organization else {},
                    "form": form,
                    "exported_at": datetime.now(UTC).isoformat(),
                },
                keys=map(str, trusted),
                opened={form: _opens(opened)},
                beside=beside,
            )
        elif organization:
            count = write_customer_export(watched, target, organization, trusted, beside)
        else:
            count = write_export(watched, target, trusted, beside)
    _say(count, target, "in", as_json)


@click.command()
@click.argument("record", required=False)
@click.option("--organization", default="", help="Prove all records about this customer.")
@click.option("--to", "target", type=click.Path(path_type=Path), help="File for --organization.")
@_JSON
@DATA
@DATABASE
def prove(
    *,
    record: str | None,
    organization: str,
    target: Path | None,
    as_json: bool,
    data: Path,
    database: str,
) -> None:
    """
    Print the proof that RECORD is in the log (JSON), or write those of a whole customer.

    Exit code 0: proved. 1: no checkpoint covers such a record. 2: it could not work.
    """
    if bool(record) == bool(organization) or (organization and target is None):
        raise click.UsageError("name RECORD, or --organization and --to")
    with plainly(), opened_log(data, database) as db:
        newest = newest_checkpoint(db)
        if target is not None and organization:
            beside = {COMPLETENESS: completeness_of(db)}
            trusted = keys_of(data)[0]
            with progress("Proving records", newest.size if newest else 0) as done:
                watched = _Watched(db, done)
                count = write_customer_export(watched, target, organization, trusted, beside)
            _say(count, target, "with their proofs in", as_json)
            return
        row = find_record(db, str(record))
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


class _Watched:
    """A database that tells how far the records were read."""

    def __init__(self, db: Reader, done: Callable[[int], object]) -> None:
        self._db = db
        self._done = done

    def execute(self, sql: str, params: Any = (), /) -> list[tuple[Any, ...]]:
        rows = self._db.execute(sql, params)
        if rows and "FROM log_leaf" in sql and isinstance(rows[-1][0], int):
            self._done(rows[-1][0])
        return rows

    def executemany(self, sql: str, rows: Any, /) -> None:
        self._db.executemany(sql, rows)


class _Queries:
    """The log's tables, as the auditors' views ask for them."""

    def __init__(self, db: Reader) -> None:
        self._db = db

    def query(self, sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
        return self._db.execute(sql, params)


def _found(
    db: Reader, wanted: Filter, done: Callable[[int], object]
) -> Callable[[int], Iterator[Found]]:
    def records(end: int) -> Iterator[Found]:
        for found in records_of(Actions(_Queries(db)), wanted, end):
            done(found.idx)
            yield found

    return records


def _opens(opened: Callable[[str, Mapping[str, Any]], Mapping[str, Any]]) -> Opened:
    def fields(sealed: bytes) -> Mapping[str, Any]:
        body = body_of(sealed)
        return opened(name_of(body), body)

    return fields


def _say(count: int, target: Path, where: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"records": count, "target": str(target)}, ensure_ascii=False))
        return
    click.echo(f"{count:,} records {where} {target}")


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
