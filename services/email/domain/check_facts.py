"""Facts of what others say to a check of a caller: the mailbox's owner and the two admins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.events import Event, personal


@dataclass(frozen=True, kw_only=True)
class CallerDenied(Event):
    """The owner of the mailbox said that it is not them who is calling."""

    NAME = "helpdesk.email.v1.CallerDenied"

    check_id: str
    agent_id: str
    partner_id: str = ""
    user_id: str
    organization_id: str = ""
    ticket: str


@dataclass(frozen=True, kw_only=True)
class CallerChecksStopped(Event):
    """An agent may not check a user any more, because the user denied a call."""

    NAME = "helpdesk.email.v1.CallerChecksStopped"

    check_id: str
    agent_id: str
    partner_id: str = ""
    user_id: str
    organization_id: str = ""
    ticket: str


@dataclass(frozen=True, kw_only=True)
class CallerChecksAllowed(Event):
    """A partner admin lets an agent check a user again."""

    NAME = "helpdesk.email.v1.CallerChecksAllowed"

    agent_id: str
    user_id: str
    allowed_by: str
    reason: str = personal(of="user_id")


@dataclass(frozen=True, kw_only=True)
class VouchRequested(Event):
    """A code cannot arrive, so an agent asks the customer's admins for their word."""

    NAME = "helpdesk.email.v1.VouchRequested"

    check_id: str
    agent_id: str
    user_id: str
    organization_id: str
    ticket: str
    reason: str = personal(of="user_id")
    open_until: datetime


@dataclass(frozen=True, kw_only=True)
class CallerVouched(Event):
    """A customer admin vouched for the caller."""

    NAME = "helpdesk.email.v1.CallerVouched"

    check_id: str
    agent_id: str
    user_id: str
    organization_id: str
    ticket: str
    admin_id: str
    reason: str = personal(of="user_id")


@dataclass(frozen=True, kw_only=True)
class VouchRefused(Event):
    """A customer admin did not vouch for the caller."""

    NAME = "helpdesk.email.v1.VouchRefused"

    check_id: str
    user_id: str
    organization_id: str
    admin_id: str
    reason: str = personal(of="user_id")
