"""MailReportService, the mail listener and the import: what mail systems say is recorded once."""

import json
import smtplib
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.errors import Forbidden, InvalidArgument
from services.email import commands
from services.email.application import reports as taking
from services.email.commands import import_bounces, read_mail
from services.email.reports import read_mail as read_report
from tests.contract.email_world import STEFANA, bounce_of, email_world, hand_in
from tests.support.product import free_address

ADDRESS = "stefana@acme.example"
MAILS = Path(__file__).parents[2].parent / "shared" / "data" / "bounces" / "mail"

COMPLAINT = b"""From: <feedback@provider.example>
To: <bounces@mail.helpdesk.example>
Subject: FW: Welcome
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
Original-Rcpt-To: <%b>

--b
Content-Type: message/rfc822

From: <no-reply@mail.helpdesk.example>
To: <%b>
Message-ID: %b
Subject: Welcome

Hello
--b--
"""


def dsn(recipient, original=b"Message-ID: <x@elsewhere.example>\n\n", sender="bounces@x.example"):
    return bounce_of(sender, recipient, original)


@contextmanager
def listening_world(folder, **settings):
    inbound, lmtp = free_address(), free_address()
    with email_world(
        folder,
        **settings,
        HELPDESK_EMAIL_INBOUND_ADDRESS=inbound,
        HELPDESK_EMAIL_LMTP_ADDRESS=lmtp,
        HELPDESK_EMAIL_ACCEPTED_IS_DELIVERED="no",
    ) as running:
        running.inbound, running.lmtp = inbound, lmtp
        yield running


@pytest.fixture
def world(tmp_path):
    with listening_world(tmp_path) as running:
        yield running


@pytest.fixture
def sent(world):
    """A welcome mail that a mail system took."""
    message_id = world.send()
    world.wait_for_state(message_id, "sent")
    return world, message_id, world.server.wait_for(ADDRESS)


def test_a_bounce_finds_its_message_by_the_envelope_sender(sent):
    world, message_id, (sender, recipient, _) = sent
    taken = world.report(dsn(recipient), envelope_recipient=sender)
    shown = world.message(message_id)

    assert taken.kind == "bounce"
    assert [(r.matched_by, r.blocked, r.state) for r in taken.recipients] == [
        ("verp", True, "bounced")
    ]
    assert [e.what for e in shown.entries] == ["queued", "sent", "bounced", "blocked"]


def test_a_bounce_finds_its_message_by_the_message_id(sent):
    world, message_id, (_, recipient, mail) = sent
    taken = world.report(dsn(recipient, mail))

    assert [r.matched_by for r in taken.recipients] == ["message_id"]
    assert world.message(message_id).state == "bounced"


def test_a_forged_envelope_sender_matches_nothing(sent):
    world, message_id, (_, recipient, _) = sent
    forged = f"bounces+{message_id}.0123456789abcdef@mail.helpdesk.example"
    taken = world.report(dsn(recipient), envelope_recipient=forged)

    assert [r.matched_by for r in taken.recipients] == ["address"]
    assert world.message(message_id).state == "sent"


def test_a_bounce_of_another_systems_mail_finds_its_user(world):
    world.report(dsn("Stefana@ACME.example"))
    answer = world.user_mail()
    shown = answer.messages[0]

    assert (shown.kind, shown.state, shown.cause) == ("other", "bounced", "no_such_mailbox")
    assert answer.addresses[0].blocked
    assert answer.addresses[0].evidence_message_id == shown.message_id
    assert shown.resend_refusal == "NOT_RESENDABLE"
    (evidence,) = world.evidence(shown.message_id)
    assert evidence.kind == "bounce"
    assert "550 5.1.1" in evidence.diagnosis
    assert "User unknown" in evidence.raw
    assert "stefana@" not in str(evidence).lower()


HELD = COMPLAINT % (ADDRESS.encode(), ADDRESS.encode(), b"<made-up@elsewhere.example>")


@pytest.mark.parametrize(
    ("raw", "state"), [(dsn(ADDRESS), "bounced"), (HELD, "complained")], ids=["bounce", "complaint"]
)
def test_what_anybody_could_have_written_is_shown_as_unproved_and_blocks_nobody(world, raw, state):
    hand_in(world.inbound, "", "bounces@mail.helpdesk.example", raw)
    answer = world.user_mail()
    shown = answer.messages[0]

    assert (shown.kind, shown.state, shown.unproved) == ("other", state, True)
    assert shown.next_step == "mail.next.send_to_see"
    assert not any(each.blocked for each in answer.addresses)
    assert [each.what for each in shown.entries] == [state]


def test_what_nobody_proved_counts_for_nothing(world):
    for number in range(7):
        raw = dsn(ADDRESS, b"Message-ID: <%d@elsewhere.example>\n\n" % number)
        full = raw.replace(b"5.1.1", b"5.2.2").replace(b"User unknown", b"Mailbox full")
        hand_in(world.inbound, "", "bounces@mail.helpdesk.example", full)
    names = [row.name for row in world.store.read(0, 10_000)]

    assert not any(name.endswith(("AddressBounced", "AddressBlocked")) for name in names)
    assert [each.unproved for each in world.user_mail().messages] == [True]


def test_a_proved_report_blocks_after_one_that_was_not(sent):
    world, message_id, (sender, recipient, mail) = sent
    hand_in(world.inbound, "", "bounces@mail.helpdesk.example", dsn(recipient))
    hand_in(world.inbound, "", sender, dsn(recipient, mail))

    assert world.message(message_id).state == "bounced"
    assert not world.message(message_id).unproved
    assert world.user_mail().addresses[0].blocked


def test_an_operator_may_let_every_report_block(tmp_path):
    with listening_world(tmp_path, HELPDESK_EMAIL_FOREIGN_REPORTS="block") as world:
        hand_in(world.inbound, "", "bounces@mail.helpdesk.example", dsn(ADDRESS))

        assert world.user_mail().addresses[0].blocked
        assert not world.user_mail().messages[0].unproved


def test_a_bounce_of_nobodys_address_is_kept_and_blocks_it(world):
    taken = world.report(dsn("nobody@acme.example"))

    assert [(r.matched_by, r.blocked) for r in taken.recipients] == [("nobody", True)]
    assert all(b"nobody@" not in row.state for row in world.store.read(0, 10_000))


def test_the_same_mail_again_changes_nothing(world):
    raw = dsn(ADDRESS)
    world.report(raw)
    # What follows from the first one must be there before the second.
    world.product.settle()
    before = [r for r in world.store.read(0, 10_000) if "email" in r.name]
    again = world.report(raw)
    after = [r for r in world.store.read(0, 10_000) if "email" in r.name]

    assert again.duplicate
    assert (again.kind, list(again.recipients)) == ("bounce", [])
    assert len(before) == len(after)


def test_a_complaint_blocks_and_an_agent_cannot_lift_that(sent):
    world, message_id, (_, recipient, _) = sent
    header = f"<{message_id}@mail.helpdesk.example>".encode()
    to = recipient.encode()
    taken = world.report(COMPLAINT % (to, to, header))
    address = world.user_mail().addresses[0]

    assert taken.kind == "complaint"
    assert world.message(message_id).state == "complained"
    assert (address.blocked, address.block) == (True, "complaint")
    assert address.removal_refusal == "CONSENT_REQUIRED"
    assert address.next_step == "mail.next.ask_for_consent"
    with pytest.raises(Exception, match="consent"):
        world.remove()


def test_a_report_of_delivery_ends_the_wait(sent):
    world, message_id, (sender, recipient, mail) = sent
    raw = dsn(recipient, mail).replace(b"Action: failed", b"Action: delivered")
    raw = raw.replace(b"Status: 5.1.1", b"Status: 2.0.0").replace(b"550 5.1.1", b"250 2.0.0")
    taken = world.report(raw, envelope_recipient=sender)

    assert taken.kind == "delivery"
    assert world.message(message_id).state == "delivered"


def test_only_reporters_report(world):
    with pytest.raises(Forbidden):
        world.agent(world.reports.ReportMail, _request(b"x"))


@pytest.mark.parametrize(
    ("raw", "reason"), [(b"", "EMPTY"), (b"x" * (10 * 2**20 + 1), "TOO_LARGE")]
)
def test_what_is_no_mail_is_refused(world, raw, reason):
    with pytest.raises(InvalidArgument) as wrong:
        world.report(raw)
    assert wrong.value.reason == reason


def test_a_mail_that_reports_nothing_is_not_kept(world):
    taken = world.report(b"From: a@b.example\nTo: c@d.example\nSubject: Hi\n\nHow are you?\n")
    facts = [world.store.opened(row) for row in world.store.read(0, 10_000)]

    assert (taken.kind, list(taken.recipients)) == ("none", [])
    assert not any("How are you" in str(fact) for fact in facts)


@pytest.mark.parametrize("lmtp", [False, True])
def test_a_bounce_that_is_delivered_to_us_is_recorded_before_it_is_acknowledged(sent, lmtp):
    world, message_id, (sender, recipient, mail) = sent
    hand_in(world.lmtp if lmtp else world.inbound, "", sender, dsn(recipient, mail), lmtp=lmtp)
    record = world.product.records("email", action="email.report.take")[-1]

    assert world.message(message_id).state == "bounced"
    assert (record.agent_id, record.outcome) == ("system:email.inbound", "done")
    assert (record.user_id, record.method) == (STEFANA, "LMTP" if lmtp else "SMTP")
    assert f"message:{message_id}" in record.subjects


def test_a_mail_that_cannot_be_recorded_is_not_acknowledged(world):
    inbound = world.product.host.running["email"].background[0]._inbound
    raw = dsn(ADDRESS)

    class Gone:
        def owner_of(self, _):
            from helpdesk.kernel.errors import Unavailable

            raise Unavailable("IDENTITY_DOWN")

    reports, there = inbound.reports, inbound.reports._directory
    reports._directory = Gone()
    with pytest.raises(Exception, match="451"):
        hand_in(world.inbound, "", "bounces@x.example", raw)
    reports._directory = there
    hand_in(world.inbound, "", "bounces@x.example", raw)

    outcomes = [r.outcome for r in world.product.records("email", action="email.report.take")]
    assert outcomes == ["failed", "done"]
    assert world.user_mail().messages[0].state == "bounced"


def test_a_mail_that_breaks_the_reader_is_refused_for_good_in_the_end(world, monkeypatch):
    def broken(_):
        raise RuntimeError("a mail like no other")

    monkeypatch.setattr(taking, "read_mail", broken)
    answers = []
    for _ in range(4):
        with pytest.raises(smtplib.SMTPDataError) as refused:
            hand_in(world.inbound, "", "bounces@x.example", dsn(ADDRESS))
        answers.append(refused.value.smtp_code)

    assert answers == [451, 451, 554, 554]


class OnTheWorld:
    """An operator of the product that runs in the test."""

    def __init__(self, world):
        self._world = world

    def channel(self, service):
        return self._world.product.host.wiring.channel(service)

    def caller(self, *roles):
        return self._world.product.caller(sub="operator:test", roles=roles)


@pytest.mark.skipif(not MAILS.is_dir(), reason="no mails beside the repository")
def test_an_import_of_real_bounces_changes_nothing_the_second_time(world):
    first = CliRunner().invoke(import_bounces, [str(MAILS)], obj=OnTheWorld(world))
    facts = [r for r in world.store.read(0, 100_000) if r.name.startswith("helpdesk.email.")]
    second = CliRunner().invoke(import_bounces, [str(MAILS)], obj=OnTheWorld(world))
    again = [r for r in world.store.read(0, 100_000) if r.name.startswith("helpdesk.email.")]
    count = len(list(MAILS.iterdir()))

    assert first.exit_code == 0, first.output
    assert f"{count} mails:" in first.output
    assert "0 failed" in first.output
    assert f"{count} known before, 0 addresses blocked, 0 failed" in second.output
    assert len(again) == len(facts)


@pytest.mark.skipif(not MAILS.is_dir(), reason="no mails beside the repository")
def test_mails_are_read_as_json_lines():
    result = CliRunner().invoke(read_mail, [str(MAILS), "--json"])
    lines = [json.loads(line) for line in result.output.splitlines()]

    assert result.exit_code == 0
    assert len(lines) == len(list(MAILS.iterdir()))
    assert {"file", "kind", "recipients"} == set(lines[0])


def test_a_mail_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path, monkeypatch):
    def read(raw):
        if raw == b"2":
            raise RuntimeError("a mail like no other")
        return read_report(raw)

    monkeypatch.setattr(commands, "read_report", read)
    for name in ("1", "2", "3"):
        (tmp_path / name).write_bytes(name.encode())
    result = CliRunner().invoke(read_mail, [str(tmp_path), "--json"])

    assert result.exit_code == 1
    assert [json.loads(line)["file"] for line in result.stdout.splitlines()] == ["1", "3"]
    assert "2: cannot be read: RuntimeError" in result.stderr


def test_a_bounced_address_is_the_same_in_any_spelling():
    assert canonical("Stefana@ACME.example") == ADDRESS


def _request(raw):
    from helpdesk.email.v1 import reports_pb2

    return reports_pb2.ReportMailRequest(raw=raw)
