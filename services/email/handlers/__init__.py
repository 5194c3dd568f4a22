"""Our own facts to their effects on the world: mails that are sent, codes that are forgotten."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from helpdesk.kernel import clearing
from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.bus import Published, StoreConsumer, shared
from helpdesk.kernel.errors import Conflict
from helpdesk.kernel.store import Store
from services.email import invitations
from services.email.application.delivery import ACTOR, Delivery, Letter, Reply, Transport
from services.email.application.ports import address_digest
from services.email.application.suppressions import Blocks
from services.email.domain import facts
from services.email.domain.blocklist_facts import AddressBlockExpired
from services.email.domain.origins import envelope_sender

_log = logging.getLogger(__name__)
# A mail server takes its time with each mail. Another number gives each mail another sender: it is
# changed while nothing waits to be sent.
_SENDING_AT_ONCE = 4


class Renderer(Protocol):
    """Makes mails."""

    def render(self, letter: Letter, now: datetime) -> bytes:
        """Return the mail of a letter."""


class Postman:
    """Sends what is queued and what is due again; follows the service's own log."""

    def __init__(
        self,
        store: Store,
        delivery: Delivery,
        renderer: Renderer,
        transport: Transport,
        sender_of: Callable[[str], str],
    ) -> None:
        self._store = store
        self._delivery = delivery
        self._renderer = renderer
        self._transport = transport
        self._sender_of = sender_of
        # An answer is kept until it is stored, so that a conflict does not send the mail again.
        # Each thread sends one mail after the other, and several send at once.
        self._kept = threading.local()

    def on_message_queued(self, work: UnitOfWork, fact: Published) -> None:
        """Send a message for the first time."""
        event: Any = fact.event
        self._attempt(work, event.message_id)

    def try_again(self) -> int:
        """Send the messages whose time has come; return how many were tried."""
        due = self._delivery.due(datetime.now(UTC))
        for message_id in due:
            self._in_unit(lambda work, message_id=message_id: self._attempt(work, message_id))  # type: ignore[misc]  # a lambda's default has no type
        return len(due)

    def end_checks(self) -> None:
        """End the caller checks whose time is over."""
        self._in_unit(self._delivery.expired_checks)

    def on_check_ended(self, work: UnitOfWork, fact: Published) -> None:
        """Forget the code of a check that is over."""
        event: Any = fact.event
        self._delivery.forget_code(work, event.check_id)

    def on_message_ended(self, work: UnitOfWork, fact: Published) -> None:
        """Forget the code in a message that was handed over, or never will be."""
        event: Any = fact.event
        self._delivery.forget_code_of_message(work, event.message_id)

    def _attempt(self, work: UnitOfWork, message_id: str) -> None:
        letter = self._delivery.next_letter(work, message_id)
        if letter is None:
            return
        key = (message_id, letter.message.attempts)
        answered, reply = getattr(self._kept, "answer", (None, None))
        if answered != key or reply is None:
            reply = self._send(letter, work.now)
            self._kept.answer = (key, reply)
        self._delivery.settle(work, message_id, reply)

    def _send(self, letter: Letter, now: datetime) -> Reply:
        message_id = letter.message.message_id
        try:
            mail = self._renderer.render(letter, now)
        except Exception as error:
            # One message that cannot be written must not hold up the others.
            _log.error("message %s cannot be written: %s", message_id, type(error).__name__)
            return Reply(0, "the mail could not be written", "CONN")
        return self._transport.send(self._sender_of(message_id), letter.address, mail, message_id)

    def _in_unit(self, function: Callable[[UnitOfWork], None]) -> None:
        for again in (True, False):
            work = UnitOfWork(store=self._store, actor=ACTOR, now=datetime.now(UTC))
            function(work)
            if not work.staged:
                return
            try:
                self._store.commit(work.unit())
                return
            except Conflict:
                if not again:
                    raise


def consumers(store: Store, postman: Postman, blocks: Blocks) -> list[StoreConsumer]:
    """Return what follows our own log; none waits for another: sending, forgetting, providers."""

    def at_provider(work: UnitOfWork, fact: Published) -> None:
        blocks.follow(work, fact.event)

    ended = {
        kind.NAME: postman.on_check_ended
        for kind in (
            facts.MailboxPossessionProved,
            facts.CallerCheckLocked,
            facts.CallerCheckExpired,
            facts.CallerCheckReplaced,
            facts.CodeUndeliverable,
        )
    }
    handed_over = {
        kind.NAME: postman.on_message_ended
        for kind in (facts.MessageSent, facts.MessageBounced, facts.MessageSuppressed)
    }
    sending = {facts.MessageQueued.NAME: postman.on_message_queued}
    return [
        *shared("email.delivery", store, {store.name: sending}, _SENDING_AT_ONCE),
        StoreConsumer(
            "email.provider",
            store,
            {
                store.name: {
                    facts.AddressBlocked.NAME: at_provider,
                    facts.AddressRemovedFromBlocklist.NAME: at_provider,
                    AddressBlockExpired.NAME: at_provider,
                }
            },
        ),
        StoreConsumer("email.codes", store, {store.name: {**ended, **handed_over}}),
        invitations.consumer(store),
        clearing.consumer(store, lambda address: address_digest(store, address)),
    ]


def sender_of(key: bytes, domain: str) -> Callable[[str], str]:
    """Return what makes the envelope sender of a message."""
    return lambda message_id: envelope_sender(key, message_id, domain)
