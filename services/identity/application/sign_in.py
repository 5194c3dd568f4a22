"""Use cases of signing in and of sign-in sessions."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from helpdesk.kernel.events import timestamp
from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.settings import is_loopback
from helpdesk.kernel.tokens import Signs, claims_of
from services.identity.application.invitations import Invitations
from services.identity.application.reading import Views, roles_now
from services.identity.domain import ids, limits, sign_in
from services.identity.domain.entries import Person
from services.identity.domain.facts import (
    AccountLinked,
    OperatorTokenIssued,
    ProviderSignedOut,
    RoleAssigned,
    SignedIn,
    SignedOut,
    SignInBegun,
)
from services.identity.domain.limits import Bucket
from services.identity.domain.sign_in import Attempt, Session

# A role that was taken away is dead when the last token with it is.
_SECONDS = 60
_OPERATOR_SECONDS = 300
_AGENT = 200
# Longer ones do not fit into the address of a sign-out page.
_LONGEST_HINT = 4096


class Configuration(Protocol):
    """What sign-in needs to know about a provider."""

    @property
    def issuer(self) -> str: ...
    @property
    def partner_id(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def name(self) -> str: ...


class Identified(Protocol):
    """Whom a provider signed in."""

    @property
    def subject(self) -> str: ...
    @property
    def session(self) -> str: ...
    @property
    def token(self) -> str: ...


class SignedOutThere(Protocol):
    """Whom a provider signed out."""

    @property
    def token_id(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def session(self) -> str: ...


class Provider(Protocol):
    """A provider that signs people in."""

    @property
    def configured(self) -> Configuration: ...
    def authorization_url(
        self, redirect_uri: str, state: str, nonce: str, verifier: str, locale: str
    ) -> str: ...
    def identify(
        self, code: str, redirect_uri: str, verifier: str, nonce: str, issuer: str
    ) -> Identified: ...
    def sign_out_url(self, id_token: str, redirect_uri: str, state: str) -> str: ...
    def signed_out(self, token: str) -> SignedOutThere: ...


class Providers(Protocol):
    """The providers that are configured."""

    def get(self, issuer: str) -> Provider: ...
    def of_token(self, token: str) -> Provider: ...
    def all(self) -> Sequence[Provider]: ...


class Keys(Protocol):
    """What sign-in needs from the vault."""

    def spare(self, kind: str) -> str: ...


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


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider sent back by way of the browser."""

    state: str
    returned_state: str
    code: str
    redirect_uri: str
    user_agent: str
    issuer: str = ""
    invitation: str = ""


class SignIns:
    """Signs people in and gives them tokens for as long as they are."""

    def __init__(
        self,
        views: Views,
        providers: Providers,
        signer: Signs,
        keys: Keys,
        digest: Callable[[str], str],
        *,
        dev_tokens: bool,
        begun_a_minute: int = 0,
        invitations: Invitations | None = None,
    ) -> None:
        self._views = views
        self._providers = providers
        self._signer = signer
        self._keys = keys
        self._digest = digest
        self._dev_tokens = dev_tokens
        self._begun_a_minute = begun_a_minute
        self._invitations = invitations
        self._begun: dict[tuple[frozenset[str], str], Bucket] = {}
        self._lock = threading.Lock()

    def begin_sign_in(
        self,
        action: SupportAction,
        issuer: str,
        redirect_uri: str,
        locale: str,
        caller: frozenset[str] = frozenset(),
    ) -> tuple[str, str]:
        """
        Return the provider's page and the state. Raises NotFound, Unavailable, Exhausted.

        Nobody has signed in yet, and each leaves a fact: ``caller``, the services of the caller's
        certificate, may begin so many with one issuer.
        """
        _check_redirect(redirect_uri)
        provider = self._providers.get(issuer)
        self._count((caller, provider.configured.issuer), action.now)
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        url = provider.authorization_url(redirect_uri, state, nonce, verifier, locale)
        state_digest = self._digest(f"state:{state}")
        begun = SignInBegun(
            state_digest=state_digest,
            issuer=provider.configured.issuer,
            key=self._keys.spare("sign-in"),
            code_verifier=verifier,
            nonce=nonce,
        )
        stream = action.load(f"sign-in:{state_digest}", sign_in.evolve, Attempt())
        action.stage(stream, begun)
        return url, state

    def _count(self, key: tuple[frozenset[str], str], now: datetime) -> None:
        if not self._begun_a_minute:
            return
        with self._lock:
            bucket = self._begun.get(key) or limits.full(self._begun_a_minute, now)
            self._begun[key] = limits.take(
                bucket,
                now,
                "TOO_MANY_SIGN_INS",
                "Too many people sign in at this moment. Try again shortly.",
            )

    def complete_sign_in(self, action: SupportAction, answer: Answer) -> tuple[str, str]:
        """Return the secret and id of a new session. Raises Forbidden, Unavailable."""
        state_digest = self._digest(f"state:{answer.state}")
        stream = action.load(f"sign-in:{state_digest}", sign_in.evolve, Attempt())
        attempt = stream.state
        sign_in.check_answer(attempt, answer.state, answer.returned_state, action.now)
        provider = self._provider(attempt.issuer)
        identified = provider.identify(
            answer.code, answer.redirect_uri, attempt.code_verifier, attempt.nonce, answer.issuer
        )
        person = self._welcomed(action, provider.configured, identified.subject, answer.invitation)
        action.about(user_id=person.id)
        secret, sign_in_id = secrets.token_urlsafe(32), uuid4().hex
        action.actor = self._actor(person, action.now, sign_in_id, _given(action, person))
        signed_in = SignedIn(
            sign_in_id=sign_in_id,
            user_id=person.id,
            secret_digest=self._digest(f"session:{secret}"),
            issuer=attempt.issuer,
            user_agent=answer.user_agent[:_AGENT],
            subject_digest=self._subject_digest(attempt.issuer, identified.subject),
            provider_session_digest=self._session_digest(attempt.issuer, identified.session),
            id_token=identified.token if len(identified.token) <= _LONGEST_HINT else "",
        )
        action.stage(stream, signed_in)
        return secret, sign_in_id

    def _provider(self, issuer: str) -> Provider:
        try:
            return self._providers.get(issuer)
        except NotFound as error:
            raise sign_in.invalid() from error

    def _welcomed(
        self, action: SupportAction, configured: Configuration, subject: str, invitation: str
    ) -> Person:
        known = self._known(configured, subject)
        if not invitation or self._invitations is None:
            if known is None:
                raise sign_in.invalid()
            return known
        # The link says which invitation; who comes with it is the provider's account, no address.
        person = self._invitations.accept(action, invitation, configured.partner_id, known)
        if known is None:
            self._link(action, person, configured.issuer, subject)
        return person

    def _known(self, configured: Configuration, subject: str) -> Person | None:
        user_id = self._views.linked(self._subject_digest(configured.issuer, subject))
        if configured.subject != "linked":
            user_id = user_id or subject
        person = self._views.person(ids.uuid_of(ids.PEOPLE, user_id))
        limit = ids.uuid_of(ids.ORGANIZATION, configured.partner_id)
        if person is None or (configured.partner_id != "*" and person.organization != limit):
            return None
        return person

    def _subject_digest(self, issuer: str, subject: str) -> str:
        return self._digest(json.dumps(["account", issuer, subject]))

    def _session_digest(self, issuer: str, session: str) -> str:
        return self._digest(json.dumps(["provider-session", issuer, session])) if session else ""

    def list_providers(self) -> list[tuple[str, str]]:
        """Return the issuers one can sign in with, and what people call them."""
        found = [each.configured for each in self._providers.all()]
        return [(each.issuer, each.name or urlsplit(each.issuer).netloc) for each in found]

    def sign_out_page(
        self, action: SupportAction, secret: str, redirect_uri: str, state: str
    ) -> str:
        """Return the provider's own sign-out page, empty for none. Raises Forbidden."""
        _check_redirect(redirect_uri)
        secret_digest = self._digest(f"session:{secret}")
        session = self._views.session(secret_digest)
        if session is None or not session.lives(action.now):
            raise sign_in.session_ended()
        issuer, id_token = self._views.provider_of(session)
        try:
            provider = self._providers.get(issuer)
        except NotFound:
            return ""
        return provider.sign_out_url(id_token, redirect_uri, state) if issuer else ""

    def end_provider_session(self, action: SupportAction, token: str) -> None:
        """End what a provider's logout token names, once. Raises Forbidden, Unavailable."""
        try:
            provider = self._providers.of_token(token)
        except NotFound as error:
            raise sign_in.invalid() from error
        issuer, named = provider.configured.issuer, provider.signed_out(token)
        token_digest = self._digest(json.dumps(["logout", issuer, named.token_id]))
        stream = action.load(f"logout-token:{token_digest}", _used, initial=False)
        if stream.state:
            raise sign_in.invalid()
        action.stage(stream, ProviderSignedOut(token_digest=token_digest, issuer=issuer))
        sessions = self._views.sessions_at_provider(
            self._subject_digest(issuer, named.subject) if named.subject else "",
            self._session_digest(issuer, named.session),
        )
        for session in sessions:
            action.about(user_id=session.user_id)
            if session.lives(action.now):
                end_session(action, session, "provider")

    def _actor(
        self,
        person: Person,
        now: datetime,
        sign_in_id: str,
        given: frozenset[str] = frozenset(),
    ) -> Actor:
        # Before the roles are read: what ends later ends this token too.
        known_at = self._views.position
        roles = roles_now(self._views, person, now) | given
        if not roles:
            raise sign_in.no_role()
        at_partner = self._views.partner(person.organization) is not None
        return Actor(
            id=person.id,
            partner_id=person.organization_id if at_partner else "",
            organization_id="" if at_partner else person.organization_id,
            roles=roles,
            sign_in_id=sign_in_id,
            known_at=known_at,
        )

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
        token = self._signer.sign(claims_of(actor), SERVICES, _SECONDS)
        partner = self._views.partner(person.organization)
        organization = self._views.organization(person.organization)
        return Issued(
            token=token,
            seconds=_SECONDS,
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

    def link_account(self, action: SupportAction, user_id: str, issuer: str, subject: str) -> None:
        """Link a provider's account to a person. Raises NotFound, Refused."""
        person = self._views.person(ids.uuid_of(ids.PEOPLE, user_id))
        if person is None:
            raise NotFound("person")
        self._providers.get(issuer)
        if not subject or len(subject) > 255:
            raise InvalidArgument("subject", "OUT_OF_RANGE", "subject: 1 to 255 characters.")
        self._link(action, person, issuer, subject)

    def _link(self, action: SupportAction, person: Person, issuer: str, subject: str) -> None:
        subject_digest = self._subject_digest(issuer, subject)
        stream = action.load(f"account:{subject_digest}", _linked, "")
        action.about(user_id=person.id)
        if stream.state == person.id:
            return
        if stream.state:
            raise Refused("ACCOUNT_LINKED", "This account is linked to somebody else.")
        action.stage(
            stream,
            AccountLinked(
                user_id=person.id,
                issuer=issuer,
                subject=subject,
                subject_digest=subject_digest,
                linked_by=action.actor.id or person.id,
            ),
        )


def _given(action: SupportAction, person: Person) -> frozenset[str]:
    # What an invitation gives with this very sign-in is not in the views yet.
    return frozenset(
        each.role
        for each in action.staged
        if isinstance(each, RoleAssigned) and each.user_id == person.id
    )


def end_session(action: SupportAction, session: Session, reason: str) -> None:
    """End a session, once."""
    stream = action.load(f"signed-out:{session.id}", _ended, initial=False)
    if not stream.state:
        action.stage(stream, sign_in.end(session, reason))


def _count(state: int, _: OperatorTokenIssued) -> int:
    return state + 1


def _ended(_: bool, __: SignedOut) -> bool:
    return True


def _used(_: bool, __: ProviderSignedOut) -> bool:
    return True


def _linked(_: str, event: AccountLinked) -> str:
    return event.user_id


def _check_redirect(uri: str) -> None:
    try:
        parts = urlsplit(uri)
        host = parts.netloc if ":" in parts.netloc else f"{parts.netloc}:80"
    except ValueError as error:
        raise InvalidArgument("redirect_uri", "NOT_A_URL") from error
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not secure or not parts.netloc or parts.fragment or "@" in parts.netloc:
        raise InvalidArgument(
            "redirect_uri", "NOT_SECURE", "redirect_uri: https, or http on loopback, is wanted."
        )
