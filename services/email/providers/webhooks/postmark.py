"""Postmark: basic authentication and its addresses; the event names the message as we sent it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Protocol

from helpdesk.kernel.settings import Network
from services.email.application.delivery import Letter
from services.email.application.webhooks import ProviderEvent
from services.email.providers.webhooks.proof import (
    Delivery,
    Proved,
    Unproved,
    check_fresh,
    fields,
    moment,
    parsed,
)
from services.email.providers.webhooks.reading import (
    NOTHING,
    bounce,
    complaint,
    delivery,
    failed,
    inner,
    kept,
    soft,
    text,
)
from services.email.reports import Action, Cause, Fault, Kind, MailReport, RecipientReport

Networks = Sequence[Network]
METADATA = "helpdesk-message"
_REPORTER = "postmarkapp.com"
_TYPES = {
    "HardBounce": Cause.NO_SUCH_MAILBOX,
    "BadEmailAddress": Cause.NO_SUCH_MAILBOX,
    "AddressChange": Cause.MOVED,
    "DnsError": Cause.NETWORK_TROUBLE,
    "SpamNotification": Cause.BLOCKED_AS_SPAM,
    "VirusNotification": Cause.VIRUS,
    "ChallengeVerification": Cause.RECIPIENT_REFUSES,
    "Blocked": Cause.REPUTATION,
    "DMARCPolicy": Cause.AUTHENTICATION_FAILED,
    "SMTPApiError": Cause.PROTOCOL_ERROR,
    "TemplateRenderingFailed": Cause.PROTOCOL_ERROR,
    "Unsubscribe": Cause.RECIPIENT_REFUSES,
    "ManuallyDeactivated": Cause.RECIPIENT_REFUSES,
}
_LATE = frozenset({"Transient"})
_SOFT = frozenset({"SoftBounce", "DnsError", "Unknown", "Unsubscribe", "ManuallyDeactivated"})
_NO_BOUNCE = frozenset({"Subscribe", "OpenRelayTest", "Unconfirmed", "InboundError"})


@dataclass(frozen=True, slots=True)
class Postmark:
    """
    Takes what Postmark posts to a URL with a user and a password.

    Nothing is signed: whoever knows the password may tell anything, so an event is taken only of a
    message that we sent to that recipient. ``seconds`` is how old what it tells may be: Postmark
    tries for ten and a half hours and never changes the time. ``domain`` is that of our message
    ids; no ``sources`` are any.
    """

    login: str
    domain: str
    seconds: float
    sources: Networks = ()
    name: str = "postmark"
    refusal: int = 403

    def proved(self, delivery: Delivery, now: datetime) -> Proved:
        """Return the one event. Raises Unproved."""
        check_login(self.login, delivery.headers.get("authorization", ""))
        check_source(self.sources, delivery.peer)
        told = fields(parsed(delivery.body))
        kind = text(told, "RecordType")
        at = text(told, "BouncedAt", "DeliveredAt", "ReceivedAt", "ChangedAt")
        recipient = text(told, "Email", "Recipient")
        if not kind or not at:
            raise Unproved("MISSING_FIELD")
        seen_until = check_fresh(moment(at), now, self.seconds)
        number = told.get("ID")
        names = (kind, text(told, "MessageID"), str(number), recipient, at)
        event = ProviderEvent(
            self.name,
            hashlib.sha256("\0".join(names).encode()).hexdigest(),
            event_of(told, recipient, self.domain),
            kept(told),
            proves_body=False,
            seen_until=seen_until,
        )
        return Proved((event,))


def check_login(login: str, header: str) -> None:
    """Check ``user:password`` against a header (RFC 7617), in constant time. Raises Unproved."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or not encoded:
        raise Unproved("MISSING_LOGIN")
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise Unproved("MALFORMED") from None
    # Digests, so that not even the length shows.
    wanted = hashlib.sha256(login.encode()).digest()
    if not hmac.compare_digest(wanted, hashlib.sha256(given).digest()):
        raise Unproved("WRONG_LOGIN")


def check_source(sources: Networks, peer: str) -> None:
    """Check that a caller is at one of the addresses, where any are set. Raises Unproved."""
    if not sources:
        return
    try:
        address = ip_address(peer)
    except ValueError:
        raise Unproved("WRONG_SOURCE") from None
    if not any(address in network for network in sources):
        raise Unproved("WRONG_SOURCE")


def event_of(told: dict[str, Any], recipient: str, domain: str) -> MailReport:
    """Return what an event reports. Raises Unproved."""
    kind = text(told, "RecordType")
    if kind not in ("Bounce", "Delivery", "SpamComplaint"):
        return NOTHING
    if not recipient:
        raise Unproved("MALFORMED")
    ours = text(inner(told, "Metadata"), METADATA)
    message_id = f"{ours}@{domain}" if ours else ""
    if kind == "Delivery":
        return delivery(recipient, text(told, "Details"), message_id, _REPORTER)
    sort = text(told, "Type")
    if kind == "SpamComplaint" or sort == "SpamComplaint":
        return complaint(recipient, message_id, _REPORTER)
    if sort == "AutoResponder":
        away = RecipientReport(recipient, cause=Cause.AWAY, fault=Fault.RECIPIENT)
        return MailReport(
            Kind.AUTO_REPLY, (away,), reporting_mta=_REPORTER, original_message_id=message_id
        )
    if sort in _NO_BOUNCE:
        return NOTHING
    answer = failed(
        recipient,
        text(told, "Details", "Description"),
        fallback=_TYPES.get(sort, Cause.UNKNOWN),
        lasting=sort not in _LATE,
    )
    if sort in _SOFT and answer.action is Action.FAILED:
        answer = soft(answer)
    return bounce(answer, message_id, _REPORTER)


class Renderer(Protocol):
    """Makes mails."""

    def render(self, letter: Letter, now: datetime) -> bytes:
        """Return the mail of a letter."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Makes mails that carry our message id in the way that Postmark gives it back."""

    renderer: Renderer

    def render(self, letter: Letter, now: datetime) -> bytes:
        """Return the mail of a letter, labelled."""
        label = f"X-PM-Metadata-{METADATA}: {letter.message.message_id}\r\n"
        return label.encode() + self.renderer.render(letter, now)
