"""A customer organization and the read-only view of its portal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.gateway.pages.models.frame import Frame, Masked


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A subscription: bought and used."""

    name: str
    bought: int
    used: int
    status: str = "active"
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """A web order."""

    number: str
    status: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Site:
    """A meeting site."""

    name: str
    status: str = "active"


@dataclass(frozen=True, kw_only=True)
class Domain:
    """A domain: verified or only claimed."""

    name: str
    status: str


@dataclass(frozen=True, kw_only=True)
class Admin:
    """An admin of the customer, masked."""

    id: str
    name: str
    address: Masked


@dataclass(frozen=True, kw_only=True)
class Cell:
    """
    A value of the portal that is more than text.

    One of: a personal value; a `code` of a group of the words; a time; `text` that leads to `href`.
    """

    masked: Masked | None = None
    group: str = ""
    code: str = ""
    at: datetime | None = None
    id: str = ""
    href: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A named value as the portal words it."""

    name: str
    value: str | Cell
    masked: Masked | None = None


@dataclass(frozen=True, kw_only=True)
class OrganizationConsent:
    """
    Whether the customer lets this agent look into its portal, and for how long.

    `ticket` is the one under which it does, where that is another one than the page's, and `under`
    the address of the page under that one.
    """

    state: Literal["none", "asked", "granted", "running", "rejected", "blocked", "no_admin"] = (
        "none"
    )
    sections: tuple[str, ...] = ()
    minutes: int = 30
    until: datetime | None = None
    view: str = ""
    ticket: str = ""
    under: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OrganizationPage:
    """The customer page; a part is None when its service did not answer."""

    frame: Frame
    id: str
    name: str
    status: str
    created: datetime
    consent: OrganizationConsent
    sections: tuple[str, ...] = ()
    domains: tuple[Domain, ...] = ()
    admins: tuple[Admin, ...] = ()
    subscriptions: tuple[Subscription, ...] | None = ()
    sites: tuple[Site, ...] = ()
    orders: tuple[Order, ...] = ()
    settings: tuple[Fact, ...] = ()
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class PortalRows:
    """A table of the portal; cells are values, never inputs."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    next_page: str = ""


@dataclass(frozen=True, kw_only=True)
class PortalPart:
    """A table below others; `name` is a code of words.COLUMN."""

    name: str
    rows: PortalRows


@dataclass(frozen=True, kw_only=True)
class ViewPage:
    """
    The customer's portal, read only.

    `remaining` and `window` are seconds; `ended_by`, a code of words.ENDED, hides the data;
    `endings` are those that an open page may hear of. `below`
    for a page about one of a section's people.
    """

    frame: Frame
    session: str
    organization: str
    agent: str
    partner: str
    ticket: str
    section: str
    sections: tuple[str, ...]
    allowed: tuple[str, ...]
    remaining: int
    window: int
    until: datetime | None
    ended_by: str = ""
    endings: tuple[str, ...] = ()
    ended_at: datetime | None = None
    rows: PortalRows | None = None
    facts: tuple[Fact, ...] = ()
    parts: tuple[PortalPart, ...] = ()
    below: bool = False
    portal: str = ""


@dataclass(frozen=True, kw_only=True)
class DoorPage:
    """On the way to the customer's own portal; the lease lives for seconds."""

    frame: Frame
    action: str
    lease: str
