"""What serving and working build alike: views, delivery, the postman, blocks, their timers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from helpdesk.kernel.bus import StoreConsumer
from helpdesk.kernel.resources import Resources
from helpdesk.kernel.settings import SettingsError, parse
from helpdesk.kernel.store import Store
from helpdesk.kernel.timers import Timer
from services.email.application.delivery import Delivery
from services.email.application.notices import Notices
from services.email.application.suppressions import Blocks, SuppressionList
from services.email.domain.policy import Policy
from services.email.handlers import Postman, consumers, notices, sender_of
from services.email.handlers import Renderer as MakesMails
from services.email.projections import PROJECTIONS
from services.email.providers.rendering import Renderer, Sender
from services.email.providers.ses import SesAccount, SesSuppressionList
from services.email.providers.smtp import SmtpServer, SmtpTransport
from services.email.providers.webhooks.postmark import Labelled
from services.email.settings import BlocklistSettings, SesSettings, Settings, WebhookSettings
from services.email.views import Views

NAME = "email"
MIGRATIONS = Path(__file__).parent / "migrations"
SETTINGS: dict[str, type] = {
    NAME: Settings,
    "email_webhook": WebhookSettings,
    "email_blocklist": BlocklistSettings,
    "email_ses": SesSettings,
}
_RETRY_EVERY = 1.0
_END_CHECKS_EVERY = 5.0
_FORGET_EVERY = 600.0


@dataclass(frozen=True)
class Composed:
    """The parts of the service that know no wire."""

    settings: Settings
    hooks: WebhookSettings
    key: bytes
    policy: Policy
    provider: str
    store: Store
    found: Views
    postman: Postman
    blocks: Blocks
    consumers: list[StoreConsumer]
    timers: list[Timer]


def compose(resources: Resources) -> Composed:
    """Build the parts of the service. Raises SettingsError."""
    env = resources.env
    settings = parse(Settings, NAME, env)
    hooks = parse(WebhookSettings, "email_webhook", env)
    policy = policy_of(parse(BlocklistSettings, "email_blocklist", env))
    ses = parse(SesSettings, "email_ses", env)
    key = resources.secret("email.code.key")
    provider = _provider(ses)
    store = resources.open_store(NAME, PROJECTIONS, MIGRATIONS)
    found = Views(store.engine)
    delivery = Delivery(
        store,
        found,
        accepted_is_delivered=settings.accepted_is_delivered,
        first_pause=timedelta(seconds=settings.retry_seconds),
        policy=policy,
    )
    renderer: MakesMails = Renderer(
        Sender(settings.domain, settings.sender_name, settings.sign_in_url, settings.console(env))
    )
    if hooks.address and hooks.postmark_login:
        renderer = Labelled(renderer)
    server = SmtpServer(
        settings.smtp_address,
        settings.domain,
        settings.smtp_tls,
        settings.smtp_user,
        settings.smtp_password,
        settings.smtp_timeout_seconds,
    )
    sender = sender_of(key, settings.domain)
    postman = Postman(store, delivery, renderer, SmtpTransport(server), sender)
    blocks = Blocks(store, found, provider, timedelta(seconds=settings.retry_seconds))
    timers = [
        Timer("email-retries", _RETRY_EVERY, postman.try_again),
        Timer("email-checks", _END_CHECKS_EVERY, postman.end_checks),
        Timer("email-blocks", _END_CHECKS_EVERY, blocks.end_blocks),
        Timer(
            "email-seen-webhooks",
            _FORGET_EVERY,
            lambda: found.forget_webhook_events(datetime.now(UTC)),
        ),
    ]
    if provider is not None:
        timers += [
            Timer("email-provider-retries", _RETRY_EVERY, blocks.try_again),
            Timer("email-provider-drift", ses.reconcile_seconds, blocks.reconcile),
        ]
    return Composed(
        settings=settings,
        hooks=hooks,
        key=key,
        policy=policy,
        provider=provider.name if provider else "",
        store=store,
        found=found,
        postman=postman,
        blocks=blocks,
        consumers=[
            *consumers(store, postman, blocks),
            *notices.consumers(store, Notices(store, found)),
        ],
        timers=timers,
    )


def policy_of(settings: BlocklistSettings) -> Policy:
    """Return what blocks. Raises SettingsError."""
    try:
        return Policy.of(
            settings.hard_causes,
            settings.soft_causes,
            settings.soft_bounces,
            (settings.soft_days, settings.soft_block_days, settings.policy_block_days),
        )
    except ValueError as error:
        raise SettingsError(
            f"HELPDESK_EMAIL_BLOCKLIST_HARD_CAUSES or _SOFT_CAUSES: {error} cannot be used"
        ) from error


def _provider(ses: SesSettings) -> SuppressionList | None:
    if not ses.region:
        return None
    return SesSuppressionList(
        SesAccount(
            ses.region,
            ses.endpoint_url,
            ses.access_key_id,
            ses.secret_access_key,
            ses.timeout_seconds,
        )
    )
