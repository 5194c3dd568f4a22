"""The published keys of one provider, and what tokens that they signed say."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from helpdesk.kernel.errors import Forbidden
from services.identity.domain.sign_in import invalid
from services.identity.providers.signatures import Registry

# Signatures with a public key only: with HS256 the provider's public key would be the secret.
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
_KEPT = 3600.0
_ASKED_AGAIN = 10.0


@dataclass(frozen=True, slots=True)
class Published:
    """A published key, and the id that tokens name it by, if it has one."""

    key_id: str | None
    key: RSAKey | ECKey | OKPKey


@dataclass(frozen=True, slots=True)
class Signed:
    """What a token says whose signature is good, and how it was signed."""

    claims: dict[str, Any]
    algorithm: str
    key: RSAKey | ECKey | OKPKey

    def hash_of(self, token: str) -> str:
        """
        Return what ``at_hash`` of this token must be for an access token.

        OpenID Connect Core 1.0, section 3.1.3.6; for EdDSA the hash that the curve itself uses.
        """
        digest = self._digest(token.encode())
        return urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")

    def _digest(self, data: bytes) -> bytes:
        if isinstance(self.key, OKPKey):
            if self.key.curve_name == "Ed448":
                return hashlib.shake_256(data).digest(114)
            return hashlib.sha512(data).digest()
        return hashlib.new(f"sha{self.algorithm[2:]}", data).digest()


class ProviderKeys:
    """
    Checks signatures of a provider's tokens, with its published keys as ``fetch`` returns them.

    Keys are kept for an hour at most. A token that none of them fits makes it ask again, at most
    every ten seconds: a provider may change its key at any time, with or without another id.
    """

    def __init__(self, fetch: Callable[[], Sequence[Any]]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._keys: Sequence[Published] = ()
        self._asked = float("-inf")

    def signed(self, token: str, algorithms: Collection[str]) -> Signed:
        """Return what a token says. Raises Forbidden, Unavailable."""
        keys = self._current()
        try:
            return _signed(token, keys, algorithms)
        except Forbidden:
            newer = self._newer(keys)
            if newer is keys:
                raise
            return _signed(token, newer, algorithms)

    def _current(self) -> Sequence[Published]:
        with self._lock:
            if time.monotonic() - self._asked > _KEPT:
                self._take()
            return self._keys

    def _newer(self, keys: Sequence[Published]) -> Sequence[Published]:
        with self._lock:
            # Another thread may have asked while this one checked.
            if self._keys is keys and time.monotonic() - self._asked > _ASKED_AGAIN:
                self._take()
            return self._keys

    def _take(self) -> None:
        self._keys = [each for jwk in self._fetch() if (each := _published(jwk)) is not None]
        self._asked = time.monotonic()


def issuer_of(token: str) -> str:
    """Return the issuer that a token names, unchecked: it only says whose keys to check with."""
    try:
        return str(_part(token, 1)["iss"])
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise invalid() from error


def _signed(token: str, keys: Sequence[Published], algorithms: Collection[str]) -> Signed:
    try:
        named = _part(token, 0).get("kid")
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise invalid() from error
    registry, problem = Registry(algorithms=list(algorithms)), None
    for each in keys:
        # Neither a token nor a published key need name the key (RFC 7515, 4.1.4; RFC 7517, 4.5).
        if named is not None and each.key_id is not None and each.key_id != named:
            continue
        try:
            decoded = jwt.decode(token, each.key, registry=registry)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            problem = error
            continue
        return Signed(dict(decoded.claims), str(decoded.header["alg"]), each.key)
    raise invalid() from problem


def _published(jwk: Any) -> Published | None:
    # A symmetric key has no place among published ones.
    if not isinstance(jwk, dict) or jwk.get("kty") == "oct" or jwk.get("use") == "enc":
        return None
    try:
        key = KeySet.import_key_set({"keys": [jwk]}).keys[0]
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    if not isinstance(key, RSAKey | ECKey | OKPKey):
        return None
    return Published(str(jwk["kid"]) if "kid" in jwk else None, key)


def _part(token: str, number: int) -> Any:
    part = token.split(".")[number]
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
