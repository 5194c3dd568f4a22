"""What ends views and requests when identity says so or their time is over, without gRPC."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn, cast

from helpdesk.kernel.resources import Blank, Resources, Timer, Wants, Work, wants_of
from helpdesk.kernel.settings import parse
from helpdesk.kernel.store import Store
from helpdesk.kernel.tokens import Signer
from services.session.application.consents import ConsentUseCases
from services.session.application.ports import Directory, windows
from services.session.application.requests import RequestUseCases
from services.session.application.signalling import Signalling
from services.session.application.viewing import ViewUseCases
from services.session.handlers import consumers
from services.session.projections import PROJECTIONS
from services.session.providers import issuer, receivers
from services.session.settings import SessionSettings
from services.session.views import AccessViews, ReceiverPlaces

MIGRATIONS = Path(__file__).parent / "migrations"


class _NobodyToAsk:
    """Stands for the directory: what follows from a stored fact asks nobody."""

    def __getattr__(self, name: str) -> NoReturn:
        raise LookupError(f"a worker asked the directory for {name}")


def wants() -> Wants:
    """Return which facts the consumers want."""
    return wants_of(
        consumers(
            cast("Store", Blank("session")),
            cast("ConsentUseCases", Blank()),
            cast("ViewUseCases", Blank()),
            cast("Signalling", Blank()),
        )
    )


def build(resources: Resources) -> Work:
    """Build the consumers and the timers."""
    settings = parse(SessionSettings, "session", resources.env)
    store = resources.open_store("session", PROJECTIONS, MIGRATIONS)
    finder = AccessViews(store)
    directory = cast("Directory", _NobodyToAsk())
    lengths = windows(
        settings.view_minutes, settings.idle_minutes, settings.answer_hours, settings.grant_days
    )
    viewing = ViewUseCases(store, directory, finder, lengths)
    requesting = RequestUseCases(store, directory, finder, lengths, viewing)
    consenting = ConsentUseCases(store, directory, finder, lengths, viewing, requesting)
    signer = Signer(resources.secret("session.receipt.pem"))
    places, told = ReceiverPlaces(store), receivers(settings, resources)
    signalling = Signalling(
        store, finder, signer.sign_document, issuer(settings, resources), told, places
    )
    return Work(
        store,
        consumers=consumers(store, consenting, viewing, signalling),
        timers=[
            Timer("session-requests", 5, requesting.lapse_requests),
            Timer("session-ends", 5, viewing.end_what_is_over),
            Timer("session-consents", 60, consenting.tell_of_ends),
        ],
    )
