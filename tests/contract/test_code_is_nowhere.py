"""Codes and links are in their mails and nowhere else: answers, pages, logs, stores, index."""

import json
import logging
import re
import urllib.request
from pathlib import Path

import pytest

from helpdesk.email.v1 import reports_pb2, reports_pb2_grpc
from helpdesk.kernel import hosting, metrics
from helpdesk.kernel.resources import HostSettings
from helpdesk.kernel.watching import watched
from tests.contract.email_world import bounce_of
from tests.contract.gateway_world import gateway_world, links
from tests.support.product import free_address, person_id
from tests.support.traces import collector
from tests.support.waiting import wait_until

USER = f"/t/INC-1/users/{person_id('acme_user')}"
# The mail server of the recipient's side, and the reader's browser.
OUTSIDE = ("mail.log", "httpx", "httpcore")
LINK = re.compile(r"/c/[0-9a-f]{32}([0-9A-Za-z_-]{32})")
CONSENT = re.compile(r"/agree/[0-9a-f]{32}([0-9A-Za-z_-]{32})")
INVITATION = re.compile(r"/invitation/([0-9A-Za-z_-]{43})")
COMPLAINT = b"""From: <feedback@provider.example>
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse

--b
Content-Type: text/rfc822-headers

%b
--b--
"""


class Heard:
    """Everything that came over the gRPC channels of the process, as bytes."""

    def __init__(self):
        self.answers = []

    def listening(self, open_channel):
        def opened(*args, **more):
            return Listening(open_channel(*args, **more), self.answers)

        return opened


class Listening:
    """A channel that keeps a copy of each answer."""

    def __init__(self, channel, answers):
        self._channel = channel
        self._answers = answers

    def _made(self, kind):
        def make(path, request_serializer=None, response_deserializer=None, **more):
            def kept(data):
                self._answers.append((path, data))
                return response_deserializer(data) if response_deserializer else data

            return getattr(self._channel, kind)(path, request_serializer, kept, **more)

        return make

    def __getattr__(self, name):
        if name in ("unary_unary", "unary_stream", "stream_unary", "stream_stream"):
            return self._made(name)
        return getattr(self._channel, name)


@pytest.fixture
def heard(monkeypatch):
    heard = Heard()
    monkeypatch.setattr(hosting, "open_channel", heard.listening(hosting.open_channel))
    return heard


@pytest.fixture
def world(heard, tmp_path, monkeypatch):
    """The product as an operator watches it: spans go out, metrics can be read."""
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    address = free_address()
    with collector() as traces:
        settings = HostSettings(traces_endpoint=traces.endpoint, metrics_address=address)
        before = logging.getLogger().handlers[:]
        with watched(settings, {}, "serve"):
            logging.getLogger().handlers[:] = before
            with (
                gateway_world(tmp_path) as world,
                metrics.looked_at(world.product.host.look),
            ):
                world.traces, world.metrics = traces, f"http://{address}/metrics"
                yield world


def next_mail(world, mails):
    """The text of the mail with a code that its reader has not seen yet."""
    return mail_with(world, LINK, {LINK.search(mail)[1] for mail in mails})


def mail_with(world, link, known=()):
    """The text of a mail with such a link, one that is not known."""
    world.product.settle()
    reader = world.browser()
    for path in links(reader.get("/dev/mail"), r"/dev/mail/[^\"]+"):
        text = reader.get(path).text
        found = link.search(text)
        if found and found[1] not in known:
            return text
    raise AssertionError("no mail came")


def sent_mail(world, part):
    """The mail with a text in it, as it was handed over."""
    kept = (world.product.host.wiring.data_dir / "dev-mail").rglob("*")
    return next(m for p in kept if p.is_file() and part in (m := p.read_bytes()))


def report(world, raw):
    """Report a mail as a mail system would."""
    stub = world.product.stub(reports_pb2_grpc.MailReportServiceStub, "email")
    reporter = world.product.caller(sub="mta", roles=["MAIL_REPORTER"])
    reporter(stub.ReportMail, reports_pb2.ReportMailRequest(raw=raw))
    world.product.settle()


def places(world, heard, pages, caplog):
    """All that left the product or stayed in it, but its mails: by place, as bytes."""
    data_dir = Path(world.product.host.wiring.data_dir)
    files = [p for p in data_dir.rglob("*") if p.is_file() and "dev-mail" not in p.parts]
    ours = [r for r in caplog.records if not r.name.startswith(OUTSIDE)]
    # Nanoseconds are digits enough to look like a code.
    timeless = [
        {name: value for name, value in span.items() if not name.endswith("UnixNano")}
        for span in world.traces.spans
    ]
    return {
        "metrics": urllib.request.urlopen(world.metrics, timeout=60).read(),
        "spans": json.dumps(timeless, default=str).encode(),
        "answers": b"\n".join(data for _, data in heard.answers),
        "pages": "\n".join(pages).encode(),
        "logs": "\n".join(record.getMessage() for record in ours).encode(),
        **{str(p.relative_to(data_dir)): p.read_bytes() for p in files},
    }


def test_a_code_is_in_its_mail_only(world, heard, caplog):
    caplog.set_level(logging.DEBUG)
    pages, mails = [], []
    agent, user = world.browser("north_agent"), world.browser()
    for browser in (agent, user):
        browser.event_hooks["response"].append(lambda r: (r.read(), pages.append(r.text))[1])

    # Read aloud, once wrong and once right.
    agent.submit(f"{USER}/check")
    mails.append(next_mail(world, mails))
    code = re.search(r"\b(\d{4}) (\d{4})\b", mails[0])
    last = str((int(code[2][-1]) + 1) % 10)
    agent.submit(f"{USER}/check/code", code_1=code[1], code_2=code[2][:-1] + last)
    agent.submit(f"{USER}/check/code", code_1=code[1], code_2=code[2])
    confirmed = agent.get(f"{USER}/check").text
    # Answered by the link.
    agent.submit(f"{USER}/check")
    mails.append(next_mail(world, mails))
    link = LINK.search(mails[1])[0]
    form = re.findall(r'name="(form_token|request_id)" value="(\w+)"', user.get(link).text)
    user.post(link, data={**dict(form), "answer": "confirm"})
    # Sent back whole by a careless mail system.
    agent.submit(f"{USER}/check")
    mails.append(next_mail(world, mails))
    mail = sent_mail(world, b"/c/")
    report(world, bounce_of("x@y.example", "stefana@acme.example", mail, full=True))
    for seen in (USER, f"{USER}/mail", f"{USER}/check"):
        agent.get(seen)
    world.product.settle()

    codes = [re.search(r"\b(\d{4}) (\d{4})\b", mail).groups() for mail in mails]
    secrets = [LINK.search(mail)[1] for mail in mails]
    shapes = [f"{a}{sep}{b}" for a, b in codes for sep in ("", " ", "-")]
    done = "helpdesk.email.v1.CallerCheckService/VerifyCode"
    assert wait_until(lambda: any(s["name"] == done for s in world.traces.spans), pause=0.05)
    everywhere = places(world, heard, pages, caplog)
    found = [(where, c) for where, data in everywhere.items() for c in shapes if c.encode() in data]
    # The page of the link carries its own link, for its reader; nothing else does.
    found += [
        (where, "a link")
        for where, data in everywhere.items()
        for secret in secrets
        if where != "pages" and secret.encode() in data
    ]

    assert "Caller confirmed" in confirmed
    assert len(set(codes)) == len(codes) == 3
    assert len(heard.answers) > 50
    assert b"helpdesk_consumer_position" in everywhere["metrics"]
    assert len(world.traces.spans) > 50
    assert len(pages) > 10
    assert any(where.endswith(".db") for where in everywhere)
    assert found == []


def test_the_links_of_consents_and_invitations_are_in_their_mails_only(world, heard, caplog):
    caplog.set_level(logging.DEBUG)
    pages = []
    agent, admin = world.browser("north_agent"), world.browser("north_admin")
    for browser in (agent, admin):
        browser.event_hooks["response"].append(lambda r: (r.read(), pages.append(r.text))[1])

    agent.submit(f"{USER}/mail/welcome")
    world.product.settle()
    welcome = sent_mail(world, b"Message-ID")
    report(world, COMPLAINT % re.search(rb"Message-ID: \S+", welcome)[0])
    agent.submit(f"{USER}/mail/ask-recipient", address=0, reason="wants our mail again")
    offer = {"email": "new@north.example", "display_name": "Newton New", "role": "helpdesk"}
    admin.submit("/admin/invitations", **offer, reason="joins the team")
    links_of = {
        page: link.search(mail_with(world, link))[1]
        for page, link in (("/agree/", CONSENT), ("/invitation/", INVITATION))
    }
    # Sent back whole, quoted by the mail system, and looked at by whoever asked.
    for page, recipient in (
        ("/agree/", "stefana+second@acme.example"),
        ("/invitation/", "new@north.example"),
    ):
        mail = sent_mail(world, page.encode())
        report(world, bounce_of("x@y.example", recipient, mail, full=True))
    shown = agent.get(f"{USER}/mail").text
    message_ids = set(re.findall(r'name="message" value="(\w+)"', shown))
    evidence = [agent.submit(f"{USER}/mail/evidence", message=each).text for each in message_ids]
    admin.get("/admin/invitations")
    world.product.settle()
    everywhere = places(world, heard, pages, caplog)

    found = [
        (where, page)
        for where, data in everywhere.items()
        for page, secret in links_of.items()
        if secret.encode() in data
    ]

    assert any("User unknown" in page for page in evidence)
    assert found == []
