"""Use cases on tokens of services and the keys that all tokens are checked against."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Forbidden
from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.tokens import Signs, claims_of
from services.identity.application.clients import Register
from services.identity.domain.clients import Program

_ALGORITHMS = ["Ed25519", "EdDSA"]
_AUDIENCE = "identity"
_ASSERTED = 60.0
_SKEW = 5.0
_SECONDS = 300


class Tokens:
    """Publishes keys and gives services their tokens."""

    def __init__(
        self,
        signer: Signs,
        keys: Callable[[], list[dict[str, Any]]],
        services: Mapping[str, Program],
        register: Register,
        position: Callable[[], int],
    ) -> None:
        self._signer = signer
        self._keys = keys
        self._services = {
            str(OKPKey.import_key(each.public_key).thumbprint()): each for each in services.values()
        }
        self._register = register
        self._position = position

    def get_keys(self) -> list[dict[str, Any]]:
        """Return the published keys as JWKs."""
        return self._keys()

    def issue_service_token(self, assertion: str, peers: frozenset[str] | None) -> tuple[str, int]:
        """
        Return a token and its seconds for a service that proved who it is (RFC 7523).

        Where the caller showed a certificate, ``peers``, it must stand for the same service.
        """
        known_at = self._position()
        name, roles = self._proved(assertion)
        if peers is not None and name not in peers:
            raise Forbidden(
                "CERTIFICATE_OTHER", "The certificate is not that of the service that asks."
            )
        claims = claims_of(Actor(name, roles=roles, known_at=known_at))
        return self._signer.sign(claims, SERVICES, _SECONDS), _SECONDS

    def _proved(self, assertion: str) -> tuple[str, frozenset[str]]:
        invalid = Forbidden("ASSERTION_INVALID", "The assertion is not one of a known service.")
        try:
            decoded = jwt.decode(assertion, self._key, algorithms=_ALGORITHMS)
            program = self._program(decoded.header["kid"])
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise invalid from error
        name, roles = program.name, program.roles
        claims, now = decoded.claims, time.time()
        issued, expires, audience = claims.get("iat"), claims.get("exp"), claims.get("aud")
        if (
            claims.get("iss") != name
            or claims.get("sub") != name
            or audience not in (_AUDIENCE, [_AUDIENCE])
            or not isinstance(issued, int | float)
            or not isinstance(expires, int | float)
            or not issued - _SKEW <= now < expires
            or expires - issued > _ASSERTED
        ):
            raise invalid
        return name, roles

    def _key(self, token: Any) -> OKPKey:
        return OKPKey.import_key(self._program(token.headers()["kid"]).public_key)

    def _program(self, key: Any) -> Program:
        found = self._services.get(str(key)) or self._register.with_key(str(key))
        if found is None:
            raise KeyError("unknown key")
        return found
