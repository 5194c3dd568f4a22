"""A customer's webhook: where the feed is pushed to, with which key, from where on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.kernel.errors import InvalidArgument, NotFound
from helpdesk.kernel.events import NEVER, Event

OVERLAP = timedelta(hours=24)
"""How long events carry the signature of the key before, too."""
WHERE_IT_STANDS = -1
_MOST_SEQUENCE = 2**62


@dataclass(frozen=True, kw_only=True)
class FeedWebhookSet(Event):
    """A customer's admin set where the customer's feed is pushed to."""

    NAME = "helpdesk.audit.v1.FeedWebhookSet"

    organization_id: str
    webhook_id: str
    url: str
    partners_only: bool = False
    from_index: int = 0
    set_by: str


@dataclass(frozen=True, kw_only=True)
class FeedWebhookKeyRotated(Event):
    """A customer's admin had a new key made."""

    NAME = "helpdesk.audit.v1.FeedWebhookKeyRotated"

    organization_id: str
    generation: int
    rotated_by: str


@dataclass(frozen=True, kw_only=True)
class FeedWebhookResumed(Event):
    """A customer's admin had the feed go on at a place, or tried again at once."""

    NAME = "helpdesk.audit.v1.FeedWebhookResumed"

    organization_id: str
    from_index: int
    resumed_by: str


@dataclass(frozen=True, kw_only=True)
class FeedWebhookRemoved(Event):
    """A customer's admin ended the webhook."""

    NAME = "helpdesk.audit.v1.FeedWebhookRemoved"

    organization_id: str
    removed_by: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """A customer's webhook; ``webhook_id`` is empty while there is none."""

    webhook_id: str = ""
    generation: int = 0
    rotated_at: datetime = NEVER


def evolve(webhook: Webhook, event: Event) -> Webhook:
    """Apply a fact."""
    match event:
        case FeedWebhookSet():
            # The key stays with the webhook, whatever its address.
            return (
                webhook
                if webhook.webhook_id == event.webhook_id
                else Webhook(webhook_id=event.webhook_id)
            )
        case FeedWebhookKeyRotated():
            return replace(webhook, generation=event.generation, rotated_at=event.recorded_at)
        case FeedWebhookRemoved():
            return Webhook()
        case _:
            return webhook


def there(webhook: Webhook) -> Webhook:
    """Return the webhook. Raises NotFound where there is none."""
    if not webhook.webhook_id:
        raise NotFound("webhook")
    return webhook


def rotate(webhook: Webhook, organization_id: str, by: str) -> FeedWebhookKeyRotated:
    """Make a new key. Raises NotFound."""
    generation = there(webhook).generation + 1
    return FeedWebhookKeyRotated(
        organization_id=organization_id, generation=generation, rotated_by=by
    )


def generations(generation: int, rotated_at: datetime, now: datetime) -> tuple[int, ...]:
    """Return the numbers of the keys that events are signed with now, the newest first."""
    if generation and now < rotated_at + OVERLAP:
        return (generation, generation - 1)
    return (generation,)


def sequence_of(idx: int) -> str:
    """
    Return the place of a record in the feed as a text; later ones are greater, also as texts.

    It is the CloudEvents attribute ``sequence``, and what a receiver resumes from.
    """
    return f"{idx + 1:020d}"


def index_after(sequence: str) -> int:
    """Return the index to go on from behind a sequence. Raises InvalidArgument."""
    if not sequence:
        return WHERE_IT_STANDS
    if not (sequence.isascii() and sequence.isdigit()) or int(sequence) > _MOST_SEQUENCE:
        raise InvalidArgument(
            "after_sequence", "BAD_SEQUENCE", "after_sequence: the digits of an event's sequence."
        )
    return int(sequence)


def pause_after(failures: int, longest: float) -> float:
    """Return after how many seconds to try again: 1, 2, 4 and so on, up to the longest pause."""
    return float(min(longest, 2.0 ** min(failures - 1, 30)))
