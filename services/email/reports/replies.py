"""Automatic replies of people and programs (RFC 3834)."""

import re

from services.email.reports import addresses, mime
from services.email.reports.causes import fault_of
from services.email.reports.mime import Mail
from services.email.reports.model import Cause, Kind, MailReport, RecipientReport

_SIGNS = (
    ("auto-submitted", re.compile(r"auto-(?:generated|replied|notified)", re.IGNORECASE)),
    ("x-auto-response-suppress", re.compile(r"oof|autoreply", re.IGNORECASE)),
    ("x-apple-action", re.compile(r"vacation|unsubscribe", re.IGNORECASE)),
    ("precedence", re.compile(r"auto_reply", re.IGNORECASE)),
    ("x-autoreply", re.compile(r"\S")),
    ("x-autorespond", re.compile(r"\S")),
    (
        "subject",
        re.compile(
            r"\A\s*(?:auto:|auto(?:matic)?[ -](?:reply|response):|autoreply:|out of (?:the )?office"
            # German, Dutch, Swedish, Danish and Norwegian
            r"|automatische antwort:|abwesenheit|automatisch antwoord|afwezig"
            r"|autosvar|automatiskt? svar|frånvaro|fravær"
            # French, Italian, Spanish, Portuguese, Romanian
            r"|r[ée]ponse automatique|absence du bureau|risposta automatica|fuori ufficio"
            r"|respuesta autom|fuera de la oficina|resposta autom|fora do escrit[óo]rio"
            r"|r[ăa]spuns automat|absent de la birou"
            # Polish, Czech, Slovak, Hungarian, Finnish, Turkish, Russian
            r"|odpowied[źz] automatyczna|automatyczna odpowied|automatick[áa] odpov"
            r"|automatikus v[áa]lasz"
            r"|automaattinen vastaus|otomatik yan[ıi]t|автоответ|автоматический ответ"
            # Japanese, Chinese, Korean
            r"|自動応答|自動返信|不在|自动回复|自動回覆|자동 회신)",
            re.IGNORECASE,
        ),
    ),
)
_PROGRAM = re.compile(r"\b(?:root|postmaster|mailer-daemon)@", re.IGNORECASE)
_NOT_A_REPLY = re.compile(
    r"security information for|mail failure -|undeliver|returned mail|delivery (?:stat|fail|notif)"
    r"|failure notice|could not be delivered|delivery report|mail delivery",
    re.IGNORECASE,
)


def read(mail: Mail) -> MailReport | None:
    """The automatic reply that this mail is, or None where it is none."""
    if mail.content_type == "multipart/report":
        return None
    sender = mail.first("from", "return-path")
    if (
        "x-failed-recipients" in mail.headers
        or _PROGRAM.search(sender)
        or re.search(r"\broot@", mail.first("to"))
    ):
        return None
    subject = mime.decoded(mail.first("subject"))
    if _NOT_A_REPLY.search(subject) or not any(
        sign.search(subject if name == "subject" else mail.headers.get(name, ""))
        for name, sign in _SIGNS
    ):
        return None
    address = addresses.first_in(sender)
    if not address:
        return None
    said = next((p.text for p in mail.parts if p.content_type.startswith("text/")), "")
    reply = RecipientReport(
        address,
        diagnosis=" ".join(said.split())[:500],
        cause=Cause.AWAY,
        fault=fault_of(Cause.AWAY),
    )
    return MailReport(
        kind=Kind.AUTO_REPLY,
        recipients=(reply,),
        subject=subject[:200],
        arrived=mail.first("date"),
        original_message_id=mail.first("in-reply-to")[:300],
    )
