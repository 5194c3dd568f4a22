"""The audit service, composed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from helpdesk.audit.v1 import audit_pb2_grpc
from helpdesk.kernel import clearing
from helpdesk.kernel.hosting import Running, Service, Timer, Wiring
from helpdesk.kernel.replaying.folding import Moving
from helpdesk.kernel.settings import parse
from helpdesk.kernel.store import Store
from services.audit.application.audit_log import HEADS, RECORDS, AuditLog
from services.audit.clients import Acknowledgements, DirectoryClient, LogHeads
from services.audit.cosigners import COSIGN_SECONDS, Cosigners
from services.audit.grpc_api import AuditServicer
from services.audit.handlers import NAME, SOURCES, ActionsConsumer
from services.audit.keys import SIGNING_KEY, service_keys, signer_of
from services.audit.log.notes import Signer
from services.audit.log.records import Record
from services.audit.replay.folding import Query, ReplayedHeads, ReplayedRecords
from services.audit.settings import AuditSettings
from services.audit.views.actions import Actions
from services.audit.views.archiving import ARCHIVE_SECONDS, Archiver
from services.audit.views.exports import Exports
from services.audit.views.ledger import Ledger
from services.audit.views.sessions import Sessions
from services.audit.views.standing import Standing
from services.audit.watch import LOOK_SECONDS, Watch, mailer

__all__ = ["SERVICE", "SIGNING_KEY", "as_of_then", "build", "public_key", "rebuildable"]
_MIGRATIONS = Path(__file__).parent / "migrations"


def public_key(pem: bytes, env: Mapping[str, str]) -> str:
    """Return the log's public key as auditors keep it, NAME+ID+BASE64. Raises SettingsError."""
    return str(signer_of(pem, parse(AuditSettings, "audit", env)).verifier_key)


def build(wiring: Wiring) -> Running:
    """Build the service."""
    settings = parse(AuditSettings, "audit", wiring.env)
    store = wiring.open_store("audit", migrations=_MIGRATIONS)
    ledger = Ledger(store.engine, signer_of(wiring.secret(SIGNING_KEY), settings))
    actions = Actions(store.engine)
    archiver = Archiver(
        store.engine,
        ledger.signer,
        Path(settings.archive_dir or wiring.data_dir / "audit-archive"),
        settings.keep_days,
    )
    cosigners = Cosigners(ledger, settings.witnesses)
    standing = Standing(store.engine, ledger, NAME, SOURCES)
    log = AuditLog(
        actions=actions,
        sessions=Sessions(store.engine),
        standing=standing,
        directory=DirectoryClient(wiring),
        heads=LogHeads(wiring),
        exporter=Exports(actions, ledger, wiring.vault),
        silent_after=settings.silent_seconds,
    )
    servicer = AuditServicer(log)
    return Running(
        store=store,
        servicers={
            "helpdesk.audit.v1.AuditService": lambda server: (
                audit_pb2_grpc.add_AuditServiceServicer_to_server(servicer, server)
            )
        },
        consumers=[
            ActionsConsumer(ledger, service_keys(wiring, settings, SOURCES)),
            mailer(store, settings),
            clearing.consumer(store),
        ],
        close=ledger.sign_now,
        timers=[
            Timer("audit-checkpoint", settings.checkpoint_seconds, ledger.sign_now),
            Timer("audit-verification", settings.verification_seconds, ledger.check),
            Timer(
                "audit-acknowledge",
                LOOK_SECONDS,
                Acknowledgements(wiring, standing.consumed).say,
                everywhere=True,
            ),
            Timer("audit-witnesses", COSIGN_SECONDS, cosigners.collect),
            Timer("audit-archive", ARCHIVE_SECONDS, archiver.archive_now),
            Timer("audit-watch", LOOK_SECONDS, Watch(store, standing, settings).look),
        ],
    )


def rebuildable() -> Service:
    """Return the service as it answers over a scratch store, where nothing is signed."""
    return Service(name="audit", build=lambda wiring: replace(build(wiring), close=lambda: None))


def as_of_then(store: Store, query: Query) -> Mapping[str, Moving]:
    """Return what its answers are read from beside its own log: the records and signed heads."""
    ledger = Ledger(store.engine, Signer.generate("replay"))

    def append(size: int, records: Sequence[Record]) -> None:
        ledger.append("replay", size, records)

    def put(heads: Sequence[tuple[int, str, int]]) -> None:
        with store.engine.transaction() as tx:
            tx.executemany(
                "INSERT INTO log_checkpoint (size, note, signed_at) VALUES (?, ?, ?) "
                "ON CONFLICT (size) DO UPDATE SET note = excluded.note",
                heads,
            )

    return {RECORDS: ReplayedRecords(query, append), HEADS: ReplayedHeads(query, put)}


SERVICE = Service(name="audit", build=build, settings={"audit": AuditSettings})
