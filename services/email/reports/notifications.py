"""Notifications in JSON that Amazon SES mails through SNS instead of a delivery status."""

import json
from collections.abc import Mapping
from typing import Any

from services.email.reports import codes
from services.email.reports.causes import Evidence, cause_of, fault_of, permanent
from services.email.reports.mime import Mail
from services.email.reports.model import Action, Cause, Kind, MailReport, RecipientReport

_MAX_CHARS = 1 << 18
_MAX_RECIPIENTS = 500
_SUBTYPES = {
    "MailboxFull": Cause.MAILBOX_FULL,
    "MessageTooLarge": Cause.TOO_BIG,
    # Our account's own list holds the address: nothing that the recipient could mend.
    "OnAccountSuppressionList": Cause.POLICY,
}


def read(mail: Mail) -> MailReport | None:
    """What an SES notification reports, or None where the mail is none."""
    text = next((p.text for p in mail.parts if p.content_type.startswith("text/")), "").lstrip()
    if not text.startswith("{") or "otificationType" not in text[:_MAX_CHARS]:
        return None
    told = _parsed(text)
    inner = told.get("Message")
    if isinstance(inner, str):
        told = _parsed(inner)
    kind = str(told.get("notificationType", ""))
    about = told.get("mail")
    message = about if isinstance(about, dict) else {}
    content = told.get(kind.lower())
    if not isinstance(content, dict):
        return None
    if kind == "Bounce":
        recipients = tuple(_bounced(one, content) for one in _people(content, "bouncedRecipients"))
    elif kind == "Complaint":
        recipients = tuple(
            RecipientReport(
                _text(one, "emailAddress"),
                cause=Cause.COMPLAINED,
                fault=fault_of(Cause.COMPLAINED),
            )
            for one in _people(content, "complainedRecipients")
        )
    elif kind == "Delivery":
        reply = _text(content, "smtpResponse")
        named = content.get("recipients")
        recipients = tuple(
            RecipientReport(
                str(address)[:320],
                action=Action.DELIVERED,
                status=codes.status_in(reply),
                reply_code=codes.reply_in(reply),
                diagnosis=reply[:2000],
                cause=Cause.DELIVERED,
            )
            for address in (named if isinstance(named, list) else [])[:_MAX_RECIPIENTS]
        )
    else:
        return None
    return MailReport(
        kind=Kind(kind.lower()),
        recipients=recipients,
        reporting_mta=_text(content, "reportingMTA").partition(";")[2].strip(),
        arrived=_text(content, "timestamp"),
        original_message_id=_text(message, "messageId"),
        original_sender=_text(message, "source"),
        feedback_type=_text(content, "complaintFeedbackType"),
        source_ip=_text(message, "sourceIp"),
    )


def _bounced(one: Mapping[str, Any], content: Mapping[str, Any]) -> RecipientReport:
    address = _text(one, "emailAddress")
    diagnosis = _text(one, "diagnosticCode").partition(";")[2].strip()[:2000]
    status = codes.status_in(diagnosis) or _text(one, "status")
    reply = codes.reply_in(diagnosis)
    cause = _SUBTYPES.get(_text(content, "bounceSubType")) or cause_of(
        Evidence(diagnosis, status=status, reply_code=reply, domain=address.rpartition("@")[2])
    )
    return RecipientReport(
        address,
        action=Action.FAILED,
        status=status,
        reply_code=reply,
        diagnosis=diagnosis,
        cause=cause,
        fault=fault_of(cause),
        permanent=permanent(cause, status, reply),
    )


def _parsed(text: str) -> dict[str, Any]:
    """The first JSON object of a text; lines that a mail system folded are joined."""
    joined = text[:_MAX_CHARS].replace("\n ", " ").replace("\n", "")
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(joined)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _people(content: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    people = content.get(name)
    listed = people if isinstance(people, list) else []
    return [one for one in listed if isinstance(one, dict)][:_MAX_RECIPIENTS]


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value[:4000] if isinstance(value, str) else ""
