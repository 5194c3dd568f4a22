"""What the use cases answer, and what they need from the outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from helpdesk.kernel.context import Actor
from services.audit.domain.filters import Cursor, Filter
from services.audit.domain.heartbeats import Alarm, Heard, Refusal
from services.audit.domain.numbers import Writer
from services.audit.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class Found:
    """A record as the views find it; its time in Unix microseconds."""

    idx: int
    record_id: str
    source: str
    source_position: int
    session_id: str
    occurred_at: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A record with its personal fields opened."""

    found: Found
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many records of one outcome one bucket has."""

    number: int
    outcome: str
    count: int


@dataclass(frozen=True, slots=True)
class Activity:
    """Counts of (done, refused, failed) in buckets of equal width; Unix microseconds."""

    since: int
    until: int
    starts: tuple[int, ...]
    counts: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session and what it touched."""

    session: Session
    tickets: tuple[str, ...] = ()
    organization_ids: tuple[str, ...] = ()
    view_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A signed checkpoint."""

    note: str
    size: int
    root: bytes
    signed_at: datetime
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """That a record is in a signed checkpoint; ``head`` is None while none covers it."""

    sealed: bytes
    leaf_hash: bytes
    idx: int
    hashes: tuple[bytes, ...]
    head: SignedHead | None


@dataclass(frozen=True, slots=True)
class Growth:
    """That a log of ``new`` records begins with one of ``old``; notes are empty where unsigned."""

    old: int
    new: int
    hashes: tuple[bytes, ...]
    old_note: str
    note: str


@dataclass(frozen=True, slots=True)
class SourceHead:
    """The end of a service's log; since when (Unix microseconds) something waits there, if so."""

    position: int
    waiting_since: int = 0


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """How far one service's log was read; ``head`` is -1 where it does not answer."""

    source: str
    consumed: int
    head: int
    records: int


Verdict = tuple[datetime, int, tuple[str, ...], int | None]
"""When the log was checked, how many records, what is wrong, the first record concerned."""


@dataclass(frozen=True)
class Standing:
    """
    How the log stands; times in Unix microseconds but for the heads'.

    ``unsigned_since`` is when the oldest record occurred that no head covers; 0 without one.
    """

    heads: Sequence[SignedHead]
    records: int
    complete: bool
    complete_to: int
    sources: Sequence[SourceStanding]
    writers: Sequence[Writer]
    verifier_key: str
    verdict: Verdict | None
    unsigned_since: int = 0
    alarms: Sequence[Alarm] = ()


@dataclass(frozen=True)
class Told:
    """What a stream of records tells: records, the index to go on from, how the log stands."""

    records: Sequence[Opened]
    following: int
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """
    A part of an exported file.

    The first one says whose texts are in the file though they are forgotten: not every service has
    cleared yet.
    """

    chunk: bytes
    last: bool = False
    records: int = 0
    holds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Wanted:
    """
    What to export: ``wanted`` None means the whole log.

    Only records below the index ``end`` are in it. ``reissue_of`` names the export in whose place
    it stands.
    """

    wanted: Filter | None
    form: str
    exported_at: datetime
    end: int
    reissue_of: str = ""


class ActionsView(Protocol):
    """Finds records."""

    def page(
        self,
        wanted: Filter,
        after: Cursor | None,
        *,
        newest_first: bool,
        limit: int,
        skip: int = 0,
    ) -> list[Found]: ...

    def one(self, record_id: str) -> Found | None: ...

    def arrived(self, wanted: Filter, start: int, end: int, limit: int) -> list[Found]: ...

    def activity(self, wanted: Filter, width: int) -> list[Bucket]: ...


class SessionsView(Protocol):
    """Finds sessions."""

    def page(self, wanted: Filter, after: Cursor | None, limit: int) -> list[FoundSession]: ...


class StandingView(Protocol):
    """Knows the log itself."""

    @property
    def verifier_key(self) -> str: ...

    @property
    def records(self) -> int: ...

    def wait(self, size: int, timeout: float) -> bool: ...

    def sign(self, now: datetime) -> None: ...

    def checkpoints(self, limit: int) -> list[SignedHead]: ...

    def oldest_from(self, idx: int) -> int: ...

    def records_by_source(self) -> dict[str, int]: ...

    def consumed(self) -> dict[str, int]: ...

    def writers(self) -> list[Writer]: ...

    def heard(self) -> list[Heard]: ...

    def refusals(self) -> list[Refusal]: ...

    def verdict(self) -> Verdict | None: ...

    def proof(self, idx: int, sealed: bytes) -> Proof: ...

    def growth(self, old: int, new: int) -> Growth: ...


class Directory(Protocol):
    """Names of partners and of their people."""

    def partner_names(self, actor: Actor, organization_id: str) -> Mapping[str, str]:
        """Return names by id of the partners that manage a customer now. Raises HelpdeskError."""

    def person_names(self, ids: Iterable[str]) -> Mapping[str, str]:
        """Return names by id of those people who are known. Raises HelpdeskError."""


class Heads(Protocol):
    """Ends of the other services' logs."""

    def head(self, source: str, after: int) -> SourceHead | None:
        """Return the end of a service's log; None where it does not answer."""


class Exporter(Protocol):
    """Writes the file of an export."""

    def parts(self, wanted: Wanted) -> Iterator[Part]: ...
