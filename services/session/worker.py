"""What ends views and requests when identity says so or their time is over, without gRPC."""

from __future__ import annotations

from typing import NoReturn, cast

from helpdesk.kernel.resources import Blank, Resources, Wants, Work, wants_of
from helpdesk.kernel.store import Store
from services.session.application.consents import ConsentUseCases
from services.session.application.ports import Directory
from services.session.application.signalling import Signalling
from services.session.application.viewing import ViewUseCases
from services.session.handlers import consumers


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
    # A relay asks every worker what it wants, and needs no more of the others.
    from services.session.composition import compose

    composed = compose(resources, cast("Directory", _NobodyToAsk()))
    return Work(composed.store, consumers=composed.consumers, timers=composed.timers)
