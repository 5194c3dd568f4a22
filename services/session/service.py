"""Composition root of the session service."""

from __future__ import annotations

from pathlib import Path

from helpdesk.kernel.hosting import Running, Service, Timer, Wiring
from helpdesk.kernel.settings import parse
from helpdesk.kernel.tokens import LEASES, Signer
from helpdesk.session.v1 import consent_pb2_grpc, view_pb2_grpc
from services.session.application import SessionApplication, windows
from services.session.clients import DirectoryClient
from services.session.grpc_api import ConsentServicer, ViewServicer
from services.session.projections import PROJECTIONS
from services.session.settings import SessionSettings
from services.session.views import AccessViews

_MIGRATIONS = Path(__file__).parent / "migrations"


def build(wiring: Wiring) -> Running:
    """Build the service from settings, secrets and its store."""
    settings = parse(SessionSettings, "session", wiring.env)
    store = wiring.open_store("session", PROJECTIONS, _MIGRATIONS)
    directory = DirectoryClient(wiring.channel("identity"), wiring.caller("session"))
    app = SessionApplication(
        store,
        directory,
        AccessViews(store),
        windows(
            settings.view_minutes,
            settings.idle_minutes,
            settings.answer_hours,
            settings.grant_days,
        ),
    )
    consents = ConsentServicer(app, store.digest)
    views = ViewServicer(
        app, store.digest, Signer(wiring.secret("session.signing.pem"), use_for=LEASES)
    )
    return Running(
        store=store,
        servicers={
            "helpdesk.session.v1.ConsentService": lambda server: (
                consent_pb2_grpc.add_ConsentServiceServicer_to_server(consents, server)
            ),
            "helpdesk.session.v1.ViewService": lambda server: (
                view_pb2_grpc.add_ViewServiceServicer_to_server(views, server)
            ),
        },
        timers=[Timer("session-ends", 5, app.end_what_is_over)],
    )


SERVICE = Service(name="session", build=build, settings={"session": SessionSettings})
