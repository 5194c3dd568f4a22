"""``HELPDESK_GATEWAY_...``."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.kernel.settings import SettingsError, is_loopback


@dataclass(frozen=True)
class Settings:
    """
    Where the console listens and how people reach it.

    ``url`` is the address that people type; empty is plain HTTP at ``address``. Beyond loopback it
    must be https: something in front of the console ends TLS. The development provider and the
    development mailbox exist on loopback only; an empty ``mailbox_address`` turns the mailbox off.
    """

    address: str = "127.0.0.1:8080"
    mailbox_address: str = "127.0.0.1:1025"
    url: str = ""

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

    def checked(self) -> Settings:
        """Return itself. Raises SettingsError for settings that would send secrets in clear."""
        if not is_loopback(self.address) and not self.secure:
            raise SettingsError(
                "HELPDESK_GATEWAY_ADDRESS: beyond loopback HELPDESK_GATEWAY_URL must be https://..."
            )
        if self.url and not self.url.startswith(
            ("https://", "http://127.0.0.1", "http://localhost")
        ):
            raise SettingsError("HELPDESK_GATEWAY_URL: https://... is wanted")
        return self
