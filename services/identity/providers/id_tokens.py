"""What an ID token, a logout token and a userinfo answer must say to be believed."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from typing import Any, TypeGuard

from services.identity.domain.sign_in import invalid
from services.identity.providers.issuers import Issuer
from services.identity.providers.provider_keys import Signed

_OLDEST = 600.0
_LONGEST_NAME = 255
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_ADDRESS, _VERIFIED = "email", "email_verified"


def check_id_token(
    signed: Signed, configured: Issuer, issuer: str, nonce: str, access_token: str
) -> None:
    """
    Refuse an ID token that is not this provider's, for us, of now and of this sign-in.

    OpenID Connect Core 1.0, section 3.1.3.7. Raises Forbidden.
    """
    claims, me = signed.claims, configured.client_id
    audiences = _listed(claims.get("aud"))
    alone = set(map(str, audiences)) <= {me, *configured.trusted_audiences}
    hashed = claims.get("at_hash")
    if (
        claims.get("iss") != issuer
        or me not in audiences
        or claims.get("azp", me if alone else None) != me
        or not _is_time(claims.get("exp"))
        or not _is_now(claims, configured.skew_seconds)
        or not _is_recent(claims.get("auth_time"), configured)
        or not is_name(claims.get("sub"))
        or not _same(claims.get("nonce", ""), nonce)
        or (hashed is not None and not _same(hashed, signed.hash_of(access_token)))
    ):
        raise invalid()


def check_logout_token(claims: Mapping[str, Any], configured: Issuer, issuer: str) -> None:
    """
    Refuse a logout token that is not this provider's, for us, of now and for nothing else.

    OpenID Connect Back-Channel Logout 1.0, section 2.6. Raises Forbidden.
    """
    events = claims.get("events")
    names = [claims.get("sub", ""), claims.get("sid", "")]
    if (
        claims.get("iss") != issuer
        or configured.client_id not in _listed(claims.get("aud"))
        or not _is_now(claims, configured.skew_seconds)
        or not isinstance(events, dict)
        or not isinstance(events.get(_LOGOUT), dict)
        or "nonce" in claims
        or not is_name(claims.get("jti"))
        or not any(is_name(each) for each in names)
        or not all(each == "" or is_name(each) for each in names)
    ):
        raise invalid()


def with_userinfo(
    claims: Mapping[str, Any], told: Mapping[str, Any], configured: Issuer, issuer: str
) -> dict[str, Any]:
    """
    Return the claims of an ID token with those of userinfo beside them.

    OpenID Connect Core 1.0, section 5.3.2: of the same subject only. Raises Forbidden.
    """
    if (
        not _same(told.get("sub", ""), str(claims["sub"]))
        or told.get("iss", issuer) != issuer
        or configured.client_id not in _listed(told.get("aud", configured.client_id))
    ):
        raise invalid()
    # That one address is verified says nothing of another.
    address = claims.get(_ADDRESS)
    other = address is not None and told.get(_ADDRESS) != address
    return {**{k: v for k, v in told.items() if not (other and k == _VERIFIED)}, **claims}


def is_name(value: Any) -> bool:
    """Return whether it may be a subject, a session or the id of a token."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME


def _is_now(claims: Mapping[str, Any], skew: float) -> bool:
    now = time.time()
    issued, expires, begins = claims.get("iat"), claims.get("exp", now), claims.get("nbf", 0)
    return (
        _is_time(issued)
        and _is_time(expires)
        and _is_time(begins)
        and now - _OLDEST <= issued <= now + skew
        and begins <= now + skew
        and expires + skew > now
    )


def _is_recent(signed_in: Any, configured: Issuer) -> bool:
    if not configured.max_age_seconds:
        return True
    oldest = time.time() - configured.max_age_seconds - configured.skew_seconds
    return _is_time(signed_in) and signed_in >= oldest


def _is_time(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(value: Any, wanted: str) -> bool:
    # JSON may hold halves of surrogate pairs, which UTF-8 does not.
    return isinstance(value, str) and hmac.compare_digest(
        value.encode(errors="surrogatepass"), wanted.encode(errors="surrogatepass")
    )


def _listed(audience: Any) -> list[Any]:
    return audience if isinstance(audience, list) else [audience]
