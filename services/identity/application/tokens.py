"""Use cases on tokens of services and the keys that all tokens are checked against."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Forbidden
from helpdesk.kernel.tokens import Signs, claims_of
from services.identity.application.clients import Register
from services.identity.domain.clients import Program

_ALGORITHMS = ["Ed25519", "EdDSA"]
_AUDIENCE = "identity"
_ASSERTED = 60.0
_SKEW = 5.0
_SECONDS = 300


class Assertions(Protocol):
    """Which assertions were taken."""

    def take(self, digest: str, expires: float, now: float) -> bool: ...


class Tokens:
    """
    Publishes keys and gives services their tokens.

    ``digest`` is keyed; ``audience`` says which services a token is for by name and roles.
    """

    def __init__(
        self,
        signer: Signs,
        keys: Callable[[], list[dict[str, Any]]],
        services: Mapping[str, Program],
        register: Register,
        position: Callable[[], int],
        assertions: Assertions,
        digest: Callable[[str], str],
        audience: Callable[[str, Collection[str]], Sequence[str]],
    ) -> None:
        self._signer = signer
        self._keys = keys
        self._services = {
            str(OKPKey.import_key(each.public_key).thumbprint()): each for each in services.values()
        }
        self._register = register
        self._position = position
        self._assertions = assertions
        self._digest = digest
        self._audience = audience

    def get_keys(self) -> list[dict[str, Any]]:
        """Return the published keys as JWKs."""
        return self._keys()

    def issue_service_token(self, assertion: str, peers: frozenset[str] | None) -> tuple[str, int]:
        """
        Return a token and its seconds for a service that proved who it is (RFC 7523).

        Where the caller showed a certificate, ``peers``, it must stand for the same service.
        """
        known_at = self._position()
        program, claims = self._proved(assertion)
        if peers is not None and program.name not in peers:
            raise Forbidden(
                "CERTIFICATE_OTHER", "The certificate is not that of the service that asks."
            )
        self._take(assertion, program, claims)
        actor = Actor(program.name, roles=program.roles, known_at=known_at)
        audience = self._audience(program.name, program.roles)
        return self._signer.sign(claims_of(actor), audience, _SECONDS), _SECONDS

    def _take(self, assertion: str, program: Program, claims: Mapping[str, Any]) -> None:
        # RFC 7523, section 3: by its jti, which need not be there.
        known_by = claims.get("jti") or assertion
        digest = self._digest(json.dumps(["assertion", program.name, known_by]))
        if not self._assertions.take(digest, claims["exp"], time.time()):
            raise Forbidden("ASSERTION_USED", "The assertion was used before. Sign another one.")

    def _proved(self, assertion: str) -> tuple[Program, Mapping[str, Any]]:
        invalid = Forbidden("ASSERTION_INVALID", "The assertion is not one of a known service.")
        try:
            decoded = jwt.decode(assertion, self._key, algorithms=_ALGORITHMS)
            program = self._program(decoded.header["kid"])
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise invalid from error
        name, claims, now = program.name, decoded.claims, time.time()
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
        return program, claims

    def _key(self, token: Any) -> OKPKey:
        return OKPKey.import_key(self._program(token.headers()["kid"]).public_key)

    def _program(self, key: Any) -> Program:
        found = self._services.get(str(key)) or self._register.with_key(str(key))
        if found is None:
            raise KeyError("unknown key")
        return found
