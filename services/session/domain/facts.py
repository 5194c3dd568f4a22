"""What is remembered of consents and views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.events import NEVER, Event, personal


@dataclass(frozen=True, kw_only=True)
class AccessRequested(Event):
    """An agent asked a customer for access."""

    NAME = "helpdesk.session.v1.AccessRequested"

    access_request_id: str
    organization_id: str
    partner_id: str
    agent_id: str
    sections: tuple[str, ...]
    minutes: int
    reason: str = personal(of="access_request_id")
    ticket: str
    lapses: datetime


@dataclass(frozen=True, kw_only=True)
class AccessRejected(Event):
    """A request was rejected, by an admin or since who asked may look no more."""

    NAME = "helpdesk.session.v1.AccessRejected"

    access_request_id: str
    organization_id: str
    partner_id: str
    rejected_by: str


@dataclass(frozen=True, kw_only=True)
class AccessRequestLapsed(Event):
    """Nobody answered a request in time."""

    NAME = "helpdesk.session.v1.AccessRequestLapsed"

    access_request_id: str
    organization_id: str
    partner_id: str


@dataclass(frozen=True, kw_only=True)
class ConsentGranted(Event):
    """A customer's admin allowed a partner to look at its portal."""

    NAME = "helpdesk.session.v1.ConsentGranted"

    consent_id: str
    organization_id: str
    partner_id: str
    access_request_id: str = ""
    sections: tuple[str, ...]
    begins: datetime
    ends: datetime
    once: bool = False
    minutes: int
    purpose: str = personal(of="consent_id", default="")
    granted_by: str
    agent_id: str = ""
    ticket: str = ""


@dataclass(frozen=True, kw_only=True)
class ConsentRevoked(Event):
    """A consent was taken back, by an admin or since whom it was for may look no more."""

    NAME = "helpdesk.session.v1.ConsentRevoked"

    consent_id: str
    organization_id: str
    partner_id: str
    revoked_by: str


@dataclass(frozen=True, kw_only=True)
class ConsentExpiring(Event):
    """A consent ends in so many days."""

    NAME = "helpdesk.session.v1.ConsentExpiring"

    consent_id: str
    organization_id: str
    partner_id: str
    days: int
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class ConsentExpired(Event):
    """The time of a consent is over."""

    NAME = "helpdesk.session.v1.ConsentExpired"

    consent_id: str
    organization_id: str
    partner_id: str


@dataclass(frozen=True, kw_only=True)
class PartnersBlocked(Event):
    """A customer's admin shut every partner out."""

    NAME = "helpdesk.session.v1.PartnersBlocked"

    organization_id: str
    blocked_by: str


@dataclass(frozen=True, kw_only=True)
class PartnersUnblocked(Event):
    """A customer's admin lets partners ask again."""

    NAME = "helpdesk.session.v1.PartnersUnblocked"

    organization_id: str
    unblocked_by: str


@dataclass(frozen=True, kw_only=True)
class ViewGranted(Event):
    """An agent may look: the view is made, its clock stands still."""

    NAME = "helpdesk.session.v1.ViewGranted"

    view_id: str
    consent_id: str
    organization_id: str
    partner_id: str
    agent_id: str
    sign_in_id: str
    ticket: str
    sections: tuple[str, ...]
    minutes: int
    latest: datetime
    roles: tuple[str, ...] = ()
    role_until: datetime = NEVER


@dataclass(frozen=True, kw_only=True)
class ViewStarted(Event):
    """A view was used for the first time: its clock runs."""

    NAME = "helpdesk.session.v1.ViewStarted"

    view_id: str
    organization_id: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class PortalEntered(Event):
    """A browser was let into the customer's portal; the one before no longer is."""

    NAME = "helpdesk.session.v1.PortalEntered"

    view_id: str
    organization_id: str
    key_digest: str


@dataclass(frozen=True, kw_only=True)
class ViewEnded(Event):
    """A view is over."""

    NAME = "helpdesk.session.v1.ViewEnded"

    view_id: str
    organization_id: str
    ended_by: str
    person_id: str = ""


LIFECYCLE = frozenset({PortalEntered.NAME, ViewEnded.NAME})
"""Facts about a view that a call within it may store."""
