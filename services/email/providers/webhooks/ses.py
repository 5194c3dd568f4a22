"""AWS SES over SNS: the message's signature (versions 1 and 2), then SES's event in it."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from services.email.application.webhooks import ProviderEvent
from services.email.providers.webhooks.certificates import Certificates, is_sns_url
from services.email.providers.webhooks.fetching import Fetch
from services.email.providers.webhooks.proof import (
    Delivery,
    Proved,
    Unproved,
    check_fresh,
    each,
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
from services.email.reports import Cause, MailReport

_log = logging.getLogger(__name__)

NOTIFICATION = "Notification"
CONFIRMATION = "SubscriptionConfirmation"
GOODBYE = "UnsubscribeConfirmation"
_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    # Version 1 is what every topic starts with; what it signs is made by SNS, not by a forger.
    "1": hashes.SHA1(),  # noqa: S303
    "2": hashes.SHA256(),
}
_SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
    GOODBYE: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_OPTIONAL = frozenset({"Subject"})
_SUBTYPES = {
    "NoEmail": Cause.NO_SUCH_MAILBOX,
    "General": Cause.RECIPIENT_REFUSES,
    "MailboxFull": Cause.MAILBOX_FULL,
    "MessageTooLarge": Cause.TOO_BIG,
    "ContentRejected": Cause.CONTENT_REJECTED,
    "AttachmentRejected": Cause.CONTENT_REJECTED,
    "SpamDetected": Cause.BLOCKED_AS_SPAM,
    "RecipientServerError": Cause.SYSTEM_TROUBLE,
    "TransientCommunicationFailure": Cause.NETWORK_TROUBLE,
    "InternalFailure": Cause.EXPIRED,
    "IPFailure": Cause.REPUTATION,
    "SendingDeferral": Cause.RATE_LIMITED,
}
# SES itself refused: nobody else said anything.
_TOLD = {
    "Suppressed": Cause.NO_SUCH_MAILBOX,
    # Our account's own list holds the address: nothing that the recipient could mend.
    "OnAccountSuppressionList": Cause.POLICY,
    "UnsubscribedRecipient": Cause.RECIPIENT_REFUSES,
}


@dataclass(frozen=True, slots=True)
class Sns:
    """What is expected of messages of SNS; ``seconds`` is how old one may be."""

    topics: frozenset[str]
    seconds: float
    confirms: bool = False


class Ses:
    """Takes what SES publishes to the configured topics."""

    name = "ses"
    refusal = 403

    def __init__(self, expected: Sns, certificates: Certificates, fetch: Fetch) -> None:
        self._expected = expected
        self._certificates = certificates
        self._fetch = fetch

    def proved(self, delivery: Delivery, now: datetime) -> Proved:
        """Return the events of a message of SNS. Raises Unproved, Unavailable."""
        sent = fields(parsed(delivery.body))
        kind = sent.get("Type")
        if not isinstance(kind, str) or kind not in _SIGNED:
            raise Unproved("WRONG_TYPE")
        signed = canonical(sent, kind)
        # What is cheap comes first: the certificate may have to be fetched.
        if sent["TopicArn"] not in self._expected.topics:
            raise Unproved("WRONG_TOPIC")
        seen_until = check_fresh(moment(sent["Timestamp"]), now, self._expected.seconds)
        version, signature, url = (
            sent.get(name) for name in ("SignatureVersion", "Signature", "SigningCertURL")
        )
        if not isinstance(signature, str) or not isinstance(url, str):
            raise Unproved("MISSING_SIGNATURE")
        if not isinstance(version, str) or version not in _HASHES:
            raise Unproved("WRONG_VERSION")
        check_signature(self._certificates.key(url, now), version, signature, signed)
        if kind == CONFIRMATION:
            self._confirm(sent["SubscribeURL"], sent["TopicArn"])
        if kind != NOTIFICATION:
            _log.warning("a topic of SNS told: %s", kind)
            told: list[tuple[MailReport, str]] = [(NOTHING, "")]
            raw: Any = {}
        else:
            raw = _event(sent["Message"])
            told = events_of(raw)

        def read(index: int, one: tuple[MailReport, str]) -> ProviderEvent:
            report, origin = one
            if report.recipients and not report.recipients[0].recipient:
                raise Unproved("MALFORMED")
            return ProviderEvent(
                self.name,
                f"{sent['TopicArn']}\0{sent['MessageId']}\0{index}",
                report,
                kept(raw),
                seen_until,
                origin=origin,
            )

        return each(told, read)

    def _confirm(self, url: str, topic: str) -> None:
        if not self._expected.confirms:
            raise Unproved("CONFIRMATION_OFF")
        asked = parse_qs(urlsplit(url).query) if is_sns_url(url) else {}
        if asked.get("Action") != ["ConfirmSubscription"] or asked.get("TopicArn") != [topic]:
            raise Unproved("WRONG_CONFIRMATION_HOST")
        self._fetch(url)


def _event(told: str) -> dict[str, Any]:
    try:
        return fields(parsed(told))
    except Unproved:
        # SES greets a new topic in plain words.
        return {}


def canonical(sent: dict[str, Any], kind: str) -> bytes:
    """Return what SNS signs of a message: names and values, a line each. Raises Unproved."""
    lines = []
    for name in _SIGNED[kind]:
        value = sent.get(name)
        if value is None and name in _OPTIONAL:
            continue
        if not isinstance(value, str):
            raise Unproved("MISSING_FIELD")
        lines.append(f"{name}\n{value}\n")
    try:
        return "".join(lines).encode()
    except UnicodeEncodeError:
        raise Unproved("MALFORMED") from None


def check_signature(key: RSAPublicKey, version: str, signature: str, signed: bytes) -> None:
    """Check a signature of SNS (RSA PKCS #1 v1.5; base64). Raises Unproved."""
    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, signed, PKCS1v15(), _HASHES[version])
    except (InvalidSignature, binascii.Error, ValueError):
        raise Unproved("BAD_SIGNATURE") from None


def events_of(told: dict[str, Any]) -> list[tuple[MailReport, str]]:
    """
    Return a report, and where its message came from, for each recipient of an event of SES.

    Reads both shapes: notifications of an identity, and events of a configuration set.
    """
    kind = text(told, "eventType", "notificationType")
    mail = inner(told, "mail")
    origin = text(mail, "source")
    message_id = _message_id(mail)
    sent_to = _texts(mail, "destination")
    found: list[MailReport] = []
    if kind == "Bounce":
        detail = inner(told, "bounce")
        found = [
            _bounce(detail, one, _recipient(one, sent_to), message_id)
            for one in _objects(detail, "bouncedRecipients")
        ]
    elif kind == "Complaint":
        detail = inner(told, "complaint")
        feedback = text(detail, "complaintFeedbackType") or "abuse"
        found = [
            complaint(_recipient(one, sent_to), message_id, "amazonses.com", feedback)
            for one in _objects(detail, "complainedRecipients")
        ]
    elif kind == "Delivery":
        detail = inner(told, "delivery")
        reporter, said = _system(text(detail, "reportingMTA")), text(detail, "smtpResponse")
        found = [
            delivery(address, said, message_id, reporter)
            for address in _texts(detail, "recipients")
        ]
    elif kind == "DeliveryDelay":
        detail = inner(told, "deliveryDelay")
        fallback = _SUBTYPES.get(text(detail, "delayType"), Cause.UNKNOWN)
        found = [
            bounce(
                failed(
                    _recipient(one, sent_to),
                    text(one, "diagnosticCode"),
                    status=text(one, "status"),
                    fallback=fallback,
                    lasting=False,
                ),
                message_id,
                _system(text(detail, "reportingMTA")),
            )
            for one in _objects(detail, "delayedRecipients")
        ]
    elif kind == "Reject":
        reason = text(inner(told, "reject"), "reason")
        found = [
            bounce(failed(address, reason, told=Cause.VIRUS), message_id, "amazonses.com")
            for address in sent_to
        ]
    if kind in _KEPT_KINDS and not found:
        raise Unproved("MALFORMED")
    return [(report, origin) for report in found] or [(NOTHING, origin)]


_KEPT_KINDS = frozenset({"Bounce", "Complaint", "Delivery", "DeliveryDelay", "Reject"})


def _bounce(
    detail: dict[str, Any], one: dict[str, Any], recipient: str, message_id: str
) -> MailReport:
    subtype = text(detail, "bounceSubType")
    answer = failed(
        recipient,
        text(one, "diagnosticCode"),
        status=text(one, "status"),
        remote_mta=text(detail, "remoteMtaIp"),
        told=_TOLD.get(subtype),
        fallback=_SUBTYPES.get(subtype, Cause.UNKNOWN),
    )
    if text(detail, "bounceType") != "Permanent":
        answer = soft(answer)
    return bounce(answer, message_id, _system(text(detail, "reportingMTA")))


def _recipient(one: dict[str, Any], sent_to: list[str]) -> str:
    # A mailbox that forwards is reported by the address that it forwards to.
    return sent_to[0] if len(sent_to) == 1 else text(one, "emailAddress")


def _message_id(mail: dict[str, Any]) -> str:
    for header in _objects(mail, "headers"):
        if text(header, "name").lower() == "message-id":
            return text(header, "value")
    return text(inner(mail, "commonHeaders"), "messageId")


def _system(name: str) -> str:
    return name.partition(";")[2].strip() or name or "amazonses.com"


def _list(value: dict[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    return found if isinstance(found, list) else []


def _texts(value: dict[str, Any], name: str) -> list[str]:
    return [text({name: one}, name) for one in _list(value, name)]


def _objects(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [one if isinstance(one, dict) else {} for one in _list(value, name)]
