"""Use cases of sign-in sessions: tokens for as long as one lives, and its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import NotFound, Refused
from helpdesk.kernel.events import timestamp
from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.tokens import Signs, claims_of
from services.identity.application.reading import Views, roles_now
from services.identity.domain import ids, sign_in
from services.identity.domain.entries import Person
from services.identity.domain.facts import OperatorTokenIssued, SignedOut
from services.identity.domain.sign_in import Session

# A role that was taken away is dead when the last token with it is, also where nobody hears of it.
_SECONDS = 60
_OPERATOR_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Issued:
    """A token and whom it names."""

    token: str
    seconds: int
    actor: Actor
    person: Person
    partner_name: str = ""
    organization_name: str = ""
    idle_end: datetime | None = None


class Sessions:
    """Gives people tokens for as long as their sessions live."""

    def __init__(
        self, views: Views, signer: Signs, digest: Callable[[str], str], *, dev_tokens: bool
    ) -> None:
        self._views = views
        self._signer = signer
        self._digest = digest
        self._dev_tokens = dev_tokens

    def issue_token(self, action: SupportAction, secret: str) -> Issued:
        """Return a token with the roles of now. Raises Forbidden."""
        session = self._views.session(self._digest(f"session:{secret}"))
        if session is None or not session.lives(action.now):
            raise sign_in.session_ended()
        person = self._views.person(ids.uuid_of(ids.PEOPLE, session.user_id))
        if person is None:
            raise sign_in.session_ended()
        actor = self._actor(person, action.now, session.id)
        idle_end = session.idle_end
        if action.now - session.used >= sign_in.TOUCHED_EVERY:
            self._views.touch(session.id, timestamp(action.now))
            idle_end = min(action.now + sign_in.IDLE, session.end)
        seconds = self._seconds(person, action.now)
        token = self._signer.sign(claims_of(actor), SERVICES, seconds)
        partner = self._views.partner(person.organization)
        organization = self._views.organization(person.organization)
        return Issued(
            token=token,
            seconds=seconds,
            actor=actor,
            person=person,
            partner_name=partner.display_name if partner else "",
            organization_name=organization.display_name if organization else "",
            idle_end=idle_end,
        )

    def issue_token_for(self, action: SupportAction, user_id: str) -> Issued:
        """Return a token in a person's name; development products only. Raises Refused."""
        if not self._dev_tokens:
            raise Refused("DEV_TOKENS_OFF", "Development tokens are off here. Sign in instead.")
        person = self._views.person(ids.uuid_of(ids.PEOPLE, user_id))
        if person is None:
            raise NotFound("person")
        actor = self._actor(person, action.now, "")
        stream = action.load(f"operator-tokens:{person.uuid}", _count, 0)
        action.stage(stream, OperatorTokenIssued(user_id=person.id, issued_by=action.actor.id))
        token = self._signer.sign(claims_of(actor), SERVICES, _OPERATOR_SECONDS)
        return Issued(token, _OPERATOR_SECONDS, actor, person)

    def list_sign_ins(self, action: SupportAction) -> list[Session]:
        """Return the caller's live sessions, newest first."""
        sessions = self._views.sessions_of(action.actor.id)
        return [each for each in sessions if each.lives(action.now)]

    def end_sign_in(self, action: SupportAction, sign_in_id: str) -> None:
        """End one of the caller's sessions, the calling one for an empty id. Raises NotFound."""
        wanted = sign_in_id or action.actor.sign_in_id
        for session in self.list_sign_ins(action):
            if session.id == wanted:
                own = wanted == action.actor.sign_in_id
                end_session(action, session, "signed_out" if own else "ended")
                return
        raise NotFound("session")

    def end_other_sign_ins(self, action: SupportAction) -> int:
        """End all of the caller's sessions but the calling one; return how many there were."""
        others = [each for each in self.list_sign_ins(action) if each.id != action.actor.sign_in_id]
        for session in others:
            end_session(action, session, "ended")
        return len(others)

    def _seconds(self, person: Person, now: datetime) -> int:
        # Nobody tells of a role that ends by its date, so no token with it lives on.
        ends = [each.until for each in self._views.roles_of(person.uuid)]
        left = [(end - now).total_seconds() for end in ends if end > now]
        return min([_SECONDS, *map(ceil, left)])

    def _actor(self, person: Person, now: datetime, sign_in_id: str) -> Actor:
        # Before the roles are read: what ends later ends this token too.
        known_at = self._views.position
        roles = roles_now(self._views, person, now)
        if not roles:
            raise sign_in.no_role()
        return acting(self._views, person, roles, sign_in_id, known_at)


def acting(
    views: Views, person: Person, roles: frozenset[str], sign_in_id: str, known_at: int = 0
) -> Actor:
    """Return a person as who acts, for a partner, a customer or the platform, which is neither."""
    at_partner = views.partner(person.organization) is not None
    at_customer = not at_partner and person.organization != ids.PLATFORM
    return Actor(
        id=person.id,
        partner_id=person.organization_id if at_partner else "",
        organization_id=person.organization_id if at_customer else "",
        roles=roles,
        sign_in_id=sign_in_id,
        known_at=known_at,
    )


def end_session(action: SupportAction, session: Session, reason: sign_in.Ending) -> None:
    """End a session, once."""
    stream = action.load(f"signed-out:{session.id}", _ended, initial=False)
    if not stream.state:
        action.stage(stream, sign_in.end(session, reason))


def _count(state: int, _: OperatorTokenIssued) -> int:
    return state + 1


def _ended(_: bool, __: SignedOut) -> bool:
    return True
