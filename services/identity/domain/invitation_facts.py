"""Facts of invitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.events import NEVER, Event, personal


@dataclass(frozen=True, kw_only=True)
class AgentInvited(Event):
    """Somebody was invited to a partner, or again with a new link."""

    NAME = "helpdesk.identity.v1.AgentInvited"

    invitation_id: str
    key: str
    email: str = personal(of="key")
    display_name: str = personal(of="key")
    link: str = personal(of="key")
    link_digest: str
    partner_id: str
    partner_name: str
    role: str
    until: datetime = NEVER
    organization_ids: tuple[str, ...] = ()
    invited_by: str
    reason: str = personal(of="key", default="")
    expires: datetime


@dataclass(frozen=True, kw_only=True)
class InvitationWithdrawn(Event):
    """An invitation was taken back."""

    NAME = "helpdesk.identity.v1.InvitationWithdrawn"

    invitation_id: str
    withdrawn_by: str


@dataclass(frozen=True, kw_only=True)
class InvitationAccepted(Event):
    """Somebody signed in with the link of an invitation."""

    NAME = "helpdesk.identity.v1.InvitationAccepted"

    invitation_id: str
    user_id: str
