"""Cut, doubled, nested and random mails neither crash nor hang the reader."""

import time
import tracemalloc
from encodings.aliases import aliases

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.email.reports import Kind, MailReport, RecipientReport, read_mail, read_smtp_reply
from services.email.reports.mime import MAX_BYTES

SEED = b"""\
From: MAILER-DAEMON@mx.example.net
Subject: =?utf-8?B?VW5kZWxpdmVyZWQ=?= mail
Content-Type: multipart/report; boundary="b"

--b
Content-Type: text/plain; charset=x-unheard-of
Content-Transfer-Encoding: quoted-printable

<ann@example.com>: host mx said: 550 5.1.1 User unknown (in reply to RCPT TO)
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; ann@example.com
Action: failed
Status: 5.1.1
--b
Content-Type: message/rfc822

To: ann@example.com
--b--
"""
SECONDS = 2.0


def nested(depth: int) -> bytes:
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level)
        for level in range(depth)
    )
    return b"From: mailer-daemon@example.net\n" + opening + b"Content-Type: text/plain\n\nend\n"


def in_html(*parts: bytes) -> bytes:
    """A mail whose parts are all HTML."""
    opening = b'From: postmaster@a.example\nContent-Type: multipart/mixed; boundary="b"\n\n'
    return opening + b"".join(b"--b\nContent-Type: text/html\n\n" + part + b"\n" for part in parts)


HOSTILE = {
    "empty": b"",
    "no headers": b"\n\n" + b"x" * 5000,
    "fifty megabytes": b"Subject: failure\n\n" + b"a@b.example 550 " * (50 * 65536),
    "nested a thousand deep": nested(1000),
    "messages in messages": b"Content-Type: message/rfc822\n\n" * 5000,
    "a header bomb": b"From: postmaster@example.net\n" + b"X-A: b\n" * 200_000 + b"\nbody",
    "one endless header": b"Subject: " + b" undeliverable" * 200_000 + b"\n\nbody",
    "folded for ever": b"Subject: a\n" + b" b\n" * 300_000 + b"\nbody",
    "a thousand parts": b'From: postmaster@a.example\nContent-Type: multipart/mixed; boundary="b"\n\n'
    + b"--b\nContent-Type: text/plain\n\n<a@b.example>: x\n" * 20_000,
    "one endless line": b"From: postmaster@a.example\n\n" + b"<a@b.example>" * 80_000,
    "at signs": b"From: postmaster@a.example\n\n" + b"@" * 900_000,
    "almost addresses": b"From: postmaster@a.example\n\n" + b"a.b@c.d" * 100_000,
    "angle brackets": b"From: postmaster@a.example\nContent-Type: text/html\n\n" + b"<" * 900_000,
    "unclosed tags": b"From: postmaster@a.example\nContent-Type: text/html\n\n"
    + b"<style" * 150_000,
    "dashes": b"From: postmaster@a.example\n\n" + b"--" * 400_000,
    "hidden boundaries": b"From: postmaster@a.example\n\n" + b"--abcdefgh\nContent-A: b\n" * 40_000,
    "blanks": b"From: postmaster@a.example\n\n" + b" \t" * 400_000,
    "many recipients": b"From: postmaster@a.example\nContent-Type: message/delivery-status\n\n"
    + b"".join(
        b"Final-Recipient: rfc822; u%d@a.example\nAction: failed\n\n" % n for n in range(20_000)
    ),
    "nested json": b"Subject: AWS\n\n" + b'{"notificationType":' * 40_000,
    "encoded words": b"From: postmaster@a.example\nSubject: "
    + b"=?utf-8?B?//8=?= " * 20_000
    + b"\n\nx",
    "unreadable subject": b"From: postmaster@a.example\nSubject: =?utf-8?B?\x80?= =?nowhere?Q?a?=\n\nx",
    "broken base64": SEED.replace(b"quoted-printable", b"base64"),
    "binary": bytes(range(256)) * 4000,
    "colons": b":" * 900_000,
    "long names": b"From: postmaster@a.example\n\n" + (b"a" * 1190 + b"@-\n") * 800,
    "long words": b"From: postmaster@a.example\n\n" + (b"a " * 590 + b"user address @-\n") * 800,
    "long fields": b"From: postmaster@a.example\nContent-Type: message/delivery-status\n\n"
    + (b"Final-Recipient: rfc822; " + b"a" * 990 + b"@-\nAction: failed\n\n") * 900,
    "lead-ins": b"From: postmaster@a.example\n\n"
    + (b"address recipient delivered to " * 38 + b"@\n") * 800,
    "brackets": b"From: postmaster@a.example\n\n" + (b"<a" * 590 + b"@-\n") * 800,
    "quotes": b"From: postmaster@a.example\n\n" + (b'"a' * 590 + b"@-\n") * 800,
    "long diagnoses": b"From: postmaster@a.example\nContent-Type: message/delivery-status\n\n"
    + (
        b"Final-Recipient: rfc822; u@a.example\nDiagnostic-Code: smtp; 550 "
        + b"user x " * 140
        + b"\nAction: failed\n\n"
    )
    * 900,
    "codes": b"From: postmaster@a.example\n\n" + b"550 5.1.1 " * 90_000,
    "heads that never end": in_html(*[b"<head>" * 22_000] * 7),
    "styles that never end": in_html(*[b"<style >a" * 14_000] * 7),
    "comments that never end": in_html(*[b"<!--" * 32_000] * 7),
    "comments in comments": in_html(b"<!-- <head> <!-- --> " * 40_000),
    "tables in tables": in_html(b"<table><tr><td>" * 60_000),
    "attributes": in_html(b"<a " + b"b='<c' " * 120_000 + b">"),
    "entities": in_html(b"&amp;&lt;&#65;&nosuch;&" * 40_000),
    "an endless number of a character": in_html(b"&#" + b"1" * 900_000 + b";"),
    "an endless diagnosis": b"From: postmaster@a.example\nContent-Type: message/delivery-status\n\n"
    b"Final-Recipient: rfc822; a@b.example\nAction: failed\nDiagnostic-Code: smtp; "
    + b"%"
    * 900_000,
    "names of charsets": b"From: postmaster@a.example\nContent-Type: text/plain; charset="
    + b"x" * 900_000
    + b"\n\n\xe9",
    "an international name": b"From: postmaster@a.example\nContent-Type: text/plain; charset=punycode"
    b"\n\n\xe9" + b"a-b-c9" * 150_000,
    "numbers in JSON": b'Subject: AWS\n\n{"notificationType":' + b"1" * 900_000,
}

REPEATED = [
    *(b" \t", b"a", b"0", b".", b"-", b"=", b":", b";", b",", b"@", b"&", b"'", b'"', b"(", b"["),
    *(b"<", b">", b"<a@b.example>", b"\xe9", b"\x1b$", b"a.b@c.d ", b"550 5.1.1 ", b"a=b;c"),
    *(b"=?utf-8?q?a?= ", b"\n", b"\n\n", b"X-A: b\n ", b"--b\n", b"user ", b"to the address "),
]
PLACES = {
    "text": b"From: postmaster@a.example\n\n",
    "html": b"From: postmaster@a.example\nContent-Type: text/html\n\n",
    "field": b"From: postmaster@a.example\nContent-Type: message/delivery-status\n\n"
    b"Final-Recipient: rfc822; u@a.example\nAction: failed\nDiagnostic-Code: smtp; ",
    "complaint": b"Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: ",
    "subject": b"From: postmaster@a.example\nSubject: ",
    "content type": b"From: postmaster@a.example\nContent-Type: ",
    "reply": b"From: ann@a.example\nAuto-Submitted: auto-replied\n\n",
}
MEGABYTE = 1_000_000
LARGEST_MEMORY = 48 * 1024 * 1024


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_read_in_time(name):
    started = time.thread_time()
    report = read_mail(HOSTILE[name])

    assert time.thread_time() - started < SECONDS
    assert len(report.recipients) <= 500
    assert all(len(one.diagnosis) <= 2000 for one in report.recipients)


@pytest.mark.parametrize("place", PLACES)
def test_a_megabyte_of_the_same_is_read_in_time_wherever_it_stands(place):
    slow = {}
    for repeated in REPEATED:
        raw = PLACES[place] + repeated * (MEGABYTE // len(repeated))
        started = time.thread_time()
        read_mail(raw)
        slow[repeated] = time.thread_time() - started

    assert {each for each, seconds in slow.items() if seconds > SECONDS} == set()


@pytest.mark.parametrize(
    "name", ["heads that never end", "tables in tables", "entities", "many recipients", "colons"]
)
def test_a_hostile_mail_is_read_in_little_memory(name):
    tracemalloc.start()
    try:
        read_mail(HOSTILE[name])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < LARGEST_MEMORY


def test_only_a_prefix_of_a_huge_mail_is_read():
    late = b"x" * MAX_BYTES + SEED

    assert read_mail(SEED + b"x" * (2 * MAX_BYTES)).kind is Kind.BOUNCE
    assert read_mail(late).recipients == ()


def test_a_mail_may_end_anywhere():
    for end in range(len(SEED)):
        assert isinstance(read_mail(SEED[:end]), MailReport)


def test_a_mail_in_a_mail_twice_names_its_recipient_once():
    assert [one.recipient for one in read_mail(SEED + SEED).recipients] == ["ann@example.com"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_read(raw):
    assert isinstance(read_mail(raw), MailReport)


CHARSETS = sorted({*aliases, *aliases.values(), "utf-7", "idna", "punycode", "x-unheard-of", ""})


def can_be_stored(report: MailReport) -> bool:
    people = report.recipients
    said = "".join([report.subject, *(one.recipient + one.diagnosis for one in people)])
    return "\0" not in said and said.encode("utf-8", "replace").decode("utf-8") == said


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CHARSETS), st.binary(max_size=200))
def test_a_text_in_any_charset_can_be_stored(charset, garbage):
    report = read_mail(
        b"From: mailer-daemon@example.net\nSubject: =?%s?Q?failure=%s?=\n"
        b"Content-Type: text/plain; charset=%s\n\n<ann@example.com>: 550 5.1.1 %s\n"
        % (
            charset.encode(),
            b"".join(b"=%02X" % byte for byte in garbage),
            charset.encode(),
            garbage,
        )
    )

    assert can_be_stored(report)


@pytest.mark.parametrize(
    ("charset", "said"),
    [
        ("utf-7", b"no such user \xe9+2AA-"),
        ("utf-7", b"no such user +2AA-"),
        ("unicode_escape", b"no such user \xe9 \\ud800"),
        ("utf-16-le", "no such user ă".encode("utf-16-le")),
    ],
)
def test_half_a_pair_never_leaves_the_reader(charset, said):
    report = read_mail(
        b"From: mailer-daemon@example.net\nSubject: failure\n"
        b"Content-Type: text/plain; charset=%s\n\n<ann@example.com>: %s\n"
        % (charset.encode(), said)
    )

    assert can_be_stored(report)


def test_half_a_pair_in_json_never_leaves_the_reader():
    report = read_mail(
        b"Subject: AWS\n\n"
        b'{"notificationType":"Bounce","bounce":{"bouncedRecipients":'
        b'[{"emailAddress":"\\ud800ann@example.com","diagnosticCode":"smtp; 550 \\udfff"}]}}'
    )

    assert [one.recipient for one in report.recipients] == ["?ann@example.com"]
    assert can_be_stored(report)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_report_with_garbage_in_it_is_read(data):
    at = data.draw(st.integers(0, len(SEED)))
    garbage = data.draw(st.binary(max_size=80))
    skipped = data.draw(st.integers(0, 60))

    report = read_mail(SEED[:at] + garbage + SEED[at + skipped :])

    assert isinstance(report, MailReport)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 999), st.text(max_size=300))
def test_any_reply_is_classified(code, text):
    report = read_smtp_reply(code, text)

    assert isinstance(report, RecipientReport)
    assert not (code < 500 and report.permanent)
