"""Keys of the log and of the services whose heartbeats it hears."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from helpdesk.kernel.heartbeat import private_key
from helpdesk.kernel.resources import Resources
from helpdesk.kernel.settings import SettingsError
from services.audit.log.notes import Kind, Signer
from services.audit.settings import AuditSettings

SIGNING_KEY = "audit.signing.pem"


def signer_of(pem: bytes, settings: AuditSettings) -> Signer:
    """Return what signs the log. Raises SettingsError."""
    private = load_pem_private_key(pem, None)
    if not isinstance(private, Ed25519PrivateKey):
        raise SettingsError(f"secret {SIGNING_KEY} is not an Ed25519 key")
    return Signer(settings.origin, Kind.LOG, private)


def service_keys(
    resources: Resources, settings: AuditSettings, services: Sequence[str]
) -> dict[str, Ed25519PublicKey]:
    """
    Return the public keys of services by name: the setting's, else those of their secrets.

    Raises SettingsError.
    """
    if settings.service_keys:
        return dict(_parsed(each) for each in settings.service_keys.split(","))
    return {
        name: private_key(resources.secret(f"{name}.service.pem")).public_key() for name in services
    }


def _parsed(text: str) -> tuple[str, Ed25519PublicKey]:
    name, _, encoded = text.strip().partition("=")
    try:
        return name, Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded, validate=True))
    except ValueError as error:
        raise SettingsError("HELPDESK_AUDIT_SERVICE_KEYS: name=BASE64 with commas") from error
