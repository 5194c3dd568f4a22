"""What the use cases of the session service need from outside, and what they tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from helpdesk.kernel.context import Actor
from helpdesk.kernel.events import NEVER
from helpdesk.kernel.store import Loaded
from services.session.domain.access import Access, Consent, Request, View, Windows

SERVICE = Actor(id="service:session", roles=frozenset({"SERVICE"}))
"""Who writes the lifecycle of a session that nobody ended."""


@dataclass(frozen=True)
class Item:
    """Where a request, consent or view belongs; a consent has an agent where it is for one."""

    id: str
    organization_id: str
    partner_id: str
    agent_id: str
    ended: int


@dataclass(frozen=True)
class Organization:
    """What identity says of a customer."""

    id: str
    name: str
    admin_ids: tuple[str, ...]
    partner_ids: tuple[str, ...]
    partner_names: tuple[str, ...]

    def partner_name(self, partner_id: str) -> str:
        """Return the name of a partner that manages it now, or an empty text."""
        return dict(zip(self.partner_ids, self.partner_names, strict=True)).get(partner_id, "")


@dataclass(frozen=True)
class Footing:
    """Whether an agent may look at a customer: ``lost`` says why not, ``until`` for how long."""

    lost: str = ""
    until: datetime = NEVER


class Directory(Protocol):
    """What the session service asks identity."""

    def organization(self, viewer: Actor, organization_id: str) -> Organization:
        """Return a customer that the viewer may see. Raises NotFound."""

    def footing(self, user_id: str, roles: frozenset[str], organization_id: str) -> Footing:
        """Return whether and until when an agent may look there by any of the roles."""

    def name(self, user_id: str) -> str:
        """Return a person's name."""


class Finder(Protocol):
    """Finds requests, consents and views, and when a view was last used."""

    def find(self, kind: str, id_: str) -> Item | None:
        """Return where something belongs."""

    def items(
        self,
        kind: str,
        *,
        organization_id: str = "",
        partner_id: str = "",
        agent_id: str = "",
        live_only: bool = False,
    ) -> list[Item]:
        """Return items, newest first."""

    def last_use(self, view_id: str) -> datetime | None:
        """Return when a view was last used."""

    def used(self, view_id: str, now: datetime) -> None:
        """Note that a view is used."""

    def access(self, organization_id: str, partner_id: str) -> Loaded[Access]:
        """Return the state of one customer and one partner as of now."""


@dataclass(frozen=True)
class Standing:
    """How an agent stands with a customer."""

    state: str
    sections: tuple[str, ...] = ()
    until: datetime | None = None
    minutes: int = 0
    consent_id: str = ""
    view_id: str = ""
    obstacle: str = ""
    has_admin: bool = True
    ticket: str = ""
    """Under which ticket it would be allowed, where the obstacle is that it is another one."""


@dataclass(frozen=True)
class Asked:
    """A request with the names of who asks and for which partner."""

    request: Request
    agent_name: str
    partner_name: str


@dataclass(frozen=True)
class Given:
    """A consent, the name of the only agent whom it is for, and the views that run on it."""

    consent: Consent
    agent_name: str
    partner_name: str
    running: list[tuple[View, str]]


@dataclass(frozen=True)
class Lease:
    """A view that may be looked at for the next few seconds."""

    view: View
    remaining: int
    until: datetime


@dataclass(frozen=True)
class Watched:
    """How a view stands."""

    remaining: int
    ended_by: str = ""
    ended_at: datetime | None = None


def windows(view_minutes: int, idle_minutes: int, answer_hours: int, grant_days: int) -> Windows:
    """Return the windows of the settings."""
    return Windows(
        view_minutes=view_minutes,
        idle=timedelta(minutes=idle_minutes),
        answer=timedelta(hours=answer_hours),
        grant=timedelta(days=grant_days),
    )
