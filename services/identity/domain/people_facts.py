"""Facts of a partner's own people: who left, who is limited, whom the directory bars."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.kernel.events import Event, personal


@dataclass(frozen=True, kw_only=True)
class PersonOffboarded(Event):
    """A person left the partner: roles and sessions ended with it."""

    NAME = "helpdesk.identity.v1.PersonOffboarded"

    user_id: str
    partner_id: str
    offboarded_by: str
    reason: str = personal(of="user_id", default="")


@dataclass(frozen=True, kw_only=True)
class AgentLimited(Event):
    """A person of a partner sees some of its customers only."""

    NAME = "helpdesk.identity.v1.AgentLimited"

    user_id: str
    partner_id: str
    organization_ids: tuple[str, ...]
    limited_by: str
    reason: str = personal(of="user_id", default="")


@dataclass(frozen=True, kw_only=True)
class AgentLimitLifted(Event):
    """A person of a partner sees all of its customers again."""

    NAME = "helpdesk.identity.v1.AgentLimitLifted"

    user_id: str
    partner_id: str
    lifted_by: str
    reason: str = personal(of="user_id", default="")


@dataclass(frozen=True, kw_only=True)
class PersonBarred(Event):
    """The directory lets a person act for the partner no more."""

    NAME = "helpdesk.identity.v1.PersonBarred"

    user_id: str
    partner_id: str


@dataclass(frozen=True, kw_only=True)
class PersonAdmitted(Event):
    """The directory lets a person act for the partner again."""

    NAME = "helpdesk.identity.v1.PersonAdmitted"

    user_id: str
    partner_id: str
