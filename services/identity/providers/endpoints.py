"""What one provider says of itself, and requests to its endpoints."""

from __future__ import annotations

import json
import logging
import ssl
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from helpdesk.kernel.errors import HelpdeskError, Unavailable
from helpdesk.kernel.settings import SettingsError
from services.identity.domain.sign_in import invalid
from services.identity.providers.client_assertion import TYPE, client_assertion
from services.identity.providers.issuers import SETTING, Issuer, check_url

_log = logging.getLogger(__name__)
_KEPT = 3600.0
_LARGEST = 1024 * 1024
_SECONDS = 5.0
_JWT = "application/jwt"


class Endpoints:
    """
    Finds and asks the endpoints of one provider (OpenID Connect Discovery 1.0).

    What the provider says of itself is fetched at the first sign-in and kept for an hour. Raises
    SettingsError for a ``ca_file`` that holds no certificate.
    """

    def __init__(self, issuer: Issuer, transport: httpx.BaseTransport | None = None) -> None:
        self._configured = issuer
        self._http = httpx.Client(
            timeout=_SECONDS,
            transport=transport,
            follow_redirects=False,
            trust_env=issuer.issuer.startswith("https:"),
            verify=_trusted(issuer.ca_file) if issuer.ca_file else True,
        )
        self._found: dict[str, Any] = {}
        self._found_at = 0.0

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def issuer(self) -> str:
        """Return the issuer as tokens name it. Raises Unavailable."""
        return str(self._discovery()["issuer"])

    def says(self, name: str) -> Any:
        """Return what the provider says of itself under a name, if anything. Raises Unavailable."""
        return self._discovery().get(name)

    def address(self, name: str) -> str:
        """Return the address of an endpoint. Raises Unavailable."""
        try:
            return check_url(str(self._discovery()[name]), name)
        except (KeyError, SettingsError) as error:
            raise _unavailable() from error

    def published_keys(self) -> list[Any]:
        """Return the published keys as JWKs. Raises Unavailable."""
        keys = _object(self._asked("GET", self.address("jwks_uri"))).get("keys")
        return keys if isinstance(keys, list) else []

    def exchanged(self, form: dict[str, str]) -> dict[str, Any]:
        """Return what the token endpoint gives for a code. Raises Forbidden, Unavailable."""
        configured, auth = self._configured, None
        if configured.client_key_file:
            form = form | self._proof()
        elif configured.client_secret_file:
            secret = Path(configured.client_secret_file).read_text().strip()
            # RFC 6749, section 2.3.1: both are form-encoded before they go into the header.
            methods = self.says("token_endpoint_auth_methods_supported")
            if isinstance(methods, list) and "client_secret_basic" not in methods:
                form = form | {"client_secret": secret}
            else:
                auth = httpx.BasicAuth(quote(configured.client_id, safe=""), quote(secret, safe=""))
        answer = self._asked("POST", self.address("token_endpoint"), data=form, auth=auth)
        if 400 <= answer.status_code < 500:
            raise invalid()
        return _object(answer)

    def userinfo(self, access_token: str) -> dict[str, Any] | str:
        """
        Return the claims of the userinfo endpoint, or the JWT that holds them.

        OpenID Connect Core 1.0, section 5.3. Raises Unavailable.
        """
        bearer = {"authorization": f"Bearer {access_token}"}
        answer = self._asked("GET", self.address("userinfo_endpoint"), headers=bearer)
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if answer.status_code == httpx.codes.OK and kind == _JWT:
            return answer.text.strip()
        return _object(answer)

    def _discovery(self) -> dict[str, Any]:
        now = time.monotonic()
        if not self._found or now - self._found_at > _KEPT:
            issuer = self._configured.issuer
            url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            found = _object(self._asked("GET", url))
            # Some write a slash at the end and some do not; tokens have what is said here.
            if str(found.get("issuer")).rstrip("/") != issuer.rstrip("/"):
                raise _unavailable()
            self._found, self._found_at = found, now
        return self._found

    def _proof(self) -> dict[str, str]:
        configured = self._configured
        supported = self.says("token_endpoint_auth_signing_alg_values_supported")
        try:
            assertion = client_assertion(
                configured.client_key_file, configured.client_id, self.issuer(), supported
            )
        except SettingsError as error:
            _log.error("%s: %s", configured.issuer, error)
            raise _unavailable() from error
        return {"client_assertion_type": TYPE, "client_assertion": assertion}

    def _asked(self, method: str, url: str, **more: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, url, **more)
        except httpx.HTTPError as error:
            raise _unavailable() from error
        if len(answer.content) > _LARGEST or answer.status_code >= 500:
            raise _unavailable()
        return answer


def _object(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code != httpx.codes.OK:
        _log.warning("%s answered %d", answer.url.copy_with(query=None), answer.status_code)
        raise _unavailable()
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise _unavailable() from error
    if not isinstance(body, dict):
        raise _unavailable()
    return body


def _trusted(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise SettingsError(f"{SETTING}: ca_file {ca_file}: a certificate, PEM, is wanted") from (
            error
        )


def _unavailable() -> HelpdeskError:
    return Unavailable(
        "PROVIDER_UNAVAILABLE", "The sign-in provider does not answer. Try again in a minute."
    )
