"""What a reply in our own SMTP dialogue means."""

import pytest

from services.email.reports import Cause, Fault, advice, fault_of, read_smtp_reply


@pytest.mark.parametrize(
    ("code", "text", "command", "cause"),
    [
        (
            550,
            "5.1.1 The email account that you tried to reach does not exist",
            "RCPT",
            "no_such_mailbox",
        ),
        (550, "User unknown", "RCPT", "no_such_mailbox"),
        (550, "User unknown", "DATA", "recipient_refuses"),
        (552, "5.2.2 Mailbox full", "RCPT", "mailbox_full"),
        (452, "4.2.2 The recipient's inbox is out of storage space", "RCPT", "mailbox_full"),
        (
            554,
            "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example",
            "RCPT",
            "reputation",
        ),
        (
            550,
            "5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy",
            "DATA",
            "authentication_failed",
        ),
        (554, "5.7.1 Relay access denied", "RCPT", "relaying_denied"),
        (553, "5.1.8 Domain of sender address does not resolve", "MAIL", "sender_refused"),
        (552, "5.3.4 Message size exceeds fixed limit", "MAIL", "too_big"),
        (421, "4.3.2 Too many connections", "EHLO", "rate_limited"),
        (554, "5.7.1 Message rejected as spam", "DATA", "blocked_as_spam"),
        (550, "5.7.0 Virus detected", "DATA", "virus"),
        (556, "5.1.10 Domain does not accept mail (nullMX)", "RCPT", "takes_no_mail"),
        (503, "Bad sequence of commands", "DATA", "protocol_error"),
        (550, "5.1.6 Mailbox has moved", "RCPT", "moved"),
        (550, "5.4.4 Invalid domain", "RCPT", "domain_not_found"),
        (550, "5.6.0 Lone line feeds", "DATA", "content_rejected"),
        (550, "5.1.0 192.0.2.2 violates the spf record of us", "", "authentication_failed"),
        (554, "Mail from desk@example.org rejected for policy reasons.", "MAIL", "policy"),
        (450, "4.7.1 Access denied. IP name lookup failed [192.0.2.2]", "MAIL", "reputation"),
        (550, "5.2.0 Message filtered", "DATA", "recipient_refuses"),
        # RFC 7504: a domain, and a host, that never takes mail.
        (556, "Nothing is delivered here", "RCPT", "takes_no_mail"),
        (521, "mx9.example.net has no mailboxes", "CONN", "takes_no_mail"),
        (521, "Client host [192.0.2.1] blocked using zen.example", "CONN", "reputation"),
        (550, "This host does not receive email", "RCPT", "takes_no_mail"),
        # Room: words of big receivers, by provider and language.
        (452, "The inbox you wrote to is out of storage space", "RCPT", "mailbox_full"),
        (550, "Sorry, her mail box is full", "RCPT", "mailbox_full"),
        (554, "5.2.0 STOREDRV: the mailbox has reached its limit", "DATA", "mailbox_full"),
        (550, "La boîte aux lettres pleine de M. Durand", "RCPT", "mailbox_full"),
        (552, "Das Postfach voll, bitte später", "RCPT", "mailbox_full"),
        (552, "Cuota excedida para ann", "RCPT", "mailbox_full"),
        # Accounts that were closed are not missing ones.
        (550, "That account has been deactivated by its owner", "RCPT", "mailbox_inactive"),
        (550, "The account is suspended until paid", "RCPT", "mailbox_inactive"),
        (550, "Her mailbox is locked", "RCPT", "mailbox_inactive"),
        # Nobody there, without an enhanced code.
        (550, "account not found on this cluster", "RCPT", "no_such_mailbox"),
        (550, "ann: user doesn't exist", "RCPT", "no_such_mailbox"),
        (550, "There is no such person in accounting", "RCPT", "no_such_mailbox"),
        (553, "mailbox name not allowed", "RCPT", "no_such_mailbox"),
        (550, "recipient not recognized at this gateway", "RCPT", "no_such_mailbox"),
        (550, "The recipient domain does not exist", "RCPT", "domain_not_found"),
    ],
)
def test_a_refusal_has_the_cause_that_its_code_and_words_say(code, text, command, cause):
    report = read_smtp_reply(code, text, recipient="ann@example.com", command=command)

    assert report.cause == cause
    assert report.reply_code == str(code)


@pytest.mark.parametrize("command", ["CONN", "EHLO", "HELO", "MAIL"])
@pytest.mark.parametrize(
    "text",
    [
        "5.0.0 Service unavailable",
        "Your host is not allowed to connect to this server",
        "IP=192.0.2.1 - A problem occurred, ask your postmaster",
        "no SMTP service here",
    ],
)
def test_what_is_refused_before_the_recipient_is_named_is_our_side(text, command):
    report = read_smtp_reply(554, text, recipient="ann@example.com", command=command)

    assert report.fault is Fault.OUR_SIDE


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_what_is_refused_after_the_recipient_was_named_is_of_unknown_fault(command):
    report = read_smtp_reply(554, "5.0.0 Service unavailable", command=command)

    assert report.fault is not Fault.OUR_SIDE


def test_trouble_of_the_other_system_stays_its_own_at_any_command():
    report = read_smtp_reply(451, "4.3.0 Temporary system problem", command="MAIL")

    assert report.fault is Fault.RECEIVING_SYSTEM


def test_a_host_that_takes_mail_of_nobody_says_so_at_its_greeting():
    report = read_smtp_reply(521, "mx9.example.net has no mailboxes", command="CONN")

    assert report.fault is Fault.RECEIVING_SYSTEM


def test_an_accepted_mail_is_delivered_to_the_next_system():
    report = read_smtp_reply(250, "2.0.0 Ok: queued as 4F1")

    assert (report.cause, report.action, report.permanent) == (Cause.DELIVERED, "delivered", None)


def test_a_transient_refusal_never_makes_an_address_permanently_bad():
    report = read_smtp_reply(450, "4.1.1 User unknown in virtual alias table", command="RCPT")

    assert (report.cause, report.permanent) == (Cause.NO_SUCH_MAILBOX, False)


def test_a_system_of_its_own_words_is_read_by_its_host():
    report = read_smtp_reply(
        550, "Service refused LPN007_416", remote_mta="smtpz4.laposte.net", command="RCPT"
    )

    assert report.cause is Cause.NO_SUCH_MAILBOX


def test_every_cause_has_a_fault_and_a_key_of_advice():
    assert {fault_of(cause) for cause in Cause} == set(Fault)
    assert advice(Cause.MAILBOX_FULL) == "mail.advice.mailbox_full"
