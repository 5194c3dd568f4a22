"""Composition root of the session service."""

from __future__ import annotations

from pathlib import Path

from helpdesk.kernel.hosting import Background, Running, Service, Timer, Wiring
from helpdesk.kernel.keyrings import LEASE_KEYS, KeyRing
from helpdesk.kernel.settings import parse
from helpdesk.kernel.tokens import Signer
from helpdesk.session.v1 import consent_pb2_grpc, portal_pb2_grpc, view_pb2_grpc
from services.session.application.consents import ConsentUseCases
from services.session.application.portals import PortalUseCases
from services.session.application.ports import windows
from services.session.application.requests import RequestUseCases
from services.session.application.signalling import Signalling
from services.session.application.viewing import ViewUseCases
from services.session.clients import DirectoryClient
from services.session.domain.facts import LIFECYCLE
from services.session.domain.receipt import DOCUMENTS
from services.session.envoy_api import EnvoyAuthorization, EnvoyServer
from services.session.grpc_api.consents import ConsentServicer
from services.session.grpc_api.views import PortalServicer, ViewServicer
from services.session.handlers import consumers
from services.session.projections import PROJECTIONS
from services.session.providers import issuer, receivers
from services.session.settings import SessionSettings
from services.session.views import AccessViews, ReceiverPlaces

_MIGRATIONS = Path(__file__).parent / "migrations"


def build(wiring: Wiring) -> Running:
    """Build the service from settings, secrets and its store."""
    settings = parse(SessionSettings, "session", wiring.env)
    store = wiring.open_store("session", PROJECTIONS, _MIGRATIONS, LIFECYCLE)
    directory = DirectoryClient(wiring.channel("identity"), wiring.caller("session"))
    finder = AccessViews(store)
    lengths = windows(
        settings.view_minutes, settings.idle_minutes, settings.answer_hours, settings.grant_days
    )
    viewing = ViewUseCases(store, directory, finder, lengths)
    requesting = RequestUseCases(store, directory, finder, lengths, viewing)
    consenting = ConsentUseCases(store, directory, finder, lengths, viewing, requesting)
    leases = KeyRing(wiring.secrets_dir, LEASE_KEYS)
    receipts = Signer(wiring.secret("session.receipt.pem"), use_for=DOCUMENTS)
    consents = ConsentServicer(consenting, requesting, store.digest, receipts)
    places, told = ReceiverPlaces(store), receivers(settings, wiring)
    signalling = Signalling(
        store, finder, receipts.sign_document, issuer(settings, wiring), told, places
    )
    views = ViewServicer(viewing, store.digest, leases)
    portals = PortalServicer(PortalUseCases(store.digest, finder, viewing), leases)
    return Running(
        store=store,
        servicers={
            "helpdesk.session.v1.ConsentService": lambda server: (
                consent_pb2_grpc.add_ConsentServiceServicer_to_server(consents, server)
            ),
            "helpdesk.session.v1.ViewService": lambda server: (
                view_pb2_grpc.add_ViewServiceServicer_to_server(views, server)
            ),
            "helpdesk.session.v1.PortalService": lambda server: (
                portal_pb2_grpc.add_PortalServiceServicer_to_server(portals, server)
            ),
        },
        background=_envoy(wiring, settings.envoy_address),
        consumers=consumers(store, consenting, viewing, signalling),
        timers=[
            Timer("session-requests", 5, requesting.lapse_requests),
            Timer("session-ends", 5, viewing.end_what_is_over),
            Timer("session-consents", 60, consenting.tell_of_ends),
        ],
    )


def _envoy(wiring: Wiring, address: str) -> list[Background]:
    if not address:
        return []
    wiring.check_address("HELPDESK_SESSION_ENVOY_ADDRESS", address)
    checks = EnvoyAuthorization(lambda: wiring.channel("session"), wiring.caller("session"))
    return [EnvoyServer(checks, address, wiring.certificates)]


SERVICE = Service(name="session", build=build, settings={"session": SessionSettings})
