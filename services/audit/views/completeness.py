"""What an export says of how complete its records are, with the signed heartbeats that show it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from helpdesk.kernel.heartbeat import HeartbeatSigned, text_of
from services.audit.domain.facts import moment
from services.audit.domain.heartbeats import Heard, counted
from services.audit.domain.numbers import Hole, Writer, without
from services.audit.log.archived import read_archives
from services.audit.log.storage import Database
from services.audit.projections import views_of

COMPLETENESS = "completeness.json"


def completeness_of(db: Database, size: int) -> bytes:
    """
    Return the file for the first ``size`` records, which the newest checkpoint covers.

    They are complete to the oldest of their services' newest heartbeats, of those that count no
    later record; of processes that ended nothing more is to come. ``db`` must be one state.
    """
    writers, later = _writers(db), _later(db, size)
    arrived = {name: each.head for name, each in writers.items()}
    for name, numbers in later.items():
        if name in writers:
            writers[name] = without(writers[name], numbers)
    heard = [_covered(*pair, writers, arrived) for pair in _heard(db)]
    beats = [
        replace(beat, arrived=writers[beat.writer].head if beat.writer in writers else 0)
        for beat in heard
        if beat is not None
    ]
    known = {beat.writer for beat in beats}
    found = [w for name, w in sorted(writers.items()) if name in known or w.holes or w.doubled]
    recorded = {writer.service for writer in writers.values() if writer.head}
    return _body(size, counted(found, beats), beats, recorded)


def complete_to(beats: Collection[Heard], recorded: Collection[str]) -> dict[str, int | None]:
    """
    Return up to when each service's records are complete, Unix microseconds.

    None for a service that left records and of which no heartbeat counts them.
    """
    newest: dict[str, Heard] = {}
    for beat in beats:
        if beat.good and (beat.service not in newest or beat.at > newest[beat.service].at):
            newest[beat.service] = beat
    running = {name: beat for name, beat in newest.items() if not beat.ended} or newest
    times: dict[str, int | None] = dict.fromkeys(set(recorded) - set(newest))
    times.update({name: beat.at for name, beat in running.items()})
    return dict(sorted(times.items()))


def _body(size: int, writers: list[Writer], beats: list[Heard], recorded: Collection[str]) -> bytes:
    missing = [_hole(writer, hole) for writer in writers for hole in writer.holes]
    doubled = [
        {"service": writer.service, "process": writer.writer, "number": number}
        for writer in writers
        for number in writer.doubled
    ]
    false = [beat.writer for beat in beats if not beat.good]
    services = complete_to(beats, recorded)
    times = [at for at in services.values() if at is not None]
    whole = bool(times) and len(times) == len(services)
    body: dict[str, Any] = {
        "size": size,
        "complete": whole and not (missing or doubled or false),
        "complete_to": moment(min(times)).isoformat() if whole else None,
        "services": {
            name: moment(at).isoformat() if at is not None else None
            for name, at in services.items()
        },
        "missing": missing,
        "doubled": doubled,
        "false_heartbeats": false,
        "heartbeats": [
            {
                "service": beat.service,
                "text": _text(beat),
                "signature": beat.signature,
                "arrived": beat.arrived,
            }
            for beat in beats
            if beat.good
        ],
    }
    return json.dumps(body, indent=2).encode()


def _covered(
    newest: Heard, kept: Heard | None, writers: Mapping[str, Writer], arrived: Mapping[str, int]
) -> Heard | None:
    """Return the newest heartbeat of a process that counts nothing after these records."""
    head = writers[newest.writer].head if newest.writer in writers else 0
    # One that stands behind all that arrived names what is missing.
    if newest.number <= head or arrived.get(newest.writer, 0) == head:
        return newest
    return kept


def _heard(db: Database) -> list[tuple[Heard, Heard | None]]:
    """Return the newest heartbeat of each process, and the one when the checkpoint was signed."""
    kept = {beat.writer: beat for beat in _beats(db, "audit_heartbeat_signed")}
    return [(beat, kept.get(beat.writer)) for beat in _beats(db, "audit_heartbeat")]


def _beats(db: Database, table: str) -> list[Heard]:
    rows = db.execute(
        "SELECT writer, service, number, at, heard_at, ended, signature, good "
        f"FROM {table} ORDER BY service, at, writer"
    )
    return [
        Heard(writer, service, number, at, heard_at, bool(ended), signature, bool(good))
        for writer, service, number, at, heard_at, ended, signature, good in rows
    ]


def _writers(db: Database) -> dict[str, Writer]:
    """Return all processes as they stand now."""
    holes: dict[str, list[Hole]] = {}
    for name, *hole in db.execute(
        "SELECT writer, first_number, last_number, noticed_at FROM audit_missing "
        "ORDER BY writer, first_number"
    ):
        holes.setdefault(name, []).append(Hole(*hole))
    doubled: dict[str, list[int]] = {}
    for name, number in db.execute(
        "SELECT writer, number FROM audit_doubled ORDER BY writer, number"
    ):
        doubled.setdefault(name, []).append(number)
    return {
        name: Writer(
            name, service, head, last_at, tuple(holes.get(name, ())), tuple(doubled.get(name, ()))
        )
        for name, service, head, last_at in db.execute(
            "SELECT writer, service, head, last_at FROM audit_writer ORDER BY writer"
        )
    }


def _later(db: Database, size: int) -> dict[str, dict[int, int]]:
    """Return the numbers of later records by process, each with how often it came before them."""
    later: dict[str, dict[int, int]] = {}
    for name, number in db.execute(
        "SELECT writer, number FROM audit_action WHERE idx >= ? AND writer <> ''", (size,)
    ):
        later.setdefault(name, {})[number] = 0
    twice = [
        (name, number)
        for name, number in db.execute("SELECT writer, number FROM audit_doubled")
        if number in later.get(name, ())
    ]
    for name, number in twice:
        found = db.execute(
            "SELECT COUNT(*) FROM audit_action WHERE writer = ? AND number = ? AND idx < ?",
            (name, number, size),
        )
        later[name][number] = int(found[0][0]) + _archived(db, name, number)
    return later


def _archived(db: Database, name: str, number: int) -> int:
    """Return how often a number came among the records that were archived."""
    archives = read_archives(db)
    writer = views_of(archives[-1].state if archives else "").writers.get(name)
    if writer is None or number > writer.head:
        return 0
    if any(hole.first <= number <= hole.last for hole in writer.holes):
        return 0
    return 2 if number in writer.doubled else 1


def _hole(writer: Writer, hole: Hole) -> dict[str, Any]:
    return {
        "service": writer.service,
        "process": writer.writer,
        "first": hole.first,
        "last": hole.last,
        "noticed_at": moment(hole.noticed_at).isoformat() if hole.noticed_at else None,
    }


def _text(beat: Heard) -> str:
    return text_of(
        HeartbeatSigned(
            service=beat.service,
            writer=beat.writer,
            number=beat.number,
            at=moment(beat.at),
            ended=beat.ended,
        )
    )
