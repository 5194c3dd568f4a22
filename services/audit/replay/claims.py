"""Checks what an export says of its completeness: signed heartbeats, holes, and the numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpdesk.kernel.heartbeat import HeartbeatSigned, text_of, verifies
from services.audit.domain.facts import moment, unix
from services.audit.domain.heartbeats import Heard
from services.audit.domain.numbers import Writer
from services.audit.replay.report import Problem, ServiceKeys
from services.audit.views.completeness import complete_to

_TITLE = "helpdesk heartbeat"
_ENDED = {"ended": True, "running": False}


@dataclass(frozen=True, slots=True)
class Claims:
    """What ``completeness.json`` says; numbers are (service, process, first, last)."""

    size: int
    complete: bool
    complete_to: str | None
    services: Mapping[str, str | None]
    missing: tuple[tuple[str, str, int, int], ...]
    doubled: tuple[tuple[str, str, int], ...]
    false_heartbeats: tuple[str, ...]
    beats: tuple[tuple[HeartbeatSigned, int], ...]
    """Heartbeats, each with the highest number of its process in the exported log."""


def read_claims(data: bytes) -> Claims:
    """Read the file. Raises ValueError where it is not in its form."""
    try:
        body = json.loads(data)
        return Claims(
            size=int(body["size"]),
            complete=bool(body["complete"]),
            complete_to=body["complete_to"],
            services=dict(body["services"]),
            missing=tuple(_range(each) for each in body["missing"]),
            doubled=tuple(
                (str(each["service"]), str(each["process"]), int(each["number"]))
                for each in body["doubled"]
            ),
            false_heartbeats=tuple(map(str, body["false_heartbeats"])),
            beats=tuple((_beat(each), int(each["arrived"])) for each in body["heartbeats"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not what an export says of its completeness") from error


def check_claims(
    claims: Claims, size: int, writers: Mapping[str, Writer], keys: ServiceKeys, *, whole: bool
) -> Iterator[Problem]:
    """
    Yield what is wrong with the log's numbers, and with what is said of them.

    ``writers`` are the numbers of the exported records; of all records of the log where ``whole``.
    Signatures are checked with the ``keys`` that are given, by the name of the service.
    """
    if claims.size != size:
        sentence = f"completeness.json is about {claims.size} records, the checkpoint about {size}."
        yield Problem("COMPLETENESS_ALTERED", sentence)
    yield from _missing(claims)
    yield from _false(claims, keys)
    if whole:
        yield from _not_said(claims, writers)
    else:
        yield from _impossible(claims, writers)
    yield from _misstated(claims, writers)


def unchecked(claims: Claims, keys: ServiceKeys) -> list[str]:
    """Return the services whose heartbeats no key was given for."""
    return sorted({beat.service for beat, _ in claims.beats} - set(keys))


def _missing(claims: Claims) -> Iterator[Problem]:
    for service, process, first, last in claims.missing:
        numbers = f"{first}" if first == last else f"{first}-{last}"
        yield Problem("NUMBER_MISSING", f"{service} {numbers} missing, of process {process}.")
    for service, process, number in claims.doubled:
        sentence = f"{service} {number} came more than once, of process {process}."
        yield Problem("NUMBER_DOUBLED", sentence)


def _false(claims: Claims, keys: ServiceKeys) -> Iterator[Problem]:
    for process in claims.false_heartbeats:
        sentence = f"A heartbeat of process {process} had no good signature when it arrived."
        yield Problem("HEARTBEAT_FALSE", sentence)
    for beat, _ in claims.beats:
        key = keys.get(beat.service)
        if key is not None and not verifies(beat, key):
            sentence = f"The heartbeat of process {beat.writer} is not signed by {beat.service}."
            yield Problem("HEARTBEAT_FALSE", sentence)


def _not_said(claims: Claims, writers: Mapping[str, Writer]) -> Iterator[Problem]:
    """Yield numbers that the records lack, and that the export does not say are missing."""
    said = {(process, n) for _, process, a, b in claims.missing for n in range(a, b + 1)}
    for name, writer in sorted(writers.items()):
        for hole in writer.holes:
            if any((name, n) not in said for n in range(hole.first, hole.last + 1)):
                sentence = f"{writer.service} {hole.first}-{hole.last} missing, of process {name}."
                yield Problem("NUMBER_MISSING", sentence)
        for number in writer.doubled:
            if (writer.service, name, number) not in claims.doubled:
                sentence = f"{writer.service} {number} came more than once, of process {name}."
                yield Problem("NUMBER_DOUBLED", sentence)
    for beat, arrived in claims.beats:
        head = writers[beat.writer].head if beat.writer in writers else 0
        if arrived != head:
            sentence = (
                f"completeness.json says that process {beat.writer} came to {arrived}, its records"
                f" to {head}."
            )
            yield Problem("COMPLETENESS_ALTERED", sentence)
        if beat.number > head and (beat.writer, beat.number) not in said:
            numbers = f"{beat.number}" if beat.number == head + 1 else f"{head + 1}-{beat.number}"
            sentence = f"{beat.service} {numbers} missing at the end, of process {beat.writer}."
            yield Problem("NUMBER_MISSING", sentence)


def _impossible(claims: Claims, writers: Mapping[str, Writer]) -> Iterator[Problem]:
    """Yield what some of the records already contradict."""
    heads = {beat.writer: arrived for beat, arrived in claims.beats}
    for name, writer in sorted(writers.items()):
        if writer.head > heads.get(name, writer.head):
            sentence = (
                f"completeness.json says that process {name} came to {heads[name]}, one of its"
                f" records has number {writer.head}."
            )
            yield Problem("COMPLETENESS_ALTERED", sentence)
    for service, process, first, last in claims.missing:
        writer = writers.get(process) or Writer(process, service)
        there = set(range(first, min(last, writer.head) + 1))
        for hole in writer.holes:
            there -= set(range(hole.first, hole.last + 1))
        if there:
            sentence = f"{service} {min(there)} of process {process} is here, but called missing."
            yield Problem("COMPLETENESS_ALTERED", sentence)
    for beat, arrived in claims.beats:
        said = any(p == beat.writer and last >= beat.number for _, p, _, last in claims.missing)
        if beat.number > arrived and not said:
            sentence = (
                f"{beat.service} {arrived + 1}-{beat.number} missing at the end, of process"
                f" {beat.writer}."
            )
            yield Problem("NUMBER_MISSING", sentence)


def _misstated(claims: Claims, writers: Mapping[str, Writer]) -> Iterator[Problem]:
    """Yield where the times are not those of the heartbeats."""
    heard = [
        Heard(b.writer, b.service, b.number, unix(b.at), 0, b.ended, b.signature)
        for b, _ in claims.beats
    ]
    recorded = {writer.service for writer in writers.values() if writer.head}
    times = {
        name: moment(at).isoformat() if at is not None else None
        for name, at in complete_to(heard, recorded | set(claims.services)).items()
    }
    whole = bool(times) and None not in times.values()
    oldest = min(filter(None, times.values()), key=datetime.fromisoformat) if whole else None
    wrong = claims.missing or claims.doubled or claims.false_heartbeats
    expected = (times, oldest, whole and not wrong)
    if (dict(claims.services), claims.complete_to, claims.complete) != expected:
        sentence = "completeness.json says another time than its heartbeats do."
        yield Problem("COMPLETENESS_ALTERED", sentence)


def _range(each: Mapping[str, Any]) -> tuple[str, str, int, int]:
    return str(each["service"]), str(each["process"]), int(each["first"]), int(each["last"])


def _beat(each: Mapping[str, Any]) -> HeartbeatSigned:
    title, service, writer, number, at, state, *rest = str(each["text"]).split("\n")
    beat = HeartbeatSigned(
        service=service,
        writer=writer,
        number=int(number),
        at=datetime.fromisoformat(at),
        ended=_ENDED[state],
        signature=str(each["signature"]),
    )
    if title != _TITLE or rest != [""] or text_of(beat) != each["text"]:
        raise ValueError("a heartbeat is not in its form")
    if each["service"] != service:
        raise ValueError("a heartbeat is not of the service that it stands under")
    return beat
