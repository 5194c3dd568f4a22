"""Composition root of the session service."""

from __future__ import annotations

from helpdesk.kernel.hosting import Background, Running, Service, Wiring
from helpdesk.kernel.keyrings import LEASE_KEYS, KeyRing
from helpdesk.session.v1 import consent_pb2_grpc, portal_pb2_grpc, view_pb2_grpc
from services.session.application.portals import PortalUseCases
from services.session.clients import DirectoryClient
from services.session.composition import NAME, compose
from services.session.envoy_api import EnvoyAuthorization, EnvoyServer
from services.session.grpc_api.consents import ConsentServicer
from services.session.grpc_api.views import PortalServicer, ViewServicer
from services.session.settings import SessionSettings


def build(wiring: Wiring) -> Running:
    """Build the service from settings, secrets and its store."""
    composed = compose(wiring, DirectoryClient(wiring.channel("identity"), wiring.caller(NAME)))
    digest, viewing = composed.store.digest, composed.viewing
    leases = KeyRing(wiring.secrets_dir, LEASE_KEYS)
    consents = ConsentServicer(composed.consenting, composed.requesting, digest, composed.receipts)
    views = ViewServicer(viewing, digest, leases)
    portals = PortalServicer(PortalUseCases(digest, composed.finder, viewing), leases)
    return Running(
        store=composed.store,
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
        background=_envoy(wiring, composed.settings.envoy_address),
        consumers=composed.consumers,
        timers=composed.timers,
    )


def _envoy(wiring: Wiring, address: str) -> list[Background]:
    if not address:
        return []
    wiring.check_address("HELPDESK_SESSION_ENVOY_ADDRESS", address)
    checks = EnvoyAuthorization(lambda: wiring.channel(NAME), wiring.caller(NAME))
    return [EnvoyServer(checks, address, wiring.certificates)]


SERVICE = Service(name=NAME, build=build, settings={NAME: SessionSettings})
