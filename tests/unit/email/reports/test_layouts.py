"""Each layout of a bounce with each kind of refusal in it."""

import pytest

from services.email.reports import Cause, Fault, Kind, read_mail
from tests.support.layouts import LAYOUTS, RECIPIENT, SENDER

ABOUT_THE_RECIPIENT = {
    f"550 5.1.1 <{RECIPIENT}>... User unknown": (Cause.NO_SUCH_MAILBOX, True),
    "552 5.2.2 Mailbox full": (Cause.MAILBOX_FULL, False),
    "550 5.1.2 Host unknown": (Cause.DOMAIN_NOT_FOUND, True),
    f"550 5.2.1 <{RECIPIENT}>... This account has been disabled": (Cause.MAILBOX_INACTIVE, False),
    "552 5.3.4 Message size exceeds fixed limit": (Cause.TOO_BIG, False),
    "554 5.7.1 Unable to relay": (Cause.RELAYING_DENIED, False),
    "553 5.7.1 Client host [192.0.2.1] blocked using zen.example": (Cause.REPUTATION, False),
    "451 4.7.1 Greylisted, come back in five minutes": (Cause.GREYLISTED, False),
}
ABOUT_THE_SENDER = (
    f"553 5.1.8 <{SENDER}>... Domain of sender address {SENDER} does not exist",
    f"550 5.7.1 <{SENDER}>: Sender address rejected: Access denied",
    f"550 Verification failed for <{SENDER}>: Sender verify failed",
    f"550 5.7.1 SPF check failed for {SENDER}, 192.0.2.1 is not allowed to send from there",
    f"554 5.7.1 {SENDER} is on our blacklist; contact postmaster@recipients.example",
)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("said", ABOUT_THE_RECIPIENT)
def test_a_refusal_is_read_wherever_a_mail_system_puts_it(name, said):
    report = read_mail(LAYOUTS[name](said))

    assert report.kind is Kind.BOUNCE
    assert [(one.recipient, one.cause, one.permanent) for one in report.recipients] == [
        (RECIPIENT, *ABOUT_THE_RECIPIENT[said])
    ]


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("said", ABOUT_THE_SENDER)
def test_a_refusal_of_the_sender_is_our_trouble_and_no_recipients(name, said):
    report = read_mail(LAYOUTS[name](said))

    assert [one.recipient for one in report.recipients] == [RECIPIENT]
    assert [(one.fault, one.permanent) for one in report.recipients] == [(Fault.OUR_SIDE, False)]
