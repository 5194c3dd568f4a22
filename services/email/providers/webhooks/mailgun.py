"""Mailgun: HMAC-SHA256 over time-stamp and token; it does not cover what is told."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.email.application.webhooks import ProviderEvent
from services.email.providers.webhooks.proof import (
    Delivery,
    Proved,
    Unproved,
    check_fresh,
    fields,
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

_SECONDS = re.compile(r"\d{1,12}", re.ASCII)
_TOKEN = re.compile(r"[0-9A-Za-z_-]{16,100}", re.ASCII)
_REPORTER = "mailgun.org"
# Mailgun's own lists: nobody else said anything.
_TOLD = {
    "suppress-bounce": Cause.NO_SUCH_MAILBOX,
    "suppress-unsubscribe": Cause.RECIPIENT_REFUSES,
}


@dataclass(frozen=True, slots=True)
class Mailgun:
    """
    Takes what Mailgun posts; ``seconds`` is how old a signature may be.

    A captured signature fits any body. So its token is good once, whatever came of it, and an event
    is taken only of a message that we sent to that recipient.
    """

    key: bytes
    seconds: float
    name: str = "mailgun"
    refusal: int = 406

    def proved(self, delivery: Delivery, now: datetime) -> Proved:
        """Return the one event. Raises Unproved."""
        sent = fields(parsed(delivery.body))
        signature = fields(sent.get("signature")) if "signature" in sent else {}
        at, token = signature.get("timestamp"), signature.get("token")
        if isinstance(at, int) and not isinstance(at, bool):
            at = str(at)
        seen_until = check_signed(
            self.key, at, token, signature.get("signature"), now, self.seconds
        )
        told = inner(sent, "event-data")
        report = NOTHING
        refused: tuple[str, ...] = ()
        try:
            report = event_of(told)
        except Unproved as error:
            # The token is spent all the same.
            refused = (error.reason,)
        event = ProviderEvent(
            self.name,
            # Together, as they are signed: no digit moves from one to the other.
            f"{at}{token}",
            report,
            kept(told),
            proves_body=False,
            seen_until=seen_until,
        )
        return Proved((event,), refused)


def check_signed(
    key: bytes, at: object, token: object, signature: object, now: datetime, seconds: float
) -> datetime:
    """Return until when a replay would be fresh. Raises Unproved."""
    if not isinstance(at, str) or not isinstance(token, str) or not isinstance(signature, str):
        raise Unproved("MISSING_SIGNATURE")
    if not _SECONDS.fullmatch(at) or not _TOKEN.fullmatch(token):
        raise Unproved("MALFORMED")
    wanted = hmac.digest(key, f"{at}{token}".encode(), hashlib.sha256).hex()
    if not hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace")):
        raise Unproved("BAD_SIGNATURE")
    return check_fresh(float(at), now, seconds)


def event_of(told: dict[str, Any]) -> MailReport:
    """Return what an event reports. Raises Unproved."""
    kind, recipient = text(told, "event"), text(told, "recipient")
    if not kind or not recipient:
        raise Unproved("MALFORMED")
    message_id = text(inner(inner(told, "message"), "headers"), "message-id")
    status = inner(told, "delivery-status")
    said = text(status, "message", "description")
    if kind == "delivered":
        return delivery(recipient, said, message_id, _REPORTER)
    if kind == "complained":
        return complaint(recipient, message_id, _REPORTER)
    if kind != "failed":
        return NOTHING
    reason = text(told, "reason")
    if reason == "suppress-complaint":
        return complaint(recipient, message_id, _REPORTER)
    code = status.get("code")
    answer = failed(
        recipient,
        said,
        status=text(status, "enhanced-code"),
        reply_code=str(code) if isinstance(code, int) and 400 <= code < 600 else "",
        remote_mta=text(status, "mx-host"),
        told=_TOLD.get(reason),
        lasting=text(told, "severity") != "temporary",
    )
    if reason == "old":
        # Given up after too many tries: the address may be fine.
        answer = soft(answer)
    return bounce(answer, message_id, _REPORTER)
