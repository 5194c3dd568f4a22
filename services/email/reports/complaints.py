"""Abuse and authentication reports (RFC 5965, RFC 6591), and the feedback mails of Microsoft."""

import re

from services.email.reports import addresses, mime
from services.email.reports.causes import fault_of
from services.email.reports.mime import Mail
from services.email.reports.model import Cause, Kind, MailReport, RecipientReport

_MICROSOFT = re.compile(
    r"complaint about message from ([\dx]{1,3}(?:\.[\dx]{1,3}){3})", re.IGNORECASE
)
_MICROSOFT_FROM = re.compile(
    r"staff@(?:hotmail|live|outlook)\.|complaints@email-abuse\.amazonses\.", re.IGNORECASE
)
_MAX_RECIPIENTS = 500


def read(mail: Mail) -> MailReport | None:
    """The complaint that this mail reports, or None where it is no feedback report."""
    report = next((p for p in mail.parts if "feedback-report" in p.content_type), None)
    said = next((p.text for p in mail.parts if p.content_type == "text/plain"), "")
    if report is not None:
        pairs = mime.fields(report.text.strip())
    elif (match := _MICROSOFT.search(mail.first("subject"))) and _MICROSOFT_FROM.search(
        mail.first("from")
    ):
        pairs = [("feedback-type", "abuse"), ("source-ip", match[1])]
    else:
        return None
    named = dict(reversed(pairs))
    original = dict(reversed(mime.fields(_original(mail))))
    kind_of_feedback = named.get("feedback-type", "").lower()
    cause = Cause.AUTHENTICATION_FAILED if kind_of_feedback == "auth-failure" else Cause.COMPLAINED
    diagnosis = " ".join(said.split())[:1000]
    recipients = tuple(
        RecipientReport(address, diagnosis=diagnosis, cause=cause, fault=fault_of(cause))
        for address in _recipients(pairs, original)
    )
    return MailReport(
        kind=Kind.COMPLAINT,
        recipients=recipients,
        reporting_mta=addresses.domain_of(mail.first("from").strip(" <>")),
        arrived=named.get("arrival-date", named.get("received-date", "")),
        original_message_id=original.get("message-id", named.get("message-id", "")),
        original_sender=addresses.first_in(
            named.get("original-mail-from", "") or original.get("from", "")
        ),
        feedback_type=kind_of_feedback,
        source_ip=named.get("source-ip", ""),
    )


def _original(mail: Mail) -> str:
    for part in mail.parts:
        if part.content_type.startswith(("message/rfc822", "text/rfc822-header")):
            return part.text.lstrip("\n").partition("\n\n")[0]
    return ""


def _recipients(pairs: list[tuple[str, str]], original: dict[str, str]) -> list[str]:
    found: dict[str, None] = {}
    for name in ("original-rcpt-to", "removal-recipient"):
        for given, value in pairs[:2000]:
            if given == name and (address := addresses.first_in(value)):
                found.setdefault(address)
        if found:
            return list(found)[:_MAX_RECIPIENTS]
    for name in ("x-hmxmroriginalrecipient", "to", "x-original-to", "delivered-to"):
        if address := addresses.first_in(original.get(name, "")):
            return [address]
    redacted = [v for n, v in pairs if n == "redacted-address" and v.endswith("@")]
    domain = next((v for n, v in pairs if n == "reported-domain"), "")
    return [redacted[0] + domain] if redacted and domain else [""]
