"""What serving and working build alike: use cases, signals, consumers, timers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from helpdesk.kernel.bus import Consumer
from helpdesk.kernel.resources import Resources
from helpdesk.kernel.settings import parse
from helpdesk.kernel.store import Store
from helpdesk.kernel.timers import Timer
from helpdesk.kernel.tokens import Signer
from services.session.application.consents import ConsentUseCases
from services.session.application.ports import Directory, windows
from services.session.application.requests import RequestUseCases
from services.session.application.signalling import Signalling
from services.session.application.viewing import ViewUseCases
from services.session.domain.facts import LIFECYCLE
from services.session.domain.receipt import DOCUMENTS
from services.session.handlers import consumers
from services.session.projections import PROJECTIONS
from services.session.providers import issuer, receivers
from services.session.settings import SessionSettings
from services.session.views import AccessViews, ReceiverPlaces

NAME = "session"
MIGRATIONS = Path(__file__).parent / "migrations"
_END_EVERY = 5.0
_TELL_EVERY = 60.0


@dataclass(frozen=True)
class Composed:
    """The parts of the service that know no wire."""

    settings: SessionSettings
    store: Store
    finder: AccessViews
    viewing: ViewUseCases
    requesting: RequestUseCases
    consenting: ConsentUseCases
    receipts: Signer
    consumers: Sequence[Consumer]
    timers: Sequence[Timer]


def compose(resources: Resources, directory: Directory) -> Composed:
    """Build the parts of the service. Raises SettingsError."""
    settings = parse(SessionSettings, NAME, resources.env)
    store = resources.open_store(NAME, PROJECTIONS, MIGRATIONS, LIFECYCLE)
    finder = AccessViews(store)
    lengths = windows(
        settings.view_minutes, settings.idle_minutes, settings.answer_hours, settings.grant_days
    )
    viewing = ViewUseCases(store, directory, finder, lengths)
    requesting = RequestUseCases(store, directory, finder, lengths, viewing)
    consenting = ConsentUseCases(store, directory, finder, lengths, viewing, requesting)
    receipts = Signer(resources.secret("session.receipt.pem"), use_for=DOCUMENTS)
    signalling = Signalling(
        store,
        finder,
        receipts.sign_document,
        issuer(settings, resources),
        receivers(settings, resources),
        ReceiverPlaces(store),
    )
    return Composed(
        settings=settings,
        store=store,
        finder=finder,
        viewing=viewing,
        requesting=requesting,
        consenting=consenting,
        receipts=receipts,
        consumers=consumers(store, consenting, viewing, signalling),
        timers=[
            Timer("session-requests", _END_EVERY, requesting.lapse_requests),
            Timer("session-ends", _END_EVERY, viewing.end_what_is_over),
            Timer("session-consents", _TELL_EVERY, consenting.tell_of_ends),
        ],
    )
