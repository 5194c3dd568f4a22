"""One OpenID Connect provider, as a relying party sees it (OpenID Connect Core 1.0)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from services.identity.domain import claims
from services.identity.domain.claims import Claims
from services.identity.domain.sign_in import invalid
from services.identity.providers.endpoints import Endpoints
from services.identity.providers.id_tokens import (
    check_id_token,
    check_logout_token,
    is_name,
    with_userinfo,
)
from services.identity.providers.issuers import Issuer, check_url
from services.identity.providers.provider_keys import ALGORITHMS, ProviderKeys, Signed

_LOCALE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,2}")
_OF_ID_TOKENS = "id_token_signing_alg_values_supported"
_OF_USERINFO = "userinfo_signing_alg_values_supported"


@dataclass(frozen=True, slots=True)
class Identified:
    """Whom a provider signed in, its own session if it named one, and the token that says so."""

    subject: str
    session: str = ""
    token: str = field(default="", repr=False)
    claims: Claims = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class SignedOutThere:
    """Whom a provider signed out: an account, a session of it, or both."""

    token_id: str
    subject: str
    session: str


class OpenIdProvider:
    """Sends people to one provider and checks what it says about them."""

    def __init__(self, issuer: Issuer, transport: httpx.BaseTransport | None = None) -> None:
        self.configured = issuer
        check_url(issuer.issuer, "issuer")
        self._endpoints = Endpoints(issuer, transport)
        self._keys = ProviderKeys(self._endpoints.published_keys)

    def close(self) -> None:
        """Close the connections."""
        self._endpoints.close()

    def authorization_url(
        self, redirect_uri: str, state: str, nonce: str, verifier: str, locale: str
    ) -> str:
        """Return where to send the browser (RFC 6749, RFC 7636). Raises Unavailable."""
        more = {"ui_locales": locale.replace("_", "-")} if _LOCALE.fullmatch(locale) else {}
        if self.configured.max_age_seconds:
            more["max_age"] = str(self.configured.max_age_seconds)
        return str(
            prepare_grant_uri(
                self._endpoints.address("authorization_endpoint"),
                self.configured.client_id,
                "code",
                redirect_uri,
                self.configured.scope,
                state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
                **more,
            )
        )

    def identify(
        self,
        code: str,
        redirect_uri: str,
        verifier: str,
        nonce: str,
        issuer: str = "",
        wanted: Collection[str] = (),
    ) -> Identified:
        """
        Return whom the provider signed in. Raises Forbidden, Unavailable.

        ``issuer`` is what the answer says that it comes from (RFC 9207). Of claims that are
        ``wanted`` and not in the ID token, the userinfo endpoint is asked, if there is one.
        """
        self._check_issuer(issuer)
        answer = self._endpoints.exchanged(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "client_id": self.configured.client_id,
                "code_verifier": verifier,
            }
        )
        token, access_token = answer.get("id_token"), answer.get("access_token", "")
        if not isinstance(token, str) or not isinstance(access_token, str):
            raise invalid()
        signed = self._signed(token, _OF_ID_TOKENS)
        check_id_token(signed, self.configured, self._endpoints.issuer(), nonce, access_token)
        said = self._completed(signed.claims, access_token, wanted)
        session = said.get("sid", "")
        return Identified(str(said["sub"]), session if is_name(session) else "", token, said)

    def _check_issuer(self, said: str) -> None:
        # RFC 9207, section 2.4: who always says it must have said it.
        announced = self._endpoints.says("authorization_response_iss_parameter_supported") is True
        if (said or announced) and said != self._endpoints.issuer():
            raise invalid()

    def _completed(
        self, said: dict[str, Any], access_token: str, wanted: Collection[str]
    ) -> dict[str, Any]:
        missing = [each for each in wanted if not claims.says(said, each)]
        if not missing or not access_token or not self._endpoints.says("userinfo_endpoint"):
            return said
        told = self._endpoints.userinfo(access_token)
        if isinstance(told, str):
            told = self._signed(told, _OF_USERINFO).claims
        return with_userinfo(said, told, self.configured, self._endpoints.issuer())

    def sign_out_url(self, id_token: str, redirect_uri: str, state: str) -> str:
        """
        Return the page that ends the provider's own session; empty where it has none.

        OpenID Connect RP-Initiated Logout 1.0, section 2. Raises Unavailable.
        """
        if not self._endpoints.says("end_session_endpoint"):
            return ""
        endpoint = self._endpoints.address("end_session_endpoint")
        asked = {
            "client_id": self.configured.client_id,
            "post_logout_redirect_uri": redirect_uri,
            "state": state,
        }
        if id_token:
            asked["id_token_hint"] = id_token
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    def signed_out(self, token: str) -> SignedOutThere:
        """Return whom a logout token names. Raises Forbidden, Unavailable."""
        said = self._signed(token, _OF_ID_TOKENS).claims
        check_logout_token(said, self.configured, self._endpoints.issuer())
        return SignedOutThere(str(said["jti"]), str(said.get("sub", "")), str(said.get("sid", "")))

    def _signed(self, token: str, announced: str) -> Signed:
        supported = self._endpoints.says(announced)
        allowed = [a for a in ALGORITHMS if not isinstance(supported, list) or a in supported]
        return self._keys.signed(token, allowed)
