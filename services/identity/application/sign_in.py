"""Use cases of signing in at a provider, and of signing out there."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import InvalidArgument, NotFound
from helpdesk.kernel.settings import is_loopback
from services.identity.application.accounts import Accounts
from services.identity.application.people import end_sessions
from services.identity.application.reading import Views, roles_now
from services.identity.application.sessions import acting, end_session
from services.identity.application.signing import Keys, Provider, Providers
from services.identity.domain import limits, sign_in
from services.identity.domain.entries import Person
from services.identity.domain.facts import (
    ProviderSignedOut,
    RoleAssigned,
    RoleRemoved,
    SignedIn,
    SignInBegun,
)
from services.identity.domain.limits import Bucket
from services.identity.domain.sign_in import Attempt

_AGENT = 200
# Longer ones do not fit into the address of a sign-out page.
_LONGEST_HINT = 4096


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
    previous_secret: str = field(default="", repr=False)


class SignIns:
    """Signs people in with what their providers say, and out where those say so."""

    def __init__(
        self,
        views: Views,
        providers: Providers,
        accounts: Accounts,
        keys: Keys,
        digest: Callable[[str], str],
        *,
        begun_a_minute: int = 0,
    ) -> None:
        self._views = views
        self._providers = providers
        self._accounts = accounts
        self._keys = keys
        self._digest = digest
        self._begun_a_minute = begun_a_minute
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
        """
        Return the secret and id of a new session. Raises Forbidden, Unavailable.

        Both are empty where the provider's claims took the last role away, which is kept. The
        session that the browser had before ends with a new one, whoever's it was.
        """
        state_digest = self._digest(f"state:{answer.state}")
        stream = action.load(f"sign-in:{state_digest}", sign_in.evolve, Attempt())
        attempt = stream.state
        sign_in.check_answer(attempt, answer.state, answer.returned_state, action.now)
        provider = self._provider(attempt.issuer)
        identified = provider.identify(
            answer.code,
            answer.redirect_uri,
            attempt.code_verifier,
            attempt.nonce,
            answer.issuer,
            self._accounts.wanted(action, provider.configured),
        )
        person = self._accounts.welcome(action, provider.configured, identified, answer.invitation)
        action.about(user_id=person.id)
        secret, sign_in_id = secrets.token_urlsafe(32), uuid4().hex
        roles = _changed(action, person, roles_now(self._views, person, action.now))
        if not roles:
            if not any(isinstance(each, RoleRemoved) for each in action.staged):
                raise sign_in.no_role()
            end_sessions(self._views, action, person, "role_removed")
            return "", ""
        action.actor = acting(self._views, person, roles, sign_in_id)
        signed_in = SignedIn(
            sign_in_id=sign_in_id,
            user_id=person.id,
            secret_digest=self._digest(f"session:{secret}"),
            issuer=attempt.issuer,
            user_agent=answer.user_agent[:_AGENT],
            subject_digest=self._accounts.subject_digest(attempt.issuer, identified.subject),
            provider_session_digest=self._accounts.session_digest(
                attempt.issuer, identified.session
            ),
            id_token=identified.token if len(identified.token) <= _LONGEST_HINT else "",
        )
        action.stage(stream, signed_in)
        previous = self._views.session(self._digest(f"session:{answer.previous_secret}"))
        if previous is not None and previous.lives(action.now):
            end_session(action, previous, "signed_in_again")
        return secret, sign_in_id

    def _provider(self, issuer: str) -> Provider:
        try:
            return self._providers.get(issuer)
        except NotFound as error:
            raise sign_in.invalid() from error

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
            self._accounts.subject_digest(issuer, named.subject) if named.subject else "",
            self._accounts.session_digest(issuer, named.session),
        )
        for session in sessions:
            action.about(user_id=session.user_id)
            if session.lives(action.now):
                end_session(action, session, "provider")


def _changed(action: SupportAction, person: Person, held: frozenset[str]) -> frozenset[str]:
    # What an invitation or a claim changes with this very sign-in is not in the views yet.
    for each in action.staged:
        if isinstance(each, RoleAssigned) and each.user_id == person.id:
            held |= {each.role}
        elif isinstance(each, RoleRemoved) and each.user_id == person.id:
            held -= {each.role}
    return held


def _used(_: bool, __: ProviderSignedOut) -> bool:
    return True


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
