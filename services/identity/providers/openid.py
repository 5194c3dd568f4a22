"""One OpenID Connect provider, as a relying party sees it (OpenID Connect Core 1.0)."""

from __future__ import annotations

import hmac
import json
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from helpdesk.kernel.errors import HelpdeskError, Unavailable
from helpdesk.kernel.settings import SettingsError, is_loopback
from services.identity.domain.sign_in import invalid

_Key = RSAKey | ECKey | OKPKey
# Signatures with a public key only: with HS256 the provider's public key would be the secret.
_ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
_KEPT = 3600.0
_ASKED_AGAIN = 10.0
_SKEW = 30.0
_OLDEST = 600.0
_LARGEST = 1024 * 1024
_SECONDS = 5.0
_LOCALE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,2}")


@dataclass(frozen=True)
class Issuer:
    """
    A provider as it is configured.

    ``partner_id`` limits whom it may sign in, ``*`` does not; ``subject`` says what its subjects
    are: ``user_id`` of the directory, or ``linked`` accounts.
    """

    issuer: str
    client_id: str
    client_secret_file: str = ""
    partner_id: str = "*"
    subject: str = "linked"


def check_url(url: str, name: str) -> str:
    """Return the address if it is https, or http on loopback. Raises SettingsError."""
    parts = urlsplit(url)
    host = parts.netloc if ":" in parts.netloc else f"{parts.netloc}:80"
    plain = parts.scheme == "http" and is_loopback(host)
    if not parts.netloc or "@" in parts.netloc or not (parts.scheme == "https" or plain):
        raise SettingsError(f"{name}: https is wanted; plain http is for loopback only")
    return url


class OpenIdProvider:
    """
    Sends people to one provider and checks what it says about them.

    Discovery is fetched at the first sign-in and kept for an hour; keys are fetched again when a
    token names one that is not known, at most every ten seconds.
    """

    def __init__(self, issuer: Issuer, transport: httpx.BaseTransport | None = None) -> None:
        self.configured = issuer
        check_url(issuer.issuer, "issuer")
        self._http = httpx.Client(
            timeout=_SECONDS,
            transport=transport,
            follow_redirects=False,
            trust_env=issuer.issuer.startswith("https:"),
        )
        self._lock = threading.Lock()
        self._found: dict[str, Any] = {}
        self._found_at = 0.0
        self._keys: dict[str, _Key] = {}
        self._keys_at = 0.0

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def authorization_url(
        self, redirect_uri: str, state: str, nonce: str, verifier: str, locale: str
    ) -> str:
        """Return where to send the browser (RFC 6749, RFC 7636). Raises Unavailable."""
        more = {"ui_locales": locale.replace("_", "-")} if _LOCALE.fullmatch(locale) else {}
        return str(
            prepare_grant_uri(
                self._endpoint("authorization_endpoint"),
                self.configured.client_id,
                "code",
                redirect_uri,
                "openid",
                state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
                **more,
            )
        )

    def subject(self, code: str, redirect_uri: str, verifier: str, nonce: str) -> str:
        """Return whom the provider signed in. Raises Forbidden, Unavailable."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self.configured.client_id,
            "code_verifier": verifier,
        }
        answer = self._fetched("POST", self._endpoint("token_endpoint"), form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise invalid()
        return self._checked(token, nonce)

    def _checked(self, token: str, nonce: str) -> str:
        supported = self._discovery().get("id_token_signing_alg_values_supported")
        allowed = [a for a in _ALGORITHMS if not isinstance(supported, list) or a in supported]
        try:
            claims = jwt.decode(token, self._key, algorithms=allowed).claims
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise invalid() from error
        now, me = time.time(), self.configured.client_id
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        party = claims.get("azp", me if len(audiences) == 1 else None)
        issued, expires, subject = claims.get("iat"), claims.get("exp"), claims.get("sub")
        if (
            claims.get("iss") != self.configured.issuer
            or me not in audiences
            or party != me
            or not isinstance(issued, int | float)
            or not isinstance(expires, int | float)
            or not now - _OLDEST <= issued <= now + _SKEW
            or expires + _SKEW <= now
            or not isinstance(subject, str)
            or not 0 < len(subject) <= 255
            or not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode())
        ):
            raise invalid()
        return subject

    def _key(self, token: Any) -> _Key:
        key_id = token.headers().get("kid")
        now = time.monotonic()
        with self._lock:
            unknown = key_id not in self._keys if key_id else len(self._keys) != 1
            if not self._keys or (unknown and now - self._keys_at > _ASKED_AGAIN):
                self._keys = self._fetched_keys()
                self._keys_at = now
            if key_id is None and len(self._keys) == 1:
                return next(iter(self._keys.values()))
            return self._keys[key_id]

    def _fetched_keys(self) -> dict[str, _Key]:
        body = self._fetched("GET", self._endpoint("jwks_uri"))
        keys = {}
        for number, jwk in enumerate(body.get("keys", [])):
            # A symmetric key has no place among published ones.
            if isinstance(jwk, dict) and jwk.get("kty") != "oct" and jwk.get("use") != "enc":
                try:
                    found = KeySet.import_key_set({"keys": [jwk]}).keys[0]
                except (JoseError, ValueError, KeyError, TypeError):
                    continue
                if isinstance(found, RSAKey | ECKey | OKPKey):
                    keys[str(jwk.get("kid", number))] = found
        return keys

    def _endpoint(self, name: str) -> str:
        try:
            return check_url(str(self._discovery()[name]), name)
        except (KeyError, SettingsError) as error:
            raise _unavailable() from error

    def _discovery(self) -> dict[str, Any]:
        now = time.monotonic()
        if not self._found or now - self._found_at > _KEPT:
            issuer = self.configured.issuer
            url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            found = self._fetched("GET", url)
            if found.get("issuer") != issuer:
                raise _unavailable()
            self._found, self._found_at = found, now
        return self._found

    def _fetched(self, method: str, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        auth = None
        if form and self.configured.client_secret_file:
            secret = Path(self.configured.client_secret_file).read_text().strip()
            # RFC 6749, section 2.3.1: both are form-encoded before they go into the header.
            auth = httpx.BasicAuth(quote(self.configured.client_id), quote(secret, safe=""))
        try:
            answer = self._http.request(method, url, data=form, auth=auth)
        except httpx.HTTPError as error:
            raise _unavailable() from error
        if form and 400 <= answer.status_code < 500:
            raise invalid()
        try:
            body = json.loads(answer.content) if len(answer.content) <= _LARGEST else None
        except ValueError:
            body = None
        if answer.status_code != 200 or not isinstance(body, dict):
            raise _unavailable()
        return body


def _unavailable() -> HelpdeskError:
    return Unavailable(
        "PROVIDER_UNAVAILABLE", "The sign-in provider does not answer. Try again in a minute."
    )
