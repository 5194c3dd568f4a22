"""Decisions on invitations: who may be invited to what, and how long a link is good."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.kernel.errors import Forbidden, InvalidArgument, NotFound
from helpdesk.kernel.events import ERASED
from services.identity.domain.forgetting import forgotten
from services.identity.domain.invitation_facts import (
    AgentInvited,
    InvitationAccepted,
    InvitationWithdrawn,
)
from services.identity.domain.roles import ASSIGNABLE, FOR_ALL_CUSTOMERS

GOOD_FOR = timedelta(days=7)
Fact = AgentInvited | InvitationWithdrawn | InvitationAccepted


@dataclass(frozen=True)
class Invitation:
    """An invitation: what it offers, and whether it was taken back or used."""

    offer: AgentInvited | None = None
    over: bool = False

    def open(self, now: datetime) -> AgentInvited | None:
        """Return what it offers now; None for nothing any more."""
        offer = self.offer
        return offer if offer is not None and not self.over and now < offer.expires else None


def evolve(state: Invitation, event: Fact) -> Invitation:
    """Fold one fact."""
    if isinstance(event, AgentInvited):
        return Invitation(event)
    return replace(state, over=True)


def invite(fact: AgentInvited, now: datetime) -> AgentInvited:
    """Invite somebody."""
    if fact.role not in ASSIGNABLE:
        raise InvalidArgument("role", "NOT_ASSIGNABLE", "role: not a role that is assigned here.")
    if fact.until.timestamp() and fact.until <= now:
        raise InvalidArgument("until", "IN_THE_PAST", "until: is in the past.")
    if fact.organization_ids and fact.role in FOR_ALL_CUSTOMERS:
        raise InvalidArgument(
            "organization_ids", "ROLE_FOR_ALL_CUSTOMERS", "Partner admins and auditors see all."
        )
    return fact


def again(
    state: Invitation, link: str, link_digest: str, invited_by: str, now: datetime
) -> AgentInvited:
    """Offer the same with a new link; one that lapsed may be renewed, an ended one not."""
    if state.offer is None or state.over:
        raise NotFound("invitation")
    if ERASED in (state.offer.email, state.offer.display_name):
        raise forgotten()
    return replace(
        state.offer,
        link=link,
        link_digest=link_digest,
        invited_by=invited_by,
        expires=now + GOOD_FOR,
    )


def withdraw(state: Invitation, fact: InvitationWithdrawn) -> InvitationWithdrawn:
    """Take an invitation back."""
    if state.offer is None or state.over:
        raise NotFound("invitation")
    return fact


def accept(state: Invitation, link_digest: str, now: datetime) -> AgentInvited:
    """Return what the newest link offers, once."""
    offer = state.open(now)
    erased = offer is not None and ERASED in (offer.email, offer.display_name)
    if offer is None or erased or offer.link_digest != link_digest:
        raise invalid()
    return offer


def invalid() -> Forbidden:
    """Return the one refusal of a link, whatever is wrong with it."""
    return Forbidden(
        "INVITATION_INVALID",
        "This invitation is not valid any more. Ask your partner admin for a new one.",
    )
