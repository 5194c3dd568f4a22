"""One JSON-able line a mail, for the command line."""

from typing import TypedDict

from services.email.reports.model import MailReport


class RecipientLine(TypedDict):
    """What became of the mail to one recipient."""

    recipient: str
    action: str
    status: str
    reply_code: str
    cause: str
    fault: str
    permanent: bool | None


class MailLine(TypedDict):
    """One mail that was read."""

    file: str
    kind: str
    recipients: list[RecipientLine]


def line_of(file: str, report: MailReport) -> MailLine:
    """The line for one file; the diagnosis stays out, since it may quote personal data."""
    return {
        "file": file,
        "kind": report.kind.value,
        "recipients": [
            {
                "recipient": one.recipient,
                "action": one.action.value,
                "status": one.status,
                "reply_code": one.reply_code,
                "cause": one.cause.value,
                "fault": one.fault.value,
                "permanent": one.permanent,
            }
            for one in report.recipients
        ],
    }
