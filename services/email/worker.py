"""What hands mail over, forgets codes and keeps the provider's list, without gRPC."""

from __future__ import annotations

from typing import cast

from helpdesk.kernel.resources import Blank, Resources, Wants, Work, wants_of
from helpdesk.kernel.store import Store
from services.email.application.notices import Notices
from services.email.application.suppressions import Blocks
from services.email.handlers import Postman, consumers, notices


def wants() -> Wants:
    """Return which facts the consumers want."""
    blank = Blank()
    store = cast("Store", Blank("email"))
    own = consumers(store, cast("Postman", blank), cast("Blocks", blank))
    return wants_of([*own, *notices.consumers(store, cast("Notices", blank))])


def build(resources: Resources) -> Work:
    """Build the postman, the keeper of blocks and the timers."""
    # A relay asks every worker what it wants, and needs no more of the others.
    from services.email.composition import compose

    composed = compose(resources)
    return Work(composed.store, consumers=composed.consumers, timers=composed.timers)
