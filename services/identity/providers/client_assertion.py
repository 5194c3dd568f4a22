"""How we prove to a provider who we are with a key (RFC 7523, section 2.2; OpenID Connect)."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from helpdesk.kernel.settings import SettingsError
from services.identity.providers.signatures import Registry

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SECONDS = 60
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_OF_RSA = ("RS256", "PS256")


def client_assertion(file: str, client_id: str, audience: str, supported: object) -> str:
    """
    Return a signed assertion, good once and for a minute.

    ``supported`` are the provider's ``token_endpoint_auth_signing_alg_values_supported``.
    Raises SettingsError where the file holds no private key that the provider takes.
    """
    key = _key(file)
    algorithm = _algorithm(key, supported)
    now = int(time.time())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": uuid4().hex,
        "iat": now,
        "exp": now + _SECONDS,
    }
    header = {"alg": algorithm, "kid": str(key.thumbprint())}
    return jwt.encode(header, claims, key, registry=Registry(algorithms=[algorithm]))


def _key(file: str) -> RSAKey | ECKey | OKPKey:
    try:
        pem = Path(file).read_bytes()
    except OSError as error:
        raise SettingsError(f"client_key_file: {error}") from error
    for kind in (OKPKey, ECKey, RSAKey):
        try:
            key = kind.import_key(pem)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if isinstance(key, RSAKey | ECKey | OKPKey) and key.is_private:
            return key
    raise SettingsError("client_key_file: a private key, PEM, of RSA, P-256 or Ed25519 is wanted")


def _algorithm(key: RSAKey | ECKey | OKPKey, supported: object) -> str:
    taken = supported if isinstance(supported, list) else None
    possible: tuple[str, ...] = _OF_RSA
    if isinstance(key, ECKey):
        possible = (_CURVES.get(key.curve_name, ""),)
    elif isinstance(key, OKPKey):
        # The older name of the two is what a provider takes that names none.
        possible = ("EdDSA", "Ed25519")
    for each in possible:
        if each and (taken is None or each in taken):
            return each
    raise SettingsError("client_key_file: the provider takes no signature of such a key")
