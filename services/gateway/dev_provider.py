"""An OpenID Connect provider for development; it refuses to exist beyond loopback."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from helpdesk.kernel.errors import HelpdeskError
from helpdesk.kernel.settings import SettingsError, is_loopback

PATH = "/dev/oidc"
CLIENT = "helpdesk"
_CODE_LIVES = 60.0
_TOKEN_LIVES = 300


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in with one click; ``subject`` is for who is not in the directory."""

    email: str
    name: str
    role: str
    subject: str = ""


@dataclass(frozen=True)
class _Grant:
    subject: str
    client_id: str
    redirect_uri: str
    nonce: str
    challenge: str
    expires: float


Chooser = Callable[[Request, Sequence[Account], str], Response]
"""Shows the page on which one chooses who to be; the text says what was wrong, if anything."""


class DevProvider:
    """
    Signs in whoever one says to be: authorization code with PKCE (RFC 6749, RFC 7636), RS256.

    ``find`` returns the directory's id of an address, or an empty text. Raises SettingsError for
    an address beyond loopback.
    """

    def __init__(
        self,
        address: str,
        find: Callable[[str], str],
        accounts: Callable[[], Sequence[Account]],
        choose: Chooser,
    ) -> None:
        if not is_loopback(address):
            raise SettingsError("the development provider only serves loopback")
        self.issuer = f"http://{address}{PATH}"
        self._find = find
        self._accounts = accounts
        self._choose = choose
        self._key = RSAKey.generate_key(2048, parameters={"use": "sig", "alg": "RS256"})
        self._key.ensure_kid()
        self._grants: dict[str, _Grant] = {}
        self._lock = threading.Lock()

    def routes(self) -> list[Route]:
        """Return what the gateway serves below ``/dev/oidc``."""
        return [
            Route(f"{PATH}/.well-known/openid-configuration", self.discovery),
            Route(f"{PATH}/jwks", self.jwks),
            Route(f"{PATH}/authorize", self.authorize, methods=["GET", "POST"]),
            Route(f"{PATH}/token", self.token, methods=["POST"]),
        ]

    def discovery(self, _request: Request) -> Response:
        """OpenID Connect Discovery 1.0, section 4."""
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "scopes_supported": ["openid"],
            }
        )

    def jwks(self, _request: Request) -> Response:
        """Return the public key (RFC 7517)."""
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        """Ask who one is, then send the browser back with a code."""
        asked = request.query_params
        if (
            asked.get("client_id") != CLIENT
            or asked.get("response_type") != "code"
            or asked.get("code_challenge_method") != "S256"
            or not is_loopback(
                asked.get("redirect_uri", "").removeprefix("http://").partition("/")[0]
            )
        ):
            return JSONResponse({"error": "invalid_request"}, status_code=400)
        if request.method == "GET":
            return self._choose(request, self._accounts(), "")
        subject = self._subject(str((await request.form()).get("email", "")))
        if not subject:
            return self._choose(request, self._accounts(), "unknown")
        code = secrets.token_urlsafe(32)
        grant = _Grant(
            subject,
            CLIENT,
            asked.get("redirect_uri", ""),
            asked.get("nonce", ""),
            asked.get("code_challenge", ""),
            time.monotonic() + _CODE_LIVES,
        )
        with self._lock:
            self._grants[code] = grant
        back = urlencode({"code": code, "state": asked.get("state", ""), "iss": self.issuer})
        return RedirectResponse(f"{grant.redirect_uri}?{back}", status_code=303)

    def _subject(self, email: str) -> str:
        own = {each.email: each.subject for each in self._accounts() if each.subject}
        try:
            return own.get(email) or self._find(email)
        except HelpdeskError:
            return ""

    async def token(self, request: Request) -> Response:
        """Exchange a code, once, for an ID token."""
        form = await request.form()
        with self._lock:
            grant = self._grants.pop(str(form.get("code", "")), None)
        verifier = str(form.get("code_verifier", ""))
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        if (
            grant is None
            or grant.expires < time.monotonic()
            or form.get("redirect_uri") != grant.redirect_uri
            or not secrets.compare_digest(challenge.decode(), grant.challenge)
        ):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": grant.subject,
            "aud": grant.client_id,
            "nonce": grant.nonce,
            "iat": now,
            "exp": now + _TOKEN_LIVES,
        }
        id_token = jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key)
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(16),
                "token_type": "Bearer",
                "expires_in": _TOKEN_LIVES,
                "id_token": id_token,
            },
            headers={"cache-control": "no-store"},
        )
