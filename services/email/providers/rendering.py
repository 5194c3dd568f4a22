"""The texts of mails, from templates in several languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from helpdesk.kernel.events import NEVER
from services.email.application.delivery import Letter
from services.email.domain import message
from services.email.domain.caller_check import CallerCheck
from services.email.domain.notices import Notice
from services.email.domain.origins import message_id_header

LANGUAGES = message.LANGUAGES
_SECTIONS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "ORGANIZATION": "organization",
        "USERS": "users",
        "DEVICES": "devices",
        "LICENSES": "licences",
        "SITES": "meeting sites",
        "SETTINGS": "settings",
        "MAIL": "mail status",
    },
    "ro": {
        "ORGANIZATION": "organizație",
        "USERS": "utilizatori",
        "DEVICES": "dispozitive",
        "LICENSES": "licențe",
        "SITES": "site-uri de întâlniri",
        "SETTINGS": "setări",
        "MAIL": "starea e-mailurilor",
    },
    "de": {
        "ORGANIZATION": "Organisation",
        "USERS": "Benutzer",
        "DEVICES": "Geräte",
        "LICENSES": "Lizenzen",
        "SITES": "Meeting-Websites",
        "SETTINGS": "Einstellungen",
        "MAIL": "Mailstatus",
    },
}
"""The sections of a portal in the languages of the mails."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who our mails come from."""

    domain: str
    name: str
    sign_in_url: str
    console_url: str = "http://127.0.0.1:8080"


class Renderer:
    """Makes mails; a subject holds no personal data, and neither does the subject of a code."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).with_name("templates")),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            keep_trailing_newline=True,
        )

    def render(self, letter: Letter, now: datetime) -> bytes:
        """Return the mail (RFC 5322) of a letter: text and HTML."""
        ours = letter.message
        language = ours.language[:2].lower()
        name = f"{ours.kind}.{language if language in LANGUAGES else LANGUAGES[0]}"
        values: dict[str, str | int] = {
            "name": _one_line(ours.display_name),
            "organization": _one_line(ours.organization_name),
            "partner": _one_line(ours.partner_name),
            "ticket": ours.ticket,
            "url": self._sender.sign_in_url,
        }
        if ours.link:
            values["link"] = f"{self._sender.console_url}/invitation/{ours.link}"
        if letter.check is not None:
            values |= self._of_check(letter.check)
        if letter.consent is not None:
            asked = letter.consent
            values["link"] = f"{self._sender.console_url}/agree/{asked.consent_id}{asked.link}"
        if letter.notice is not None:
            words = _SECTIONS.get(language, _SECTIONS[LANGUAGES[0]])
            values |= self._of_notice(letter.notice, ours.organization_id, words)
        text = self._templates.get_template(f"{name}.txt").render(values)
        subject, _, body = text.partition("\n")
        mail = EmailMessage(policy=SMTP if letter.address.isascii() else SMTPUTF8)
        local, _, domain = letter.address.rpartition("@")
        sender = self._sender
        mail["From"] = Address(sender.name, "no-reply", sender.domain)
        mail["To"] = Address(_one_line(ours.display_name), local, domain)
        mail["Subject"] = subject.removeprefix("Subject: ")
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = message_id_header(ours.message_id, sender.domain)
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(body.lstrip("\n"), cte="quoted-printable")
        mail.add_alternative(
            self._templates.get_template(f"{name}.html").render(values),
            subtype="html",
            cte="quoted-printable",
        )
        return mail.as_bytes()

    def _of_notice(
        self, notice: Notice, home_id: str, words: Mapping[str, str]
    ) -> dict[str, str | int]:
        # Only the customer has a page of consents; the partner sees them with the customer.
        own = home_id == notice.organization_id
        page = "consent" if own else ""
        if own and notice.change == "requested":
            page = f"consent/requests/{notice.access_id}"
        return {
            "change": notice.change,
            "customer": _one_line(notice.organization_name),
            "partner": _one_line(notice.partner_name),
            "agent": _one_line(notice.agent_name),
            "reason": _one_line(notice.reason),
            "minutes": notice.minutes,
            "sections": ", ".join(words.get(each, each.lower()) for each in notice.sections),
            "answers": "yes" if own and notice.change == "requested" else "",
            "begins": _moment(notice.begins),
            "ends": _moment(notice.ends),
            "days": notice.days,
            "ticket": notice.ticket,
            "accesses": f"{self._sender.console_url}/{page}",
        }

    def _of_check(self, check: CallerCheck) -> dict[str, str | int]:
        console = self._sender.console_url
        return {
            "code": f"{check.code[:4]} {check.code[4:]}",
            "link": f"{console}/c/{check.check_id}{check.link}",
            "alarms": f"{console}/admin/alarms",
            "callers": f"{console}/consent/callers",
            "phrase": _one_line(check.phrase),
            "agent": _one_line(check.agent_name),
            "agent_partner": _one_line(check.partner_name),
            "asked_at": f"{check.sent_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        }


def _moment(at: datetime) -> str:
    return "" if at == NEVER else f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
