"""The life of one message: queued, sent, delivered, or not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from helpdesk.kernel.errors import Refused
from helpdesk.kernel.events import NEVER, Event
from services.email.domain.evidence import without_secrets
from services.email.domain.facts import (
    MessageBounced,
    MessageComplained,
    MessageDelayed,
    MessageDelivered,
    MessageDiscovered,
    MessageQueued,
    MessageResent,
    MessageSent,
    MessageSuppressed,
)
from services.email.domain.steps import Begun
from services.email.reports import Action, Cause, Fault, Kind, RecipientReport, advice

WELCOME = "welcome"
SETUP = "setup"
CODE = "code"
ALARM = "alarm"
CONSENT = "consent"
ACCESS = "access"
VOUCH = "vouch"
INVITATION = "invitation"
OTHER = "other"
TEMPLATES = frozenset({WELCOME, SETUP})
"""What other services and agents may ask to be sent."""
LANGUAGES = ("en", "ro", "de")
"""What mails are written in; the first one is for everybody else."""
GIVE_UP = timedelta(hours=72)
LONGEST_PAUSE = timedelta(hours=1)

_WAITING = frozenset({"queued", "delayed"})
_FINAL = frozenset({"bounced", "complained", "suppressed"})
# Feedback that is no complaint (RFC 6430, RFC 6591).
_NO_COMPLAINTS = frozenset({"not-spam", "auth-failure", "dmarc"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to a message."""

    at: datetime
    what: str
    cause: str = ""
    fault: str = ""
    status: str = ""
    reply_code: str = ""
    diagnosis: str = ""
    remote_mta: str = ""
    report_id: str = ""
    message_id: str = ""
    by: str = ""

    @property
    def next_step(self) -> str:
        """Key of the text that says what to do next."""
        if self.what == "suppressed":
            return _STEPS.get(("suppressed", self.cause), "")
        if self.what in ("bounced", "delayed") and self.cause:
            return advice(Cause(self.cause))
        return _STEPS.get((self.what, ""), "")


_STEPS = {
    ("queued", ""): "mail.next.wait",
    ("sent", ""): "mail.next.wait",
    ("delivered", ""): "mail.next.look_in_spam",
    ("complained", ""): "mail.next.ask_for_consent",
    ("suppressed", "blocked"): "mail.next.remove_block",
    ("suppressed", "check_ended"): "check.next.send_new_code",
    ("blocked", ""): "mail.next.remove_block",
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message as far as decisions, its text and its timeline need it."""

    message_id: str = ""
    person_id: str = ""
    user_id: str = ""
    organization_id: str = ""
    kind: str = ""
    address: str = ""
    address_digest: str = ""
    display_name: str = ""
    language: str = ""
    organization_name: str = ""
    partner_name: str = ""
    ticket: str = ""
    begun: Begun = field(default_factory=Begun)
    check_id: str = ""
    consent_id: str = ""
    notice_id: str = ""
    link: str = ""
    unproved: bool = False
    state: str = ""
    queued_at: datetime = NEVER
    attempts: int = 0
    retry_at: datetime = NEVER
    resend_of: str = ""
    resent_as: str = ""
    entries: tuple[Entry, ...] = ()

    @property
    def waiting(self) -> bool:
        """Whether it is still ours to hand over."""
        return self.kind != OTHER and (
            self.state == "queued" or (self.state == "delayed" and self.retry_at != NEVER)
        )

    @property
    def explained(self) -> Entry:
        """The entry that says why it is in its state."""
        return next(
            (entry for entry in reversed(self.entries) if entry.what == self.state), _NOTHING
        )


_NOTHING = Entry(NEVER, "")


def evolve(message: Message, event: Event) -> Message:
    """Return the message after a fact."""
    match event:
        case MessageQueued():
            return Message(
                message_id=event.message_id,
                person_id=event.person_id,
                user_id=event.user_id,
                organization_id=event.organization_id,
                kind=event.kind,
                address=event.address,
                address_digest=event.address_digest,
                display_name=event.display_name,
                language=event.language,
                organization_name=event.organization_name,
                partner_name=event.partner_name,
                ticket=event.ticket,
                begun=Begun(event.requested_by, event.partner_id, event.ticket),
                check_id=event.check_id,
                consent_id=event.consent_id,
                notice_id=event.notice_id,
                link=event.link,
                state="queued",
                queued_at=event.recorded_at,
                resend_of=event.resend_of,
                entries=(Entry(event.recorded_at, "queued"),),
            )
        case MessageDiscovered():
            return Message(
                message_id=event.message_id,
                person_id=event.person_id,
                user_id=event.user_id,
                organization_id=event.organization_id,
                kind=OTHER,
                address=event.address,
                address_digest=event.address_digest,
                unproved=event.unproved,
                state="sent",
                queued_at=event.recorded_at,
            )
        case MessageSent():
            entry = Entry(event.recorded_at, "sent", reply_code=event.reply_code)
            return _moved(message, "sent", entry, attempts=event.attempt)
        case MessageDelivered():
            entry = Entry(event.recorded_at, "delivered", report_id=event.report_id)
            return _moved(message, "delivered", entry)
        case MessageDelayed():
            entry = replace(_explaining(event, "delayed"), report_id=event.report_id)
            attempts = event.attempt or message.attempts
            return _moved(message, "delayed", entry, attempts, event.retry_at)
        case MessageBounced():
            entry = replace(_explaining(event, "bounced"), remote_mta=event.remote_mta)
            return _moved(message, "bounced", entry)
        case MessageComplained():
            entry = Entry(
                event.recorded_at,
                "complained",
                cause=Cause.COMPLAINED.value,
                fault=Fault.RECIPIENT.value,
                report_id=event.report_id,
            )
            return _moved(message, "complained", entry)
        case MessageSuppressed():
            fault = Fault.RECIPIENT.value if event.cause == "blocked" else ""
            entry = Entry(event.recorded_at, "suppressed", cause=event.cause, fault=fault)
            return _moved(message, "suppressed", entry)
        case MessageResent():
            entry = Entry(event.recorded_at, "resent", message_id=event.resent_as)
            return replace(message, resent_as=event.resent_as, entries=(*message.entries, entry))
    return message


def _explaining(event: MessageDelayed | MessageBounced, what: str) -> Entry:
    return Entry(
        event.recorded_at,
        what,
        cause=event.cause,
        fault=event.fault,
        status=event.status,
        reply_code=event.reply_code,
        diagnosis=event.diagnosis,
        report_id=event.report_id,
    )


def _moved(
    message: Message, state: str, entry: Entry, attempts: int = 0, retry_at: datetime = NEVER
) -> Message:
    return replace(
        message,
        state=state,
        attempts=attempts or message.attempts,
        retry_at=retry_at,
        entries=(*message.entries, entry),
    )


def accepted(message: Message, reply_code: str, *, is_delivered: bool) -> tuple[Event, ...]:
    """A mail system took the message; ``is_delivered`` where that is the mailbox itself."""
    if not message.waiting:
        return ()
    sent = MessageSent(
        message_id=message.message_id, reply_code=reply_code, attempt=message.attempts + 1
    )
    if not is_delivered:
        return (sent,)
    return (sent, MessageDelivered(message_id=message.message_id, by="accepted"))


def refused(message: Message, answer: RecipientReport) -> tuple[Event, ...]:
    """A mail system refused the message for good."""
    return (_bounced(message, answer, ""),) if message.waiting else ()


def postponed(
    message: Message, answer: RecipientReport, now: datetime, first_pause: timedelta
) -> tuple[Event, ...]:
    """The message could not be handed over; tried again after a growing pause, for three days."""
    if not message.waiting:
        return ()
    if now - message.queued_at >= GIVE_UP:
        late = replace(answer, cause=Cause.EXPIRED, permanent=False)
        return (_bounced(message, late, ""),)
    # Three times as long after each attempt: 5 s, 15 s, 45 s ... reach the hour with the seventh.
    pause = min(first_pause * 3 ** min(message.attempts, 20), LONGEST_PAUSE)
    return (
        MessageDelayed(
            message_id=message.message_id,
            person_id=message.person_id,
            cause=answer.cause.value,
            fault=answer.fault.value,
            status=answer.status,
            reply_code=answer.reply_code,
            diagnosis=without_secrets(answer.diagnosis),
            attempt=message.attempts + 1,
            retry_at=now + pause,
        ),
    )


def suppressed(message: Message, cause: str) -> tuple[Event, ...]:
    """The message is not sent: its address is ``blocked``, or its ``check_ended``."""
    if not message.waiting:
        return ()
    return (MessageSuppressed(message_id=message.message_id, cause=cause),)


def reported(
    message: Message,
    kind: Kind,
    answer: RecipientReport,
    report_id: str,
    feedback_type: str = "",
) -> tuple[Event, ...]:
    """What a mail system reported of the message; nothing where that is known or says nothing."""
    what = outcome(kind, answer, feedback_type)
    if what == "complained":
        if message.state == "complained":
            return ()
        return (
            MessageComplained(
                message_id=message.message_id, feedback_type=feedback_type, report_id=report_id
            ),
        )
    if message.state in _FINAL:
        return ()
    if what == "bounced":
        return (_bounced(message, answer, report_id),)
    if what == "delivered" and message.state != "delivered":
        by = "auto_reply" if kind is Kind.AUTO_REPLY else "report"
        return (MessageDelivered(message_id=message.message_id, by=by, report_id=report_id),)
    if what == "delayed" and message.state != "delivered":
        return (
            MessageDelayed(
                message_id=message.message_id,
                person_id=message.person_id,
                cause=answer.cause.value,
                fault=answer.fault.value,
                status=answer.status,
                reply_code=answer.reply_code,
                diagnosis=without_secrets(answer.diagnosis),
                report_id=report_id,
            ),
        )
    return ()


def outcome(kind: Kind, answer: RecipientReport, feedback_type: str = "") -> str:
    """What became of a message: a state, or empty where the report does not say."""
    if kind is Kind.COMPLAINT:
        return "" if feedback_type.lower() in _NO_COMPLAINTS else "complained"
    if kind is Kind.AUTO_REPLY:
        return "delivered"
    by_action = {
        Action.FAILED: "bounced",
        Action.DELAYED: "delayed",
        Action.DELIVERED: "delivered",
        Action.RELAYED: "",
        Action.EXPANDED: "",
    }
    by_kind = {Kind.BOUNCE: "bounced", Kind.DELAY: "delayed", Kind.DELIVERY: "delivered"}
    if answer.action in by_action:
        return by_action[answer.action]
    return by_kind.get(kind, "")


def check_resendable(message: Message) -> None:
    """Refuse to send a message again that cannot be. Raises Refused."""
    if message.kind not in TEMPLATES:
        next_step = (
            "Send a new code instead."
            if message.kind == CODE
            else "It is a message of another system: send it from there."
        )
        raise Refused("NOT_RESENDABLE", f"This message is not sent again. {next_step}")
    if message.state in _WAITING:
        raise Refused("NOT_RESENDABLE", "This message is still being sent. Wait for its outcome.")


def _bounced(message: Message, answer: RecipientReport, report_id: str) -> MessageBounced:
    return MessageBounced(
        message_id=message.message_id,
        person_id=message.person_id,
        cause=answer.cause.value,
        fault=answer.fault.value,
        status=answer.status,
        reply_code=answer.reply_code,
        diagnosis=without_secrets(answer.diagnosis),
        remote_mta=answer.remote_mta,
        permanent=bool(answer.permanent),
        report_id=report_id,
    )
