"""Settings of mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Annotated, Literal

from helpdesk.kernel.resources import console_url
from helpdesk.kernel.settings import Address, Network, Range, SettingsError, Url, is_loopback


@dataclass(frozen=True)
class Settings:
    """
    ``HELPDESK_EMAIL_...``.

    ``domain`` is the domain of our envelope senders and message ids: bounces come back to it.
    ``smtp_tls`` is ``none``, ``starttls`` or ``tls``; empty is none on loopback and starttls
    elsewhere. ``console_url`` is where users open the links of caller checks; empty is where
    the gateway is. ``accepted_is_delivered`` is for a mail system that holds the mailboxes itself.
    An empty ``inbound_address`` (SMTP) or ``lmtp_address`` listens to nothing, an empty ``maildir``
    is none; a report that comes in by one of them and names no message of ours is noted or blocks
    too, as ``foreign_reports`` says. ``codes_per_partner`` counts the caller checks of all of a
    partner's agents in ten minutes.
    """

    domain: str = "mail.helpdesk.example"
    sender_name: str = "Help desk"
    sign_in_url: Annotated[str, Url(connects=False)] = "https://portal.helpdesk.example/"
    console_url: Annotated[str, Url(connects=False)] = ""
    smtp_address: Annotated[str, Address(possibly_empty=False)] = "127.0.0.1:1025"
    smtp_tls: Literal["", "none", "starttls", "tls"] = ""
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_timeout_seconds: Annotated[float, Range(above=0)] = 10.0
    accepted_is_delivered: bool = True
    retry_seconds: Annotated[float, Range(above=0)] = 5.0
    codes_per_partner: Annotated[int, Range(1)] = 60
    inbound_address: Annotated[str, Address()] = "127.0.0.1:2525"
    lmtp_address: Annotated[str, Address()] = ""
    maildir: str = ""
    foreign_reports: Literal["note", "block"] = "note"

    def __post_init__(self) -> None:
        """Raise SettingsError for settings that do not fit together."""
        if self.smtp_tls == "none" and not is_loopback(self.smtp_address):
            raise SettingsError("HELPDESK_EMAIL_SMTP_TLS: none is for loopback only")

    def console(self, env: Mapping[str, str]) -> str:
        """Return where people reach the console, without a last slash. Raises SettingsError."""
        return console_url(env, self.console_url, "HELPDESK_EMAIL_CONSOLE_URL")


@dataclass(frozen=True)
class BlocklistSettings:
    """
    ``HELPDESK_EMAIL_BLOCKLIST_...``: what blocks an address, and for how long.

    Causes are those of ``helpdesk read-mail``: a hard one blocks at once where the mail was refused
    for good (5xx), soft ones block after ``soft_bounces`` in ``soft_days``. Trouble of our own side
    cannot be named: it blocks nobody. Zero ``..._block_days`` is for good, as hard bounces and
    complaints are.
    """

    hard_causes: tuple[str, ...] = (
        "no_such_mailbox",
        "moved",
        "domain_not_found",
        "takes_no_mail",
        "mailbox_inactive",
        "unknown",
    )
    soft_causes: tuple[str, ...] = (
        "no_such_mailbox",
        "moved",
        "domain_not_found",
        "takes_no_mail",
        "mailbox_inactive",
        "mailbox_full",
        "recipient_refuses",
        "relaying_denied",
        "greylisted",
        "expired",
        "network_trouble",
        "system_trouble",
        "delivery_program_failed",
    )
    soft_bounces: Annotated[int, Range(1)] = 5
    soft_days: Annotated[float, Range(above=0)] = 7.0
    soft_block_days: Annotated[float, Range(0)] = 14.0
    policy_block_days: Annotated[float, Range(0)] = 30.0


@dataclass(frozen=True)
class SesSettings:
    """
    ``HELPDESK_EMAIL_SES_...``: the suppression list of an account at AWS SES.

    An empty ``region`` is none. Without keys they are found as AWS's tools find them.
    """

    region: str = ""
    endpoint_url: Annotated[str, Url()] = ""
    access_key_id: str = ""
    secret_access_key: str = field(default="", repr=False)
    timeout_seconds: Annotated[float, Range(above=0)] = 5.0
    reconcile_seconds: Annotated[float, Range(above=0)] = 30.0

    def __post_init__(self) -> None:
        """Raise SettingsError for settings that do not fit together."""
        if bool(self.access_key_id) != bool(self.secret_access_key):
            raise SettingsError(
                "HELPDESK_EMAIL_SES_ACCESS_KEY_ID and _SECRET_ACCESS_KEY belong together"
            )


@dataclass(frozen=True)
class WebhookSettings:
    """
    ``HELPDESK_EMAIL_WEBHOOK_...``: webhooks of mail providers; an empty ``address`` is none.

    A provider is on where its key is set: ``sns_topics`` (ARNs, for SES), ``sendgrid_key``,
    ``mailgun_key``, ``postmark_login`` (``user:password``). Beyond loopback ``url``, where
    providers post to, must be https: something in front of it ends TLS and is one of ``proxies``.

    A delivery is fresh for ``fresh_seconds`` after it was signed. SNS signs a message once and
    tries for an hour, Postmark tries for ten and a half hours with the event's own time, so theirs
    are longer. ``sns_confirm`` confirms subscriptions by itself, of the named topics only.
    ``sns_roots`` are certificates in PEM; empty are Amazon's own.
    """

    address: Annotated[str, Address()] = ""
    url: Annotated[str, Url(connects=False)] = ""
    proxies: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    largest_bytes: Annotated[int, Range(1)] = 1024 * 1024
    fresh_seconds: Annotated[float, Range(above=0)] = 300.0
    sns_topics: tuple[str, ...] = ()
    sns_fresh_seconds: Annotated[float, Range(above=0)] = 3900.0
    sns_confirm: bool = False
    sns_roots: str = ""
    sendgrid_key: str = ""
    mailgun_key: str = field(default="", repr=False)
    postmark_login: str = field(default="", repr=False)
    postmark_sources: tuple[Network, ...] = ()
    postmark_fresh_seconds: Annotated[float, Range(above=0)] = 12 * 3600.0

    def __post_init__(self) -> None:
        """Raise SettingsError for settings that do not fit together."""
        if self.address and not is_loopback(self.address) and not self.url.startswith("https://"):
            raise SettingsError(
                "HELPDESK_EMAIL_WEBHOOK_ADDRESS: beyond loopback HELPDESK_EMAIL_WEBHOOK_URL "
                "must be https://..."
            )
        if self.postmark_login and not all(self.postmark_login.partition(":")):
            raise SettingsError("HELPDESK_EMAIL_WEBHOOK_POSTMARK_LOGIN: user:password is wanted")
