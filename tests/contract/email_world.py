"""Identity and email in one process, a real mail server beside them, and agents who call."""

from __future__ import annotations

import email
import email.policy
import re
import smtplib
import threading
from contextlib import contextmanager

from helpdesk.email.v1 import (
    caller_check_pb2,
    caller_check_pb2_grpc,
    email_pb2,
    email_pb2_grpc,
    reports_pb2,
    reports_pb2_grpc,
)
from helpdesk.kernel.smtp import SmtpController
from services.email.service import SERVICE as EMAIL
from services.identity.service import SERVICE as IDENTITY
from tests.support.product import free_address, person_id, running_product, small_directory
from tests.support.waiting import PATIENCE, wait_until

STEFANA = person_id("acme_user")
SHARED_USER = person_id("shared_user")
BETA_USER = person_id("beta_user")
DOMAIN = "mail.helpdesk.example"


class MailServer:
    """A mail server on loopback: keeps what it takes, and answers addresses as it is told."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self.address = address
        self.answers: dict[str, str] = {}
        self.at_data: dict[str, str] = {}
        self.mails: list[tuple[str, str, bytes]] = []
        self.attempts = 0
        self._changed = threading.Condition()
        self._running = False
        self._controller = SmtpController(self, hostname=host, port=int(port), enable_SMTPUTF8=True)

    async def handle_RCPT(  # noqa: N802
        self, _server, _session, envelope, address, _options
    ):
        self.attempts += 1
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        if envelope.rcpt_tos[0] in self.at_data:
            return self.at_data[envelope.rcpt_tos[0]]
        with self._changed:
            self.mails.append((envelope.mail_from, envelope.rcpt_tos[0], envelope.content))
            self._changed.notify_all()
        return "250 OK"

    def to(self, address: str) -> list[tuple[str, str, bytes]]:
        return [mail for mail in self.mails if mail[1] == address]

    def wait_for(self, address: str, count: int = 1, timeout: float = PATIENCE):
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.to(address)) >= count, timeout)
        assert came, f"no mail number {count} came"
        return self.to(address)[-1]

    def start(self) -> None:
        self._controller.start()
        self._running = True

    def stop(self) -> None:
        if self._running:
            self._controller.stop()
            self._running = False


class World:
    def __init__(self, product, server: MailServer) -> None:
        self.product = product
        self.server = server
        self.mail = product.stub(email_pb2_grpc.EmailServiceStub, "email")
        self.checks = product.stub(caller_check_pb2_grpc.CallerCheckServiceStub, "email")
        self.reports = product.stub(reports_pb2_grpc.MailReportServiceStub, "email")
        self.agent = product.caller("north_agent")

    @property
    def store(self):
        return self.product.host.running["email"].store

    def user_mail(self, user_id=STEFANA, who=None, **more):
        request = email_pb2.GetUserMailRequest(user_id=user_id, **more)
        return (who or self.agent)(self.mail.GetUserMail, request)

    def message(self, message_id, user_id=STEFANA):
        found = self.user_mail(user_id, page_size=100).messages
        return next(each for each in found if each.message_id == message_id)

    def wait_for_state(self, message_id, state, user_id=STEFANA):
        reached = wait_until(lambda: self.message(message_id, user_id).state == state)
        assert reached, f"{self.message(message_id, user_id).state} is not {state}"
        return self.message(message_id, user_id)

    def send(self, user_id=STEFANA, **more):
        caller = self.product.caller(sub="portal", roles=["MAIL_SENDER"])
        request = email_pb2.SendMessageRequest(user_id=user_id, template="welcome", **more)
        return caller(self.mail.SendMessage, request).message_id

    def resend(self, user_id=STEFANA, who=None, **more):
        request = email_pb2.ResendMessageRequest(user_id=user_id, ticket="INC-1", **more)
        return (who or self.agent)(self.mail.ResendMessage, request).message_id

    def check_caller(self, user_id=STEFANA, index=1, ticket="INC-1", who=None):
        """Have the caller read out the code that went to one of their addresses."""
        check_id = self.send_code(user_id, who, index, ticket).check_id
        name = self.check(who, check_id=check_id).message_id.encode()
        assert wait_until(lambda: any(name in mail for _, _, mail in self.server.mails))
        mail = next(mail for _, _, mail in self.server.mails if name in mail)
        assert self.verify(check_id, code_in(mail), who).state == "confirmed"
        return check_id

    def remove(self, user_id=STEFANA, index=0, who=None, checked=None, **more):
        """Remove an address, by default after a check of the caller by another of theirs."""
        if checked or (checked is None and who is None):
            self.check_caller(user_id)
        values = {"reason": "the mailbox is back", "ticket": "INC-1", **more}
        request = email_pb2.RemoveAddressFromBlocklistRequest(
            user_id=user_id, address_index=index, **values
        )
        return (who or self.agent)(self.mail.RemoveAddressFromBlocklist, request)

    def report(self, raw: bytes, **more):
        caller = self.product.caller(sub="mta", roles=["MAIL_REPORTER"])
        return caller(self.reports.ReportMail, reports_pb2.ReportMailRequest(raw=raw, **more))

    def evidence(self, message_id, user_id=STEFANA, who=None):
        request = email_pb2.GetEvidenceRequest(user_id=user_id, message_id=message_id)
        return (who or self.agent)(self.mail.GetEvidence, request).evidence

    def send_code(self, user_id=STEFANA, who=None, index=0, ticket="INC-1", **more):
        request = caller_check_pb2.SendCodeRequest(
            user_id=user_id, address_index=index, ticket=ticket, **more
        )
        return (who or self.agent)(self.checks.SendCode, request)

    def ask_to_vouch(self, check_id, reason="the mailbox is gone"):
        request = caller_check_pb2.AskToVouchRequest(check_id=check_id, reason=reason)
        return self.agent(self.checks.AskToVouch, request).open_until

    def verify(self, check_id, code, who=None, **more):
        request = caller_check_pb2.VerifyCodeRequest(check_id=check_id, code=code, **more)
        return (who or self.agent)(self.checks.VerifyCode, request)

    def check(self, who=None, **which):
        request = caller_check_pb2.GetCallerCheckRequest(**which)
        return (who or self.agent)(self.checks.GetCallerCheck, request).check


@contextmanager
def email_world(folder, *, server=None, beside=(), **settings):
    server = server or MailServer(free_address())
    server.start()
    try:
        with running_product(
            folder,
            [IDENTITY, EMAIL, *beside],
            directory=small_directory(),
            HELPDESK_EMAIL_SMTP_ADDRESS=server.address,
            HELPDESK_EMAIL_DOMAIN=DOMAIN,
            **settings,
        ) as product:
            yield World(product, server)
    finally:
        server.stop()


def text_of(mail: bytes) -> str:
    parsed = email.message_from_bytes(mail, policy=email.policy.default)
    return parsed.get_body(("plain",)).get_content()


def code_in(mail: bytes) -> str:
    return re.search(r"\b(\d{4}) (\d{4})\b", text_of(mail))[0]


def bounce_of(sender: str, recipient: str, original: bytes, *, full=False) -> bytes:
    """A delivery status notification (RFC 3464) as a mail system would write it."""
    head = original.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    returned = (
        b"Content-Type: message/rfc822\n\n" + original.replace(b"\r\n", b"\n")
        if full
        else b"Content-Type: text/rfc822-headers\n\n" + head
    )
    return (
        b"From: MAILER-DAEMON@mx.acme.example\n"
        b"To: " + sender.encode() + b"\n"
        b"Subject: Undelivered Mail Returned to Sender\n"
        b"MIME-Version: 1.0\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        b"--b\nContent-Type: text/plain\n\nYour mail to Stefana <" + recipient.encode() + b">\n"
        b"could not be delivered: user unknown.\n"
        b"--b\nContent-Type: message/delivery-status\n\n"
        b"Reporting-MTA: dns; mx.acme.example\n\n"
        b"Final-Recipient: rfc822; " + recipient.encode() + b"\n"
        b"Action: failed\nStatus: 5.1.1\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 <" + recipient.encode() + b">: User unknown\n\n"
        b"--b\n" + returned + b"\n--b--\n"
    )


def hand_in(address: str, sender: str, recipient: str, mail: bytes, *, lmtp=False):
    """Deliver a mail to our listener as an MTA would; return the refusals."""
    host, _, port = address.rpartition(":")
    kind = smtplib.LMTP if lmtp else smtplib.SMTP
    with kind(host, int(port)) as client:
        return client.sendmail(sender, [recipient], mail)


_COMPLAINT = b"""From: <feedback@provider.example>
To: <bounces@mail.helpdesk.example>
Subject: FW: Welcome
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1

--b
Content-Type: text/rfc822-headers

Message-ID: <%b@mail.helpdesk.example>
--b--
"""


def complaint(message_id):
    """Return the report of a provider that its user complained of a mail."""
    return _COMPLAINT % message_id.encode()
