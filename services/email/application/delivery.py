"""Handing over queued messages: what to send, and what follows from the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import InvalidArgument
from helpdesk.kernel.events import ERASED
from helpdesk.kernel.store import Loaded, Store
from services.email.application.following import begun_by, record_step
from services.email.application.ports import Found, address_stream
from services.email.application.reports import settle_address, settle_question
from services.email.domain import blocklist, caller_check, consent, message, notices
from services.email.domain.blocklist import Address
from services.email.domain.caller_check import CallerCheck
from services.email.domain.consent import Consent
from services.email.domain.message import Message
from services.email.domain.notices import Notice
from services.email.domain.policy import Policy
from services.email.reports import Cause, Fault, RecipientReport, read_smtp_reply

ACTOR = Actor(id="system:email.delivery", roles=frozenset({"SERVICE"}))
_USUAL = Policy()
_ABOUT_THE_RECIPIENT = frozenset({"RCPT", "DATA"})
# Who refuses the connection or our password refuses us and not the mail: that can be mended.
_ABOUT_THE_MAIL = _ABOUT_THE_RECIPIENT | {"MAIL"}


@dataclass(frozen=True, slots=True)
class Letter:
    """
    A message that is to be sent now; ``check`` is the caller check that it is about, if any.

    Its code and link are in the mail to the user only, and so is the link of a ``consent``.
    """

    message: Message
    address: str
    check: CallerCheck | None = None
    consent: Consent | None = None
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """
    What the mail system answered, to which SMTP command (CONN, EHLO, MAIL, RCPT, DATA).

    Code 0 means that there was no answer at all; ``text`` says what happened instead.
    """

    code: int
    text: str
    command: str = ""
    server: str = ""


class Transport(Protocol):
    """Hands mails to a mail system."""

    def send(self, sender: str, recipient: str, mail: bytes, envelope_id: str) -> Reply:
        """Hand over one mail; never raises for what the other side does."""


class Delivery:
    """What the delivering worker decides; it is at least once, a crash repeats the last mail."""

    def __init__(
        self,
        store: Store,
        found: Found,
        *,
        accepted_is_delivered: bool,
        first_pause: timedelta,
        policy: Policy = _USUAL,
    ) -> None:
        self._store = store
        self._found = found
        self._accepted_is_delivered = accepted_is_delivered
        self._first_pause = first_pause
        self._policy = policy

    def due(self, now: datetime) -> list[str]:
        """Return the messages whose time to be tried again has come."""
        return self._found.messages_due(now)

    def next_letter(self, work: UnitOfWork, message_id: str) -> Letter | None:
        """Return what to send now; nothing, and why, where it is not to be sent."""
        loaded = work.load(f"message:{message_id}", message.evolve, Message())
        letter = self._letter(work, loaded)
        if letter is None:
            record_step(work, ACTOR, loaded.state, loaded.state.begun)
        return letter

    def _letter(self, work: UnitOfWork, loaded: Loaded[Message]) -> Letter | None:
        ours = loaded.state
        if not ours.waiting:
            return None
        try:
            address = canonical(ours.address)
        except InvalidArgument:
            # The person was forgotten meanwhile.
            work.stage(loaded, *message.suppressed(ours, "erased"))
            return None
        block = work.load(address_stream(address), blocklist.evolve, Address()).state
        if block.blocked:
            work.stage(loaded, *message.suppressed(ours, "blocked"))
            if ours.kind == message.CODE:
                check = work.load(f"check:{ours.check_id}", caller_check.evolve, CallerCheck())
                facts = caller_check.undeliverable(
                    check.state, block.cause, block.fault, blocked=True
                )
                work.stage(check, *facts)
            return None
        # Delivered as the directory has it, to the domain in the form that DNS knows.
        recipient = f"{ours.address.strip().rpartition('@')[0]}@{address.rpartition('@')[2]}"
        if ours.consent_id:
            asked = work.load(f"mail-consent:{ours.consent_id}", consent.evolve, Consent()).state
            if asked.link in ("", ERASED) or work.now >= asked.expires_at:
                work.stage(loaded, *message.suppressed(ours, "consent_ended"))
                return None
            return Letter(ours, recipient, consent=asked)
        if ours.notice_id:
            said = work.load(f"notice:{ours.notice_id}", notices.evolve, Notice()).state
            return Letter(ours, recipient, notice=said)
        if not ours.check_id:
            return Letter(ours, recipient)
        check = work.load(f"check:{ours.check_id}", caller_check.evolve, CallerCheck())
        if ours.kind == message.CODE and not check.state.can_be_sent(work.now):
            work.stage(loaded, *message.suppressed(ours, "check_ended"))
            return None
        return Letter(ours, recipient, check.state)

    def settle(self, work: UnitOfWork, message_id: str, reply: Reply) -> None:
        """Stage what follows from a mail system's answer."""
        loaded = work.load(f"message:{message_id}", message.evolve, Message())
        ours = loaded.state
        answer = _answer(ours, reply)
        if 200 <= reply.code < 300:
            facts = message.accepted(
                ours, str(reply.code), is_delivered=self._accepted_is_delivered
            )
        elif reply.code >= 500 and reply.command in _ABOUT_THE_MAIL:
            facts = message.refused(ours, answer)
        else:
            facts = message.postponed(ours, answer, work.now, self._first_pause)
        work.stage(loaded, *facts)
        settle_address(work, self._store, ours, facts, answer, self._policy)
        settle_question(work, ours, facts)
        record_step(work, ACTOR, ours, begun_by(work, ours))

    def expired_checks(self, work: UnitOfWork) -> None:
        """End the checks whose time is over."""
        for check_id in self._found.checks_over(work.now):
            loaded = work.load(f"check:{check_id}", caller_check.evolve, CallerCheck())
            work.stage(loaded, *caller_check.expire(loaded.state, work.now))

    def forget_code(self, work: UnitOfWork, check_id: str) -> None:
        """Destroy the key of a code that is not to be sent any more."""
        check = work.load(f"check:{check_id}", caller_check.evolve, CallerCheck()).state
        if check.code_key and check.code != ERASED:
            self._store.vault.forget(check.code_key)

    def forget_code_of_message(self, work: UnitOfWork, message_id: str) -> None:
        """Destroy the key of the code in a message that was handed over, or never will be."""
        ours = work.load(f"message:{message_id}", message.evolve, Message()).state
        if ours.kind == message.CODE:
            self.forget_code(work, ours.check_id)
        if ours.consent_id:
            asked = work.load(f"mail-consent:{ours.consent_id}", consent.evolve, Consent()).state
            if asked.link_key and asked.link != ERASED:
                self._store.vault.forget(asked.link_key)


def _answer(ours: Message, reply: Reply) -> RecipientReport:
    if reply.code:
        answer = read_smtp_reply(
            reply.code,
            reply.text,
            recipient=ours.address,
            command=reply.command,
            remote_mta=reply.server,
        )
        if reply.command in _ABOUT_THE_RECIPIENT:
            return answer
        # Our own server is asked first: before the recipient is named its refusals are of us.
        return replace(answer, fault=Fault.OUR_SIDE, permanent=False)
    return RecipientReport(
        ours.address,
        diagnosis=reply.text,
        cause=Cause.NETWORK_TROUBLE,
        fault=Fault.OUR_SIDE,
        permanent=False,
    )
