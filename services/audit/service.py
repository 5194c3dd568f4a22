"""The audit service, composed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from helpdesk.audit.v1 import (
    audit_pb2_grpc,
    feed_webhook_pb2_grpc,
    reissue_pb2_grpc,
    replay_pb2_grpc,
    review_pb2_grpc,
)
from helpdesk.kernel.hosting import Running, Service, Wiring
from helpdesk.kernel.replaying.folding import Moving
from helpdesk.kernel.settings import parse
from helpdesk.kernel.store import Store
from helpdesk.kernel.timers import Timer
from services.audit.application.audit_log import HEADS, RECORDS, AuditLog
from services.audit.application.feed_webhooks import FeedWebhooks
from services.audit.application.reissues import Reissues
from services.audit.application.replays import Replays
from services.audit.application.reviews import Reviews
from services.audit.clients import Acknowledgements, DirectoryClient, LogHeads
from services.audit.composition import composed
from services.audit.grpc_api.audit_log import AuditServicer
from services.audit.grpc_api.feed_webhooks import FeedWebhookServicer
from services.audit.grpc_api.reissues import ReissueServicer
from services.audit.grpc_api.replays import ReplayServicer
from services.audit.grpc_api.reviews import ReviewServicer
from services.audit.keys import signer_of
from services.audit.log.notes import Signer
from services.audit.log.origins import ORIGIN, new_origin
from services.audit.log.records import Record
from services.audit.replay.folding import Query, ReplayedHeads, ReplayedRecords
from services.audit.replay.rebuilds import RebuildWith, not_here
from services.audit.replay.sessions import DROP_SECONDS, RebuiltSessions
from services.audit.settings import AuditSettings
from services.audit.views.actions import Actions
from services.audit.views.exports import Exports
from services.audit.views.ledger import Ledger
from services.audit.views.reissues import OutdatedExports
from services.audit.views.reviews import ReviewQueue
from services.audit.views.sessions import Sessions
from services.audit.watch import LOOK_SECONDS

__all__ = [
    "ORIGIN",
    "RECORDS",
    "SERVICE",
    "as_of_then",
    "build",
    "new_origin",
    "public_key",
    "rebuildable",
    "serving",
]


def public_key(folder: Path, env: Mapping[str, str]) -> str:
    """Return the log's public key as auditors keep it, NAME+ID+BASE64. Raises SettingsError."""
    return str(signer_of(folder, parse(AuditSettings, "audit", env)).verifier_key)


def build(wiring: Wiring, rebuild: RebuildWith = not_here) -> Running:
    """Build the service; ``rebuild`` makes the answers of every service again."""
    parts = composed(wiring)
    engine, ledger, standing = parts.store.engine, parts.ledger, parts.standing
    actions, directory = Actions(engine), DirectoryClient(wiring)
    outdated = OutdatedExports(engine, actions)
    exports = Exports(ledger, wiring.vault, parts.archive, outdated.forgotten)
    log = AuditServicer(
        AuditLog(
            actions=actions,
            sessions=Sessions(engine),
            standing=standing,
            directory=directory,
            heads=LogHeads(wiring),
            exporter=exports,
            silent_after=parts.settings.silent_seconds,
        )
    )
    reviews = ReviewServicer(Reviews(ReviewQueue(engine), directory))
    reissues = ReissueServicer(Reissues(outdated, standing, directory, exports))
    sessions = RebuiltSessions(lambda asked: rebuild(asked, wiring.env), wiring.vault.is_forgotten)
    replays = ReplayServicer(Replays(actions, sessions))
    webhooks = FeedWebhookServicer(FeedWebhooks(parts.feeds, parts.reach, parts.feed_keys))

    def close() -> None:
        sessions.close()
        parts.close()
        ledger.sign_now()

    return Running(
        store=parts.store,
        servicers={
            "helpdesk.audit.v1.AuditService": lambda server: (
                audit_pb2_grpc.add_AuditServiceServicer_to_server(log, server)
            ),
            "helpdesk.audit.v1.ReviewService": lambda server: (
                review_pb2_grpc.add_ReviewServiceServicer_to_server(reviews, server)
            ),
            "helpdesk.audit.v1.ReissueService": lambda server: (
                reissue_pb2_grpc.add_ReissueServiceServicer_to_server(reissues, server)
            ),
            "helpdesk.audit.v1.ReplayService": lambda server: (
                replay_pb2_grpc.add_ReplayServiceServicer_to_server(replays, server)
            ),
            "helpdesk.audit.v1.FeedWebhookService": lambda server: (
                feed_webhook_pb2_grpc.add_FeedWebhookServiceServicer_to_server(webhooks, server)
            ),
        },
        consumers=parts.consumers,
        close=close,
        timers=[
            *parts.timers,
            Timer("audit-replays", DROP_SECONDS, sessions.drop, everywhere=True),
            Timer(
                "audit-acknowledge",
                LOOK_SECONDS,
                Acknowledgements(wiring, standing.consumed).say,
                everywhere=True,
            ),
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


def serving(rebuild: RebuildWith) -> Service:
    """Return the service with what rebuilds answers, which knows every service and is above it."""
    return replace(SERVICE, build=partial(build, rebuild=rebuild))


SERVICE = Service(name="audit", build=build, settings={"audit": AuditSettings})
