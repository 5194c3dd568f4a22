"""Which identity providers there are; a change of their file needs no restart."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path

from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.settings import SettingsError, is_loopback
from services.identity.providers.issuers import SETTING, Issuer, issuers_of
from services.identity.providers.openid import OpenIdProvider
from services.identity.providers.provider_keys import issuer_of
from services.identity.settings import Settings

_log = logging.getLogger(__name__)
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
                self._use(issuers_of(json.loads(self._file.read_text())))
                self._read_at = read_at
        except (OSError, ValueError, TypeError) as error:
            # What was read before stays in use while the file is being written.
            if not self._providers:
                raise SettingsError(f"{SETTING}: {error}") from error
            problem = str(error) if isinstance(error, SettingsError) else type(error).__name__
            _log.error("%s: the issuers before stay in use: %s", SETTING, problem)

    def _use(self, issuers: list[Issuer]) -> None:
        before = self._providers
        self._providers = {
            each.issuer: known
            if (known := before.get(each.issuer)) is not None and known.configured == each
            else OpenIdProvider(each)
            for each in issuers
        }
