"""Proofs that one service hands to another through a caller: short signed tokens (JWT, EdDSA)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from helpdesk.kernel.context import current_request
from helpdesk.kernel.tokens import Signer

AUDIENCE = "proof"
SECONDS = 60.0
_ALGORITHM = "Ed25519"
_SKEW = 1.0


class ProofSigner:
    """Signs proofs with a service's own key; no token checker knows that key."""

    def __init__(self, service: str, pem: bytes) -> None:
        self._signer = Signer(pem, issuer=service)

    def sign(self, claims: Mapping[str, str], seconds: float = SECONDS) -> str:
        """Return a proof of the claims, good for a minute at most."""
        return self._signer.sign(claims, [AUDIENCE], min(seconds, SECONDS))


class ProofVerifier:
    """Checks proofs of one service by its public key (PEM)."""

    def __init__(self, service: str, public_key: str) -> None:
        self._service = service
        self._key = OKPKey.import_key(public_key)

    def verify(self, proof: str) -> Mapping[str, Any]:
        """Return the claims; none of a proof that is missing, expired or somebody else's."""
        try:
            claims = jwt.decode(proof, self._key, algorithms=[_ALGORITHM]).claims
        except (JoseError, ValueError, KeyError, TypeError):
            return {}
        issued, expires, now = claims.get("iat"), claims.get("exp"), _now()
        if (
            claims.get("iss") != self._service
            or claims.get("aud") != [AUDIENCE]
            or not isinstance(issued, int | float)
            or not isinstance(expires, int | float)
            or not issued - _SKEW <= now < expires
            or expires - issued > SECONDS
        ):
            return {}
        return claims


def _now() -> float:
    # A proof that was good when an answer was given is so when that answer is rebuilt.
    return current_request().at or time.time()
