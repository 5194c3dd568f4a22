"""The audit service, composed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from helpdesk.audit.v1 import audit_pb2_grpc
from helpdesk.kernel.hosting import Running, Service, Timer, Wiring
from helpdesk.kernel.settings import SettingsError, parse
from services.audit.application.audit_log import AuditLog
from services.audit.clients import DirectoryClient, LogHeads
from services.audit.grpc_api import AuditServicer
from services.audit.handlers import NAME, SOURCES, ActionsConsumer
from services.audit.log.notes import Kind, Signer
from services.audit.settings import AuditSettings
from services.audit.views.actions import Actions
from services.audit.views.exports import Exports
from services.audit.views.ledger import Ledger
from services.audit.views.sessions import Sessions
from services.audit.views.standing import Standing

SIGNING_KEY = "audit.signing.pem"
_MIGRATIONS = Path(__file__).parent / "migrations"


def public_key(pem: bytes, env: Mapping[str, str]) -> str:
    """Return the log's public key as auditors keep it, NAME+ID+BASE64. Raises SettingsError."""
    return str(_signer(pem, parse(AuditSettings, "audit", env)).verifier_key)


def _signer(pem: bytes, settings: AuditSettings) -> Signer:
    private = load_pem_private_key(pem, None)
    if not isinstance(private, Ed25519PrivateKey):
        raise SettingsError(f"secret {SIGNING_KEY} is not an Ed25519 key")
    return Signer(settings.origin, Kind.LOG, private)


def build(wiring: Wiring) -> Running:
    """Build the service."""
    settings = parse(AuditSettings, "audit", wiring.env)
    store = wiring.open_store("audit", migrations=_MIGRATIONS)
    ledger = Ledger(store.engine, _signer(wiring.secret(SIGNING_KEY), settings))
    actions = Actions(store.engine)
    log = AuditLog(
        actions=actions,
        sessions=Sessions(store.engine),
        standing=Standing(store.engine, ledger, NAME, SOURCES),
        directory=DirectoryClient(wiring),
        heads=LogHeads(wiring),
        exporter=Exports(actions, ledger, wiring.vault),
    )
    servicer = AuditServicer(log)
    return Running(
        store=store,
        servicers={
            "helpdesk.audit.v1.AuditService": lambda server: (
                audit_pb2_grpc.add_AuditServiceServicer_to_server(servicer, server)
            )
        },
        consumers=[ActionsConsumer(ledger)],
        close=ledger.sign_now,
        timers=[
            Timer("audit-checkpoint", settings.checkpoint_seconds, ledger.sign_now),
            Timer("audit-verification", settings.verification_seconds, ledger.check),
        ],
    )


SERVICE = Service(name="audit", build=build, settings={"audit": AuditSettings})
