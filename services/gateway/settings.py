"""``HELPDESK_GATEWAY_...``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from helpdesk.kernel.settings import Address, SettingsError, is_loopback

# Part of a header that names where forms may go.
_ORIGIN = re.compile(r"(?:https://[A-Za-z0-9.-]+|http://(?:127\.0\.0\.1|localhost))(?::\d{1,5})?")


@dataclass(frozen=True)
class Settings:
    """
    Where the console listens and how people reach it.

    ``url`` is the address that people type; empty is plain HTTP at ``address``. Beyond loopback it
    must be https: something in front of the console ends TLS. The development provider and the
    development mailbox exist on loopback only; an empty ``mailbox_address`` turns the mailbox off.
    ``portal_url`` is the customers' own portal, where one stands behind Envoy: a view opens it.
    ``tiles_dir`` is the folder that the audit service writes its tree to; it is served to anybody.
    """

    address: Annotated[str, Address()] = "127.0.0.1:8080"
    mailbox_address: Annotated[str, Address()] = "127.0.0.1:1025"
    url: str = ""
    portal_url: str = ""
    tiles_dir: str = ""

    @property
    def base_url(self) -> str:
        """The address that people type, without a slash at its end."""
        return self.url.rstrip("/") or f"http://{self.address}"

    @property
    def secure(self) -> bool:
        """Whether browsers reach the console over TLS."""
        return self.base_url.startswith("https://")

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine reaches the console."""
        return is_loopback(self.address) and not self.secure

    def __post_init__(self) -> None:
        """Raise SettingsError for settings that do not fit together."""
        if not is_loopback(self.address) and not self.secure:
            raise SettingsError(
                "HELPDESK_GATEWAY_ADDRESS: beyond loopback HELPDESK_GATEWAY_URL must be https://..."
            )
        if self.url and not self.url.startswith(
            ("https://", "http://127.0.0.1", "http://localhost")
        ):
            raise SettingsError("HELPDESK_GATEWAY_URL: https://... is wanted")
        if self.portal_url and not _ORIGIN.fullmatch(self.portal_url):
            raise SettingsError(
                "HELPDESK_GATEWAY_PORTAL_URL: https://host is wanted, without a path"
            )
