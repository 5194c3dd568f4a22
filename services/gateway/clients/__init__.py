"""Calls to the other services in the name of whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable

import grpc

from helpdesk.kernel.rpc.client import Caller
from services.gateway.clients.audit import Audit
from services.gateway.clients.blocklist import Blocklist
from services.gateway.clients.codes import (
    ROLES,
    SECTIONS,
    access_of,
    kind_of,
    outcome_of,
    sections_of,
)
from services.gateway.clients.email import Email
from services.gateway.clients.forgetting import Forgetting
from services.gateway.clients.identity import Identity
from services.gateway.clients.reissues import Reissues, format_of
from services.gateway.clients.reviews import Reviews
from services.gateway.clients.role_claims import RoleClaims
from services.gateway.clients.search import Search
from services.gateway.clients.sessions import Sessions
from services.gateway.clients.webhooks import Webhooks

__all__ = [
    "ROLES",
    "SECTIONS",
    "Clients",
    "access_of",
    "format_of",
    "kind_of",
    "outcome_of",
    "sections_of",
]


class Clients:
    """One client a service; ``channel`` finds a service by its name."""

    def __init__(self, channel: Callable[[str], grpc.Channel], own: Caller) -> None:
        call = Caller()
        self.identity = Identity(channel("identity"), call, own)
        self.forgetting = Forgetting(channel("identity"), call)
        self.role_claims = RoleClaims(channel("identity"), call)
        self.search = Search(channel("search"), call)
        self.email = Email(channel("email"), call, own)
        self.blocklist = Blocklist(channel("email"), call, own)
        self.sessions = Sessions(channel("session"), call)
        self.audit = Audit(channel("audit"), call)
        self.reissues = Reissues(channel("audit"), call)
        self.reviews = Reviews(channel("audit"), call)
        self.webhooks = Webhooks(channel("audit"), call)
