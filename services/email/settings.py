"""Settings of mail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """
    ``HELPDESK_EMAIL_...``.

    ``domain`` is the domain of our envelope senders and message ids: bounces come back to it.
    ``smtp_tls`` is ``none``, ``starttls`` or ``tls``; empty is none on loopback and starttls
    elsewhere. ``accepted_is_delivered`` is for a mail system that holds the mailboxes itself.
    An empty ``inbound_address`` (SMTP) or ``lmtp_address`` listens to nothing.
    """

    domain: str = "mail.helpdesk.example"
    sender_name: str = "Help desk"
    sign_in_url: str = "https://portal.helpdesk.example/"
    smtp_address: str = "127.0.0.1:1025"
    smtp_tls: str = ""
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_timeout_seconds: float = 10.0
    accepted_is_delivered: bool = True
    retry_seconds: float = 5.0
    inbound_address: str = "127.0.0.1:2525"
    lmtp_address: str = ""
