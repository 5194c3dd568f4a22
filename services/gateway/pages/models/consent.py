"""What a customer admin sees: requests, running views, receipts, the feed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.gateway.pages.models.frame import Frame


@dataclass(frozen=True, kw_only=True)
class ConsentRequest:
    """A partner's agent asks to look; `minutes` is the working window."""

    id: str
    agent: str
    partner: str
    ticket: str
    reason: str
    sections: tuple[str, ...]
    minutes: int
    asked: datetime
    expires: datetime


@dataclass(frozen=True, kw_only=True)
class RunningView:
    """A view that runs now; seconds."""

    id: str
    agent: str
    partner: str
    ticket: str
    sections: tuple[str, ...]
    remaining: int
    window: int


@dataclass(frozen=True, kw_only=True)
class GivenConsent:
    """
    What the customer allowed a partner; `status` is a code of words.STATUS.

    `agent` and `ticket` say for whom alone, empty for any agent of the partner; `standing` for one
    that can be extended.
    """

    id: str
    partner: str
    sections: tuple[str, ...]
    status: str
    begins: datetime
    until: datetime
    minutes: int
    purpose: str = ""
    once: bool = False
    agent: str = ""
    ticket: str = ""
    live: bool = False
    standing: bool = False


@dataclass(frozen=True, kw_only=True)
class FeedEntry:
    """
    One thing an agent did in the organization; `action` is a code of words.ACTION.

    `why` is the reason that was given, or what the access was allowed for.
    """

    at: datetime
    agent: str
    partner: str
    ticket: str
    action: str
    outcome: Literal["done", "refused", "failed"] = "done"
    subject: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class ConsentPage:
    """Home of a customer admin."""

    frame: Frame
    organization: str
    requests: tuple[ConsentRequest, ...] = ()
    running: tuple[RunningView, ...] = ()
    consents: tuple[GivenConsent, ...] = ()
    feed: tuple[FeedEntry, ...] | None = ()
    blocked_since: datetime | None = None
    reason: str = ""
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class ConsentRequestPage:
    """One request to decide on, or how it was decided."""

    frame: Frame
    organization: str
    request: ConsentRequest
    status: Literal["open", "granted", "rejected", "expired", "withdrawn"] = "open"
    decided: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class GrantPage:
    """
    What is allowed without being asked; `extends` something that was allowed before.

    `partners` are ids and names; `begins` and `until` are days, `2026-05-06`.
    """

    frame: Frame
    organization: str
    partners: tuple[tuple[str, str], ...]
    sections: tuple[str, ...]
    begins: str
    until: str
    partner: str = ""
    chosen: tuple[str, ...] = ()
    reason: str = ""
    once: str = "standing"
    minutes: int = 30
    blocked: bool = False
    extends: bool = False


@dataclass(frozen=True, kw_only=True)
class ActivityPage:
    """All that was done in the organization, newest first."""

    frame: Frame
    organization: str
    entries: tuple[FeedEntry, ...] = ()
    days: int = 30
    older: str = ""


@dataclass(frozen=True, kw_only=True)
class RoleHeld:
    """A role that a person of the partner holds."""

    role: str
    since: datetime | None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """A person of the partner; `limit` names the only customers of a limited one."""

    id: str
    name: str
    address: str
    roles: tuple[RoleHeld, ...] = ()
    limited: bool = False
    limit: tuple[str, ...] = ()
    running_views: int = 0
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class RolesPage:
    """The partner's people and who holds which role."""

    frame: Frame
    partner: str
    people: tuple[Colleague, ...] = ()
    next_page: str = ""
    roles: tuple[str, ...] = ("helpdesk", "partner_admin", "auditor")
    person: str = ""
    role: str = ""
    reason: str = ""
    until: str = ""


@dataclass(frozen=True, kw_only=True)
class ColleaguePage:
    """One person of the partner: their roles, their limit, and the end of everything."""

    frame: Frame
    partner: str
    person: Colleague
