"""Which identity providers there are; a change of their file needs no restart."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import fields
from pathlib import Path

from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.settings import SettingsError, is_loopback
from services.identity.providers.openid import Issuer, OpenIdProvider, check_url, issuer_of
from services.identity.settings import Settings

_log = logging.getLogger(__name__)
_NAME = "HELPDESK_IDENTITY_ISSUERS"
_FIELDS = frozenset(each.name for each in fields(Issuer))
DEVELOPMENT = "/dev/oidc"
"""Where the gateway serves the development provider."""


def development_issuer(settings: Settings, gateway: str) -> str:
    """Return the development provider's address; empty where the product does not use it."""
    return "" if settings.issuers or not is_loopback(gateway) else f"http://{gateway}{DEVELOPMENT}"


class Configured:
    """The providers that are configured, the first one for who does not choose."""

    def __init__(self, settings: Settings, gateway: str) -> None:
        self._lock = threading.Lock()
        self._file: Path | None = None
        self._read_at = (0, 0)
        self._providers: dict[str, OpenIdProvider] = {}
        development = development_issuer(settings, gateway)
        if len(settings.issuers) == 1 and settings.issuers[0].endswith(".json"):
            self._file = Path(settings.issuers[0])
            self._refresh()
        elif development:
            self._use([Issuer(development, settings.client_id, subject="user_id")])
        else:
            self._use([Issuer(each, settings.client_id) for each in settings.issuers])

    def get(self, issuer: str) -> OpenIdProvider:
        """Return a provider, the first one for an empty text. Raises NotFound."""
        with self._lock:
            self._refresh()
            found = (
                self._providers.get(issuer)
                if issuer
                else next(iter(self._providers.values()), None)
            )
        if found is None:
            raise NotFound("sign-in provider")
        return found

    def of_token(self, token: str) -> OpenIdProvider:
        """Return the provider that a token says it is from. Raises Forbidden, NotFound."""
        named = issuer_of(token)
        with self._lock:
            self._refresh()
            for issuer, provider in self._providers.items():
                if issuer.rstrip("/") == named.rstrip("/"):
                    return provider
        raise NotFound("sign-in provider")

    def all(self) -> list[OpenIdProvider]:
        """Return all, in the order of the settings."""
        with self._lock:
            self._refresh()
            return list(self._providers.values())

    def close(self) -> None:
        """Close all connections."""
        for provider in self._providers.values():
            provider.close()

    def _refresh(self) -> None:
        if self._file is None:
            return
        try:
            status = self._file.stat()
            read_at = (status.st_mtime_ns, status.st_size)
            if read_at != self._read_at:
                self._use(_parsed(json.loads(self._file.read_text())))
                self._read_at = read_at
        except (OSError, ValueError, TypeError) as error:
            # What was read before stays in use while the file is being written.
            if not self._providers:
                raise SettingsError(f"{_NAME}: {error}") from error
            _log.warning("%s cannot be read: %s", _NAME, type(error).__name__)

    def _use(self, issuers: list[Issuer]) -> None:
        before, self._providers = self._providers, {}
        for each in issuers:
            known = before.get(each.issuer)
            same = known is not None and known.configured == each
            self._providers[each.issuer] = known if known and same else OpenIdProvider(each)


def _parsed(body: object) -> list[Issuer]:
    if not isinstance(body, list) or not body:
        raise SettingsError(f"{_NAME}: the file holds a list of issuers")
    issuers = []
    for each in body:
        if not isinstance(each, dict) or not set(each) <= _FIELDS:
            raise SettingsError(
                f"{_NAME}: the fields of an issuer are {', '.join(sorted(_FIELDS))}"
            )
        issuer = Issuer(**{name: str(value or "") for name, value in each.items()})
        check_url(issuer.issuer, f"{_NAME}: issuer")
        if issuer.subject not in ("user_id", "linked"):
            raise SettingsError(f"{_NAME}: subject is user_id or linked")
        if issuer.client_key_file and issuer.client_secret_file:
            raise SettingsError(f"{_NAME}: a client has a secret or a key, not both")
        if "openid" not in issuer.scope.split():
            raise SettingsError(f"{_NAME}: scope holds openid")
        issuers.append(issuer)
    return issuers
