"""Compares a log's file with itself, and the log with each service's own store."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from services.audit.domain.facts import ACTION, CALLS
from services.audit.log.merkle import leaf_hash
from services.audit.replay.rebuilt_views import ROW
from services.audit.replay.report import MOST, Problem, Report
from services.audit.replay.sources import ReadOnly, UnreadableError, read_only

_LOST = re.compile(r"row (\d+) missing from index (\w+)")
_TRACKING = "audit.actions<"


def check_file(db: ReadOnly, report: Report) -> None:
    """Ask the database about itself: a row that an index lost is one that no search finds."""
    for (text,) in db.execute(f"PRAGMA integrity_check({MOST})"):
        if text == "ok":
            return
        named = _LOST.search(text)
        found: list[tuple[object, ...]] = []
        if named is not None and named[2].startswith(("audit_action", "sqlite_autoindex_audit_a")):
            sql = "SELECT idx, record_id FROM audit_action WHERE rowid = ?"
            found = db.execute(sql, (int(named[1]),))
        elif named is not None and "log_leaf" in named[2]:
            sql = "SELECT idx, record_id FROM log_leaf WHERE rowid = ?"
            found = db.execute(sql, (int(named[1]),))
        if found:
            index, record_id = int(str(found[0][0])), str(found[0][1])
            sentence = f"No search finds record {index}, id {record_id}: {text}."
            report.problems.append(Problem("FILE_DAMAGED", sentence, index, record_id))
        else:
            sentence = f"The database contradicts itself: {text}."
            report.problems.append(Problem("FILE_DAMAGED", sentence))


def check_store(log: ReadOnly, folder: Path, source: str, report: Report) -> None:
    """Walk a service's own records and those in the log side by side."""
    found = log.execute(
        "SELECT MAX(notification_id) FROM tracking WHERE application_name = ?",
        (f"{_TRACKING}{source}",),
    )
    consumed = int(found[0][0] or 0)
    with read_only(folder / f"{source}.db") as store:
        try:
            _compare(log, store, source, consumed, report)
        except UnreadableError as error:
            report.problems.append(Problem("STORE_UNREADABLE", f"The store of {source}: {error}."))


def _compare(log: ReadOnly, store: ReadOnly, source: str, consumed: int, report: Report) -> None:
    own = store.each(
        "rowid, originator_id, originator_version, state",
        "stored_events",
        f"topic IN ('{ACTION}', '{CALLS}')",
        "rowid",
    )
    logged = log.each(
        "source_position, idx, record_id, leaf_hash",
        "log_leaf",
        f"source = '{source}'",
        "source_position",
    )
    kept = next(logged, None)
    count = waiting = said = 0
    for position, stream, version, state in own:
        count += 1
        while kept is not None and kept[0] < position and said < MOST:
            report.problems.append(_gone(source, kept))
            kept, said = next(logged, None), said + 1
        if kept is None or kept[0] != position:
            if position > consumed:
                waiting += 1
            elif said < MOST:
                said += 1
                sentence = (
                    f"Record {position} of {source}, id {stream}:{version}, is not in the log."
                )
                report.problems.append(Problem("NOT_LOGGED", sentence, None, f"{stream}:{version}"))
            continue
        if bytes(kept[3]) != leaf_hash(bytes(state)) and said < MOST:
            said += 1
            place = ROW.format(index=kept[1], source=source, position=position, id=kept[2])
            sentence = f"The {place} is not what the store of {source} holds."
            report.problems.append(Problem("STORE_DIFFERS", sentence, kept[1], kept[2]))
        kept = next(logged, None)
    while kept is not None and said < MOST:
        report.problems.append(_gone(source, kept))
        kept, said = next(logged, None), said + 1
    report.stores[source] = count
    if waiting:
        report.waiting[source] = waiting


def _gone(source: str, kept: Sequence[object]) -> Problem:
    position, idx, record_id = kept[0], kept[1], kept[2]
    place = ROW.format(index=idx, source=source, position=position, id=record_id)
    sentence = f"The {place} is no longer in the store of {source}."
    return Problem("STORE_LACKS", sentence, int(str(idx)), str(record_id))
