"""SendGrid: ECDSA (P-256, SHA-256) over the time-stamp and the raw body; many events a POST."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from helpdesk.kernel.settings import SettingsError
from services.email.application.webhooks import ProviderEvent
from services.email.providers.webhooks.proof import (
    Delivery,
    Proved,
    Unproved,
    check_fresh,
    each,
    fields,
    parsed,
)
from services.email.providers.webhooks.reading import (
    NOTHING,
    bounce,
    complaint,
    delivery,
    failed,
    kept,
    soft,
    text,
)
from services.email.reports import Cause, MailReport

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
_SECONDS = re.compile(r"\d{1,12}", re.ASCII)
_REPORTER = "sendgrid.net"
_CLASSES = {
    "Invalid Address": Cause.NO_SUCH_MAILBOX,
    "Technical": Cause.SYSTEM_TROUBLE,
    "Content": Cause.CONTENT_REJECTED,
    "Reputation": Cause.REPUTATION,
    "Frequency or Volume Too High": Cause.RATE_LIMITED,
    "Mailbox Unavailable": Cause.MAILBOX_INACTIVE,
}
# SendGrid itself did not send it.
_DROPPED = {
    "bounced address": Cause.NO_SUCH_MAILBOX,
    "unsubscribed address": Cause.RECIPIENT_REFUSES,
    "invalid": Cause.NO_SUCH_MAILBOX,
    "spam content (if spam checker app enabled)": Cause.BLOCKED_AS_SPAM,
    "spam content": Cause.BLOCKED_AS_SPAM,
    "recipient list over package quota": Cause.RATE_LIMITED,
}


@dataclass(frozen=True, slots=True)
class SendGrid:
    """Takes what SendGrid posts; ``seconds`` is how old a signature may be."""

    key: EllipticCurvePublicKey
    seconds: float
    name: str = "sendgrid"
    refusal: int = 403

    def proved(self, delivery: Delivery, now: datetime) -> Proved:
        """Return the events of a batch. Raises Unproved."""
        seen_until = check_signed(self.key, delivery.headers, delivery.body, now, self.seconds)
        told = parsed(delivery.body)
        if not isinstance(told, list):
            raise Unproved("MALFORMED")
        # Not the signature: whoever has one can write it in another way.
        batch = hashlib.sha256(delivery.headers[TIMESTAMP].encode() + delivery.body).hexdigest()

        def read(index: int, item: Any) -> ProviderEvent:
            one = fields(item)
            return ProviderEvent(
                self.name,
                text(one, "sg_event_id") or f"{batch}\0{index}",
                event_of(one),
                kept(one),
                seen_until=seen_until,
            )

        return each(told, read)


def check_signed(
    key: EllipticCurvePublicKey,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    seconds: float,
) -> datetime:
    """Return until when a replay would be fresh. Raises Unproved."""
    at, signature = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not at or not signature:
        raise Unproved("MISSING_SIGNATURE")
    if not _SECONDS.fullmatch(at):
        raise Unproved("MALFORMED")
    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, at.encode() + body, ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        raise Unproved("BAD_SIGNATURE") from None
    return check_fresh(float(at), now, seconds)


def key_of(setting: str) -> EllipticCurvePublicKey:
    """Return the key of a setting: PEM, or the base64 that SendGrid shows. Raises SettingsError."""
    try:
        key = (
            load_pem_public_key(setting.encode())
            if "-----BEGIN" in setting
            else load_der_public_key(base64.b64decode(setting, validate=True))
        )
    except ValueError as error:
        raise SettingsError(
            "HELPDESK_EMAIL_WEBHOOK_SENDGRID_KEY: SendGrid's verification key is wanted"
        ) from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise SettingsError("HELPDESK_EMAIL_WEBHOOK_SENDGRID_KEY: a P-256 key is wanted")
    return key


def event_of(told: dict[str, Any]) -> MailReport:
    """Return what one event reports. Raises Unproved."""
    kind, recipient, message_id = text(told, "event"), text(told, "email"), text(told, "smtp-id")
    if not kind or not recipient:
        raise Unproved("MALFORMED")
    reason = text(told, "reason", "response")
    status = text(told, "status")
    if kind == "delivered":
        return delivery(recipient, reason, message_id, _REPORTER)
    if kind == "spamreport":
        return complaint(recipient, message_id, _REPORTER)
    if kind == "bounce":
        fallback = _CLASSES.get(text(told, "bounce_classification"), Cause.UNKNOWN)
        answer = failed(recipient, reason, status=status, fallback=fallback)
        # "blocked" is SendGrid's word for a refusal that says nothing of the address.
        return bounce(
            soft(answer) if text(told, "type") == "blocked" else answer, message_id, _REPORTER
        )
    if kind == "deferred":
        answer = failed(recipient, reason, status=status, lasting=False)
        return bounce(answer, message_id, _REPORTER)
    if kind == "dropped":
        if reason.lower() == "spam reporting address":
            return complaint(recipient, message_id, _REPORTER)
        told_cause = _DROPPED.get(reason.lower())
        answer = failed(recipient, reason, status=status, told=told_cause)
        return bounce(answer, message_id, _REPORTER)
    return NOTHING
