"""From a provider's words to a report: the same causes as for mails that report."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from services.email.reports import (
    Action,
    Cause,
    Evidence,
    Fault,
    Kind,
    MailReport,
    RecipientReport,
    cause_of,
    codes,
    fault_of,
    permanent,
)

_MOST = 2000
_DIALOGUE = re.compile(r"^(?:smtp|x-[a-z-]{1,40});\s*", re.IGNORECASE)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
NOTHING = MailReport()
"""Something happened that tells nothing of whether a mail arrived."""


def text(value: dict[str, Any], *names: str) -> str:
    """Return the first text among some fields of an object, one line, cut; else empty."""
    for name in names:
        found = value.get(name)
        if isinstance(found, str) and found.strip():
            # A lone surrogate is JSON, but no text that can be stored.
            return " ".join(found.encode("utf-8", "replace").decode().split())[:_MOST]
    return ""


def inner(value: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an object in an object, or an empty one."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def kept(value: Any) -> bytes:
    """Return an event as it is kept for evidence."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def failed(
    recipient: str,
    said: str,
    *,
    status: str = "",
    reply_code: str = "",
    remote_mta: str = "",
    fallback: Cause = Cause.UNKNOWN,
    told: Cause | None = None,
    lasting: bool = True,
) -> RecipientReport:
    """
    Return what a failure says of its recipient, decided from the receiving system's words.

    ``told`` is the cause where the provider itself refused and so nobody else said anything,
    ``fallback`` where the words say nothing; not ``lasting`` is a delay or a soft bounce.
    """
    words = _DIALOGUE.sub("", " ".join(said.split()))[:_MOST]
    status = status if _STATUS.fullmatch(status) else codes.status_in(words)
    reply_code = reply_code or codes.reply_in(words)
    cause = told
    if cause is None and not words and not status:
        cause = fallback
    elif cause is None:
        cause = cause_of(
            Evidence(
                words,
                status=status,
                reply_code=reply_code,
                action=Action.FAILED if lasting else Action.DELAYED,
                remote_mta=remote_mta,
                domain=recipient.rpartition("@")[2].lower(),
            )
        )
        if cause in (Cause.UNKNOWN, Cause.DELIVERED):
            cause = fallback
    return RecipientReport(
        recipient,
        action=Action.FAILED if lasting else Action.DELAYED,
        status=status,
        reply_code=reply_code,
        diagnosis=words,
        remote_mta=remote_mta,
        cause=cause,
        fault=fault_of(cause),
        permanent=permanent(cause, status, reply_code) if lasting else False,
    )


def bounce(answer: RecipientReport, message_id: str, reporting_mta: str) -> MailReport:
    """Return the report of a message that came back, or is late."""
    kind = Kind.DELAY if answer.action is Action.DELAYED else Kind.BOUNCE
    return MailReport(kind, (answer,), reporting_mta=reporting_mta, original_message_id=message_id)


def soft(answer: RecipientReport) -> RecipientReport:
    """Return the answer of a bounce that came back for good although the address may be fine."""
    return replace(answer, action=Action.FAILED, permanent=False)


def delivery(recipient: str, said: str, message_id: str, reporting_mta: str) -> MailReport:
    """Return the report of a message that arrived."""
    answer = RecipientReport(
        recipient,
        action=Action.DELIVERED,
        diagnosis=said,
        cause=Cause.DELIVERED,
        fault=Fault.UNKNOWN,
    )
    return MailReport(
        Kind.DELIVERY, (answer,), reporting_mta=reporting_mta, original_message_id=message_id
    )


def complaint(
    recipient: str, message_id: str, reporting_mta: str, feedback_type: str = "abuse"
) -> MailReport:
    """Return the report of a recipient who complained."""
    answer = RecipientReport(recipient, cause=Cause.COMPLAINED, fault=Fault.RECIPIENT)
    return MailReport(
        Kind.COMPLAINT,
        (answer,),
        reporting_mta=reporting_mta,
        original_message_id=message_id,
        feedback_type=feedback_type,
    )
