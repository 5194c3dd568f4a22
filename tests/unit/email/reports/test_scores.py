"""Real mails: what we read agrees with the reference reading of Sisimai 4.25.15."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.email.domain import message
from services.email.domain.policy import Policy
from services.email.reports import Cause, RecipientReport, read_mail

BOUNCES = Path(__file__).parents[5] / "shared" / "data" / "bounces"

SISIMAI_REASONS = {
    "userunknown": {Cause.NO_SUCH_MAILBOX},
    "hasmoved": {Cause.MOVED},
    "hostunknown": {Cause.DOMAIN_NOT_FOUND},
    "notaccept": {Cause.TAKES_NO_MAIL},
    "mailboxfull": {Cause.MAILBOX_FULL},
    "suspend": {Cause.MAILBOX_INACTIVE},
    # Sisimai calls 5.2.1 so, which is a mailbox that is switched off (RFC 3463 3.3).
    "filtered": {Cause.RECIPIENT_REFUSES, Cause.MAILBOX_INACTIVE},
    "mesgtoobig": {Cause.TOO_BIG},
    "exceedlimit": {Cause.TOO_BIG},
    # SPF, DKIM and DMARC failures have no reason of their own in Sisimai 4: it spreads them over
    # these four by the words of the text, we give them one cause.
    "blocked": {Cause.REPUTATION, Cause.AUTHENTICATION_FAILED},
    "rejected": {Cause.SENDER_REFUSED, Cause.AUTHENTICATION_FAILED},
    "policyviolation": {Cause.POLICY, Cause.AUTHENTICATION_FAILED},
    "securityerror": {Cause.POLICY, Cause.AUTHENTICATION_FAILED},
    # Sisimai calls greylisting spam.
    "spamdetected": {Cause.BLOCKED_AS_SPAM, Cause.GREYLISTED},
    "virusdetected": {Cause.VIRUS},
    "contenterror": {Cause.CONTENT_REJECTED},
    "toomanyconn": {Cause.RATE_LIMITED},
    "expired": {Cause.EXPIRED},
    "networkerror": {Cause.NETWORK_TROUBLE},
    "systemerror": {Cause.SYSTEM_TROUBLE},
    "systemfull": {Cause.SYSTEM_TROUBLE},
    "mailererror": {Cause.DELIVERY_PROGRAM_FAILED},
    "norelaying": {Cause.RELAYING_DENIED},
    "syntaxerror": {Cause.PROTOCOL_ERROR},
    "onhold": {Cause.UNKNOWN},
    "undefined": {Cause.UNKNOWN},
    # A report of a failed authentication (RFC 6591) comes as feedback, but nobody complained.
    "feedback": {Cause.COMPLAINED, Cause.AUTHENTICATION_FAILED},
    "vacation": {Cause.AWAY},
    "delivered": {Cause.DELIVERED},
}
"""Which of our causes agree with a reason of Sisimai."""

LASTING = {0: True, 1: False, -1: None}
"""Sisimai's `softbounce` as our `permanent`."""


@dataclass
class Scores:
    mails: int = 0
    recipients: int = 0
    found: int = 0
    cause: int = 0
    lasting: int = 0
    reply_code: int = 0
    wrong: list[str] = field(default_factory=list)

    def share(self, count: int) -> float:
        return count / self.recipients


def matching(wanted: dict, pool: list[RecipientReport]) -> RecipientReport | None:
    """The best of our readings of the recipient that the reference names."""
    address = wanted["recipient"].lower()
    hidden = address.startswith("undisclosed-recipient")
    same = [
        one for one in pool if one.recipient.lower() == address or (hidden and not one.recipient)
    ]
    agreed = SISIMAI_REASONS[wanted["reason"]]
    return next((one for one in same if one.cause in agreed), same[0] if same else None)


@pytest.fixture(scope="module")
def readings():
    if not BOUNCES.is_dir():
        pytest.skip("the collection of real mails is not beside the repository")
    with (BOUNCES / "expected.jsonl").open(encoding="utf-8") as lines:
        wanted = [json.loads(line) for line in lines]
    return [
        (one["file"], one["results"], read_mail((BOUNCES / "mail" / one["file"]).read_bytes()))
        for one in wanted
    ]


@pytest.fixture(scope="module")
def scores(readings):
    total = Scores()
    for file, results, report in readings:
        total.mails += 1
        pool = list(report.recipients)
        for wanted in results:
            total.recipients += 1
            one = matching(wanted, pool)
            if one is None:
                total.wrong.append(f"{file}: {wanted['reason']} not found")
                continue
            total.found += 1
            agrees = one.cause in SISIMAI_REASONS[wanted["reason"]]
            total.cause += agrees
            total.lasting += one.permanent is LASTING[wanted["softbounce"]]
            total.reply_code += one.reply_code == str(wanted["replycode"])
            if not agrees:
                total.wrong.append(f"{file}: {wanted['reason']} read as {one.cause}")
    return total


def test_the_reading_of_real_mails_agrees_with_the_reference(scores, say):
    say(
        f"bounces: {scores.mails} mails, {scores.recipients} recipients:"
        f" found {scores.share(scores.found):.1%},"
        f" cause {scores.share(scores.cause):.1%},"
        f" lasting {scores.share(scores.lasting):.1%},"
        f" reply code {scores.share(scores.reply_code):.1%}"
    )

    assert scores.share(scores.found) >= 0.98, scores.wrong
    assert scores.share(scores.cause) >= 0.95, scores.wrong
    assert scores.share(scores.lasting) >= 0.97, scores.wrong


def test_no_mail_that_is_not_a_bounce_blocks_an_address(readings):
    blocking = [
        file
        for file, results, report in readings
        if file.startswith("not-") or (results and all(one["softbounce"] == -1 for one in results))
        if any(_blocks(report, one) for one in report.recipients)
    ]

    assert blocking == []


def _blocks(report, one):
    """Whether it would block its address as the first of its bounces, complaints left aside."""
    became = message.outcome(report.kind, one)
    fatal = Policy().block(one.cause, one.fault, for_good=one.refused_for_good, soft=1)
    return bool(one.permanent or (became == "bounced" and fatal))


def test_every_recipient_that_is_read_has_an_address_or_is_hidden_by_a_complaint(readings):
    nameless = [
        file
        for file, _, report in readings
        if report.kind != "complaint" and any("@" not in one.recipient for one in report.recipients)
    ]

    assert nameless == []
