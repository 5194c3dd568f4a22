"""What an auditor sees: completeness, activity, replay of a session, the log itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.gateway.pages.models.forgetting import Asked, OutdatedExport
from services.gateway.pages.models.frame import Frame, State


@dataclass(frozen=True, kw_only=True)
class Completeness:
    """
    The line on top of each auditor's page; `state` warn is late, blocked does not verify.

    Of warn, `late`: the newest records were not signed in time, otherwise not all have arrived.
    `broken_record` names a record that does not verify, `missing_*` a hole in a service's numbers,
    `alarm` (DOUBLED, SILENT, FALSE_HEARTBEAT, REFUSED_BY_WITNESS) what is wrong else.
    """

    state: State
    until: datetime
    records: int
    checkpoint_age: int
    late: bool = False
    broken_record: int | None = None
    missing_writer: str = ""
    missing_number: int = 0
    missing_since: datetime | None = None
    alarm: str = ""
    alarm_service: str = ""
    alarm_since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar of the activity picture."""

    start: datetime
    done: int = 0
    refused: int = 0
    failed: int = 0


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One record; `action` is a code of words.ACTION."""

    number: int
    at: datetime
    agent: str
    partner: str
    ticket: str
    action: str
    outcome: Literal["done", "refused", "failed"]
    organization: str = ""
    session: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditActivityPage:
    """
    Picture, filters, table.

    `actions` are names of actions by service; `own_partner`: whoever looks sees one partner only.
    """

    frame: Frame
    completeness: Completeness
    bars: tuple[Bar, ...] = ()
    bars_end: datetime | None = None
    entries: tuple[AuditEntry, ...] = ()
    total: int = 0
    start: str = ""
    end: str = ""
    agent: str = ""
    organization: str = ""
    partner: str = ""
    user: str = ""
    action: str = ""
    ticket: str = ""
    session: str = ""
    outcome: str = ""
    actions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    own_partner: bool = False
    older: str = ""
    live: str = ""
    export: str = "/audit/export"


@dataclass(frozen=True, kw_only=True)
class AuditLivePage:
    """Records as they are made: where they come from, and from which index of the log on."""

    frame: Frame
    completeness: Completeness
    asked: tuple[Asked, ...]
    events: str
    after: int
    back: str


@dataclass(frozen=True, kw_only=True)
class PlayerStep:
    """One step of a session."""

    number: int
    at: datetime
    action: str
    outcome: Literal["done", "refused", "failed"] = "done"


@dataclass(frozen=True, kw_only=True)
class ReplayedFact:
    """A value the agent saw; `erased` if its person was forgotten since, `truth` if yes or no."""

    name: str
    value: str
    erased: bool = False
    truth: bool | None = None


@dataclass(frozen=True, kw_only=True)
class ReplayedPart:
    """A part of an answer: facts, or a table; names and columns are codes of words.COLUMN."""

    name: str = ""
    facts: tuple[ReplayedFact, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[ReplayedFact, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class AuditSessionPage:
    """
    Replay of what an agent saw, step by step.

    `steps` are those around the current one, from `first` on, of `total`; all count from 0.
    `facts` are what the record says, `answer` is what was on the screen; `why` is a code of
    words.REBUILT_WHY. `records` is the address of the session's records among all.
    """

    frame: Frame
    completeness: Completeness
    session: str
    agent: str
    partner: str
    ticket: str
    organization: str
    purpose: str
    steps: tuple[PlayerStep, ...]
    current: int
    total: int
    first: int = 0
    records: str = ""
    facts: tuple[ReplayedFact, ...] = ()
    answer: tuple[ReplayedPart, ...] = ()
    digest: Literal["match", "differs", "erased", "not_rebuilt", "no_answer", "at_work"] = "match"
    digest_text: str = ""
    why: str = ""
    positions: str = ""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A signed head of the tree."""

    size: int
    root: str
    at: datetime
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Writer:
    """The numbers of one service process; `missing` is empty when there is no hole."""

    service: str
    writer: str
    head: int
    heartbeat: datetime
    state: State = "ok"
    missing: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditLogPage:
    """Checkpoints, witnesses, service numbers."""

    frame: Frame
    completeness: Completeness
    checkpoints: tuple[Checkpoint, ...] = ()
    writers: tuple[Writer, ...] = ()
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditExportPage:
    """
    Export with proofs; formats are proofs, ocsf, cadf, cloudevents, csv.

    `asked` are filters of the activity that it came from, and `path` is where the form goes.
    `outdated` are to be issued again; None where they could not be asked for.
    """

    frame: Frame
    completeness: Completeness
    path: str = "/audit/export"
    asked: tuple[Asked, ...] = ()
    start: str = ""
    end: str = ""
    organization: str = ""
    format: str = "ocsf"
    outdated: tuple[OutdatedExport, ...] | None = ()
