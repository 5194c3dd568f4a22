"""Composes the gateway."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute

from helpdesk.kernel.hosting import Background, Running, Service, Wiring
from helpdesk.kernel.settings import parse
from services.gateway.clients import Clients
from services.gateway.dev_mailbox import DevMailbox
from services.gateway.dev_provider import Account, DevProvider
from services.gateway.http_api import application
from services.gateway.http_api.development import Mails, accounts_of, chooser
from services.gateway.http_api.sealing import Seals
from services.gateway.http_api.server import WebServer
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Site
from services.gateway.settings import Settings

_NAME = "gateway"
_ACCOUNTS = "dev-accounts.json"
_MAILS = "dev-mail"


def build(wiring: Wiring) -> Running:
    """Build the gateway; it has no store."""
    settings = parse(Settings, _NAME, wiring.env)
    clients = Clients(wiring.channel, wiring.caller(_NAME))
    site = Site(settings, clients, Seals(wiring.secret("gateway.stream.key")))
    background: list[Background] = []
    more: list[BaseRoute] = []
    if settings.on_loopback:
        file = wiring.data_dir / _ACCOUNTS

        def accounts() -> Sequence[Account]:
            return [Account(**each) for each in accounts_of(file)]

        find = clients.identity.person_with
        provider = DevProvider(settings.address, find, accounts, chooser(site))
        more += provider.routes()
        if settings.mailbox_address:
            mailbox = DevMailbox(wiring.data_dir / _MAILS, settings.mailbox_address)
            background.append(mailbox)
            more += Mails(mailbox).routes(Desk(site))
    background.append(WebServer(application(site, more), settings.address))
    return Running(background=background)


SERVICE = Service(name=_NAME, build=build, settings={_NAME: Settings})
