"""Every setting that there is, checked by every process before it does anything."""

from __future__ import annotations

from collections.abc import Mapping

from helpdesk.kernel import tls
from helpdesk.kernel.resources import VAULT_URL, HostSettings, StoreSettings, check_database
from helpdesk.kernel.settings import check_unknown, connections, names, parse
from helpdesk.kernel.watching import traces_url
from services.audit.settings import AuditSettings
from services.email.settings import BlocklistSettings, SesSettings, WebhookSettings
from services.email.settings import Settings as EmailSettings
from services.gateway.settings import Settings as GatewaySettings
from services.identity.settings import Settings as IdentitySettings
from services.search.settings import SearchSettings
from services.session.settings import SessionSettings

GATEWAY = "gateway"
SETTINGS: Mapping[str, Mapping[str, type]] = {
    "identity": {"identity": IdentitySettings},
    "search": {"search": SearchSettings},
    "email": {
        "email": EmailSettings,
        "email_webhook": WebhookSettings,
        "email_blocklist": BlocklistSettings,
        "email_ses": SesSettings,
    },
    "session": {"session": SessionSettings},
    "audit": {"audit": AuditSettings},
    GATEWAY: {GATEWAY: GatewaySettings},
}
"""The settings of each service by prefix; every process checks all, and loads its own service."""


def check_settings(env: Mapping[str, str]) -> None:
    """Raise SettingsError for a setting that nothing reads or whose value cannot be used."""
    known = names(HostSettings, "")
    for name, kinds in SETTINGS.items():
        known.append(_address(name))
        known += names(StoreSettings, name)
        for prefix, kind in kinds.items():
            known += names(kind, prefix)
    check_unknown(env, known)
    parse(HostSettings, "", env)
    for kinds in SETTINGS.values():
        for prefix, kind in kinds.items():
            parse(kind, prefix, env)


def check_connections(env: Mapping[str, str]) -> None:
    """Raise SettingsError where settings would send or take plain text beyond this machine."""
    settings = parse(HostSettings, "", env)
    allowed = settings.allow_plaintext
    secure = (
        tls.certificates(settings.tls_ca_file, settings.tls_cert_file, settings.tls_key_file)
        is not None
    )
    addresses = {
        "HELPDESK_GRPC_ADDRESS": settings.grpc_address,
        "HELPDESK_METRICS_ADDRESS": settings.metrics_address,
    }
    databases = {VAULT_URL: settings.vault_database_url}
    for name in SETTINGS:
        # Where the gateway listens is for browsers, and its own to check.
        if name != GATEWAY:
            addresses[_address(name)] = env.get(_address(name), "")
        databases[f"HELPDESK_{name.upper()}_DATABASE_URL"] = parse(
            StoreSettings, name, env
        ).database_url
    for setting, address in addresses.items():
        if address:
            tls.check_address(setting, address, secure=secure, allowed=allowed)
    for setting, url in databases.items():
        if url:
            check_database(settings, setting, url)
    kinds = [("", HostSettings), *(each for own in SETTINGS.values() for each in own.items())]
    for prefix, kind in kinds:
        for setting, url in connections(kind, prefix, env):
            tls.check_url(setting, url, allowed=allowed)
    traces = traces_url("", env)
    if traces:
        tls.check_url("OTEL_EXPORTER_OTLP_ENDPOINT", traces, allowed=allowed)


def _address(name: str) -> str:
    return f"HELPDESK_{name.upper()}_ADDRESS"
