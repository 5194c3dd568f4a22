"""One event that a provider's webhook told: it is taken once, and only of what we sent."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.errors import InvalidArgument, Refused, Unavailable
from helpdesk.kernel.events import Event
from services.email.domain.facts import WebhookEventReceived
from services.email.domain.message import Message

TAKEN = "taken"
IGNORED = "ignored"
REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Told:
    """Whether an event was told before."""

    before: bool = False


def evolve(told: Told, event: Event) -> Told:
    """Return whether the event was told, after a fact."""
    return Told(before=True) if isinstance(event, WebhookEventReceived) else told


def check_new(told: Told) -> None:
    """Refuse a replay. Raises Refused."""
    if told.before:
        raise Refused("REPLAYED", "This event was received before.")


def check_binding(ours: Message, recipient: str, *, proves_body: bool) -> None:
    """
    Refuse an event that is not about a message that we sent to that recipient.

    Where the signature covers the body (``proves_body``) a message of another system is fine: it
    is then known by its recipient. Raises Refused, and Unavailable where the event overtook our
    own note that the message was sent: the provider tries again.
    """
    if not ours.message_id:
        if proves_body:
            return
        raise Refused("UNKNOWN_MESSAGE", "We sent no such message.")
    try:
        same = canonical(recipient) == canonical(ours.address)
    except InvalidArgument:
        same = False
    if not same:
        raise Refused("WRONG_RECIPIENT", "We sent this message to somebody else.")
    if ours.state == "suppressed":
        raise Refused("NEVER_SENT", "We did not send this message.")
    if ours.state == "queued":
        raise Unavailable("NOT_SENT_YET", "This message is still being sent.")
