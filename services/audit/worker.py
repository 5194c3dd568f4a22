"""The audit log's writing side, composed without gRPC."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from helpdesk.kernel import clearing
from helpdesk.kernel.resources import Blank, Resources, Timer, Wants, Work, wants_of
from helpdesk.kernel.settings import parse
from helpdesk.kernel.store import Store
from services.audit.cosigners import COSIGN_SECONDS, Cosigners
from services.audit.handlers import NAME, SOURCES, ActionsConsumer
from services.audit.keys import SIGNING_KEY, service_keys, signer_of
from services.audit.settings import AuditSettings
from services.audit.views.archiving import ARCHIVE_SECONDS, Archiver
from services.audit.views.ledger import Ledger
from services.audit.views.standing import Standing
from services.audit.watch import LOOK_SECONDS, Watch, mailer

MIGRATIONS = Path(__file__).parent / "migrations"


def wants() -> Wants:
    """Return which facts the consumers want."""
    return wants_of(
        [
            ActionsConsumer(cast("Ledger", Blank())),
            mailer(cast("Store", Blank("audit")), AuditSettings()),
            clearing.consumer(cast("Store", Blank("audit"))),
        ]
    )


def build(resources: Resources) -> Work:
    """Build what appends to the log, and what signs and verifies it."""
    settings = parse(AuditSettings, "audit", resources.env)
    store = resources.open_store("audit", migrations=MIGRATIONS)
    ledger = Ledger(store.engine, signer_of(resources.secret(SIGNING_KEY), settings))
    archiver = Archiver(
        store.engine,
        ledger.signer,
        Path(settings.archive_dir or resources.data_dir / "audit-archive"),
        settings.keep_days,
    )
    cosigners = Cosigners(ledger, settings.witnesses)
    standing = Standing(store.engine, ledger, NAME, SOURCES)
    return Work(
        store,
        consumers=[
            ActionsConsumer(ledger, service_keys(resources, settings, SOURCES)),
            mailer(store, settings),
            clearing.consumer(store),
        ],
        timers=[
            Timer("audit-checkpoint", settings.checkpoint_seconds, ledger.sign_now),
            Timer("audit-verification", settings.verification_seconds, ledger.check),
            Timer("audit-witnesses", COSIGN_SECONDS, cosigners.collect),
            Timer("audit-archive", ARCHIVE_SECONDS, archiver.archive_now),
            Timer("audit-watch", LOOK_SECONDS, Watch(store, standing, settings).look),
        ],
    )
