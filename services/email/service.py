"""The email service, composed."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path

from helpdesk.email.v1 import (
    blocklist_pb2_grpc,
    caller_answers_pb2_grpc,
    caller_check_pb2_grpc,
    email_pb2_grpc,
    reports_pb2_grpc,
)
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.hosting import Background, Running, Service, Wiring
from helpdesk.kernel.proofs import ProofSigner
from helpdesk.kernel.timers import Timer
from services.email.application.answers import Answers
from services.email.application.checks import Checks
from services.email.application.mail import Mail
from services.email.application.refusals import RefusedWebhooks
from services.email.application.removals import Removals
from services.email.application.reports import Reports
from services.email.application.webhooks import Webhooks
from services.email.clients import IdentityDirectory
from services.email.composition import NAME, SETTINGS, compose
from services.email.domain.caller_check import DIGITS
from services.email.grpc_api.blocklist import BlocklistServicer
from services.email.grpc_api.checks import CallerAnswerServicer, CallerCheckServicer
from services.email.grpc_api.mail import EmailServicer, MailReportServicer
from services.email.http_api import Inbound as WebhookInbound
from services.email.http_api import WebhookListener
from services.email.providers.webhooks.configured import providers
from services.email.providers.webhooks.fetching import fetch
from services.email.smtp_api import Inbound, Maildir, listeners

_log = logging.getLogger(__name__)
_COUNT_EVERY = 60.0
_LOOK_EVERY = 1.0


def new_code() -> str:
    """Return a random code: 8 digits are 26 bits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def build(wiring: Wiring) -> Running:
    """Build the service."""
    composed = compose(wiring)
    settings, hooks, key = composed.settings, composed.hooks, composed.key
    store, found = composed.store, composed.found
    directory = IdentityDirectory(lambda: wiring.channel("identity"), wiring.caller(NAME))
    checks = Checks(
        store, directory, found, key, new_code, codes_per_partner=settings.codes_per_partner
    )
    reports = Reports(store, directory, key, settings.domain, composed.policy)
    removals = Removals(store, directory, found, checks, key, composed.provider)
    mail = EmailServicer(Mail(store, directory, found, checks, composed.provider), removals)
    blocklist = BlocklistServicer(removals)
    proofs = ProofSigner(NAME, wiring.secret("email.service.pem"))
    calls = CallerCheckServicer(checks, proofs.sign)
    answers = CallerAnswerServicer(Answers(store, directory, found, key))
    taking = MailReportServicer(reports)
    inbound = Inbound(store, reports, vouched=settings.foreign_reports == "block")
    refused = RefusedWebhooks(store)
    watched: list[Timer] = []
    if settings.maildir:
        maildir = Maildir(inbound, Path(settings.maildir))
        watched.append(Timer("email-maildir", _LOOK_EVERY, maildir.take, everywhere=True))
    background: list[Background] = list(
        listeners(inbound, settings.inbound_address, settings.lmtp_address)
    )
    if hooks.address:
        known = providers(hooks, settings.domain, fetch)
        webhooks = WebhookInbound(store, Webhooks(store, reports, found), refused, known)
        background.append(
            WebhookListener(webhooks, hooks.address, hooks.largest_bytes, hooks.proxies)
        )
    return Running(
        store=store,
        servicers={
            "helpdesk.email.v1.EmailService": lambda server: (
                email_pb2_grpc.add_EmailServiceServicer_to_server(mail, server)
            ),
            "helpdesk.email.v1.BlocklistService": lambda server: (
                blocklist_pb2_grpc.add_BlocklistServiceServicer_to_server(blocklist, server)
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
        consumers=composed.consumers,
        timers=[
            *composed.timers,
            Timer("email-refused-webhooks", _COUNT_EVERY, refused.flush, everywhere=True),
            *watched,
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


SERVICE = Service(name=NAME, build=build, settings=SETTINGS)
