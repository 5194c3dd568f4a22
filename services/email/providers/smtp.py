"""Handing mails to a mail system over SMTP (RFC 5321)."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass

from helpdesk.kernel.settings import is_loopback
from services.email.application.delivery import Reply


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mails are handed over, and how; ``seconds`` limits each wait."""

    address: str
    local_name: str
    tls: str = ""
    user: str = ""
    password: str = ""
    seconds: float = 10.0


class SmtpTransport:
    """One connection a mail; whatever the other side does comes back as a Reply."""

    def __init__(self, server: SmtpServer) -> None:
        self._tls = server.tls or ("none" if is_loopback(server.address) else "starttls")
        host, _, port = server.address.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._server = server

    def send(self, sender: str, recipient: str, mail: bytes, envelope_id: str) -> Reply:
        """Hand over one mail; ``envelope_id`` comes back in reports (RFC 3461)."""
        try:
            smtp = self._open()
        except smtplib.SMTPResponseException as error:
            return _reply((error.smtp_code, error.smtp_error), "CONN")
        except (OSError, smtplib.SMTPException) as error:
            return Reply(0, f"no connection to our mail system: {type(error).__name__}", "CONN")
        try:
            return self._hand_over(smtp, sender, recipient, mail, envelope_id)
        except smtplib.SMTPResponseException as error:
            return _reply((error.smtp_code, error.smtp_error), "DATA")
        except (OSError, smtplib.SMTPException) as error:
            return Reply(0, f"the connection was lost: {type(error).__name__}", "DATA")
        finally:
            _quit(smtp)

    def _open(self) -> smtplib.SMTP:
        server = self._server
        if self._tls == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host,
                self._port,
                server.local_name,
                timeout=server.seconds,
                context=ssl.create_default_context(),
            )
        else:
            smtp = smtplib.SMTP(self._host, self._port, server.local_name, timeout=server.seconds)
        try:
            if self._tls == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    @staticmethod
    def _hand_over(
        smtp: smtplib.SMTP, sender: str, recipient: str, mail: bytes, envelope_id: str
    ) -> Reply:
        options = []
        if smtp.has_extn("size"):
            options.append(f"size={len(mail)}")
        if not recipient.isascii():
            if not smtp.has_extn("smtputf8"):
                return Reply(550, "5.6.7 our mail system takes no such address", "MAIL")
            smtp.command_encoding = "utf-8"
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        wanted = []
        if smtp.has_extn("dsn"):
            # Only the headers come back, so that a code does not.
            options += ["RET=HDRS", f"ENVID={envelope_id}"]
            wanted = ["NOTIFY=SUCCESS,FAILURE,DELAY"]
        answer = smtp.mail(sender, options)
        if answer[0] != 250:
            return _reply(answer, "MAIL")
        answer = smtp.rcpt(recipient, wanted)
        if answer[0] not in (250, 251):
            return _reply(answer, "RCPT")
        return _reply(smtp.data(mail), "DATA")


def _reply(answer: tuple[int, bytes | str], command: str) -> Reply:
    code, text = answer
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    # A code below 200 is a connection that broke, or no SMTP at all.
    return Reply(code if code >= 200 else 0, words[:2000], command)


def _quit(smtp: smtplib.SMTP) -> None:
    try:
        smtp.quit()
    except (OSError, smtplib.SMTPException):
        # The answer to the mail counts, not the farewell.
        smtp.close()
