"""Whether a customer lets partners in at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.errors import Refused
from helpdesk.kernel.events import Event
from services.session.domain.facts import PartnersBlocked, PartnersUnblocked


@dataclass(frozen=True)
class Blocking:
    """Since when every partner of a customer is shut out; None where they are not."""

    since: datetime | None = None


def evolve(blocking: Blocking, event: Event) -> Blocking:
    """Fold a fact into the state."""
    match event:
        case PartnersBlocked():
            return Blocking(since=event.recorded_at)
        case PartnersUnblocked():
            return Blocking()
        case _:
            return blocking


def block(blocking: Blocking, organization_id: str, blocked_by: str) -> PartnersBlocked:
    """Shut every partner out. Raises Refused."""
    if blocking.since is not None:
        raise Refused("PARTNERS_BLOCKED", "All partners are blocked already.")
    return PartnersBlocked(organization_id=organization_id, blocked_by=blocked_by)


def unblock(blocking: Blocking, organization_id: str, unblocked_by: str) -> PartnersUnblocked:
    """Let partners ask again. Raises Refused."""
    if blocking.since is None:
        raise Refused("PARTNERS_NOT_BLOCKED", "No partner is blocked.")
    return PartnersUnblocked(organization_id=organization_id, unblocked_by=unblocked_by)


def check_open(blocking: Blocking) -> None:
    """Refuse what a customer that blocks all partners does not want. Raises Refused."""
    if blocking.since is not None:
        raise Refused(
            "PARTNERS_BLOCKED",
            "The customer has blocked all partners. Its admin can lift that on the consent page.",
        )
