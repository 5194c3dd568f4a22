"""What a check proves to whom, and which checks are stopped because a user denied a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.errors import NotFound, Refused
from helpdesk.kernel.events import NEVER, Event
from services.email.domain.caller_check import LASTS, CallerCheck, standing
from services.email.domain.check_facts import CallerChecksAllowed, CallerChecksStopped


@dataclass(frozen=True, slots=True)
class Guard:
    """Whether an agent's checks of one user are stopped, by which check and since when."""

    stopped: bool = False
    check_id: str = ""
    partner_id: str = ""
    since: datetime = NEVER


def evolve(guard: Guard, event: Event) -> Guard:
    """Return the guard after a fact."""
    match event:
        case CallerChecksStopped():
            return Guard(
                stopped=True,
                check_id=event.check_id,
                partner_id=event.partner_id,
                since=event.recorded_at,
            )
        case CallerChecksAllowed():
            return Guard()
    return guard


def stream_of(agent_id: str, user_id: str) -> str:
    """Return the name of the stream of a guard."""
    return f"check-guard:{agent_id}:{user_id}"


def stop(guard: Guard, check: CallerCheck) -> tuple[Event, ...]:
    """Stop the agent's checks of the user who denied this one."""
    if guard.stopped:
        return ()
    return (
        CallerChecksStopped(
            check_id=check.check_id,
            agent_id=check.agent_id,
            partner_id=check.partner_id,
            user_id=check.user_id,
            organization_id=check.organization_id,
            ticket=check.ticket,
        ),
    )


def allow(
    guard: Guard, *, agent_id: str, user_id: str, admin_id: str, reason: str
) -> tuple[Event, ...]:
    """Let an agent check a user again, but nobody themselves. Raises NotFound, Refused."""
    if not guard.stopped:
        raise NotFound("alarm")
    if admin_id == agent_id:
        raise Refused("OWN_ALARM", "Nobody lifts an alarm about themselves.")
    return (
        CallerChecksAllowed(
            agent_id=agent_id, user_id=user_id, allowed_by=admin_id, reason=reason.strip()
        ),
    )


def check_allowed(guard: Guard) -> None:
    """Refuse checks of a user who denied a call. Raises Refused."""
    if guard.stopped:
        raise Refused(
            "CHECKS_STOPPED",
            "The user said that it was not them. A partner admin of your company was told and "
            "can allow checks of this user again.",
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """A check that holds now: for one agent, user and ticket, and through which address."""

    check_id: str
    agent_id: str
    user_id: str
    ticket: str
    address_digest: str
    by: str
    confirmed_at: datetime
    expires_at: datetime


def proof(
    check: CallerCheck, guard: Guard, agent_id: str, user_id: str, ticket: str, now: datetime
) -> Proof | None:
    """Return what a check proves now for an agent, a user and a ticket, if anything."""
    if standing(check, now) != "confirmed" or guard.stopped or not ticket:
        return None
    if (check.agent_id, check.user_id, check.ticket) != (agent_id, user_id, ticket):
        return None
    return Proof(
        check.check_id,
        check.agent_id,
        check.user_id,
        check.ticket,
        check.address_digest,
        check.proved_by,
        check.confirmed_at,
        check.confirmed_at + LASTS,
    )
