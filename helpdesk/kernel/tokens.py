"""Short-lived signed tokens (JWT, RFC 7519; EdDSA, RFC 8037): minting and checking."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Unauthenticated, Unavailable

ISSUER = "helpdesk"
LONGEST = 300.0
LEASE = 5.0
LEASES = "lease"
"""``use_for`` of a published key that may only sign read-only sessions."""
_ALGORITHM = "Ed25519"
_SKEW = 1.0
_REMEMBERED = 4096


class Signs(Protocol):
    """What signs tokens: a key, or several of which one's time it is."""

    def sign(self, claims: Mapping[str, Any], audience: Sequence[str], seconds: float) -> str:
        """Return a compact JWS of the claims."""


@dataclass(frozen=True, slots=True)
class _Key:
    """A published key, what it may be used for, and until when it holds."""

    key: OKPKey
    use_for: str
    until: float


_Keys = Mapping[str, _Key]


class Signer:
    """Signs tokens with one Ed25519 key; the key id is its RFC 7638 thumbprint."""

    def __init__(self, pem: bytes, issuer: str = ISSUER, use_for: str = "") -> None:
        self._key = OKPKey.import_key(pem.decode())
        self.issuer = issuer
        self.key_id = str(self._key.thumbprint())
        self._use_for = use_for

    def public_jwk(self) -> dict[str, Any]:
        """Return the public key as a JWK (RFC 7517) for publishing."""
        jwk = dict(self._key.as_dict(private=False))
        jwk |= {"kid": self.key_id, "alg": _ALGORITHM, "use": "sig"}
        if self._use_for:
            jwk["use_for"] = self._use_for
        return jwk

    def sign(self, claims: Mapping[str, Any], audience: Sequence[str], seconds: float) -> str:
        """Return a compact JWS of the claims; ``iss aud iat exp jti`` are added."""
        now = time.time()
        header = {"alg": _ALGORITHM, "typ": "at+jwt", "kid": self.key_id}
        body = {
            **claims,
            "iss": self.issuer,
            "aud": list(audience),
            "iat": round(now, 3),
            "exp": round(now + min(seconds, LONGEST), 3),
            "jti": uuid4().hex,
        }
        return jwt.encode(header, body, self._key, algorithms=[_ALGORITHM])

    def sign_document(self, document: Mapping[str, Any], kind: str) -> str:
        """Return a compact JWS of a document that does not expire; ``kind`` becomes its ``typ``."""
        header = {"alg": _ALGORITHM, "typ": kind, "kid": self.key_id}
        payload = json.dumps(document, ensure_ascii=False, sort_keys=True)
        return jws.serialize_compact(header, payload, self._key, algorithms=[_ALGORITHM])


def claims_of(actor: Actor) -> dict[str, Any]:
    """Return the claims that name an actor."""
    claims: dict[str, Any] = {
        "sub": actor.id,
        "partner": actor.partner_id,
        "organization": actor.organization_id,
        "roles": sorted(actor.roles),
        "sid": actor.sign_in_id,
        "mode": actor.mode,
        "view": actor.view_id,
        "consent": actor.consent_id,
        "sections": sorted(actor.sections),
        "ticket": actor.ticket,
        "at": actor.known_at,
    }
    nested: dict[str, Any] = {}
    for who in reversed(actor.act):
        nested = {"sub": who, **({"act": nested} if nested else {})}
    if nested:
        claims["act"] = nested
    return {key: value for key, value in claims.items() if value}


def actor_of(claims: Mapping[str, Any]) -> Actor:
    """Return the actor that verified claims name."""
    act: list[str] = []
    nested = claims.get("act")
    while isinstance(nested, Mapping):
        act.append(str(nested.get("sub", "")))
        nested = nested.get("act")
    return Actor(
        id=str(claims["sub"]),
        partner_id=str(claims.get("partner", "")),
        organization_id=str(claims.get("organization", "")),
        roles=frozenset(claims.get("roles", ())),
        act=tuple(act),
        sign_in_id=str(claims.get("sid", "")),
        mode=str(claims.get("mode", "")),
        view_id=str(claims.get("view", "")),
        consent_id=str(claims.get("consent", "")),
        sections=frozenset(claims.get("sections", ())),
        ticket=str(claims.get("ticket", "")),
        known_at=int(claims.get("at", 0)),
    )


Published = Callable[[], Sequence[Mapping[str, Any]]]
"""Fetches the published keys, as JWKs."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a valid token says: whom it names, from when until when (since 1970), and for whom."""

    actor: Actor
    expires: float
    audience: tuple[str, ...]
    issued: float = 0.0

    @property
    def position(self) -> int:
        """The position of identity's log as of which the token speaks, 0 for none."""
        return self.actor.known_at


@dataclass(frozen=True, slots=True)
class _Checked:
    """A token that was valid against these keys, and is as long as they are published."""

    said: Verified
    keys: _Keys


class CheckedTokens:
    """
    Checks tokens against the published keys, which it caches; not for which service they are.

    An unknown key id makes it ask again, at most once a second; otherwise keys are asked for
    again after five minutes, so a rotation needs no restart. A token that was checked is known by
    its digest until it expires or the published keys change, whatever comes first.
    """

    def __init__(self, published: Published, issuer: str = ISSUER) -> None:
        self._published = published
        self._issuer = issuer
        self._jwks: Sequence[Mapping[str, Any]] = ()
        self._keys: _Keys = {}
        self._asked = 0.0
        self._answered = True
        self._lock = threading.Lock()
        self._known: dict[bytes, _Checked] = {}

    def checked(self, token: str) -> Verified:
        """Return what a valid token says; raises Unauthenticated, Unavailable."""
        if not token:
            raise Unauthenticated("TOKEN_MISSING", "This call needs a token.")
        digest = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        known = self._known.get(digest)
        if known is None or not self._holds(known):
            known = self._check(token)
            self._remember(digest, known)
        return known.said

    def _holds(self, checked: _Checked) -> bool:
        return (
            checked.keys is self._keys
            and time.time() < checked.said.expires
            and time.monotonic() - self._asked <= LONGEST
        )

    def _remember(self, digest: bytes, checked: _Checked) -> None:
        with self._lock:
            self._known.pop(digest, None)
            if len(self._known) >= _REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[digest] = checked

    def _check(self, token: str) -> _Checked:
        used: list[_Keys] = []

        def find(header: Any) -> OKPKey:
            keys = self._published_with(header.headers().get("kid"))
            used.append(keys)
            return keys[header.headers()["kid"]].key

        try:
            decoded = jwt.decode(token, find, algorithms=[_ALGORITHM])
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Unauthenticated("TOKEN_INVALID", "The token is not valid.") from error
        claims = decoded.claims
        now = time.time()
        expires = claims.get("exp")
        if not isinstance(expires, int | float) or expires <= now:
            raise Unauthenticated("TOKEN_EXPIRED", "The token has expired. Sign in again.")
        issued = claims.get("iat")
        if (
            not isinstance(issued, int | float)
            or issued > now + _SKEW
            or expires - issued > LONGEST
        ):
            raise Unauthenticated("TOKEN_INVALID", "The token is not valid.")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self._issuer or not claims.get("sub"):
            raise Unauthenticated("TOKEN_ISSUER", "The token is from another issuer.")
        try:
            actor = actor_of(claims)
        except (TypeError, ValueError) as error:
            raise Unauthenticated("TOKEN_INVALID", "The token is not valid.") from error
        key = used[0][str(decoded.header["kid"])]
        lease = key.use_for == LEASES
        # A key that another one took over from signs nothing that outlives it.
        if expires > key.until:
            raise Unauthenticated("TOKEN_INVALID", "The token is not valid.")
        if lease != actor.read_only or (lease and expires - issued > LEASE):
            raise Unauthenticated("TOKEN_INVALID", "The token is not valid.")
        return _Checked(Verified(actor, expires, tuple(map(str, audiences)), issued), used[0])

    def _published_with(self, key_id: Any) -> _Keys:
        now = time.monotonic()
        with self._lock:
            stale = now - self._asked > LONGEST
            if stale or (key_id not in self._keys and now - self._asked > 1):
                self._asked = now
                self._answered = False
                published = list(self._published())
                self._answered = True
                # The same keys stay the same object, so what was checked against them still is.
                if published != self._jwks:
                    self._keys = {
                        str(jwk["kid"]): _Key(
                            _imported(jwk),
                            str(jwk.get("use_for", "")),
                            float(jwk.get("until", "inf")),
                        )
                        for jwk in published
                    }
                    self._jwks = published
            if not isinstance(key_id, str):
                raise KeyError("unknown key")
            if key_id not in self._keys:
                if not self._answered:
                    # It may be a good one: who is told to sign in again loses their work.
                    raise Unavailable("KEYS_UNAVAILABLE", "Tokens cannot be checked now.")
                raise KeyError("unknown key")
            return self._keys


class Verifier:
    """
    Checks tokens for one service.

    Those of a process share what was checked, so that the signature of a token for several of them
    is checked once.
    """

    def __init__(self, tokens: CheckedTokens, audience: str) -> None:
        self._tokens = tokens
        self._audience = audience

    def verify(self, token: str) -> Actor:
        """Return the actor of a valid token; raises Unauthenticated with the reason."""
        return self.checked(token).actor

    def checked(self, token: str) -> Verified:
        """Return all that a valid token says; raises Unauthenticated, Unavailable."""
        said = self._tokens.checked(token)
        if self._audience not in said.audience:
            raise Unauthenticated("TOKEN_AUDIENCE", "The token is for another service.")
        return said


def _imported(jwk: Mapping[str, Any]) -> OKPKey:
    if jwk["kty"] != "OKP" or jwk["crv"] != "Ed25519":
        raise ValueError("published keys are Ed25519 keys")
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": str(jwk["x"])})
