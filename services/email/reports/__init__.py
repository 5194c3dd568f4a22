"""Read what mail systems say of a mail: bounces, complaints, automatic replies, SMTP replies."""

from collections.abc import Callable
from functools import cache

from services.email.reports import codes, mime
from services.email.reports.causes import (
    Evidence,
    advice,
    cause_of,
    fault_of,
    permanent,
)
from services.email.reports.lines import MailLine, RecipientLine, line_of
from services.email.reports.mime import MAX_BYTES
from services.email.reports.model import (
    Action,
    Cause,
    Fault,
    Kind,
    MailReport,
    RecipientReport,
    valid,
)

__all__ = [
    "MAX_BYTES",
    "Action",
    "Cause",
    "Evidence",
    "Fault",
    "Kind",
    "MailLine",
    "MailReport",
    "RecipientLine",
    "RecipientReport",
    "advice",
    "cause_of",
    "fault_of",
    "line_of",
    "permanent",
    "read_mail",
    "read_smtp_reply",
    "valid",
]

_Reader = Callable[[mime.Mail], MailReport | None]


@cache
def _readers() -> tuple[_Reader, ...]:
    # Their patterns take a quarter of a second to compile, and most processes read no mail.
    from services.email.reports import bounces, complaints, notifications, replies

    return (complaints.read, notifications.read, replies.read, bounces.read)


def read_mail(raw: bytes) -> MailReport:
    """
    What a mail reports (RFC 3464, 5965, 3834 and the words of many mail systems).

    Reads at most the first `mime.MAX_BYTES` of it, never raises for any bytes, and answers
    `Kind.NONE` without recipients for a mail that reports nothing.
    """
    mail = mime.read(raw)
    for reader in _readers():
        if report := reader(mail):
            return report
    return MailReport(subject=mime.decoded(mail.first("subject"))[:200])


def read_smtp_reply(
    code: int, text: str, *, recipient: str = "", command: str = "", remote_mta: str = ""
) -> RecipientReport:
    """
    What a reply in our own SMTP dialogue says of one recipient (RFC 5321 4.2, RFC 3463).

    `command` is the command that was answered (EHLO, MAIL, RCPT or DATA).
    """
    words = " ".join(text.split())[:2000]
    asked = command.upper()[:4]
    status = codes.status_in(words)
    answer = f"{code:03d}"
    diagnosis = words if words.startswith(answer) else f"{answer} {words}".strip()
    if answer.startswith("2"):
        action, cause = Action.DELIVERED, Cause.DELIVERED
    else:
        action = Action.DELAYED if answer.startswith("4") else Action.FAILED
        cause = cause_of(
            Evidence(
                diagnosis,
                status=status,
                reply_code=answer,
                command=asked,
                remote_mta=remote_mta,
                domain=recipient.rpartition("@")[2].lower(),
            )
        )
    lasting = permanent(cause, status, answer)
    return RecipientReport(
        recipient,
        action=action,
        status=status,
        reply_code=answer,
        diagnosis=diagnosis,
        remote_mta=remote_mta,
        cause=cause,
        fault=fault_of(cause, asked, answer),
        permanent=False if lasting and answer.startswith("4") else lasting,
    )
