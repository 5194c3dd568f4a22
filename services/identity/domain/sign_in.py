"""Decisions on signing in and on sign-in sessions."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from helpdesk.kernel.errors import Forbidden
from helpdesk.kernel.events import NEVER
from services.identity.domain.facts import SignedIn, SignedOut, SignInBegun

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=10)
ANSWERED_WITHIN = timedelta(minutes=10)
TOUCHED_EVERY = timedelta(minutes=1)
Ending = Literal[
    "signed_out",
    "ended",
    "signed_in_again",
    "role_removed",
    "offboarded",
    "partner_admin",
    "directory",
    "provider",
]
"""Why a session ended early; by its person are the first three."""


@dataclass(frozen=True)
class Attempt:
    """One way to a provider and back."""

    issuer: str = ""
    key: str = ""
    code_verifier: str = ""
    nonce: str = ""
    begun: datetime = NEVER
    used: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in session."""

    id: str
    user_id: str
    begun: datetime
    used: datetime
    ended: bool = False
    user_agent: str = ""

    @property
    def idle_end(self) -> datetime:
        """When it ends if it is not used."""
        return min(self.used + IDLE, self.end)

    @property
    def end(self) -> datetime:
        """When it ends at the latest."""
        return self.begun + LONGEST

    def lives(self, now: datetime) -> bool:
        """Return whether it can be used."""
        return not self.ended and now < self.idle_end


def evolve(state: Attempt, event: SignInBegun | SignedIn) -> Attempt:
    """Fold one fact."""
    if isinstance(event, SignedIn):
        return replace(state, used=True)
    return Attempt(
        issuer=event.issuer,
        key=event.key,
        code_verifier=event.code_verifier,
        nonce=event.nonce,
        begun=event.recorded_at,
    )


def check_answer(attempt: Attempt, state: str, returned: str, now: datetime) -> None:
    """Refuse an answer that this browser did not ask for, that is late, or that was used."""
    if (
        not state
        or not hmac.compare_digest(state.encode(), returned.encode())
        or not attempt.issuer
        or attempt.used
        or now > attempt.begun + ANSWERED_WITHIN
    ):
        raise invalid()


def invalid() -> Forbidden:
    """Return the one refusal of a sign-in, whatever was wrong with it."""
    return Forbidden("SIGN_IN_INVALID", "This sign-in is not valid any more. Start again.")


def session_ended() -> Forbidden:
    """Return the refusal of a session that is not, or no longer, there."""
    return Forbidden("SESSION_ENDED", "Your session has ended. Sign in again.")


def no_role() -> Forbidden:
    """Return the refusal of a person who has no role."""
    return Forbidden("ROLE_MISSING", "Ask a partner admin for the Help Desk role.")


def end(session: Session, reason: Ending) -> SignedOut:
    """End a session."""
    return SignedOut(sign_in_id=session.id, user_id=session.user_id, reason=reason)
