"""Who is told of a change of an access to a portal, and what the notice says."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.kernel.events import NEVER, Event
from services.email.domain.notice_facts import (
    HomeNoted,
    NoticesBegun,
    NoticeWritten,
    RecipientNoted,
    RecipientRoleNoted,
)

OLD = timedelta(days=1)
"""What was older when the service began is no news: a log that is read for the first time."""
CHANGES = {
    "helpdesk.session.v1.AccessRequested": "requested",
    "helpdesk.session.v1.AccessRejected": "rejected",
    "helpdesk.session.v1.AccessRequestLapsed": "lapsed",
    "helpdesk.session.v1.ConsentGranted": "granted",
    "helpdesk.session.v1.ConsentRevoked": "revoked",
    "helpdesk.session.v1.ConsentExpiring": "expiring",
    "helpdesk.session.v1.ConsentExpired": "expired",
    "helpdesk.session.v1.PartnersBlocked": "blocked",
    "helpdesk.session.v1.PartnersUnblocked": "unblocked",
}
"""What both sides are told of, by the fact that says it."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who may have to be told; an address that was forgotten is none."""

    user_id: str = ""
    home_id: str = ""
    is_admin: bool = False
    active: bool = False
    display_name: str = ""
    address: str = ""
    administers: str = ""
    until: datetime = NEVER

    def is_admin_of(self, home_id: str, now: datetime) -> bool:
        """Whether the person administers a customer or a partner now, and can be told."""
        if not self.active:
            return False
        if self.is_admin and self.home_id == home_id:
            return True
        lasts = self.until == NEVER or now < self.until
        return bool(home_id) and self.administers == home_id and lasts


def evolve_recipient(known: Recipient, event: Event) -> Recipient:
    """Return the recipient after a fact."""
    match event:
        case RecipientNoted():
            return replace(
                known,
                user_id=event.user_id,
                home_id=event.home_id,
                is_admin=event.is_admin,
                active=event.active,
                display_name=event.display_name,
                address=event.address,
            )
        case RecipientRoleNoted():
            return replace(
                known,
                user_id=event.user_id,
                administers=event.partner_id if event.held else "",
                until=event.until,
            )
    return known


@dataclass(frozen=True, slots=True)
class Home:
    """A customer or partner, as far as mail to its people needs it."""

    home_id: str = ""
    name: str = ""
    language: str = ""
    partner_ids: tuple[str, ...] = ()
    is_partner: bool = False


def evolve_home(home: Home, event: Event) -> Home:
    """Return the home after a fact."""
    if not isinstance(event, HomeNoted):
        return home
    return Home(event.home_id, event.name, event.language, event.partner_ids, event.is_partner)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told; what a request or consent said earlier is kept for what follows it."""

    notice_id: str = ""
    change: str = ""
    access_id: str = ""
    organization_id: str = ""
    partner_id: str = ""
    agent_id: str = ""
    sections: tuple[str, ...] = ()
    begins: datetime = NEVER
    ends: datetime = NEVER
    days: int = 0
    ticket: str = ""
    organization_name: str = ""
    partner_name: str = ""
    minutes: int = 0
    agent_name: str = ""
    reason: str = ""


def evolve(notice: Notice, event: Event) -> Notice:
    """Return the notice after a fact."""
    if not isinstance(event, NoticeWritten):
        return notice
    return Notice(
        event.notice_id,
        event.change,
        event.access_id,
        event.organization_id,
        event.partner_id,
        event.agent_id,
        event.sections,
        event.begins,
        event.ends,
        event.days,
        event.ticket,
        event.organization_name,
        event.partner_name,
        event.minutes,
        event.agent_name,
        event.reason,
    )


def notice_id_of(fact_id: str) -> str:
    """Return the id of the notice of a fact: the same fact is the same notice."""
    return hashlib.sha256(f"notice\0{fact_id}".encode()).hexdigest()[:32]


def message_id_of(notice_id: str, user_id: str) -> str:
    """Return the id of the message of a notice to one person, so that there is one."""
    return hashlib.sha256(f"notice\0{notice_id}\0{user_id}".encode()).hexdigest()[:32]


def evolve_begun(begun: datetime, event: Event) -> datetime:
    """Return when the service began to know whom to tell."""
    return event.begun if isinstance(event, NoticesBegun) else begun


def is_news(recorded_at: datetime, begun: datetime) -> bool:
    """Whether somebody is to be told of what was stored then, however late it comes."""
    return begun == NEVER or begun - recorded_at < OLD
