"""Each kind of mail, written for these tests."""

import pytest

from services.email.reports import Cause, Fault, Kind, line_of, read_mail

DSN = b"""\
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: desk@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_1"

--=_1
Content-Type: text/plain

This is the mail system at host mx.example.net.

<ann@example.com>: host mx.example.com[192.0.2.7] said: 550 5.1.1
    <ann@example.com>: no mailbox (in reply to RCPT TO command)

--=_1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Mon, 2 Nov 2026 10:00:00 +0000

Final-Recipient: rfc822; ann@example.com
Original-Recipient: rfc822;ann.b@example.com
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; 550 5.1.1 <ann@example.com>: no mailbox

Final-Recipient: rfc822; bob@example.com
Action: delayed
Status: 4.2.2
Diagnostic-Code: smtp; 452 4.2.2 <bob@example.com>:
    Mailbox full

--=_1
Content-Type: text/rfc822-headers

From: desk@example.org
To: ann.b@example.com
Message-ID: <code-1@example.org>

--=_1--
"""

TEXT = b"""\
From: "Mail Delivery System" <mailer-daemon@relay.example.net>
To: desk@example.org
Subject: %s
Content-Type: text/plain; charset=utf-8

%s
"""


def text_mail(subject: str, body: str):
    return read_mail(TEXT % (subject.encode(), body.encode()))


def test_a_delivery_status_tells_each_recipient():
    report = read_mail(DSN)

    assert report.kind is Kind.BOUNCE
    assert [(one.recipient, one.action, one.cause) for one in report.recipients] == [
        ("ann@example.com", "failed", Cause.NO_SUCH_MAILBOX),
        ("bob@example.com", "delayed", Cause.MAILBOX_FULL),
    ]


def test_a_delivery_status_gives_the_evidence_of_a_timeline():
    report = read_mail(DSN)
    ann = report.recipients[0]

    assert (report.reporting_mta, report.original_message_id, report.original_sender) == (
        "mx.example.net",
        "<code-1@example.org>",
        "desk@example.org",
    )
    assert (ann.status, ann.reply_code, ann.remote_mta) == ("5.1.1", "550", "mx.example.com")
    assert ann.diagnosis == "550 5.1.1 <ann@example.com>: no mailbox"
    assert (ann.fault, ann.permanent) == (Fault.RECIPIENT, True)


def test_only_delays_make_a_delay():
    delayed = DSN.replace(b"Action: failed", b"Action: delayed").replace(b"5.1.1", b"4.4.1")

    assert read_mail(delayed).kind is Kind.DELAY


def test_a_report_of_success_is_a_delivery_and_blocks_nobody():
    delivered = DSN.replace(b"Action: failed", b"Action: relayed").replace(
        b"Action: delayed", b"Action: delivered"
    )
    report = read_mail(delivered)

    assert report.kind is Kind.DELIVERY
    assert {one.permanent for one in report.recipients} == {None}


def test_bare_carriage_returns_end_lines_too():
    assert read_mail(DSN.replace(b"\n", b"\r")).recipients == read_mail(DSN).recipients
    assert read_mail(DSN.replace(b"\n", b"\r\n")).recipients == read_mail(DSN).recipients


def test_a_report_whose_mime_header_was_lost_is_read_by_its_boundaries():
    lost = DSN.replace(
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="=_1"\n',
        b"Content-Type: text/plain\n",
    ).replace(b"=_1", b"=_a-boundary")

    assert read_mail(lost).recipients == read_mail(DSN).recipients


def test_exim_names_the_address_before_the_answer():
    report = text_mail(
        "Mail delivery failed: returning message to sender",
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. The following address(es) failed:\n\n"
        "  carol@example.com\n"
        "    SMTP error from remote mail server after RCPT TO:<carol@example.com>:\n"
        "    host mx.example.com [192.0.2.9]: 550 User unknown\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        "From: desk@example.org\nTo: other@example.com\n",
    )

    assert [(one.recipient, one.cause) for one in report.recipients] == [
        ("carol@example.com", Cause.NO_SUCH_MAILBOX)
    ]


@pytest.mark.parametrize(
    ("command", "fault"), [("MAIL FROM", Fault.OUR_SIDE), ("RCPT TO", Fault.UNKNOWN)]
)
def test_a_refusal_of_who_sends_is_not_the_recipients(command, fault):
    report = text_mail(
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host relay.example.net.\n\n"
        "<carol@example.com>: host mx.example.com[192.0.2.9] said: 554 5.0.0\n"
        f"    Service unavailable (in reply to {command} command)\n",
    )

    assert [(one.recipient, one.fault) for one in report.recipients] == [
        ("carol@example.com", fault)
    ]


def test_qmail_tells_two_recipients_apart():
    report = text_mail(
        "failure notice",
        "Hi. This is the qmail-send program at relay.example.net.\n\n"
        "<one@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "<two@example.com>:\n192.0.2.3 does not like recipient.\n"
        "Remote host said: 552 5.2.2 mailbox full\nGiving up on 192.0.2.3.\n\n"
        "--- Below this line is a copy of the message.\n\nReturn-Path: <desk@example.org>\n",
    )

    assert [(one.recipient, one.cause, one.permanent) for one in report.recipients] == [
        ("one@example.com", Cause.NO_SUCH_MAILBOX, True),
        ("two@example.com", Cause.MAILBOX_FULL, False),
    ]


def test_a_transcript_gives_the_command_to_the_address_that_it_refused():
    report = text_mail(
        "Returned mail: User unknown",
        "   ----- Transcript of session follows -----\n"
        "While talking to mx.example.com:\n"
        ">>> RCPT To:<dora@example.com>\n"
        "<<< 550 User unknown\n"
        "550 <dora@example.com>... User unknown\n\n"
        "   ----- Unsent message follows -----\nReceived: from x\n",
    )

    assert [(one.recipient, one.cause) for one in report.recipients] == [
        ("dora@example.com", Cause.NO_SUCH_MAILBOX)
    ]


def test_a_name_in_the_message_details_of_james_is_the_recipient():
    report = text_mail(
        "[BOUNCE]",
        "Hi. This is the James mail server at relay.example.net.\n\n"
        "Message details:\n  Subject: Code\n  MAIL FROM: desk@example.org\n"
        "  RCPT TO: eve@example.com\n  From: Desk <desk@example.org>\n  To: list@example.com\n\n"
        "Error message below:\n550 - Requested action not taken: no such user here\n",
    )

    assert [(one.recipient, one.reply_code) for one in report.recipients] == [
        ("eve@example.com", "550")
    ]


def test_a_warning_is_a_delay():
    report = text_mail(
        "Warning: message delayed 24 hours",
        "The address to which the message has not yet been delivered is:\n\n"
        "  finn@example.com\n    Delay reason: 450 try later\n\n"
        "No action is required on your part.\n",
    )

    assert report.kind is Kind.DELAY
    assert [one.permanent for one in report.recipients] == [False]


COMPLAINT = b"""\
From: fbl@example.net
Subject: FW: code
Content-Type: multipart/report; report-type=feedback-report; boundary=b1

--b1
Content-Type: text/plain

This is an email abuse report.
--b1
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1
Source-IP: 192.0.2.1
Original-Rcpt-To: gina@example.com
Original-Mail-From: <desk@example.org>
Arrival-Date: Mon, 2 Nov 2026 10:00:00 +0000
--b1
Content-Type: message/rfc822

From: desk@example.org
To: someone@example.com
Message-ID: <code-2@example.org>

hello
--b1--
"""


def test_an_abuse_report_is_a_complaint_of_its_recipient():
    report = read_mail(COMPLAINT)

    assert (report.kind, report.feedback_type, report.source_ip) == (
        Kind.COMPLAINT,
        "abuse",
        "192.0.2.1",
    )
    assert [(one.recipient, one.cause, one.permanent) for one in report.recipients] == [
        ("gina@example.com", Cause.COMPLAINED, None)
    ]
    assert report.original_message_id == "<code-2@example.org>"


def test_a_report_of_failed_authentication_is_nobodys_complaint():
    report = read_mail(COMPLAINT.replace(b": abuse", b": auth-failure"))

    assert [one.cause for one in report.recipients] == [Cause.AUTHENTICATION_FAILED]


AUTO_REPLY = b"""\
From: Hana <hana@example.com>
To: desk@example.org
Subject: Automatic reply: Your code
Auto-Submitted: auto-replied
Return-Path: <>
In-Reply-To: <code-3@example.org>

I am away until Monday. Please write to:
  ian@example.com
"""


def test_an_automatic_reply_is_about_its_writer_and_nobody_else():
    report = read_mail(AUTO_REPLY)

    assert report.kind is Kind.AUTO_REPLY
    assert [(one.recipient, one.cause, one.permanent) for one in report.recipients] == [
        ("hana@example.com", Cause.AWAY, None)
    ]


def test_a_persons_mail_reports_nothing():
    report = read_mail(
        b"From: Jan <jan@example.com>\nTo: desk@example.org\nSubject: Re: Delivery failed\n\n"
        b"I got this:\n<kim@example.com>: User unknown\n"
    )

    assert (report.kind, report.recipients) == (Kind.NONE, ())


def test_a_bounce_that_a_person_attached_is_not_our_bounce():
    forwarded = (
        b"From: Jan <jan@example.com>\nTo: desk@example.org\nSubject: look\n"
        b"Content-Type: multipart/mixed; boundary=zz\n\n--zz\nContent-Type: text/plain\n\n"
        b"See the attachment.\n--zz\nContent-Type: message/rfc822\n\n" + DSN + b"\n--zz--\n"
    )

    assert read_mail(forwarded).recipients == ()


def test_a_line_for_the_command_line_holds_no_diagnosis():
    line = line_of("one.eml", read_mail(DSN))

    assert line["file"] == "one.eml"
    assert line["kind"] == "bounce"
    assert line["recipients"][0] == {
        "recipient": "ann@example.com",
        "action": "failed",
        "status": "5.1.1",
        "reply_code": "550",
        "cause": "no_such_mailbox",
        "fault": "recipient",
        "permanent": True,
    }


SES = b"""\
From: SES <no-reply@sns.example.net>
Subject: AWS Notification Message
Content-Type: text/plain

{"Type": "Notification", "Message": "{\\"notificationType\\":\\"Bounce\\",\\"bounce\\":{\
\\"bounceType\\":\\"Permanent\\",\\"bouncedRecipients\\":[{\\"emailAddress\\":\\"lou@example.com\\",\
\\"status\\":\\"5.1.1\\",\\"diagnosticCode\\":\\"smtp; 550 5.1.1 user unknown\\"}]},\
\\"mail\\":{\\"messageId\\":\\"m-1\\"}}"}
"""


def test_a_notification_in_json_is_read():
    report = read_mail(SES)

    assert (report.kind, report.original_message_id) == (Kind.BOUNCE, "m-1")
    assert [(one.recipient, one.cause) for one in report.recipients] == [
        ("lou@example.com", Cause.NO_SUCH_MAILBOX)
    ]


def wrapped(inner: bytes, boundary: bytes = b"=_") -> bytes:
    return (
        b"From: Mail Delivery Subsystem <mailer-daemon@gate.example.net>\n"
        b"To: list@example.org\nSubject: Returned mail\n"
        b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\n\n'
        b"--" + boundary + b"\nContent-Type: text/plain\n\nA report came back.\n"
        b"--"
        + boundary
        + b"\nContent-Type: message/rfc822\n\n"
        + inner
        + b"\n--"
        + boundary
        + b"--\n"
    )


def test_a_report_that_wraps_a_report_is_read_as_the_inner_one():
    assert read_mail(wrapped(DSN)).recipients == read_mail(DSN).recipients


def test_the_sender_is_not_blamed_for_an_inner_report_that_says_nothing():
    silent = (
        b"From: mailer-daemon@mx.example.net\nSubject: Report\nContent-Type: text/plain\n\nNo.\n"
    )

    assert all(not one.permanent for one in read_mail(wrapped(silent)).recipients)


def test_a_boundary_that_begins_like_another_one_ends_no_part():
    report = read_mail(
        DSN.replace(b"--=_1\n", b"--=_1\n", 1).replace(b"no mailbox (", b"no\n--=_12\n(")
    )

    assert [one.recipient for one in report.recipients] == ["ann@example.com", "bob@example.com"]


def test_what_a_filter_of_the_recipient_refused_is_marked_in_a_header():
    marked = text_mail("Returned Mail", "The mail was not accepted:\n\n<mia@example.com>\n")
    raw = TEXT % (
        b"Returned Mail\nX-SPASIGN: NG",
        b"The mail was not accepted:\n\n<mia@example.com>\n",
    )

    assert [one.cause for one in marked.recipients] == [Cause.UNKNOWN]
    assert [one.cause for one in read_mail(raw).recipients] == [Cause.RECIPIENT_REFUSES]


def test_an_address_that_is_still_tried_is_not_permanently_bad():
    tried = DSN.replace(b"Action: failed", b"Action: delayed")

    assert [one.permanent for one in read_mail(tried).recipients] == [False, False]


def test_the_last_refusal_of_a_session_counts_and_not_what_was_accepted_before():
    session = (
        "Transcript of session follows.\n\n Out: 220 mx.example.net ESMTP\n"
        " In:  RCPT TO:<mia@example.com>\n Out: 250 2.1.5 Ok\n In:  DATA\n"
        " Out: 354 End data with <CR><LF>.<CR><LF>\n"
        " Out: 451 4.3.0 Error: queue file write error\n In:  QUIT\n Out: 221 2.0.0 Bye\n"
    )
    report = text_mail("Postfix SMTP server: errors", session)

    assert [(one.recipient, one.reply_code, one.cause) for one in report.recipients] == [
        ("mia@example.com", "451", Cause.SYSTEM_TROUBLE)
    ]


def test_a_refusal_says_nothing_of_the_address_that_the_next_host_refused():
    talk = (
        "   ----- Transcript of session follows -----\n"
        "554 <mia@example.org>... 550 Host unknown (Authoritative answer)\n"
        "While talking to mx.example.edu:\n>>> RCPT To:<tom@example.edu>\n"
        "<<< 550 <tom@example.edu>... User unknown\n550 <tom@example.edu>... User unknown\n"
    )
    report = text_mail("Returned mail: Host unknown", talk)

    assert [(one.recipient, one.cause) for one in report.recipients] == [
        ("mia@example.org", Cause.DOMAIN_NOT_FOUND),
        ("tom@example.edu", Cause.NO_SUCH_MAILBOX),
    ]


def test_the_words_beside_an_address_stand_in_for_a_diagnosis_that_the_status_lacks():
    delayed = DSN.replace(
        b"Diagnostic-Code: smtp; 452 4.2.2 <bob@example.com>:\n    Mailbox full\n", b""
    )
    said = delayed.replace(
        b"--=_1\nContent-Type: message",
        b"bob@example.com: 421 4.7.0 Please try again slower\n\n--=_1\nContent-Type: message",
    ).replace(b"Status: 4.2.2", b"Status: 4.0.0")

    assert read_mail(said).recipients[1].cause is Cause.RATE_LIMITED


def test_a_rule_of_a_receiver_at_ses_refuses_and_says_nothing_of_the_mailbox():
    mail = (
        DSN.replace(
            b"Reporting-MTA: dns; mx.example.net",
            b"Reporting-MTA: dns; inbound-smtp.eu-west-1.amazonaws.com",
        )
        .replace(b"Remote-MTA: dns; mx.example.com\n", b"")
        .replace(b"550 5.1.1 <ann@example.com>: no mailbox", b"550 5.1.1 Mailbox does not exist")
    )
    ann = read_mail(mail).recipients[0]

    assert (ann.cause, ann.permanent) == (Cause.RECIPIENT_REFUSES, False)
