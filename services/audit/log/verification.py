"""
Offline verification of a whole log, in one pass over its rows.

Three witnesses are compared: the rows (bytes, leaf hash, chain), the tiles where there are any, and
the signed checkpoints. The chain names the record that does not fit; the tiles tell an altered
record from one that was moved or removed; the checkpoints show what was rewritten altogether and
what was cut off.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from services.audit.log.archived import archived_size
from services.audit.log.checkpoints import Checkpoint, SignedCheckpoint, open_checkpoint
from services.audit.log.notes import Kind, NoteRefusedError, VerifierKey
from services.audit.log.records import LogRow
from services.audit.log.tiles import TileReader
from services.audit.log.verdict import Finding, Tampering, Verdict
from services.audit.log.walk import Walk


def verify(
    rows: Iterable[LogRow],
    checkpoints: Iterable[str],
    keys: Sequence[VerifierKey],
    *,
    tiles: TileReader | None = None,
    witnesses: int = 0,
    archives: Sequence[str] = (),
) -> Verdict:
    """
    Check a log against signed checkpoints; reads the rows once and keeps none of them.

    `checkpoints` are signed notes: those stored with the log and those kept elsewhere (a fork shows
    only where the heads of both sides are given). `keys` come from elsewhere than the log.
    `witnesses` is how many known witnesses must have cosigned the newest checkpoint. Tampering is
    answered, never raised. `archives` are the signed statements of what was taken out into bundles:
    of those records the hashes are checked, their bytes with the bundles.
    """
    heads, forked, findings = judge_heads(checkpoints, keys, witnesses)
    archived = 0
    try:
        archived = archived_size(archives, keys)
    except NoteRefusedError as refused:
        sentence = f"The statement of an archive does not count: {refused}."
        findings.append(Finding(Tampering(refused.reason), sentence))
    walk = Walk(heads, tiles, forked, archived)
    for row in rows:
        walk.visit(row)
    findings += walk.finish()
    return Verdict(walk.records, walk.signed, tuple(findings))


def judge_heads(
    notes: Iterable[str], keys: Sequence[VerifierKey], witnesses: int
) -> tuple[list[Checkpoint], set[int], list[Finding]]:
    """The heads that a key of one log signed, by size, the sizes with two, and what is wrong."""
    opened, findings = _open_all(notes, keys)
    heads = sorted({each.checkpoint for each in opened}, key=lambda head: head.size)
    forked = {one.size for one, other in pairwise(heads) if one.size == other.size}
    findings += [_contradiction(size) for size in sorted(forked)]
    findings += _too_few_witnesses(opened, witnesses)
    return heads, forked, findings


def _open_all(
    notes: Iterable[str], keys: Sequence[VerifierKey]
) -> tuple[list[SignedCheckpoint], list[Finding]]:
    """The checkpoints that a key of one log signed, and what is wrong with the others."""
    opened: list[SignedCheckpoint] = []
    findings: list[Finding] = []
    for note in dict.fromkeys(notes):
        try:
            opened.append(open_checkpoint(note, keys))
        except NoteRefusedError as refused:
            claim = note.split("\n", 2)[1][:20] if note.count("\n") > 1 else "?"
            findings.append(
                Finding(
                    Tampering(refused.reason),
                    f"A checkpoint that claims {claim} records does not count: {refused}.",
                    checkpoint=int(claim) if claim.isascii() and claim.isdigit() else None,
                )
            )
    origins = sorted({each.checkpoint.origin for each in opened})
    if len(origins) > 1:
        findings.append(
            Finding(Tampering.OTHER_LOG, f"Checkpoints of several logs: {', '.join(origins)}.")
        )
        opened = [each for each in opened if each.checkpoint.origin == origins[0]]
    if not opened:
        names = sorted({key.name for key in keys if key.kind is Kind.LOG})
        findings.append(
            Finding(
                Tampering.UNSIGNED,
                f"No checkpoint is signed by a known key ({', '.join(names) or 'none given'}).",
            )
        )
    return opened, findings


def _contradiction(size: int) -> Finding:
    return Finding(
        Tampering.FORKED,
        f"The log's key signed two different heads of {size} records: the log was forked.",
        checkpoint=size,
    )


def _too_few_witnesses(opened: Sequence[SignedCheckpoint], needed: int) -> list[Finding]:
    if not needed or not opened:
        return []
    size = max(each.checkpoint.size for each in opened)
    names = {
        signature.key.name
        for each in opened
        if each.checkpoint.size == size
        for signature in each.cosignatures
    }
    if len(names) >= needed:
        return []
    return [
        Finding(
            Tampering.UNWITNESSED,
            f"The newest checkpoint, of {size} records, has {len(names)} of {needed} witnesses.",
            checkpoint=size,
        )
    ]
