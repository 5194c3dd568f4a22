"""What single mail systems write in shapes and words of their own; written for these tests."""

import pytest

from services.email.reports import Cause, Fault, Kind, read_mail
from tests.support.layouts import COPY, EXIM, EXIM_COPY, LINE, RECIPIENT, SENDER, dsn, notice

EXIM_DAEMON = "Mail Delivery System <Mailer-Daemon@x.example>"
GOOGLE = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
RETURNED = "Mail delivery failed: returning message to sender"
DAEMON = "MAILER-DAEMON@x.example (Mail Delivery Subsystem)"


def exim(words: str) -> str:
    return notice(EXIM_DAEMON, RETURNED, f"{EXIM}{words}\n\n{EXIM_COPY}")


def qmail(words: str) -> str:
    body = (
        "Hi. This is the qmail-send program at x.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
        f"<{RECIPIENT}>:\n{words}\n\n--- Below this line is a copy of the message.\n\n{COPY}"
    )
    return notice("MAILER-DAEMON@x.example", "failure notice", body)


def imail(words: str, sender: str = "Postmaster <postmaster@x.example>") -> str:
    body = f"{words}\n\nOriginal message follows.\n\n{COPY}"
    return notice(sender, "Undeliverable Mail", body)


def deposited(words: str) -> str:
    return dsn(DAEMON, "Undelivered Mail", f"<{RECIPIENT}>:\n{words}\n", "550")


def google(said: str, status: str) -> str:
    remote = "Remote-MTA: dns; gmail-smtp-in.l.google.com. (192.0.2.26, the server for it.)\n"
    subject = "Delivery Status Notification (Failure)"
    return dsn(GOOGLE, subject, "It was not delivered.", status, more=remote, code=f"smtp; {said}")


def free(subject: str, words: str) -> str:
    body = f"{words.replace('@@', RECIPIENT)}"
    return notice(DAEMON, subject, body, "Content-Type: text/plain; charset=utf-8")


MAILS = {
    "Exim, an address that is not shown": (
        exim(f"  an undisclosed address\n    (generated from {RECIPIENT})\n    mailbox is full"),
        Cause.MAILBOX_FULL,
    ),
    "Exim, an address that is none": (
        exim(f"  a@b.example <{RECIPIENT}>: malformed address: <{RECIPIENT}> may not follow a@b"),
        Cause.PROTOCOL_ERROR,
    ),
    "Exim, no route": (exim(f"  {RECIPIENT}: Unrouteable address"), Cause.DOMAIN_NOT_FOUND),
    "Exim, its own directory": (exim(f"  {RECIPIENT}\n    user not found"), Cause.NO_SUCH_MAILBOX),
    "Exim, frozen": (
        notice(
            EXIM_DAEMON,
            "Message frozen",
            "Message 1P1YNN-0003AD-Ga has been frozen (delivery error message).\n"
            f"The following address(es) have yet to be delivered:\n\n  {RECIPIENT}: no answer\n",
        ),
        Cause.EXPIRED,
    ),
    "qmail, nobody": (
        qmail("Sorry, no mailbox here by that name. (#5.1.1)"),
        Cause.NO_SUCH_MAILBOX,
    ),
    "qmail, no host": (
        qmail("Sorry, I couldn't find any host named recipients.example. (#5.1.2)"),
        Cause.DOMAIN_NOT_FOUND,
    ),
    "qmail, the greeting": (
        qmail("Connected to 192.0.2.8 but greeting failed.\nRemote host said: 554 go away"),
        Cause.REPUTATION,
    ),
    "qmail, the sender": (
        qmail("Connected to 192.0.2.8 but sender was rejected.\nRemote host said: 550 no"),
        Cause.SENDER_REFUSED,
    ),
    "qmail, words that nobody knows": (
        qmail("192.0.2.8 does not like recipient.\nRemote host said: 550 zork\nGiving up on it."),
        Cause.UNKNOWN,
    ),
    "qmail, a directory": (
        qmail(
            "192.0.2.8 does not like recipient.\nRemote host said: 550 Illegal value in LDAP"
            " attribute (#5.3.5)"
        ),
        Cause.SYSTEM_TROUBLE,
    ),
    "IMail, nobody": (
        imail(f"Unknown user: {RECIPIENT}", "IMSMail <IMSMail@x.example>"),
        Cause.NO_SUCH_MAILBOX,
    ),
    "IMail, no host": (imail(f"Unknown host: {RECIPIENT}"), Cause.DOMAIN_NOT_FOUND),
    "IMail, no room": (
        imail(f"User mailbox exceeds allowed size: {RECIPIENT}"),
        Cause.MAILBOX_FULL,
    ),
    "IMail, no answer": (imail(f"Delivery failed 20 attempts: {RECIPIENT}"), Cause.EXPIRED),
    "Dovecot, nobody": (
        deposited(
            f"Your message to <{RECIPIENT}> was automatically rejected:\nMailbox doesn't exist: ann"
        ),
        Cause.NO_SUCH_MAILBOX,
    ),
    "mail.local, nobody": (deposited("mail.local: unknown user: ann"), Cause.NO_SUCH_MAILBOX),
    "maildrop, nobody": (deposited("maildrop: Invalid user specified."), Cause.NO_SUCH_MAILBOX),
    "procmail, no room": (deposited("procmail: Quota exceeded while writing"), Cause.MAILBOX_FULL),
    "procmail, no disk": (
        deposited("procmail: No space left to finish writing"),
        Cause.SYSTEM_TROUBLE,
    ),
    "InterScan, in Japanese": (
        notice(
            '"InterScan Notification" <imss@x.example>',
            "メッセージを配信できません。",
            f"RCPT <<< 550 5.1.1 <{RECIPIENT}>... User unknown\n",
        ),
        Cause.NO_SUCH_MAILBOX,
    ),
    "Notes, in Japanese": (
        notice(
            "postmaster@x.example",
            "Undeliverable message",
            "------- Failure Reasons  --------\n\nディレクトリのリストにありません\n"
            f"{RECIPIENT}\n\n------- Returned Message --------\n{COPY}",
            "Content-Type: text/plain; charset=utf-8",
        ),
        Cause.NO_SUCH_MAILBOX,
    ),
    "a system with a gateway": (
        notice(
            EXIM_DAEMON,
            "Delivery status notification",
            f"{LINE}\nDelivery to the following recipients failed permanently:\n\n"
            f"  * {RECIPIENT}\n\n{LINE}\nRouting: Could not find a gateway for {RECIPIENT}\n",
        ),
        Cause.EXPIRED,
    ),
    "Zoho, no answer": (
        notice(
            "mailer-daemon@mail.zoho.com",
            "Undelivered Mail Returned to Sender",
            f"[Status: Error, Address: <{RECIPIENT}>, ResponseCode 421, , Host not reachable.]\n",
        ),
        Cause.EXPIRED,
    ),
    "Yahoo, nobody": (
        notice(
            "MAILER-DAEMON@yahoo.com",
            "Failure Notice",
            f"<{RECIPIENT}>:\n554: delivery error: dd This user doesn't have a yahoo.com account"
            " (ann) [0] - mta4001.mail.bf1.yahoo.com\n",
        ),
        Cause.NO_SUCH_MAILBOX,
    ),
    "Mimecast, nobody": (
        dsn(
            "postmaster@x.example",
            "Delivery Failure",
            "Failed.",
            "550",
            code="smtp; 550 Invalid Recipient [abc.uk123]",
        ).replace("out.relay.example", "eu-smtp-1.mimecast.com"),
        Cause.NO_SUCH_MAILBOX,
    ),
    "MessageLabs, nobody": (
        dsn(
            "postmaster@x.example",
            "Mail Delivery Failure",
            "Failed.",
            "550",
            code="smtp; 550 No such user here",
        ).replace("out.relay.example", "server-15.bemta-3.messagelabs.com"),
        Cause.NO_SUCH_MAILBOX,
    ),
    "mail.ru, nobody, after the text": (
        dsn(
            DAEMON,
            "Undelivered Mail",
            "Failed.",
            "550",
            code="smtp; host mxs.mail.ru[192.0.2.31] said: 550 Message was not accepted -- invalid"
            " mailbox. Local mailbox ann is unavailable: user not found (in reply to end of DATA"
            " command)",
        ),
        Cause.NO_SUCH_MAILBOX,
    ),
    "Gmail, no domain": (
        google(
            "DNS Error: DNS type 'mx' lookup of recipients.example responded with code NXDOMAIN"
            " Domain name not found: recipients.example",
            "5.1.2",
        ),
        Cause.DOMAIN_NOT_FOUND,
    ),
    "Gmail, a name server that did not answer": (
        google(
            "DNS Error: DNS type 'mx' lookup of recipients.example responded with code NXDOMAIN"
            " Domain name not found: recipients.example",
            "4.0.0",
        ),
        Cause.NETWORK_TROUBLE,
    ),
    "Gmail, spam, in a reply of four lines": (
        google(
            "550-5.7.1 [192.0.2.1] Gmail has detected that this message is likely 550-5.7.1"
            " unsolicited mail. To reduce the amount of spam, this 550-5.7.1 message has been"
            " blocked. 550 5.7.1 - gsmtp",
            "5.7.1",
        ),
        Cause.BLOCKED_AS_SPAM,
    ),
    "Gmail, an account that is not in use": (
        google(
            "550-5.2.1 The email account that you tried to reach is inactive. For more 550-5.2.1"
            " information, go to 550 5.2.1 our pages - gsmtp",
            "5.2.1",
        ),
        Cause.MAILBOX_INACTIVE,
    ),
    "a virus": (
        dsn(
            DAEMON,
            "Undelivered Mail",
            "Failed.",
            "554 5.7.1",
            code="smtp; 554 5.7.1 Blocked because it contains a virus (in reply to end of DATA"
            " command)",
        ),
        Cause.VIRUS,
    ),
    "greylisting, in the end": (
        dsn(
            DAEMON,
            "Undelivered Mail",
            "Failed.",
            "450 4.2.0",
            code=f"smtp; 450 4.2.0 <{RECIPIENT}>: Recipient address rejected: Greylisted",
        ),
        Cause.GREYLISTED,
    ),
    "SES, its own list": (
        dsn(
            "MAILER-DAEMON@amazonses.com",
            "Delivery Status Notification",
            "An error.",
            "5.1.1",
            code="smtp; Amazon SES did not send the message to this address because it is on the"
            " suppression list for your account.",
        ).replace("out.relay.example", "amazonses.com"),
        Cause.POLICY,
    ),
    "German, no room": (
        free(
            "Ihre Nachricht konnte nicht zugestellt werden",
            "Nicht zugestellt an:\n\n  @@\n\nGrund: Das Postfach des Empfängers ist voll.",
        ),
        Cause.MAILBOX_FULL,
    ),
    "German, nobody": (
        free("Unzustellbar: News", "Nicht zugestellt an:\n\n  @@\n\nGrund: Empfänger unbekannt."),
        Cause.NO_SUCH_MAILBOX,
    ),
    "Romanian, nobody": (
        free(
            "Mesajul nu a putut fi livrat",
            "Mesajul nu a putut fi livrat către:\n\n  @@\n\nMotiv: Căsuța poștală nu există.",
        ),
        Cause.NO_SUCH_MAILBOX,
    ),
    "Romanian, no room": (
        free(
            "Mesajul nu a putut fi livrat",
            "Mesajul nu a putut fi livrat către:\n\n  @@\n\nMotiv: Căsuța poștală este plină.",
        ),
        Cause.MAILBOX_FULL,
    ),
    "Spanish, nobody": (
        free(
            "Error de entrega",
            "No se ha podido entregar su mensaje:\n\n  @@\n\nMotivo: El usuario no existe.",
        ),
        Cause.NO_SUCH_MAILBOX,
    ),
}


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_system_is_read_by_its_own_shape_and_words(name):
    mail, cause = MAILS[name]
    report = read_mail(mail.encode())

    assert report.kind is Kind.BOUNCE
    assert [(one.recipient, one.cause) for one in report.recipients] == [(RECIPIENT, cause)]


def test_an_account_on_our_own_list_at_ses_is_our_side():
    mail, _ = MAILS["SES, its own list"]
    (one,) = read_mail(mail.encode()).recipients

    assert (one.fault, one.permanent) == (Fault.OUR_SIDE, False)


def test_an_address_that_smtp_had_to_escape_is_read_as_it_is():
    tagged = RECIPIENT.replace("ann@", "ann+2Btag@")
    mail = dsn(DAEMON, "Undelivered Mail", "Failed.", "5.1.1", code="smtp; 550 5.1.1 unknown user")
    report = read_mail(mail.replace(f"rfc822; {RECIPIENT}", f"rfc822; {tagged}").encode())

    assert [one.recipient for one in report.recipients] == ["ann+tag@recipients.example"]


@pytest.mark.parametrize("done", ["deleted", "displayed", "processed", "dispatched"])
def test_what_a_reader_did_with_a_mail_means_that_it_arrived(done):
    mail = dsn("ann@recipients.example", "Not read: News", "Deleted without being read.", "2.0.0")
    told = mail.replace("delivery-status", "disposition-notification").replace(
        "Action: failed\nStatus: 2.0.0\n", f"Disposition: manual-action/MDN-sent-manually; {done}\n"
    )
    report = read_mail(told.encode())

    assert report.kind is Kind.DELIVERY
    assert [(one.cause, one.permanent) for one in report.recipients] == [(Cause.DELIVERED, None)]


AWAY = {
    "it": "Risposta automatica: News",
    "nl": "Automatisch antwoord: News",
    "pl": "Odpowiedź automatyczna: News",
    "pt": "Resposta automática: News",
    "ro": "Răspuns automat: News",
    "ro, as typed": "Raspuns automat: News",
    "sv": "Autosvar: News",
    "ja": "自動応答: News",
    "de": "Automatische Antwort: News",
    "fr": "Réponse automatique : News",
}


@pytest.mark.parametrize("language", AWAY)
def test_an_automatic_reply_is_known_by_its_subject_in_many_languages(language):
    report = read_mail(notice(f"Ann <{RECIPIENT}>", AWAY[language], "...").encode())

    assert report.kind is Kind.AUTO_REPLY
    assert [(one.recipient, one.cause) for one in report.recipients] == [(RECIPIENT, Cause.AWAY)]


@pytest.mark.parametrize(
    "subject", ["Re: Risposta automatica", "How do I set a Răspuns automat?", "Autos var till salu"]
)
def test_a_person_who_writes_of_automatic_replies_is_none(subject):
    report = read_mail(notice(f"Ann <{RECIPIENT}>", subject, "Hello, can you help?").encode())

    assert report.kind is Kind.NONE


def test_a_sender_who_wrote_to_themselves_is_a_recipient_too():
    own = qmail("192.0.2.8 does not like recipient.\nRemote host said: 550 5.1.1 User unknown")
    report = read_mail(own.replace(SENDER, RECIPIENT).encode())

    assert [(one.recipient, one.cause) for one in report.recipients] == [
        (RECIPIENT, Cause.NO_SUCH_MAILBOX)
    ]
