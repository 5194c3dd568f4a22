"""Search: results, suggestions, and the agent's home."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.gateway.pages.models.frame import Frame, State

HitKind = Literal["user", "organization", "site", "domain", "order", "device"]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A piece of a name; `hit` is drawn bold and underlined."""

    text: str
    hit: bool = False


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One row of the results; `status` is a code of words.STATUS."""

    id: str
    kind: HitKind
    name: tuple[Span, ...]
    detail: str = ""
    organization: str = ""
    organization_id: str = ""
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class HitGroup:
    """The hits of one kind; `more` is the address of all of them, empty when all are here."""

    kind: HitKind
    hits: tuple[Hit, ...]
    total: int
    more: str = ""


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    """Results of one recorded search."""

    frame: Frame
    query: str
    best: Hit | None = None
    groups: tuple[HitGroup, ...] = ()
    total: int = 0
    kind: HitKind | None = None
    previous: str = ""
    following: str = ""
    degraded: bool = False


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """The type-ahead list; a fragment, not a page."""

    frame: Frame
    groups: tuple[HitGroup, ...] = ()
    total: int = 0


@dataclass(frozen=True, kw_only=True)
class Case:
    """A ticket the agent works on, with what is to be done next (a code of words.NEXT)."""

    number: str
    organization: str
    subject: str
    state: State
    status: str
    next_step: str = ""
    changed: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Probation:
    """A blocklist removal whose next delivery is watched."""

    user_id: str
    ticket: str
    address: str
    since: datetime
    status: str


@dataclass(frozen=True, kw_only=True)
class Recent:
    """A user or organization opened lately."""

    id: str
    kind: HitKind
    name: str
    organization: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class HomePage:
    """Search, tickets, watched removals, recent customers and users."""

    frame: Frame
    cases: tuple[Case, ...] = ()
    probations: tuple[Probation, ...] = ()
    recent: tuple[Recent, ...] = ()
