"""Search: results, suggestions, and the agent's home."""

from dataclasses import dataclass
from typing import Literal

from services.gateway.pages.models.frame import Frame

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
class OpenTicket:
    """A ticket of the product's own list that one may work on."""

    number: str
    organization: str


@dataclass(frozen=True, kw_only=True)
class HomePage:
    """The agent's home: search, and the ticket to work on."""

    frame: Frame
    tickets: tuple[OpenTicket, ...] = ()
