"""Forgetting people: what was asked, how far each service is, and legal holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.gateway.pages.models.frame import Frame


@dataclass(frozen=True, kw_only=True)
class Clearing:
    """Whether a service, a code of words.SERVICE, has cleared what it held of a person."""

    service: str
    done: bool


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One filter of an export; the name is a code of words.COLUMN."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class OutdatedExport:
    """
    An export with opened texts that holds somebody who was forgotten since.

    `mine`: whoever looks may issue it again. `reissued` says when that was done.
    """

    export_id: str
    made_by: str
    made: datetime
    format: Literal["ocsf", "cadf", "cloudevents", "csv"]
    asked: tuple[Asked, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    mine: bool = False
    reissued: datetime | None = None
    reissued_by: str = ""


@dataclass(frozen=True, kw_only=True)
class ForgettingRow:
    """
    What was asked for one person; `own`: by whoever looks, who therefore cannot confirm.

    `exports` still hold the person; None where the audit service does not answer.
    """

    user_id: str
    name: str
    state: Literal["asked", "lapsed", "withdrawn", "confirmed", "forgotten"]
    asked_by: str
    asked: datetime
    until: datetime
    own: bool = False
    held: bool = False
    confirmed_by: str = ""
    forgotten: datetime | None = None
    clearing: tuple[Clearing, ...] = ()
    exports: tuple[OutdatedExport, ...] | None = ()


@dataclass(frozen=True, kw_only=True)
class HoldRow:
    """A legal hold; without an id it holds everybody."""

    user_id: str
    name: str
    set_by: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class ForgettingPage:
    """Who is to be forgotten in one's organization, and who is held."""

    frame: Frame
    organization: str
    rows: tuple[ForgettingRow, ...] = ()
    holds: tuple[HoldRow, ...] = ()
    next_page: str = ""
