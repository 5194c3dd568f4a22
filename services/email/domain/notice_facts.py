"""Facts of who is told what: people, their homes, and the notices that were written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.events import NEVER, Event, personal


@dataclass(frozen=True, kw_only=True)
class RecipientNoted(Event):
    """Somebody who may have to be told of things came in or changed, as the directory has it."""

    NAME = "helpdesk.email.v1.RecipientNoted"

    user_id: str
    home_id: str
    is_admin: bool = False
    active: bool = False
    display_name: str = personal(of="user_id", default="")
    address: str = personal(of="user_id", default="")


@dataclass(frozen=True, kw_only=True)
class RecipientRoleNoted(Event):
    """Somebody of a partner got or lost the role of a partner's admin."""

    NAME = "helpdesk.email.v1.RecipientRoleNoted"

    user_id: str
    partner_id: str
    held: bool = False
    until: datetime = NEVER


@dataclass(frozen=True, kw_only=True)
class NoticesBegun(Event):
    """The service began to know whom to tell: what was over for a day then is told to nobody."""

    NAME = "helpdesk.email.v1.NoticesBegun"

    begun: datetime


@dataclass(frozen=True, kw_only=True)
class HomeNoted(Event):
    """An organization or a partner came in or changed."""

    NAME = "helpdesk.email.v1.HomeNoted"

    home_id: str
    name: str = ""
    language: str = ""
    partner_ids: tuple[str, ...] = ()
    is_partner: bool = False


@dataclass(frozen=True, kw_only=True)
class NoticeWritten(Event):
    """Both sides of an access to a portal are told of a change."""

    NAME = "helpdesk.email.v1.NoticeWritten"

    notice_id: str
    change: str
    access_id: str = ""
    organization_id: str
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
    agent_name: str = personal(of="agent_id", default="")
    reason: str = personal(of="access_id", default="")
