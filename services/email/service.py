"""The email service, composed."""

from __future__ import annotations

import logging
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from helpdesk.email.v1 import (
    caller_answers_pb2_grpc,
    caller_check_pb2_grpc,
    email_pb2_grpc,
    reports_pb2_grpc,
)
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.hosting import Background, Running, Service, Timer, Wiring
from helpdesk.kernel.proofs import ProofSigner
from helpdesk.kernel.settings import parse
from services.email.application.answers import Answers
from services.email.application.checks import Checks
from services.email.application.delivery import Delivery
from services.email.application.mail import Mail
from services.email.application.refusals import RefusedWebhooks
from services.email.application.reports import Reports
from services.email.application.webhooks import Webhooks
from services.email.clients import IdentityDirectory
from services.email.domain.caller_check import DIGITS
from services.email.grpc_api.checks import CallerAnswerServicer, CallerCheckServicer
from services.email.grpc_api.mail import EmailServicer, MailReportServicer
from services.email.handlers import Postman, consumers, sender_of
from services.email.handlers import Renderer as MakesMails
from services.email.http_api import Inbound as WebhookInbound
from services.email.http_api import WebhookListener
from services.email.projections import PROJECTIONS
from services.email.providers.rendering import Renderer, Sender
from services.email.providers.smtp import SmtpServer, SmtpTransport
from services.email.providers.webhooks.configured import providers
from services.email.providers.webhooks.fetching import fetch
from services.email.providers.webhooks.postmark import Labelled, networks_of
from services.email.settings import Settings, WebhookSettings
from services.email.smtp_api import Inbound, listeners
from services.email.views import Views

_log = logging.getLogger(__name__)
_NAME = "email"
_WEBHOOK = "email_webhook"
_MIGRATIONS = Path(__file__).parent / "migrations"
_RETRY_EVERY = 1.0
_END_CHECKS_EVERY = 5.0
_COUNT_EVERY = 60.0
_FORGET_EVERY = 600.0


def new_code() -> str:
    """Return a random code: 8 digits are 26 bits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def build(wiring: Wiring) -> Running:
    """Build the service."""
    settings = parse(Settings, _NAME, wiring.env)
    hooks = parse(WebhookSettings, _WEBHOOK, wiring.env).checked()
    key = wiring.secret("email.code.key")
    store = wiring.open_store(_NAME, PROJECTIONS, _MIGRATIONS)
    found = Views(store.engine)
    directory = IdentityDirectory(lambda: wiring.channel("identity"), wiring.caller(_NAME))
    checks = Checks(store, directory, found, key, new_code)
    reports = Reports(store, directory, key, settings.domain)
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
            settings.console(wiring.env),
        )
    )
    if hooks.address and hooks.postmark_login:
        renderer = Labelled(renderer)
    postman = Postman(
        store,
        delivery,
        renderer,
        SmtpTransport(
            SmtpServer(
                settings.smtp_address,
                settings.domain,
                settings.smtp_tls,
                settings.smtp_user,
                settings.smtp_password,
                settings.smtp_timeout_seconds,
            )
        ),
        sender_of(key, settings.domain),
    )
    mail = EmailServicer(Mail(store, directory, found, checks))
    proofs = ProofSigner(_NAME, wiring.secret("email.service.pem"))
    calls = CallerCheckServicer(checks, proofs.sign)
    answers = CallerAnswerServicer(Answers(store, directory, found, key))
    taking = MailReportServicer(reports)
    inbound = Inbound(store, reports)
    refused = RefusedWebhooks(store)
    background: list[Background] = list(
        listeners(inbound, settings.inbound_address, settings.lmtp_address)
    )
    if hooks.address:
        known = providers(hooks, settings.domain, fetch)
        webhooks = WebhookInbound(store, Webhooks(store, reports, found), refused, known)
        proxies = networks_of("HELPDESK_EMAIL_WEBHOOK_PROXIES", hooks.proxies)
        background.append(WebhookListener(webhooks, hooks.address, hooks.largest_bytes, proxies))
    return Running(
        store=store,
        servicers={
            "helpdesk.email.v1.EmailService": lambda server: (
                email_pb2_grpc.add_EmailServiceServicer_to_server(mail, server)
            ),
            "helpdesk.email.v1.CallerCheckService": lambda server: (
                caller_check_pb2_grpc.add_CallerCheckServiceServicer_to_server(calls, server)
            ),
            "helpdesk.email.v1.CallerAnswerService": lambda server: (
                caller_answers_pb2_grpc.add_CallerAnswerServiceServicer_to_server(answers, server)
            ),
            "helpdesk.email.v1.MailReportService": lambda server: (
                reports_pb2_grpc.add_MailReportServiceServicer_to_server(taking, server)
            ),
        },
        consumers=consumers(store, postman),
        timers=[
            Timer("email-retries", _RETRY_EVERY, postman.try_again),
            Timer("email-checks", _END_CHECKS_EVERY, postman.end_checks),
            Timer("email-refused-webhooks", _COUNT_EVERY, refused.flush, everywhere=True),
            Timer(
                "email-seen-webhooks",
                _FORGET_EVERY,
                lambda: found.forget_webhook_events(datetime.now(UTC)),
            ),
        ],
        background=background,
        close=lambda: _flush(refused),
    )


def _flush(refused: RefusedWebhooks) -> None:
    try:
        refused.flush()
    except Unavailable as error:
        # The service ends all the same.
        _log.warning("refused webhooks were not recorded: %s", error.reason)


SERVICE = Service(name=_NAME, build=build, settings={_NAME: Settings, _WEBHOOK: WebhookSettings})
