"""The audit log's writing side, composed without gRPC."""

from __future__ import annotations

from typing import cast

from helpdesk.kernel.resources import Blank, Resources, Wants, Work, wants_of
from helpdesk.kernel.store import Store
from services.audit.application.reissues import ExportsView
from services.audit.handlers import ActionsConsumer, forgetting
from services.audit.settings import AuditSettings
from services.audit.views.ledger import Ledger
from services.audit.watch import mailer


def wants() -> Wants:
    """Return which facts the consumers want."""
    return wants_of(
        [
            ActionsConsumer(cast("Ledger", Blank())),
            mailer(cast("Store", Blank("audit")), AuditSettings()),
            forgetting(cast("Store", Blank("audit")), cast("ExportsView", Blank())),
        ]
    )


def build(resources: Resources) -> Work:
    """Build what appends to the log, signs, verifies, watches, reviews and sends."""
    # A relay asks every worker what it wants, and needs no more of the others.
    from services.audit.composition import composed

    parts = composed(resources)
    return Work(parts.store, consumers=parts.consumers, timers=parts.timers, close=parts.close)
