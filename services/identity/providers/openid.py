"""One OpenID Connect provider, as a relying party sees it (OpenID Connect Core 1.0)."""

from __future__ import annotations

import hmac
import json
import logging
import re
import threading
import time
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard
from urllib.parse import quote, urlencode, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from helpdesk.kernel.errors import HelpdeskError, Unavailable
from helpdesk.kernel.settings import SettingsError, is_loopback
from services.identity.domain.claims import Claims
from services.identity.domain.sign_in import invalid
from services.identity.providers.client_assertion import TYPE, client_assertion
from services.identity.providers.signatures import Registry

_log = logging.getLogger(__name__)
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


_LONGEST_NAME = 255
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


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


@dataclass(frozen=True)
class Issuer:
    """
    A provider as it is configured.

    ``partner_id`` limits whom it may sign in, ``*`` does not; ``subject`` says what its subjects
    are: ``user_id`` of the directory, or ``linked`` accounts. ``name`` is what people call it,
    ``scope`` what is asked for: more than ``openid`` where roles follow claims.
    ``client_key_file`` is a private key that proves who we are in place of a secret.
    """

    issuer: str
    client_id: str
    client_secret_file: str = ""
    client_key_file: str = ""
    partner_id: str = "*"
    subject: str = "linked"
    name: str = ""
    scope: str = "openid"


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
                self.configured.scope,
                state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
                **more,
            )
        )

    def identify(
        self, code: str, redirect_uri: str, verifier: str, nonce: str, issuer: str = ""
    ) -> Identified:
        """
        Return whom the provider signed in. Raises Forbidden, Unavailable.

        ``issuer`` is what the answer says that it comes from (RFC 9207), where it says so.
        """
        if issuer and issuer != self._issuer():
            raise invalid()
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

    def sign_out_url(self, id_token: str, redirect_uri: str, state: str) -> str:
        """
        Return the page that ends the provider's own session; empty where it has none.

        OpenID Connect RP-Initiated Logout 1.0, section 2. Raises Unavailable.
        """
        if not self._discovery().get("end_session_endpoint"):
            return ""
        endpoint = self._endpoint("end_session_endpoint")
        asked = {
            "client_id": self.configured.client_id,
            "post_logout_redirect_uri": redirect_uri,
            "state": state,
        }
        if id_token:
            asked["id_token_hint"] = id_token
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    def signed_out(self, token: str) -> SignedOutThere:
        """
        Return whom a logout token names. Raises Forbidden, Unavailable.

        OpenID Connect Back-Channel Logout 1.0, section 2.6.
        """
        claims, now = self._claims(token), time.time()
        issued, expires = claims.get("iat"), claims.get("exp", now)
        events, token_id = claims.get("events"), claims.get("jti")
        subject, session = claims.get("sub", ""), claims.get("sid", "")
        if (
            claims.get("iss") != self._issuer()
            or self.configured.client_id not in _listed(claims.get("aud"))
            or not _is_time(issued)
            or not _is_time(expires)
            or not now - _OLDEST <= issued <= now + _SKEW
            or expires + _SKEW <= now
            or not isinstance(events, dict)
            or not isinstance(events.get(_LOGOUT), dict)
            or "nonce" in claims
            or not _is_name(token_id)
            or not (_is_name(subject) or _is_name(session))
            or not all(value == "" or _is_name(value) for value in (subject, session))
        ):
            raise invalid()
        return SignedOutThere(str(token_id), str(subject), str(session))

    def _claims(self, token: str) -> dict[str, Any]:
        supported = self._discovery().get("id_token_signing_alg_values_supported")
        allowed = [a for a in _ALGORITHMS if not isinstance(supported, list) or a in supported]
        problem: Exception | None = None
        try:
            header = json.loads(_decoded(token.split(".", maxsplit=1)[0]))
            keys = self._candidates(header.get("kid"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise invalid() from error
        for key in keys:
            try:
                return dict(jwt.decode(token, key, registry=Registry(algorithms=allowed)).claims)
            except (JoseError, ValueError, KeyError, TypeError) as error:
                problem = error
        raise invalid() from problem

    def _checked(self, token: str, nonce: str) -> Identified:
        claims = self._claims(token)
        now, me = time.time(), self.configured.client_id
        audiences = _listed(claims.get("aud"))
        party = claims.get("azp", me if len(audiences) == 1 else None)
        issued, expires, subject = claims.get("iat"), claims.get("exp"), claims.get("sub")
        if (
            claims.get("iss") != self._issuer()
            or me not in audiences
            or party != me
            or not _is_time(issued)
            or not _is_time(expires)
            or not now - _OLDEST <= issued <= now + _SKEW
            or expires + _SKEW <= now
            or not _is_name(subject)
            or not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode())
        ):
            raise invalid()
        session = claims.get("sid", "")
        said = {name: texts for name, value in claims.items() if (texts := _texts(value))}
        return Identified(str(subject), str(session) if _is_name(session) else "", token, said)

    def _candidates(self, key_id: str | None) -> list[_Key]:
        now = time.monotonic()
        with self._lock:
            unknown = key_id not in self._keys if key_id else len(self._keys) != 1
            if not self._keys or (unknown and now - self._keys_at > _ASKED_AGAIN):
                self._keys = self._fetched_keys()
                self._keys_at = now
            # A token need not name its key (RFC 7515, section 4.1.4): then each may be it.
            return list(self._keys.values()) if key_id is None else [self._keys[key_id]]

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

    def _issuer(self) -> str:
        return str(self._discovery()["issuer"])

    def _discovery(self) -> dict[str, Any]:
        now = time.monotonic()
        if not self._found or now - self._found_at > _KEPT:
            issuer = self.configured.issuer
            url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            found = self._fetched("GET", url)
            # Some write a slash at the end and some do not; tokens have what is said here.
            if str(found.get("issuer")).rstrip("/") != issuer.rstrip("/"):
                raise _unavailable()
            self._found, self._found_at = found, now
        return self._found

    def _proof(self) -> dict[str, str]:
        configured, found = self.configured, self._discovery()
        supported = found.get("token_endpoint_auth_signing_alg_values_supported")
        try:
            assertion = client_assertion(
                configured.client_key_file, configured.client_id, self._issuer(), supported
            )
        except SettingsError as error:
            _log.error("%s: %s", configured.issuer, error)
            raise _unavailable() from error
        return {"client_assertion_type": TYPE, "client_assertion": assertion}

    def _fetched(self, method: str, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        auth = None
        if form and self.configured.client_key_file:
            form = form | self._proof()
        elif form and self.configured.client_secret_file:
            secret = Path(self.configured.client_secret_file).read_text().strip()
            # RFC 6749, section 2.3.1: both are form-encoded before they go into the header.
            methods = self._discovery().get("token_endpoint_auth_methods_supported")
            if isinstance(methods, list) and "client_secret_basic" not in methods:
                form = form | {"client_secret": secret}
            else:
                client_id = quote(self.configured.client_id, safe="")
                auth = httpx.BasicAuth(client_id, quote(secret, safe=""))
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


def issuer_of(token: str) -> str:
    """Return the issuer that a token names, unchecked: it only says whose keys to check with."""
    try:
        claims = json.loads(_decoded(token.split(".")[1]))
        return str(claims["iss"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise invalid() from error


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _listed(audience: Any) -> list[Any]:
    return audience if isinstance(audience, list) else [audience]


def _texts(value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    # JSON's own words for truth, so that "true" is what a person would write for it.
    texts = [json.dumps(each) if isinstance(each, bool) else each for each in listed]
    return tuple(each for each in texts if isinstance(each, str))


def _is_time(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME


def _unavailable() -> HelpdeskError:
    return Unavailable(
        "PROVIDER_UNAVAILABLE", "The sign-in provider does not answer. Try again in a minute."
    )
