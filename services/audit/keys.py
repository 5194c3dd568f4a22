"""Keys of the log and of the services whose heartbeats it hears."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from helpdesk.kernel import secrets
from helpdesk.kernel.heartbeat import private_key, public_key
from helpdesk.kernel.resources import Resources
from helpdesk.kernel.settings import SettingsError
from services.audit.log.notes import Kind, Signer
from services.audit.log.origins import read_origin
from services.audit.settings import AuditSettings

SIGNING_KEY = "audit.signing.pem"


def signer_of(folder: Path, settings: AuditSettings) -> Signer:
    """Return what signs the log, from the folder of secrets. Raises SettingsError."""
    pem = secrets.read(folder, SIGNING_KEY)
    private = load_pem_private_key(pem, None)
    if not isinstance(private, Ed25519PrivateKey):
        raise SettingsError(f"secret {SIGNING_KEY} is not an Ed25519 key")
    return Signer(settings.origin or read_origin(folder), Kind.LOG, private)


def service_keys(
    resources: Resources, settings: AuditSettings, services: Sequence[str]
) -> dict[str, Ed25519PublicKey]:
    """
    Return the public keys of services by name: the setting's, else those of their secrets.

    Raises SettingsError.
    """
    if settings.service_keys:
        try:
            return dict(map(public_key, settings.service_keys.split(",")))
        except ValueError as error:
            raise SettingsError("HELPDESK_AUDIT_SERVICE_KEYS: name=BASE64 with commas") from error
    return {
        name: private_key(resources.secret(f"{name}.service.pem")).public_key() for name in services
    }


class FeedKeys:
    """
    Keys of customers' webhooks, each made from the service's secret and the webhook's id.

    So none is stored, and what one customer is sent proves nothing to another's receiver.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def private(self, webhook_id: str, generation: int) -> Ed25519PrivateKey:
        """Return the key that a webhook's events are signed with."""
        info = f"helpdesk feed webhook {webhook_id} {generation}".encode()
        derived = HKDF(SHA256(), length=32, salt=None, info=info).derive(self._secret)
        return Ed25519PrivateKey.from_private_bytes(derived)

    def public(self, webhook_id: str, generation: int) -> str:
        """Return a public key as Standard Webhooks writes it: ``whpk_`` and base64."""
        public = self.private(webhook_id, generation).public_key().public_bytes_raw()
        return f"whpk_{base64.b64encode(public).decode()}"
