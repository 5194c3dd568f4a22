"""Removals from the blocklist: what became of them, and the words that lead to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.gateway.pages.models.frame import Frame


@dataclass(frozen=True, kw_only=True)
class RemovalRow:
    """
    A removal; `outcome` is a code of words.STATUS, `ground` of words.GROUND.

    `user` is empty where the agent may no longer see the user.
    """

    id: str
    user_id: str
    user: str
    organization: str
    address: str
    ticket: str
    ground: str
    removed: datetime
    outcome: str
    known: datetime | None = None
    cause: str = ""
    next_step: str = ""
    provider: str = ""


@dataclass(frozen=True, kw_only=True)
class RemovalsPage:
    """An agent's work list of removals, or the partner's."""

    frame: Frame
    rows: tuple[RemovalRow, ...] = ()
    everyone: bool = False
    older: str = ""


@dataclass(frozen=True, kw_only=True)
class AddressRequest:
    """A blocked address that waits for the word of a customer's admin."""

    user_id: str
    index: int
    user: str
    address: str
    block: str
    cause: str
    since: datetime
    partner: str
    ticket: str
    reason: str
    asked: datetime


@dataclass(frozen=True, kw_only=True)
class AddressesPage:
    """Blocked addresses that wait for the word of a customer's admin."""

    frame: Frame
    organization: str
    requests: tuple[AddressRequest, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AgreePage:
    """What the link of a mail asks a recipient who complained."""

    frame: Frame
    path: str
    state: Literal["open", "given", "expired"]
    address: str = ""
    ticket: str = ""
    since: datetime | None = None
