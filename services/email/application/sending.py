"""Queueing a message to a user, within limits."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.store import Loaded
from services.email.application.ports import Mailbox, User
from services.email.domain import limits, message
from services.email.domain.facts import MessageQueued, SendCounted, TryCounted
from services.email.domain.limits import Limit, Room, Sends
from services.email.domain.message import Message


class Counted:
    """What was sent, or tried, within limits."""

    def __init__(self, action: SupportAction, counted: Sequence[Limit]) -> None:
        self._action = action
        self._loaded: list[tuple[Limit, Sends, Loaded[Sends]]] = []
        for limit in counted:
            earlier, current = (
                action.load(stream, limits.evolve, Sends())
                for stream in limits.streams(limit.name, limit.key, action.now)
            )
            self._loaded.append((limit, earlier.state, current))

    def room(self) -> Room:
        """Return how many more there may be now."""
        return limits.tightest(room for _, room in self._rooms())

    def check(self, reason: str, what: str) -> None:
        """Refuse one more. Raises Exhausted."""
        for limit, room in sorted(self._rooms(), key=lambda each: each[1].next_at, reverse=True):
            limits.check(room, reason, what, self._action.now, limit.most)

    def count(self, message_id: str, reason: str, what: str) -> None:
        """Count one message. Raises Exhausted where that is one too many."""
        self.check(reason, what)
        for limit, _, current in self._loaded:
            self._action.stage(current, SendCounted(limit=limit.name, message_id=message_id))

    def count_wrong(self, check_id: str) -> int:
        """Count one wrong code; return how many more may be tried now."""
        for limit, _, current in self._loaded:
            self._action.stage(current, TryCounted(limit=limit.name, check_id=check_id))
        return max(0, self.room().left - 1)

    def _rooms(self) -> list[tuple[Limit, Room]]:
        now = self._action.now
        return [
            (limit, limits.room((*earlier.times, *current.state.times), now, limit.most))
            for limit, earlier, current in self._loaded
        ]


def queue(
    action: SupportAction,
    user: User,
    mailbox: Mailbox,
    message_id: str,
    kind: str,
    *,
    check_id: str = "",
    resend_of: str = "",
    consent_id: str = "",
    language: str = "",
) -> None:
    """Stage a message to one address of a user."""
    loaded = action.load(f"message:{message_id}", message.evolve, Message())
    action.about(f"message:{message_id}")
    action.stage(
        loaded,
        MessageQueued(
            message_id=message_id,
            person_id=user.id,
            user_id=user.id,
            organization_id=user.organization_id,
            kind=kind,
            address=mailbox.address,
            address_digest=mailbox.digest,
            display_name=user.display_name,
            language=language or user.language,
            organization_name=user.organization_name,
            partner_name=user.partner_name,
            ticket=action.ticket,
            requested_by=action.actor.id,
            partner_id=action.actor.partner_id,
            check_id=check_id,
            resend_of=resend_of,
            consent_id=consent_id,
        ),
    )
