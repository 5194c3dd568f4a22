"""What a customer's admin does with the webhook of the feed: one method for each RPC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import InvalidArgument, NotFound
from helpdesk.kernel.store import Loaded
from services.audit.domain import feed_webhook as rules
from services.audit.domain.destinations import parsed
from services.audit.domain.facts import moment
from services.audit.domain.feed_webhook import (
    FeedWebhookRemoved,
    FeedWebhookResumed,
    FeedWebhookSet,
    Webhook,
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook and how far its receiver took the feed; times in Unix microseconds, 0: never."""

    organization_id: str
    webhook_id: str
    url: str
    partners_only: bool
    generation: int
    rotated_at: int
    set_by: str
    set_at: int
    next_idx: int
    delivered_idx: int
    delivered_at: int
    failures: int
    error: str
    retry_at: int
    stopped: bool

    def generations(self, now: datetime) -> tuple[int, ...]:
        """Return the numbers of the keys that events are signed with, the newest first."""
        return rules.generations(self.generation, moment(self.rotated_at), now)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many records wait to be sent; since when (Unix microseconds) the oldest does."""

    count: int
    since: int


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """A record of a customer's feed; without bytes where it was archived."""

    idx: int
    record_id: str
    sealed: bytes


class Deliveries(Protocol):
    """Knows the webhooks."""

    def records(self) -> int: ...

    def one(self, organization_id: str) -> Delivery | None: ...

    def waiting(self, delivery: Delivery) -> Waiting: ...


class Reach(Protocol):
    """Knows where webhooks may lead."""

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return the IP addresses that may be connected to; none where the host has others."""


class Keys(Protocol):
    """Makes the keys of webhooks."""

    def public(self, webhook_id: str, generation: int) -> str:
        """Return a public key as Standard Webhooks writes it."""


class FeedWebhooks:
    """Every method is for the admin's own organization."""

    def __init__(self, deliveries: Deliveries, reach: Reach, keys: Keys) -> None:
        self._deliveries = deliveries
        self._reach = reach
        self._keys = keys

    def get(
        self, action: SupportAction, organization_id: str
    ) -> tuple[Delivery, Waiting, list[str]]:
        """Return the webhook, what waits, and its public keys. Raises NotFound."""
        self._own(action, organization_id)
        found = self._deliveries.one(organization_id)
        if found is None:
            raise NotFound("webhook")
        keys = [
            self._keys.public(found.webhook_id, number) for number in found.generations(action.now)
        ]
        return found, self._deliveries.waiting(found), keys

    def set(
        self, action: SupportAction, organization_id: str, url: str, partners_only: bool
    ) -> str:
        """Set the address; answers the public key. Raises NotFound, InvalidArgument."""
        loaded = self._own(action, organization_id)
        destination = parsed(url)
        if not self._reach.addresses(destination.host, destination.port):
            # One answer for what is private and what is not there: names inside stay unknown.
            raise InvalidArgument("url", "NOT_PUBLIC", "url: leads to no public address.")
        webhook_id = loaded.state.webhook_id or uuid4().hex
        fact = FeedWebhookSet(
            organization_id=organization_id,
            webhook_id=webhook_id,
            url=url,
            partners_only=partners_only,
            from_index=self._deliveries.records(),
            set_by=action.actor.id,
        )
        action.stage(loaded, fact)
        return self._keys.public(webhook_id, loaded.state.generation)

    def rotate(self, action: SupportAction, organization_id: str) -> str:
        """Make a new key; answers it. Raises NotFound."""
        loaded = self._own(action, organization_id)
        fact = rules.rotate(loaded.state, organization_id, action.actor.id)
        action.stage(loaded, fact)
        return self._keys.public(loaded.state.webhook_id, fact.generation)

    def resume(self, action: SupportAction, organization_id: str, after_sequence: str) -> None:
        """Go on behind an event. Raises NotFound, InvalidArgument."""
        loaded = self._own(action, organization_id)
        rules.there(loaded.state)
        fact = FeedWebhookResumed(
            organization_id=organization_id,
            from_index=rules.index_after(after_sequence),
            resumed_by=action.actor.id,
        )
        action.stage(loaded, fact)

    def remove(self, action: SupportAction, organization_id: str) -> None:
        """End it. Raises NotFound."""
        loaded = self._own(action, organization_id)
        rules.there(loaded.state)
        action.stage(
            loaded,
            FeedWebhookRemoved(organization_id=organization_id, removed_by=action.actor.id),
        )

    def _own(self, action: SupportAction, organization_id: str) -> Loaded[Webhook]:
        if not organization_id or organization_id != action.actor.organization_id:
            raise NotFound("organization")
        action.about(organization_id=organization_id)
        return action.load(f"feed-webhook:{organization_id}", rules.evolve, Webhook())
