"""Removals by the use cases, over a store, with a clock that the test moves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Refused
from helpdesk.kernel.settings import SettingsError
from services.email.application.delivery import Reply
from services.email.application.suppressions import Blocks
from services.email.composition import policy_of
from services.email.domain import facts
from services.email.domain.blocklist_facts import AddressBlockExpired, MailConsentAsked
from services.email.settings import BlocklistSettings

DOMAIN = "mail.helpdesk.example"
GONE = Reply(550, "5.1.1 no such user", "RCPT")
FULL = Reply(452, "4.2.2 mailbox full", "RCPT")
TAKEN = Reply(250, "OK", "DATA")


def deliver(office, message_id, reply):
    """Settle a message as the delivering worker would."""
    work = UnitOfWork(store=office.store, actor=Actor("system"), now=office.now)
    office.delivery.settle(work, message_id, reply)
    office.store.commit(work.unit())


def block(office, reply=GONE):
    message_id = office.act(office.mail.send_message, "ana", "welcome")
    deliver(office, message_id, reply)
    return message_id


def address(office):
    return office.act(office.mail.get_user_mail, "ana").addresses[0]


@pytest.fixture
def alone(office):
    """A user whose only address is blocked, of a customer without an admin."""
    office.directory.with_admin = set()
    office.directory.ana = replace(office.directory.ana, emails=("Ana@Acme.example",))
    block(office)
    return office


def test_the_only_address_is_tried_once_and_the_check_mail_is_the_probe(alone):
    count, ground = alone.act(alone.removals.remove, "ana", 0)
    check = alone.act(alone.checks.send_code, "ana", 0)
    deliver(alone, check.check.message_id, TAKEN)
    passed = address(alone).state.probation

    assert (count, ground) == (1, "trial")
    assert not passed
    assert [r.outcome for r in alone.found.removals("north", "agent-1", 0, 9)] == ["delivered"]


def test_a_trial_that_failed_is_explained_and_not_repeated(alone):
    alone.act(alone.removals.remove, "ana", 0)
    check = alone.act(alone.checks.send_code, "ana", 0)
    deliver(alone, check.check.message_id, GONE)
    shown = address(alone)
    with pytest.raises(Refused) as refused:
        alone.act(alone.removals.remove, "ana", 0)
    (row,) = alone.found.removals("north", "agent-1", 0, 9)

    assert shown.state.again
    assert (row.outcome, row.cause) == ("blocked_again", "no_such_mailbox")
    assert refused.value.reason == "TRIAL_USED"
    assert shown.next_step == "mail.next.enter_another"
    assert shown.verdict.locked_until == next_trial_of(alone)


def next_trial_of(office):
    (removed,) = office.facts(facts.AddressRemovedFromBlocklist)
    return removed.recorded_at + timedelta(days=30)


def test_nothing_is_tried_where_the_customer_has_an_admin(alone):
    alone.directory.with_admin = {"acme"}
    with pytest.raises(Refused) as refused:
        alone.act(alone.removals.remove, "ana", 0)
    shown = address(alone)

    assert refused.value.reason == "WORD_REQUIRED"
    assert shown.next_step == "mail.next.ask_admin_to_vouch"
    assert [(way.name, way.state) for way in shown.verdict.ways] == [
        ("caller_check", "closed"),
        ("customer_admin", "missing"),
        ("trial", "closed"),
    ]


def test_a_missing_mailbox_of_the_only_admin_is_tried(alone):
    alone.directory.with_admin = {"acme"}
    alone.directory.only_admin = "ana"

    assert alone.act(alone.removals.remove, "ana", 0) == (1, "trial")


def test_the_only_admin_who_complained_is_asked_as_an_admin(alone):
    alone.directory.with_admin = {"acme"}
    alone.directory.only_admin = "ana"
    alone.act(alone.removals.remove, "ana", 0)
    message_id = alone.act(alone.mail.send_message, "ana", "welcome")
    deliver(alone, message_id, TAKEN)
    alone.act(alone.reports.report_mail, COMPLAINT.format(message_id, DOMAIN).encode())

    assert address(alone).next_step == "mail.next.ask_admin_for_consent"


def test_the_trial_is_free_again_after_thirty_days(alone):
    alone.act(alone.removals.remove, "ana", 0)
    block(alone)
    alone.later(days=30)

    assert alone.act(alone.removals.remove, "ana", 0) == (1, "trial")


def test_a_blocked_second_address_is_no_other_way(office):
    block(office)
    assert address(office).verdict.refusal == "CHECK_REQUIRED"
    office.directory.ana = replace(
        office.directory.ana, emails=("ana.pop@acme.example", "Ana@Acme.example")
    )
    block(office)

    assert address(office).verdict.refusal == "WORD_REQUIRED"


COMPLAINT = """From: <feedback@provider.example>
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse

--b
Content-Type: text/rfc822-headers

Message-ID: <{0}@{1}>
--b--
"""


@pytest.fixture
def asked(office):
    """Ana complained; she was asked at her other address whether she wants our mail again."""
    message_id = office.act(office.mail.send_message, "ana", "welcome")
    deliver(office, message_id, TAKEN)
    office.act(office.reports.report_mail, COMPLAINT.format(message_id, DOMAIN).encode())
    office.message_id = office.act(office.removals.ask_for_consent, "ana", 0)
    (office.asked,) = office.facts(MailConsentAsked)
    office.link = office.asked.consent_id + office.asked.link
    return office


def bounce_whole(office, message_id, body):
    """Report a bounce that carries the whole mail, from another mail system."""
    raw = (
        "From: MAILER-DAEMON@mx.acme.example\nSubject: Undelivered Mail\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\n\n<ana.pop@acme.example>: no such user. You wrote:\n{body}\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.acme.example\n\n"
        "Final-Recipient: rfc822; ana.pop@acme.example\nAction: failed\nStatus: 5.1.1\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: <{message_id}@{DOMAIN}>\n\n{body}\n"
        "--b--\n"
    )
    return office.act(office.reports.report_mail, raw.encode())


def test_a_consent_whose_mail_bounced_cannot_be_given(asked):
    deliver(asked, asked.message_id, TAKEN)
    assert asked.act(asked.removals.get_consent, asked.link).state == "open"
    bounce_whole(asked, asked.message_id, f"https://desk.example/agree/{asked.link}")
    with pytest.raises(Refused) as refused:
        asked.act(asked.removals.give_consent, asked.link)

    assert refused.value.reason == "LINK_EXPIRED"
    assert asked.act(asked.removals.get_consent, asked.link).state == "expired"


def test_a_consent_whose_mail_was_refused_cannot_be_given(asked):
    deliver(asked, asked.message_id, GONE)

    assert asked.act(asked.removals.get_consent, asked.link).state == "expired"


def test_the_evidence_of_a_returned_mail_shows_nobody_its_link(asked):
    deliver(asked, asked.message_id, TAKEN)
    bounce_whole(asked, asked.message_id, f"https://desk.example/agree/{asked.link}")
    said = asked.act(asked.mail.get_evidence, "ana", asked.message_id)

    assert "no such user" in said[0].raw
    assert asked.asked.link not in str(said)


def test_a_full_mailbox_is_blocked_for_a_while_and_then_watched(office):
    message_id = office.act(office.mail.send_message, "ana", "welcome")
    for _ in range(5):
        office.later(minutes=1)
        again = office.act(office.mail.send_message, "ana", "welcome")
        bounce(office, again)
    assert address(office).state.block == "soft_bounces"
    blocks = Blocks(office.store, office.found, None, clock=lambda: office.now)
    office.later(days=13)
    assert blocks.end_blocks() == 0
    office.later(days=1)
    assert blocks.end_blocks() == 1
    state = address(office).state

    assert not state.blocked
    assert state.probation
    assert len(office.facts(AddressBlockExpired)) == 1
    assert blocks.end_blocks() == 0
    assert message_id


def bounce(office, message_id):
    """Have a mail system report a full mailbox for good, as it does after some days."""
    office.act(
        office.reports.report_mail,
        (
            b"From: MAILER-DAEMON@mx.acme.example\nTo: bounces@mail.helpdesk.example\n"
            b"Subject: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/report; "
            b'report-type=delivery-status; boundary="b"\n\n--b\nContent-Type: '
            b"message/delivery-status\n\nReporting-MTA: dns; mx.acme.example\n\n"
            b"Final-Recipient: rfc822; ana@acme.example\nAction: failed\nStatus: 5.2.2\n"
            b"Diagnostic-Code: smtp; 552 5.2.2 mailbox full\n\n--b\n"
            b"Content-Type: text/rfc822-headers\n\nMessage-ID: <"
            + message_id.encode()
            + b"@mail.helpdesk.example>\n--b--\n"
        ),
    )


def test_what_blocks_is_a_setting():
    policy = policy_of(
        BlocklistSettings(hard_causes=("moved",), soft_causes=("expired",), soft_bounces=2)
    )

    assert policy.block("no_such_mailbox", "recipient", for_good=True, soft=9) == ""
    assert policy.block("moved", "recipient", for_good=True, soft=1) == "hard_bounce"
    assert policy.block("expired", "receiving_system", for_good=False, soft=2) == "soft_bounces"
    assert policy.soft_lasts == timedelta(days=14)


@pytest.mark.parametrize("cause", ["reputation", "policy", "delivered", "no such cause"])
def test_a_setting_cannot_make_our_own_trouble_block(cause):
    with pytest.raises(SettingsError, match="HELPDESK_EMAIL_BLOCKLIST"):
        policy_of(BlocklistSettings(hard_causes=(cause,)))


def test_a_bounce_on_our_side_blocks_nobody(office):
    block(office, Reply(550, "5.7.1 your IP is on our blocklist", "CONN"))

    assert not address(office).state.blocked
    assert office.facts(facts.AddressBlocked) == []
