"""``helpdesk-audit prove``: that a record is in the log, or one size of the log in another."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from services.audit.commands.product import Product
from services.audit.commands.reading import ARCHIVE, DATA, DATABASE, KEY, opened_log, plainly
from services.audit.log.archive import ArchiveUnreadableError
from services.audit.log.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from services.audit.log.export import Head, decode, encode
from services.audit.log.merkle import leaf_hash, verify_consistency, verify_inclusion
from services.audit.log.notes import NoteRefusedError, VerifierKey, split_note
from services.audit.log.storage import LogDamagedError
from services.audit.log.tiles import consistency
from services.audit.replay.logs import OpenedLog


@click.command()
@click.argument("record", required=False)
@click.option("--from", "old", type=click.IntRange(0), help="Prove the log of this size ...")
@click.option("--to", "new", type=click.IntRange(0), help="... in that of this; else the newest.")
@KEY
@DATA
@DATABASE
@ARCHIVE
@click.pass_obj
def prove(
    product: Product | None,
    *,
    record: str | None,
    old: int | None,
    new: int | None,
    keys: Sequence[str],
    data: Path,
    database: str,
    archive: Path | None,
) -> None:
    """
    Print the proof (JSON) that RECORD is in the log, or that one size of the log is in another.

    What is printed is checked first, also against --key. Exit code 0: proved. 1: no checkpoint
    covers such a record or size. 2: it could not work.
    """
    if (record is None) == (old is None) or (new is not None and old is None):
        raise click.UsageError("name RECORD, or --from with --to")
    with plainly(), opened_log(data, database, archive, product) as log:
        trusted = [VerifierKey.parse(each) for each in keys]
        if record is not None:
            shown = _inclusion(log, record, trusted)
        else:
            shown = _consistency(log, old or 0, new, trusted)
    if shown is None:
        click.echo("No checkpoint covers such a record or size.", err=True)
        sys.exit(1)
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False))


def check_proof(proof: Path, old: Path | None, keys: Sequence[str], *, as_json: bool) -> None:
    """
    Check what ``prove`` wrote with keys from elsewhere, say so, and leave with an exit code.

    Raises ArchiveUnreadableError where it is not in its form.
    """
    if not keys:
        raise click.UsageError("give the log's public key with --key")
    trusted = [VerifierKey.parse(each) for each in keys]
    try:
        body = json.loads(proof.read_text())
        if "record_id" in body:
            wrong, said = _wrong_inclusion(body, trusted)
        else:
            wrong, said = _wrong_consistency(body, old, trusted)
    except NoteRefusedError as refused:
        wrong, said = f"A checkpoint does not count: {refused}.", ""
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveUnreadableError(f"{proof} is not what prove writes") from error
    if as_json:
        click.echo(json.dumps({"good": not wrong, "said": wrong or said}, ensure_ascii=False))
    elif wrong:
        click.secho(f"✗ {wrong}", fg="red", bold=True)
    else:
        click.secho(f"✓ {said}", fg="green", bold=True)
    sys.exit(1 if wrong else 0)


def _inclusion(
    log: OpenedLog, record_id: str, keys: Sequence[VerifierKey]
) -> dict[str, Any] | None:
    row, head = log.find(record_id), log.head()
    if row is None or row.idx >= head.size:
        return None
    proof, checkpoint = list(head.prove(row.idx)), _opened(head, keys)
    leaf = leaf_hash(row.sealed)
    if not verify_inclusion(leaf, row.idx, head.size, proof, checkpoint.root):
        raise LogDamagedError(f"record {row.idx} is not what was signed: run helpdesk-audit verify")
    return {
        "record_id": row.record_id,
        "index": row.idx,
        "source": row.source,
        "source_position": row.source_position,
        "bytes": encode(row.sealed),
        "leaf_hash": encode(leaf),
        "proof": [encode(each) for each in proof],
        "checkpoint": head.note,
    }


def _consistency(
    log: OpenedLog, old: int, new: int | None, keys: Sequence[VerifierKey]
) -> dict[str, Any] | None:
    head = log.head()
    notes = {**dict(log.checkpoints()), head.size: head.note}
    size = head.size if new is None else new
    if not old <= size <= head.size:
        return None
    for note in (notes[each] for each in (old, size) if each in notes):
        _opened(Head(note, size, head.prove), keys)
    proof = consistency(log.tiles(), old, size)
    shown = {"from": old, "to": size, "proof": [encode(each) for each in proof]}
    if old in notes:
        shown["old_checkpoint"] = notes[old]
    if size in notes:
        shown["checkpoint"] = notes[size]
    return shown


def _opened(head: Head, keys: Sequence[VerifierKey]) -> Checkpoint:
    if keys:
        return open_checkpoint(head.note, keys).checkpoint
    return parse_checkpoint(split_note(head.note)[0])


def _wrong_inclusion(body: dict[str, Any], keys: Sequence[VerifierKey]) -> tuple[str, str]:
    checkpoint = open_checkpoint(str(body["checkpoint"]), keys).checkpoint
    index, sealed = int(body["index"]), decode(body["bytes"])
    proof = [decode(each) for each in body["proof"]]
    said = f"Record {index} is in the log of {checkpoint.size} records that was signed."
    good = verify_inclusion(leaf_hash(sealed), index, checkpoint.size, proof, checkpoint.root)
    return "" if good else f"Record {index} is not proved.", said


def _wrong_consistency(
    body: dict[str, Any], old: Path | None, keys: Sequence[VerifierKey]
) -> tuple[str, str]:
    note = old.read_text() if old is not None else str(body["old_checkpoint"])
    before = open_checkpoint(note, keys).checkpoint
    after = open_checkpoint(str(body["checkpoint"]), keys).checkpoint
    proof = [decode(each) for each in body["proof"]]
    if before.origin != after.origin:
        return f"The checkpoints are of two logs, {before.origin} and {after.origin}.", ""
    if (before.size, after.size) != (int(body["from"]), int(body["to"])):
        return f"The proof is not one from {before.size} records to {after.size}.", ""
    if not verify_consistency(before.size, after.size, proof, before.root, after.root):
        sentence = f"The log of {after.size} records does not begin with the {before.size} before."
        return sentence, ""
    return "", f"The log of {after.size} records begins with the {before.size} that were signed."
