"""Heartbeats of the processes that record, and what they show to be missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from services.audit.domain.numbers import Hole, Writer


@dataclass(frozen=True, slots=True)
class Heard:
    """The newest heartbeat of a process; times are Unix microseconds."""

    writer: str
    service: str
    number: int
    at: int
    heard_at: int
    ended: bool
    signature: str
    good: bool = True
    arrived: int = 0
    """Highest number of the process that arrived."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A witness that does not cosign the log of a size; noticed at Unix microseconds."""

    witness: str
    size: int
    noticed_at: int


class Kind(StrEnum):
    """What an alarm is about."""

    MISSING = "MISSING"
    DOUBLED = "DOUBLED"
    SILENT = "SILENT"
    FALSE_HEARTBEAT = "FALSE_HEARTBEAT"
    REFUSED_BY_WITNESS = "REFUSED_BY_WITNESS"


@dataclass(frozen=True, slots=True)
class Alarm:
    """
    One thing that is wrong with the numbers, or the past; noticed at Unix microseconds.

    ``writer`` is the process, or the witness that refuses.
    """

    kind: Kind
    service: str
    writer: str = ""
    first: int = 0
    last: int = 0
    noticed_at: int = 0

    @property
    def key(self) -> str:
        """What makes it the same alarm when it is seen again."""
        since = self.noticed_at if self.kind is Kind.SILENT else ""
        return f"{self.kind}:{self.service}:{self.writer}:{self.first}:{self.last}:{since}"

    @property
    def sentence(self) -> str:
        """Plain words, without personal data."""
        numbers = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        match self.kind:
            case Kind.MISSING:
                what = f"number {numbers} of process {self.writer} never arrived"
            case Kind.DOUBLED:
                what = f"number {numbers} of process {self.writer} arrived more than once"
            case Kind.SILENT:
                what = "no heartbeat arrives any more"
            case Kind.FALSE_HEARTBEAT:
                what = f"a heartbeat of process {self.writer} has no good signature"
            case Kind.REFUSED_BY_WITNESS:
                what = (
                    f"witness {self.writer} saw another past than that of these {numbers} records"
                )
        return f"{self.service}: {what}."


def counted(writers: Iterable[Writer], heard: Iterable[Heard]) -> list[Writer]:
    """
    Add the numbers that heartbeats name and that never arrived.

    A heartbeat stands in its service's log behind what it counts, which should have come before.
    """
    known = {writer.writer: writer for writer in writers}
    for beat in heard:
        if beat.good and beat.number > beat.arrived:
            of = known.get(beat.writer) or Writer(beat.writer, beat.service, last_at=beat.heard_at)
            hole = Hole(beat.arrived + 1, beat.number, beat.heard_at)
            known[beat.writer] = replace(of, holes=(*of.holes, hole))
    return list(known.values())


def alarms(
    writers: Iterable[Writer],
    heard: Iterable[Heard],
    refusals: Iterable[Refusal],
    now: int,
    silent_after: int,
) -> list[Alarm]:
    """
    Return what is wrong, by service and process; times in microseconds.

    A service is silent where none of its processes spoke for so long and one of them did not say
    that it ends.
    """
    found: list[Alarm] = []
    beats = list(heard)
    for writer in counted(writers, beats):
        found.extend(
            Alarm(Kind.MISSING, writer.service, writer.writer, h.first, h.last, h.noticed_at)
            for h in writer.holes
        )
        found.extend(
            Alarm(Kind.DOUBLED, writer.service, writer.writer, number, number, writer.last_at)
            for number in writer.doubled
        )
    found.extend(
        Alarm(Kind.FALSE_HEARTBEAT, beat.service, beat.writer, noticed_at=beat.heard_at)
        for beat in beats
        if not beat.good
    )
    found.extend(
        Alarm(Kind.REFUSED_BY_WITNESS, "audit", each.witness, each.size, each.size, each.noticed_at)
        for each in refusals
    )
    found.extend(
        Alarm(Kind.SILENT, service, noticed_at=last)
        for service, last in silent(beats, now, silent_after).items()
    )
    return sorted(found, key=lambda each: (each.service, each.writer, each.first, each.kind))


def silent(heard: Iterable[Heard], now: int, silent_after: int) -> Mapping[str, int]:
    """Return the services that should speak and do not, and when each was heard last."""
    newest: dict[str, Heard] = {}
    for beat in heard:
        before = newest.get(beat.service)
        if beat.good and (before is None or beat.heard_at > before.heard_at):
            newest[beat.service] = beat
    return {
        service: beat.heard_at
        for service, beat in newest.items()
        if not beat.ended and beat.heard_at < now - silent_after
    }
