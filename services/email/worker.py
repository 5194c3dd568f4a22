"""What hands mail over, and forgets codes afterwards, without gRPC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from helpdesk.kernel.resources import Blank, Resources, Timer, Wants, Work, wants_of
from helpdesk.kernel.settings import parse
from helpdesk.kernel.store import Store
from services.email.application.delivery import Delivery
from services.email.handlers import Postman, consumers, sender_of
from services.email.handlers import Renderer as MakesMails
from services.email.projections import PROJECTIONS
from services.email.providers.rendering import Renderer, Sender
from services.email.providers.smtp import SmtpServer, SmtpTransport
from services.email.providers.webhooks.postmark import Labelled
from services.email.settings import Settings, WebhookSettings
from services.email.views import Views

MIGRATIONS = Path(__file__).parent / "migrations"
_WEBHOOK = "email_webhook"
_RETRY_EVERY = 1.0
_END_CHECKS_EVERY = 5.0
_FORGET_EVERY = 600.0


def wants() -> Wants:
    """Return which facts the consumers want."""
    return wants_of(consumers(cast("Store", Blank("email")), cast("Postman", Blank())))


def build(resources: Resources) -> Work:
    """Build the postman and the timers."""
    settings = parse(Settings, "email", resources.env)
    hooks = parse(WebhookSettings, _WEBHOOK, resources.env).checked()
    store = resources.open_store("email", PROJECTIONS, MIGRATIONS)
    found = Views(store.engine)
    delivery = Delivery(
        store,
        found,
        accepted_is_delivered=settings.accepted_is_delivered,
        first_pause=timedelta(seconds=settings.retry_seconds),
    )
    renderer: MakesMails = Renderer(
        Sender(
            settings.domain,
            settings.sender_name,
            settings.sign_in_url,
            settings.console(resources.env),
        )
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
    sender = sender_of(resources.secret("email.code.key"), settings.domain)
    postman = Postman(store, delivery, renderer, SmtpTransport(server), sender)
    return Work(
        store,
        consumers=consumers(store, postman),
        timers=[
            Timer("email-retries", _RETRY_EVERY, postman.try_again),
            Timer("email-checks", _END_CHECKS_EVERY, postman.end_checks),
            Timer(
                "email-seen-webhooks",
                _FORGET_EVERY,
                lambda: found.forget_webhook_events(datetime.now(UTC)),
            ),
        ],
    )
