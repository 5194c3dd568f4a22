"""What forgets persons once that is confirmed, without gRPC."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from helpdesk.kernel.resources import Blank, Resources, Wants, Work, wants_of
from helpdesk.kernel.store import Store
from services.identity.handlers import consumers
from services.identity.projections import projections

MIGRATIONS = Path(__file__).parent / "migrations"


def wants() -> Wants:
    """Return which facts the consumers want."""
    return wants_of(consumers(cast("Store", Blank("identity"))))


def build(resources: Resources) -> Work:
    """Build the consumers."""

    def digest(data: str) -> str:
        return store.digest(data)

    store = resources.open_store("identity", projections(resources.vault, digest), MIGRATIONS)
    return Work(store, consumers=consumers(store))
