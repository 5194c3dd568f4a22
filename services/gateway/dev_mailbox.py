"""A mailbox for development: a real SMTP server on loopback whose mails a page shows."""

from __future__ import annotations

import email
import email.policy
import json
import mailbox
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.errors import InvalidArgument, NotFound
from helpdesk.kernel.settings import SettingsError, is_loopback
from helpdesk.kernel.smtp import SmtpController

_NO_SUCH_MAILBOX = (
    "550 5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table"
)
_SHOWN = 500


@dataclass(frozen=True)
class ReceivedMail:
    """One mail in the mailbox."""

    id: str
    received: datetime
    sender: str
    recipient: str
    subject: str
    text: str
    html: str


class DevMailbox:
    """
    Takes every mail that the product sends and keeps it in a folder.

    Addresses can be told to refuse: the server then answers 550 5.1.1 for them, as the mail system
    of somebody who has left would. Raises SettingsError for an address beyond loopback.
    """

    def __init__(self, folder: Path, address: str) -> None:
        if not is_loopback(address):
            raise SettingsError("the development mailbox only listens on loopback")
        host, _, port = address.rpartition(":")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = mailbox.Maildir(folder / "mails", create=True)
        self._refused_file = folder / "refused.json"
        self._lock = threading.Lock()
        self._controller = SmtpController(self, hostname=host, port=int(port), enable_SMTPUTF8=True)

    def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        self._controller.start()

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()

    async def handle_RCPT(  # noqa: N802  # the library's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Refuse those who are told to refuse."""
        if _same(address) in self.refused():
            return _NO_SUCH_MAILBOX.format(address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        for recipient in envelope.rcpt_tos:
            head = f"Delivered-To: {recipient}\r\nReturn-Path: <{envelope.mail_from}>\r\n"
            with self._lock:
                self._folder.add(head.encode() + raw)
        return "250 OK kept"

    def mails(self) -> Sequence[ReceivedMail]:
        """Return the newest mails, newest first."""
        with self._lock:
            keys = list(self._folder.iterkeys())
            read = [self._read(key) for key in keys]
        return sorted(read, key=lambda mail: mail.received, reverse=True)[:_SHOWN]

    def mail(self, mail_id: str) -> ReceivedMail:
        """Return one mail. Raises NotFound."""
        with self._lock:
            if mail_id not in self._folder:
                raise NotFound("mail")
            return self._read(mail_id)

    def refused(self) -> frozenset[str]:
        """Return the addresses that refuse mail."""
        try:
            return frozenset(json.loads(self._refused_file.read_text()))
        except FileNotFoundError:
            return frozenset()

    def refuse(self, address: str, *, refuse: bool) -> None:
        """Make an address refuse mail, or accept it again. Raises InvalidArgument."""
        with self._lock:
            changed = self.refused() ^ {canonical(address)}
            if (canonical(address) in self.refused()) != refuse:
                self._refused_file.write_text(json.dumps(sorted(changed)))

    def _read(self, key: str) -> ReceivedMail:
        raw = self._folder.get_bytes(key)
        message = email.message_from_bytes(raw, policy=email.policy.default)
        if not isinstance(message, EmailMessage):
            raise TypeError("the default policy makes EmailMessage")
        # Maildir keys begin with the time in seconds.
        seconds, _, rest = key.partition(".")
        micro = rest.partition("M")[2].partition("P")[0]
        return ReceivedMail(
            id=key,
            received=datetime.fromtimestamp(int(seconds) + int(micro or 0) / 1e6, UTC),
            sender=str(message.get("From", "")),
            recipient=str(message.get("Delivered-To", "")),
            subject=str(message.get("Subject", "")),
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )


def _same(address: str) -> str:
    try:
        return canonical(address)
    except InvalidArgument:
        return address


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    return str(body.get_content()) if body is not None else ""
