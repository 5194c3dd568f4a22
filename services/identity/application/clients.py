"""Use cases on programs outside of the product: which there are, and acting for people."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import Forbidden, InvalidArgument, Unauthenticated
from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.tokens import LONGEST, Signs, Verified, claims_of
from services.identity.application.reading import Views, roles_now
from services.identity.domain import clients, ids
from services.identity.domain.client_facts import ClientRegistered, ClientRemoved
from services.identity.domain.clients import Program

_PEM = "-----BEGIN PUBLIC KEY-----"


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered program, by whom and when."""

    program: Program
    by: str
    at: datetime


class Register(Protocol):
    """The registered programs."""

    def with_key(self, thumbprint: str) -> Program | None: ...
    def named(self, name: str) -> Program | None: ...
    def all(self) -> list[Registered]: ...


def thumbprint(public_key: str) -> str:
    """Return the RFC 7638 thumbprint of an Ed25519 public key, PEM. Raises InvalidArgument."""
    try:
        if _PEM not in public_key:
            raise ValueError("no public key")
        key = OKPKey.import_key(public_key)
        if key.curve_name != "Ed25519" or key.is_private:
            raise ValueError("another kind of key")
        return str(key.thumbprint())
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise InvalidArgument(
            "public_key", "NOT_A_KEY", "public_key: an Ed25519 public key, PEM, is wanted."
        ) from error


class Clients:
    """Registers, removes and lists programs; ``known`` are those that have a key elsewhere."""

    def __init__(self, register: Register, known: Collection[str], keys: Collection[str]) -> None:
        self._register = register
        self._known = known
        self._keys = keys

    def register_client(
        self,
        action: SupportAction,
        name: str,
        public_key: str,
        roles: Sequence[str],
        acts_as: Sequence[str],
    ) -> None:
        """Register a program. Raises InvalidArgument, Refused."""
        key = thumbprint(public_key)
        action.about(f"client:{name}")
        stream = action.load(f"client:{name}", clients.evolve, False)
        wanted = ClientRegistered(
            client=name,
            public_key=public_key,
            roles=tuple(sorted(set(roles))),
            acts_as=tuple(sorted(set(acts_as))),
            registered_by=action.actor.id,
            key=key,
        )
        taken = key in self._keys or self._register.with_key(key) is not None
        action.stage(stream, clients.register(stream.state, wanted, self._known, key_taken=taken))

    def remove_client(self, action: SupportAction, name: str) -> None:
        """Remove a program. Raises NotFound."""
        stream = action.load(f"client:{name}", clients.evolve, False)
        unwanted = ClientRemoved(client=name, removed_by=action.actor.id)
        action.about(f"client:{name}")
        action.stage(stream, clients.remove(stream.state, unwanted))

    def list_clients(self, action: SupportAction) -> list[Registered]:
        """Return the registered programs, by name."""
        found = self._register.all()
        action.showed(f"client:{each.program.name}" for each in found)
        return found


class Exchange:
    """Gives a program a token to act for a person (RFC 8693)."""

    def __init__(
        self,
        views: Views,
        find: Callable[[str], Program | None],
        check: Callable[[str], Verified],
        signer: Signs,
    ) -> None:
        self._views = views
        self._find = find
        self._check = check
        self._signer = signer

    def exchange_token(
        self, action: SupportAction, subject_token: str, audience: str, wanted: Collection[str]
    ) -> tuple[str, int]:
        """Return a token and its seconds. Raises Forbidden, InvalidArgument."""
        if "" in wanted:
            raise InvalidArgument("scope_roles", "NOT_A_ROLE", "scope_roles: not a role.")
        if audience not in SERVICES:
            raise InvalidArgument("audience", "NOT_A_SERVICE", "audience: one service is wanted.")
        program = self._find(action.actor.id)
        if program is None or action.actor.act:
            raise Forbidden("NOT_REGISTERED", "Only a registered program acts for people.")
        try:
            subject = self._check(subject_token)
        except Unauthenticated as error:
            raise Forbidden("SUBJECT_TOKEN_INVALID", "The subject token is not valid.") from error
        if audience not in subject.audience:
            raise Forbidden("WIDER", "The subject token is not for that service.")
        person = self._views.person(ids.uuid_of(ids.PEOPLE, subject.actor.id))
        held = roles_now(self._views, person, action.now) if person else frozenset[str]()
        action.about(f"person:{subject.actor.id}")
        self._check_signed_in(subject, action.now)
        actor = clients.acting_for(subject.actor, program, wanted=wanted, held=held)
        seconds = int(min(LONGEST, subject.expires - time.time()))
        return self._signer.sign(claims_of(actor), [audience], seconds), seconds

    def _check_signed_in(self, subject: Verified, now: datetime) -> None:
        actor = subject.actor
        live = {each.id for each in self._views.sessions_of(actor.id) if each.lives(now)}
        if actor.sign_in_id and actor.sign_in_id not in live:
            raise Forbidden("SESSION_ENDED", "The person has signed out.")
