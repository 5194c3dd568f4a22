"""Which processes connect to hosts outside, by which settings, and where they send people."""

from __future__ import annotations

import typing
from types import SimpleNamespace

from helpdesk.kernel.settings import Address, Url, parse
from services.configured import SETTINGS
from services.email.settings import Settings as Mails
from services.session.providers import issuer
from services.session.settings import SessionSettings

MAIL, RETRIES = "work email", "relay email"
CONNECTS = {
    "HELPDESK_IDENTITY_ISSUERS": {"serve identity"},
    "HELPDESK_IDENTITY_TICKETS": {"serve identity"},
    "HELPDESK_EMAIL_SMTP_ADDRESS": {MAIL, RETRIES},
    "HELPDESK_EMAIL_SES_ENDPOINT_URL": {MAIL, RETRIES},
    # Webhooks of SNS are proved with a certificate that is fetched.
    "HELPDESK_EMAIL_WEBHOOK_SNS_TOPICS": {"serve email"},
    "HELPDESK_SESSION_SIGNALS_URL": {"work session"},
    "HELPDESK_SESSION_SIGNALS_RECEIVERS": {"work session"},
    # Customers' receivers: one resolves a name that is set, the other one posts to it.
    "HELPDESK_AUDIT_FEED_NETWORKS": {"serve audit", "relay audit"},
    "HELPDESK_AUDIT_WITNESSES": {"relay audit"},
    "HELPDESK_AUDIT_ALARM_SMTP": {"work audit"},
}
"""By setting, who connects to what it names, engines aside: consumers in work, timers in relay."""
_LISTENS = {
    "HELPDESK_EMAIL_INBOUND_ADDRESS", "HELPDESK_EMAIL_LMTP_ADDRESS",
    "HELPDESK_EMAIL_WEBHOOK_ADDRESS", "HELPDESK_GATEWAY_ADDRESS",
    "HELPDESK_GATEWAY_MAILBOX_ADDRESS", "HELPDESK_SESSION_ENVOY_ADDRESS",
}  # fmt: skip
_ENGINES = {"HELPDESK_SEARCH_OPENSEARCH_URL"}


def unclassified():
    """Return the settings of services that say where to connect to and that no table here has."""
    found = set()
    for kinds in SETTINGS.values():
        for prefix, kind in kinds.items():
            for name, hint in typing.get_type_hints(kind, include_extras=True).items():
                rules = getattr(hint, "__metadata__", ())
                if any(
                    isinstance(r, Address) or (isinstance(r, Url) and r.connects) for r in rules
                ):
                    found.add(f"HELPDESK_{prefix}_{name}".upper())
    return found - CONNECTS.keys() - _LISTENS - _ENGINES


def sent_to(env):
    """Return where mails send people, and the issuer of signals, in a process of these settings."""
    mails, signals = parse(Mails, "email", env), parse(SessionSettings, "session", env)
    return mails.console(env), issuer(signals, SimpleNamespace(env=env))
