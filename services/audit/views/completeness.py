"""What an export says of how complete the log is, with the signed heartbeats that show it."""

from __future__ import annotations

import json
from typing import Any

from helpdesk.kernel.heartbeat import HeartbeatSigned, text_of
from services.audit.domain.facts import moment
from services.audit.domain.heartbeats import Heard, counted
from services.audit.domain.numbers import Hole, Writer
from services.audit.log.storage import Database

COMPLETENESS = "completeness.json"


def completeness_of(db: Database) -> bytes:
    """
    Return the file: complete up to which time, what is missing or doubled, the heartbeats.

    A log is complete to the oldest of its services' newest heartbeats; of processes that ended
    nothing more is to come.
    """
    heard = _heard(db)
    writers = counted(_writers(db, heard), heard)
    missing = [_hole(writer, hole) for writer in writers for hole in writer.holes]
    doubled = [
        {"service": writer.service, "process": writer.writer, "number": number}
        for writer in writers
        for number in writer.doubled
    ]
    false = [beat.writer for beat in heard if not beat.good]
    services = _complete_to(heard)
    body: dict[str, Any] = {
        "complete": bool(services) and not (missing or doubled or false),
        "complete_to": min(services.values()) if services else None,
        "services": services,
        "missing": missing,
        "doubled": doubled,
        "false_heartbeats": false,
        "heartbeats": [
            {"service": beat.service, "text": _text(beat), "signature": beat.signature}
            for beat in heard
            if beat.good
        ],
    }
    return json.dumps(body, indent=2).encode()


def _complete_to(heard: list[Heard]) -> dict[str, str]:
    newest: dict[str, Heard] = {}
    for beat in heard:
        if beat.good and (beat.service not in newest or beat.at > newest[beat.service].at):
            newest[beat.service] = beat
    running = {name: beat for name, beat in newest.items() if not beat.ended} or newest
    return {name: moment(beat.at).isoformat() for name, beat in sorted(running.items())}


def _heard(db: Database) -> list[Heard]:
    rows = db.execute(
        "SELECT h.writer, h.service, h.number, h.at, h.heard_at, h.ended, h.signature, h.good, "
        "COALESCE(w.head, 0) FROM audit_heartbeat h "
        "LEFT JOIN audit_writer w ON w.writer = h.writer ORDER BY h.service, h.at, h.writer"
    )
    return [
        Heard(writer, service, number, at, heard_at, bool(ended), signature, bool(good), head)
        for writer, service, number, at, heard_at, ended, signature, good, head in rows
    ]


def _writers(db: Database, heard: list[Heard]) -> list[Writer]:
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
    named = {*holes, *doubled, *(beat.writer for beat in heard)}
    return [
        Writer(
            name, service, head, last_at, tuple(holes.get(name, ())), tuple(doubled.get(name, ()))
        )
        for name, service, head, last_at in db.execute(
            "SELECT writer, service, head, last_at FROM audit_writer ORDER BY writer"
        )
        if name in named
    ]


def _hole(writer: Writer, hole: Hole) -> dict[str, Any]:
    return {
        "service": writer.service,
        "process": writer.writer,
        "first": hole.first,
        "last": hole.last,
        "noticed_at": moment(hole.noticed_at).isoformat(),
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
