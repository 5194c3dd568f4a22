"""What a report says: its kind, its recipients, why, whose fault it is and whether it lasts."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What sort of mail this is."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto_reply"
    DELAY = "delay"
    DELIVERY = "delivery"
    NONE = "none"


class Action(StrEnum):
    """What the mail system did with the message (RFC 3464 2.3.3); empty where it does not say."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"
    UNSAID = ""


class Cause(StrEnum):
    """Why, in plain words: a closed list."""

    NO_SUCH_MAILBOX = "no_such_mailbox"
    MOVED = "moved"
    DOMAIN_NOT_FOUND = "domain_not_found"
    TAKES_NO_MAIL = "takes_no_mail"
    MAILBOX_FULL = "mailbox_full"
    MAILBOX_INACTIVE = "mailbox_inactive"
    RECIPIENT_REFUSES = "recipient_refuses"
    REPUTATION = "reputation"
    SENDER_REFUSED = "sender_refused"
    AUTHENTICATION_FAILED = "authentication_failed"
    POLICY = "policy"
    RELAYING_DENIED = "relaying_denied"
    BLOCKED_AS_SPAM = "blocked_as_spam"
    VIRUS = "virus"
    CONTENT_REJECTED = "content_rejected"
    TOO_BIG = "too_big"
    RATE_LIMITED = "rate_limited"
    GREYLISTED = "greylisted"
    EXPIRED = "expired"
    NETWORK_TROUBLE = "network_trouble"
    SYSTEM_TROUBLE = "system_trouble"
    DELIVERY_PROGRAM_FAILED = "delivery_program_failed"
    PROTOCOL_ERROR = "protocol_error"
    COMPLAINED = "complained"
    AWAY = "away"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"


class Fault(StrEnum):
    """Who can mend it."""

    RECIPIENT = "recipient"
    RECEIVING_SYSTEM = "receiving_system"
    OUR_SIDE = "our_side"
    UNKNOWN = "unknown"


def valid(text: str) -> str:
    """A text that can be stored and printed: no NUL, and halves of pairs as question marks."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _make_valid(report: Any) -> None:
    """Mails may hold, and JSON may spell, what is no text in any encoding."""
    for each in fields(report):
        value = getattr(report, each.name)
        if type(value) is str:
            object.__setattr__(report, each.name, valid(value))


@dataclass(frozen=True, slots=True)
class RecipientReport:
    """
    What became of the mail to one recipient.

    `status` is an enhanced status code (RFC 3463), `reply_code` one of SMTP (RFC 5321 4.2);
    each is empty where the mail system gave none. `recipient` is empty where a complaint hides it.
    `permanent` is True only where the address itself is gone, so that a next mail cannot arrive
    either; False for every other failure; None where nothing failed.
    """

    recipient: str
    action: Action = Action.UNSAID
    status: str = ""
    reply_code: str = ""
    diagnosis: str = ""
    remote_mta: str = ""
    cause: Cause = Cause.UNKNOWN
    fault: Fault = Fault.UNKNOWN
    permanent: bool | None = None

    def __post_init__(self) -> None:
        """Keep only what can be stored."""
        _make_valid(self)

    @property
    def refused_for_good(self) -> bool:
        """
        Whether a mail system failed this mail for good, by its codes (RFC 3463 2, RFC 5321 4.2.1).

        Where it gave none, whether the address is gone.
        """
        if self.action not in {Action.FAILED, Action.UNSAID}:
            return False
        classes = {code[0] for code in (self.status, self.reply_code) if code}
        if "4" in classes:
            return False
        return "5" in classes or bool(self.permanent)


@dataclass(frozen=True, slots=True)
class MailReport:
    """What one mail reports; every text is empty where the mail does not say."""

    kind: Kind = Kind.NONE
    recipients: tuple[RecipientReport, ...] = ()
    subject: str = ""
    reporting_mta: str = ""
    received_from: str = ""
    arrived: str = ""
    original_message_id: str = ""
    original_sender: str = ""
    feedback_type: str = ""
    source_ip: str = ""

    def __post_init__(self) -> None:
        """Keep only what can be stored."""
        _make_valid(self)
