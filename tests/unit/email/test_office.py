"""Use cases over a store of their own, with a clock that the test moves."""

import email
import email.policy
from datetime import timedelta

import pytest

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.bus import Published
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Exhausted, NotFound
from helpdesk.kernel.events import ERASED
from services.email.application.delivery import Letter, Reply
from services.email.domain import facts
from services.email.domain.caller_check import CallerCheck
from services.email.domain.message import Message
from services.email.handlers import Postman, sender_of
from services.email.providers.rendering import Renderer, Sender

KEY = b"k" * 32


class Recording:
    """A mail system that answers as it is told, and may see what happens meanwhile."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.sent = []
        self.meanwhile = lambda: None

    def send(self, sender, recipient, mail, envelope_id):
        self.sent.append((sender, recipient, mail))
        self.meanwhile()
        return self.replies.pop(0) if self.replies else Reply(250, "OK", "DATA")


def postman(office, transport):
    renderer = Renderer(Sender("mail.helpdesk.example", "Help desk", "https://p.example/"))
    return Postman(
        office.store,
        office.delivery,
        renderer,
        transport,
        sender_of(KEY, "mail.helpdesk.example"),
    )


def deliver(office, man):
    """Send everything that is queued, as the consumer would."""
    for row in office.store.read(0, 1000, (facts.MessageQueued.NAME,)):
        work = UnitOfWork(store=office.store, actor=Actor("system"), now=office.now)
        man.on_message_queued(work, Published("email", row, office.vault))
        if work.staged:
            office.store.commit(work.unit())


def test_a_code_that_waited_too_long_is_not_sent(office):
    office.act(office.checks.send_code, "ana", 0)
    office.later(minutes=10)
    transport = Recording()
    deliver(office, postman(office, transport))

    assert transport.sent == []
    assert [f.cause for f in office.facts(facts.MessageSuppressed)] == ["check_ended"]


def test_a_fact_that_comes_twice_sends_one_mail(office):
    office.act(office.checks.send_code, "ana", 0)
    transport = Recording()
    deliver(office, postman(office, transport))
    deliver(office, postman(office, transport))

    assert len(transport.sent) == 1


def test_after_a_crash_between_handing_over_and_storing_the_same_mail_goes_out_again(office):
    office.act(office.checks.send_code, "ana", 0)
    transport = Recording()
    (row,) = office.store.read(0, 1000, (facts.MessageQueued.NAME,))
    lost = UnitOfWork(store=office.store, actor=Actor("system"), now=office.now)
    postman(office, transport).on_message_queued(lost, Published("email", row, office.vault))
    deliver(office, postman(office, transport))
    first, second = (
        email.message_from_bytes(mail, policy=email.policy.default) for _, _, mail in transport.sent
    )

    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_body(("plain",)).get_content() == second.get_body(("plain",)).get_content()
    assert len(office.facts(facts.MessageSent)) == 1


def test_an_answer_that_met_a_conflict_does_not_send_the_mail_again(office):
    view = office.act(office.checks.send_code, "ana", 0)
    transport = Recording()
    man = postman(office, transport)

    (row,) = office.store.read(0, 1000, (facts.MessageQueued.NAME,))
    for _ in range(2):
        work = UnitOfWork(store=office.store, actor=Actor("system"), now=office.now)
        man.on_message_queued(work, Published("email", row, office.vault))

    assert len(transport.sent) == 1
    assert view.state == "sent"


def test_a_message_that_cannot_be_written_holds_up_no_other(office):
    class Broken:
        def render(self, letter, now):
            raise KeyError("no template")

    office.act(office.mail.send_message, "ana", "welcome")
    transport = Recording()
    man = Postman(office.store, office.delivery, Broken(), transport, sender_of(KEY, "x.example"))
    deliver(office, man)
    (delayed,) = office.facts(facts.MessageDelayed)

    assert transport.sent == []
    assert (delayed.fault, delayed.retry_at) == ("our_side", office.now + timedelta(seconds=5))


@pytest.mark.parametrize(
    ("reply", "fact", "blocks"),
    [
        (Reply(550, "5.1.1 no such user", "RCPT"), facts.MessageBounced, True),
        (Reply(550, "5.1.1 no such user", "MAIL"), facts.MessageBounced, False),
        (Reply(554, "5.0.0 Service unavailable", "MAIL"), facts.MessageBounced, False),
        (
            Reply(550, "Your host may not connect to this server", "MAIL"),
            facts.MessageBounced,
            False,
        ),
        (Reply(554, "no SMTP service here", "MAIL"), facts.MessageBounced, False),
        (Reply(554, "Message refused", "RCPT"), facts.MessageBounced, True),
        (Reply(554, "no SMTP service here", "CONN"), facts.MessageDelayed, False),
        (Reply(554, "5.7.1 you are listed", "CONN"), facts.MessageDelayed, False),
        (Reply(535, "5.7.8 wrong password", "CONN"), facts.MessageDelayed, False),
        (Reply(552, "5.2.2 mailbox full", "RCPT"), facts.MessageBounced, False),
        (Reply(421, "4.3.2 closing", "DATA"), facts.MessageDelayed, False),
        (Reply(0, "no connection", "CONN"), facts.MessageDelayed, False),
    ],
)
def test_what_follows_from_an_answer(office, reply, fact, blocks):
    office.act(office.mail.send_message, "ana", "welcome")
    deliver(office, postman(office, Recording(reply)))

    assert len(office.facts(fact)) == 1
    assert bool(office.facts(facts.AddressBlocked)) == blocks


def test_delivery_goes_to_the_address_as_it_is_with_the_domain_that_dns_knows(office):
    office.directory.ana = type(office.directory.ana)(
        id="ana", organization_id="acme", emails=("Ana.Pop@Bücher.example",)
    )
    office.act(office.mail.send_message, "ana", "welcome")
    transport = Recording()
    deliver(office, postman(office, transport))

    assert transport.sent[0][1] == "Ana.Pop@xn--bcher-kva.example"


def test_checks_are_ended_when_their_time_is_over(office):
    office.act(office.checks.send_code, "ana", 0)
    office.later(minutes=11)
    work = UnitOfWork(store=office.store, actor=Actor("system"), now=office.now)
    office.delivery.expired_checks(work)
    office.store.commit(work.unit())

    assert len(office.facts(facts.CallerCheckExpired)) == 1
    assert office.found.checks_over(office.now) == []


def test_a_forgotten_code_opens_no_more(office):
    view = office.act(office.checks.send_code, "ana", 0)
    work = UnitOfWork(store=office.store, actor=Actor("system"), now=office.now)
    office.delivery.forget_code(work, view.check.check_id)

    assert office.facts(facts.CallerCheckStarted)[0].code == ERASED


def test_codes_may_be_sent_again_after_ten_minutes(office):
    for _ in range(3):
        office.act(office.checks.send_code, "ana", 0)
    with pytest.raises(Exhausted):
        office.act(office.checks.send_code, "ana", 0)
    office.later(minutes=10)

    assert office.act(office.checks.send_code, "ana", 0).room.left == 2


def test_a_check_of_a_call_long_ago_is_not_shown(office):
    office.act(office.checks.send_code, "ana", 0)
    office.later(minutes=70)

    assert office.act(office.checks.get_caller_check, "ana").state == "ready"


def test_a_user_who_moved_to_another_partner_is_gone_from_checks(office):
    view = office.act(office.checks.send_code, "ana", 0)

    class Nobody:
        def user(self, viewer, user_id):
            raise NotFound("user")

    office.checks._directory = Nobody()
    with pytest.raises(NotFound):
        office.act(office.checks.verify_code, view.check.check_id, "11112222")


def test_a_read_only_session_sees_its_customer_only(office):
    viewer = Actor(id="agent-1", partner_id="north", organization_id="beta", mode="read_only")

    with pytest.raises(NotFound):
        office.act(office.mail.get_user_mail, "ana", actor=viewer)


def test_a_forgotten_user_gets_no_mail(office):
    office.act(office.mail.send_message, "ana", "welcome")
    office.vault.forget("ana")
    transport = Recording()
    deliver(office, postman(office, transport))

    assert transport.sent == []
    assert [f.cause for f in office.facts(facts.MessageSuppressed)] == ["erased"]


CHECK = CallerCheck(
    check_id="a" * 32,
    agent_name='Ned "<b>" Agent',
    phrase="moon island",
    code="12345678",
    link="z" * 32,
)


@pytest.mark.parametrize("language", ["ro_RO", "en_US", "", "xx"])
@pytest.mark.parametrize("kind", ["welcome", "code", "alarm"])
def test_mails_are_written_in_two_languages(office, kind, language):
    letter = Letter(
        Message(
            message_id="0" * 32,
            kind=kind,
            display_name='Ana "Țîrlea" <b>\r\nBcc: x@y.example',
            language=language,
            organization_name="Acme & Söhne",
            partner_name="North",
            ticket="INC-1",
        ),
        "ana@acme.example",
        CHECK,
    )
    renderer = Renderer(Sender("mail.helpdesk.example", "Help desk", "https://p.example/"))
    mail = email.message_from_bytes(
        renderer.render(letter, office.now), policy=email.policy.default
    )
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()

    assert ("Bună ziua" in text) == (language == "ro_RO")
    assert mail["Bcc"] is None
    assert mail["To"].addresses[0].addr_spec == "ana@acme.example"
    assert "Ana" not in mail["Subject"]
    assert "1234" not in mail["Subject"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert ("Acme &amp; Söhne" in html) == (kind != "alarm")
    assert "<b>" not in html
    assert ("1234 5678" in text) == (kind == "code")
    assert ("1234 5678" in html) == (kind == "code")
    for body in (text, html):
        assert ("/c/" + "a" * 32 + "z" * 32 in body) == (kind == "code")
        assert ("moon island" in body) == (kind == "code")
        assert ("Ned" in body) == (kind != "welcome")
