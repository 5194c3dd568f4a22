"""The audit log's writing side, composed without gRPC."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from helpdesk.kernel.resources import Blank, Resources, Timer, Wants, Work, wants_of
from helpdesk.kernel.settings import SettingsError, parse
from services.audit.handlers import ActionsConsumer
from services.audit.log.notes import Kind, Signer
from services.audit.settings import AuditSettings
from services.audit.views.ledger import Ledger

MIGRATIONS = Path(__file__).parent / "migrations"


def wants() -> Wants:
    """Return which facts the consumers want."""
    return wants_of([ActionsConsumer(cast("Ledger", Blank()))])


def build(resources: Resources) -> Work:
    """Build what appends to the log, and what signs and verifies it."""
    settings = parse(AuditSettings, "audit", resources.env)
    store = resources.open_store("audit", migrations=MIGRATIONS)
    private = load_pem_private_key(resources.secret("audit.signing.pem"), None)
    if not isinstance(private, Ed25519PrivateKey):
        raise SettingsError("secret audit.signing.pem is not an Ed25519 key")
    ledger = Ledger(store.engine, Signer(settings.origin, Kind.LOG, private))
    return Work(
        store,
        consumers=[ActionsConsumer(ledger)],
        timers=[
            Timer("audit-checkpoint", settings.checkpoint_seconds, ledger.sign_now),
            Timer("audit-verification", settings.verification_seconds, ledger.check),
        ],
    )
