"""What signing in needs from outside: providers, and spare keys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from services.identity.domain.claims import Claims


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
    @property
    def claims(self) -> Claims: ...


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
        self,
        code: str,
        redirect_uri: str,
        verifier: str,
        nonce: str,
        issuer: str,
        wanted: Collection[str],
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
