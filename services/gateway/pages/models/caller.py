"""What others say to a caller check: the page of the mail's link, and the two admins' pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.gateway.pages.models.frame import Frame


@dataclass(frozen=True, kw_only=True)
class CheckFirst:
    """A personal value is shown only once the caller was checked; a fragment."""

    frame: Frame
    href: str


@dataclass(frozen=True, kw_only=True)
class CallerLinkPage:
    """What the link of a mail asks its reader; it does not say who the reader is."""

    frame: Frame
    path: str
    state: Literal["open", "confirmed", "denied", "expired"]
    agent: str = ""
    partner: str = ""
    ticket: str = ""
    phrase: str = ""
    asked: datetime | None = None
    expires_in: int = 0
    can_deny: bool = False


@dataclass(frozen=True, kw_only=True)
class VouchRequest:
    """A call whose mail cannot arrive, for an admin of the customer to vouch for."""

    id: str
    user: str
    agent: str
    partner: str
    ticket: str
    reason: str
    asked: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class VouchPage:
    """Requests to vouch for callers."""

    frame: Frame
    organization: str
    requests: tuple[VouchRequest, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StoppedCheck:
    """An agent whose checks of a user are stopped; `own` where the admin is that agent."""

    agent_id: str
    agent: str
    user_id: str
    user: str
    organization: str
    ticket: str
    since: datetime
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class AlarmsPage:
    """Users who said "this was not me"."""

    frame: Frame
    partner: str
    stopped: tuple[StoppedCheck, ...] = ()
