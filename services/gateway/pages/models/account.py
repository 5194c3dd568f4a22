"""Signing in, own settings, errors, and the pages of the development mailbox and provider."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.gateway.pages.models.frame import Frame


@dataclass(frozen=True, kw_only=True)
class Provider:
    """An identity provider of a partner; a link, since the CSP blocks a form to it."""

    name: str
    href: str


@dataclass(frozen=True, kw_only=True)
class SignInPage:
    """Sign-in; `reason` is idle, signed_out, no_role, invitation, or failed."""

    frame: Frame
    providers: tuple[Provider, ...] = ()
    reason: Literal["", "idle", "signed_out", "no_role", "invitation", "failed"] = ""
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class InvitationRow:
    """An open invitation."""

    id: str
    name: str
    address: str
    role: str
    limited: bool
    expires: datetime | None


@dataclass(frozen=True, kw_only=True)
class InvitationsPage:
    """The partner's open invitations, and the form for another one."""

    frame: Frame
    partner: str
    rows: tuple[InvitationRow, ...] = ()
    roles: tuple[str, ...] = ("helpdesk", "partner_admin", "auditor")
    next_page: str = ""


@dataclass(frozen=True, kw_only=True)
class ClaimRow:
    """A claim of the partner's provider and the role that it gives."""

    id: str
    claim: str
    value: str
    role: str
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class ClaimsPage:
    """The claims that give roles, and the form for another one."""

    frame: Frame
    partner: str
    rows: tuple[ClaimRow, ...] = ()
    roles: tuple[str, ...] = ("helpdesk", "auditor")


@dataclass(frozen=True, kw_only=True)
class InvitedPage:
    """What the link of an invitation opens."""

    frame: Frame
    path: str


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """One of the person's sign-in sessions."""

    id: str
    device: str
    since: datetime
    last: datetime | None = None
    ends: datetime | None = None
    current: bool = False


@dataclass(frozen=True, kw_only=True)
class MePage:
    """Language, theme, keys, sign-in sessions."""

    frame: Frame
    locale: str
    theme: Literal["system", "light", "dark"]
    keys: bool
    sessions: tuple[SignedIn, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ErrorPage:
    """
    A whole page refused or failed.

    `lifts` and `next_step` are codes of words.LIFTS and words.NEXT; `rule` of words.RULE.
    """

    frame: Frame
    kind: Literal["not_found", "denied", "search_down", "audit_down", "invalid", "failed"]
    rule: str = ""
    lifts: str = ""
    next_step: str = ""
    reference: str = ""
    recorded: bool = True


@dataclass(frozen=True, kw_only=True)
class DevMessage:
    """A mail in the development mailbox."""

    id: str
    to: str
    subject: str
    at: datetime
    body: str = ""
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class DevMailPage:
    """The development mailbox: a list, and one message when `message` is set."""

    frame: Frame
    messages: tuple[DevMessage, ...] = ()
    message: DevMessage | None = None
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DevAccount:
    """A demonstration account."""

    id: str
    name: str
    partner: str
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DevSignInPage:
    """The demonstration accounts to choose from; `hidden` goes back with the choice."""

    frame: Frame
    accounts: tuple[DevAccount, ...] = ()
    action: str = "/dev/authorize"
    hidden: tuple[tuple[str, str], ...] = ()
