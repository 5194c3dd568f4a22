"""The side of the audit service that follows, signs, watches and sends; composed without gRPC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpdesk.kernel.bus import Consumer
from helpdesk.kernel.resources import Resources
from helpdesk.kernel.settings import parse
from helpdesk.kernel.store import Store
from helpdesk.kernel.timers import Timer
from services.audit.cosigners import COSIGN_SECONDS, Cosigners
from services.audit.domain.numbers import SOURCES
from services.audit.feeding import FEED_SECONDS, Feeding
from services.audit.handlers import NAME, ActionsConsumer, forgetting
from services.audit.keys import FeedKeys, service_keys, signer_of
from services.audit.providers import ReachableAddresses
from services.audit.reviewing import REVIEW_SECONDS, Reviewing
from services.audit.settings import AuditSettings
from services.audit.views.actions import Actions
from services.audit.views.archiving import ARCHIVE_SECONDS, Archiver
from services.audit.views.feeds import Feeds
from services.audit.views.ledger import Ledger
from services.audit.views.projected import PROJECTIONS
from services.audit.views.reissues import OutdatedExports
from services.audit.views.reviews import SessionRisks
from services.audit.views.standing import Standing
from services.audit.views.tile_files import TILES_SECONDS, TileFiles
from services.audit.watch import LOOK_SECONDS, Watch, mailer

MIGRATIONS = Path(__file__).parent / "migrations"
_STREAM_KEY = "audit.stream.key"


@dataclass(frozen=True)
class Composed:
    """What both sides are made of; ``archive`` has the bundles, ``close`` ends what sends."""

    settings: AuditSettings
    store: Store
    ledger: Ledger
    archive: Path
    standing: Standing
    feeds: Feeds
    feed_keys: FeedKeys
    reach: ReachableAddresses
    consumers: Sequence[Consumer]
    timers: Sequence[Timer]
    close: Callable[[], None]


def composed(resources: Resources) -> Composed:
    """Build it from settings and secrets. Raises SettingsError."""
    settings = parse(AuditSettings, "audit", resources.env)
    store = resources.open_store("audit", PROJECTIONS, MIGRATIONS)
    ledger = Ledger(store.engine, signer_of(resources.secrets_dir, settings))
    archive = Path(settings.archive_dir or resources.data_dir / "audit-archive")
    archiver = Archiver(store.engine, ledger.signer, archive, settings.keep_days)
    standing = Standing(store.engine, ledger, NAME, SOURCES)
    feeds, feed_keys = Feeds(store.engine), FeedKeys(resources.secret(_STREAM_KEY))
    reach = ReachableAddresses(settings.feed_networks)
    feeding = Feeding(feeds, store.vault, feed_keys, reach, settings)
    reviewing = Reviewing(store, SessionRisks(store.engine), settings.review_score)
    return Composed(
        settings=settings,
        store=store,
        ledger=ledger,
        archive=archive,
        standing=standing,
        feeds=feeds,
        feed_keys=feed_keys,
        reach=reach,
        consumers=[
            ActionsConsumer(ledger, service_keys(resources, settings, SOURCES)),
            mailer(store, settings),
            forgetting(store, OutdatedExports(store.engine, Actions(store.engine))),
        ],
        timers=[
            Timer("audit-checkpoint", settings.checkpoint_seconds, ledger.sign_now),
            Timer("audit-verification", settings.verification_seconds, ledger.check),
            Timer("audit-witnesses", COSIGN_SECONDS, Cosigners(ledger, settings.witnesses).collect),
            Timer("audit-archive", ARCHIVE_SECONDS, archiver.archive_now),
            *_tiles(ledger, settings),
            Timer("audit-watch", LOOK_SECONDS, Watch(store, standing, settings).look),
            Timer("audit-review", REVIEW_SECONDS, reviewing.look),
            Timer("audit-feed", FEED_SECONDS, feeding.look),
        ],
        close=feeding.close,
    )


def _tiles(ledger: Ledger, settings: AuditSettings) -> Sequence[Timer]:
    if not settings.tiles_dir:
        return ()
    files = TileFiles(
        ledger.reading,
        ledger.signer.name,
        Path(settings.tiles_dir),
        entries=settings.tiles_entries,
    )
    return [Timer("audit-tiles", TILES_SECONDS, files.write)]
