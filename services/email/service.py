"""The email service, composed."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

from helpdesk.email.v1 import caller_check_pb2_grpc, email_pb2_grpc, reports_pb2_grpc
from helpdesk.kernel.hosting import Running, Service, Timer, Wiring
from helpdesk.kernel.settings import parse
from services.email.application.checks import Checks
from services.email.application.delivery import Delivery
from services.email.application.mail import Mail
from services.email.application.reports import Reports
from services.email.clients import IdentityDirectory
from services.email.domain.caller_check import DIGITS
from services.email.grpc_api import CallerCheckServicer, EmailServicer, MailReportServicer
from services.email.handlers import Postman, consumers, sender_of
from services.email.projections import PROJECTIONS
from services.email.providers.rendering import Renderer, Sender
from services.email.providers.smtp import SmtpServer, SmtpTransport
from services.email.settings import Settings
from services.email.smtp_api import Inbound, listeners
from services.email.views import Views

_NAME = "email"
_MIGRATIONS = Path(__file__).parent / "migrations"
_RETRY_EVERY = 1.0
_END_CHECKS_EVERY = 5.0


def new_code() -> str:
    """Return a random code: 8 digits are 26 bits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def build(wiring: Wiring) -> Running:
    """Build the service."""
    settings = parse(Settings, _NAME, wiring.env)
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
    postman = Postman(
        store,
        delivery,
        Renderer(Sender(settings.domain, settings.sender_name, settings.sign_in_url)),
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
    calls = CallerCheckServicer(checks)
    taking = MailReportServicer(reports)
    inbound = Inbound(store, reports)
    return Running(
        store=store,
        servicers={
            "helpdesk.email.v1.EmailService": lambda server: (
                email_pb2_grpc.add_EmailServiceServicer_to_server(mail, server)
            ),
            "helpdesk.email.v1.CallerCheckService": lambda server: (
                caller_check_pb2_grpc.add_CallerCheckServiceServicer_to_server(calls, server)
            ),
            "helpdesk.email.v1.MailReportService": lambda server: (
                reports_pb2_grpc.add_MailReportServiceServicer_to_server(taking, server)
            ),
        },
        consumers=consumers(store, postman),
        timers=[
            Timer("email-retries", _RETRY_EVERY, postman.try_again),
            Timer("email-checks", _END_CHECKS_EVERY, postman.end_checks),
        ],
        background=list(listeners(inbound, settings.inbound_address, settings.lmtp_address)),
    )


SERVICE = Service(name=_NAME, build=build, settings={_NAME: Settings})
