"""``helpdesk-audit export``: records and their proofs, for others to check."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from services.audit.application.ports import Found
from services.audit.commands.product import Product, Reading
from services.audit.commands.reading import (
    ARCHIVE,
    DATA,
    DATABASE,
    JSON,
    KEY,
    REASON,
    keys_of,
    micros,
    opened_log,
    plainly,
    progress,
    signer_of,
    texts,
    utc,
)
from services.audit.domain.facts import body_of, name_of
from services.audit.domain.filters import Filter
from services.audit.domain.readable import FORMATS
from services.audit.log.export import write_export
from services.audit.log.notes import Signer, VerifierKey
from services.audit.log.storage import LogDamagedError
from services.audit.replay.logs import OpenedLog, StoredLog
from services.audit.replay.player import OpenFields
from services.audit.views.completeness import COMPLETENESS
from services.audit.views.selection import Opened, write_selection

_PROOFS = "proofs"


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--organization", "organization_id", default="", help="Only about this customer.")
@click.option("--agent", "agent_id", default="", help="Only what this one did.")
@click.option("--session", "session_id", default="", help="Only this session.")
@click.option("--from", "since", type=click.DateTime(), help="Only from then on, UTC.")
@click.option("--to", "until", type=click.DateTime(), help="Only before then, UTC.")
@click.option(
    "--format",
    "form",
    type=click.Choice([_PROOFS, *FORMATS]),
    default=_PROOFS,
    show_default=True,
    help="Beside sealed records with proofs also opened ones in this format.",
)
@click.option("--sealed", is_flag=True, help="Do not open reasons and search texts.")
@REASON
@KEY
@JSON
@DATA
@DATABASE
@ARCHIVE
@click.pass_obj
def export(
    product: Product | None,
    *,
    target: Path,
    organization_id: str,
    agent_id: str,
    session_id: str,
    since: datetime | None,
    until: datetime | None,
    form: str,
    sealed: bool,
    reason: str,
    keys: Sequence[str],
    as_json: bool,
    data: Path,
    database: str,
    archive: Path | None,
) -> None:
    """
    Write what the newest checkpoint covers to TARGET: a folder, or a file that ends in .zip.

    Where the log's private key is at hand, the export has a manifest that it signed. Opening
    texts is recorded by the product, which must run. Exit code 0: it is written. 2: it could not
    be; nothing is written over.
    """
    since, until = utc(since), utc(until)
    wanted = Filter(
        organization_id=organization_id,
        agent_id=agent_id,
        session_id=session_id,
        since=micros(since),
        until=micros(until),
    )
    if target.exists():
        raise click.UsageError(f"{target} is there already")
    with plainly(), ExitStack() as stack:
        log = stack.enter_context(opened_log(data, database, archive, product))
        writing = _Writing(log, target, keys_of(data, keys)[0], signer_of(data, keys))
        if form == _PROOFS and wanted == Filter():
            count = writing.everything()
        else:
            about = Reading("export", session_id, agent_id, organization_id, since, until, reason)
            allowed = not sealed and form != _PROOFS
            opened = stack.enter_context(texts(product if allowed else None, data, about))
            count = writing.some(wanted, form, opened)
    if writing.signer is None:
        click.echo(
            "The log's private key is not here: the export has no manifest, so that nobody says"
            " that nothing was left out of it. Check it with verify --unsigned.",
            err=True,
        )
    if as_json:
        said = {"records": count, "target": str(target), "signed": writing.signer is not None}
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        click.echo(f"{count:,} records in {target}")


class _Writing:
    """An export on its way."""

    def __init__(
        self, log: OpenedLog, target: Path, keys: Sequence[VerifierKey], signer: Signer | None
    ) -> None:
        self.signer = signer
        self._log = log
        self._target = target
        self._keys = keys
        self._head = log.head()
        self._beside = {COMPLETENESS: log.completeness()}

    def everything(self) -> int:
        """Write the whole log; return how many records. Raises LogDamagedError."""
        if not isinstance(self._log, StoredLog):
            raise LogDamagedError("this is an export: name a customer, an agent or a --format")
        with progress("Exporting records", self._head.size) as done:
            return write_export(
                self._log.db, self._target, self._keys, self._beside, self.signer, done
            )

    def some(self, wanted: Filter, form: str, opened: OpenFields) -> int:
        """Write the records that fit; return how many. Raises LogDamagedError."""
        named = {"organization_id", "agent_id", "session_id", "since", "until"}
        asked = {name: value for name in sorted(named) if (value := getattr(wanted, name))}
        with progress("Exporting records", self._head.size) as done:
            return write_selection(
                self._head,
                self._target,
                lambda end: _watched(self._log.found(wanted, end), done),
                asked={
                    "filter": asked,
                    "form": form,
                    "exported_at": datetime.now(UTC).isoformat(),
                },
                keys=map(str, self._keys),
                opened={form: _opens(opened)} if form != _PROOFS else {},
                beside=self._beside,
                signer=self.signer,
            )


def _watched(records: Iterator[Found], done: Callable[[int], object]) -> Iterator[Found]:
    for found in records:
        done(found.idx)
        yield found


def _opens(opened: OpenFields) -> Opened:
    def fields(sealed: bytes) -> Mapping[str, Any]:
        body = body_of(sealed)
        return opened(name_of(body), body)

    return fields
