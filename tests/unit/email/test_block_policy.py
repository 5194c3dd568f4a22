from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.kernel.events import NEVER
from services.email.domain.policy import NO_BOUNCE, OURS, Policy
from services.email.reports import Action, Cause, Fault, RecipientReport, read_smtp_reply
from services.email.reports.causes import fault_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AT_ONCE = {
    Cause.NO_SUCH_MAILBOX,
    Cause.MOVED,
    Cause.DOMAIN_NOT_FOUND,
    Cause.TAKES_NO_MAIL,
    Cause.MAILBOX_INACTIVE,
    Cause.UNKNOWN,
}
NEVER_SOFT = {Cause.UNKNOWN}
OUR_TROUBLE = {
    Cause.REPUTATION,
    Cause.SENDER_REFUSED,
    Cause.AUTHENTICATION_FAILED,
    Cause.POLICY,
    Cause.BLOCKED_AS_SPAM,
    Cause.VIRUS,
    Cause.CONTENT_REJECTED,
    Cause.TOO_BIG,
    Cause.RATE_LIMITED,
    Cause.PROTOCOL_ERROR,
}


ANSWERS = {
    Cause.NO_SUCH_MAILBOX: ("RCPT", "5.1.1 User unknown", "4.1.1 User unknown"),
    Cause.MOVED: ("RCPT", "5.1.6 She has moved", "4.1.6 She has moved"),
    Cause.DOMAIN_NOT_FOUND: ("RCPT", "5.1.2 Host unknown", "Host unknown"),
    Cause.TAKES_NO_MAIL: ("RCPT", "5.3.2 Takes no mail", "4.3.2 Takes no mail"),
    Cause.MAILBOX_FULL: ("RCPT", "5.2.2 Mailbox full", "4.2.2 Mailbox full"),
    Cause.MAILBOX_INACTIVE: ("RCPT", "5.2.1 Account disabled", "4.2.1 Account disabled"),
    Cause.RECIPIENT_REFUSES: (
        "DATA",
        "5.2.0 Message filtered",
        "Message rejected due to user rules",
    ),
    Cause.REPUTATION: ("RCPT", "5.7.1 blocked using zen", "4.7.1 blocked using zen"),
    Cause.SENDER_REFUSED: ("MAIL", "5.1.8 Sender rejected", "4.1.8 Sender rejected"),
    Cause.AUTHENTICATION_FAILED: ("DATA", "5.7.26 DMARC", "4.7.26 DMARC"),
    Cause.POLICY: ("DATA", "5.7.0 denied by policy", "4.7.5 denied by policy"),
    Cause.RELAYING_DENIED: ("RCPT", "5.7.1 Relay access denied", "4.7.1 Relay access denied"),
    Cause.BLOCKED_AS_SPAM: ("DATA", "5.7.1 detected as spam", "detected as spam"),
    Cause.VIRUS: ("DATA", "5.7.1 contains a virus", "4.7.0 contains a virus"),
    Cause.CONTENT_REJECTED: ("DATA", "5.6.0 bad header", "4.6.0 bad header"),
    Cause.TOO_BIG: ("MAIL", "5.3.4 too big", "4.2.3 too big"),
    Cause.RATE_LIMITED: ("MAIL", "5.7.1 too many connections", "4.7.0 too many connections"),
    Cause.GREYLISTED: ("RCPT", "5.7.1 Greylisted", "4.2.0 Greylisted"),
    Cause.EXPIRED: ("DATA", "5.4.300 message expired", "4.4.7 message expired"),
    Cause.NETWORK_TROUBLE: ("RCPT", "5.4.0 no route to host", "4.4.4 no route to host"),
    Cause.SYSTEM_TROUBLE: ("DATA", "5.3.5 local configuration error", "4.3.5 server busy"),
    Cause.DELIVERY_PROGRAM_FAILED: ("DATA", "mailer error", "mailer error"),
    Cause.PROTOCOL_ERROR: ("DATA", "malformed address: x", "malformed address: x"),
    Cause.UNKNOWN: ("DATA", "5.0.0 zork", "4.0.0 zork"),
}
"""A refusal of each cause, for good and for now, and at which command."""
NO_REFUSAL = {Cause.COMPLAINED, Cause.AWAY, Cause.DELIVERED}


def answer(cause, *, for_good):
    """What the reader says of a refusal of this cause."""
    command, good, passing = ANSWERS[cause]
    code, words = (550, good) if for_good else (450, passing)
    return read_smtp_reply(code, words, recipient="ann@recipients.example", command=command)


def expected(cause, for_good, fifth):
    if cause in OUR_TROUBLE:
        return ""
    if for_good and cause in AT_ONCE:
        return "hard_bounce"
    if cause in NEVER_SOFT or not fifth:
        return ""
    return "policy" if cause is Cause.RECIPIENT_REFUSES else "soft_bounces"


def test_there_is_a_refusal_of_every_cause():
    assert set(ANSWERS) | NO_REFUSAL == set(Cause)


@pytest.mark.parametrize("cause", ANSWERS)
@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("fifth", [False, True])
def test_what_is_read_of_a_refusal_blocks_as_its_cause_says(cause, for_good, fifth):
    read = answer(cause, for_good=for_good)
    got = Policy().block(
        read.cause, read.fault, for_good=read.refused_for_good, soft=5 if fifth else 4
    )

    assert read.cause is cause
    assert got == expected(cause, for_good, fifth)


@pytest.mark.parametrize("cause", sorted(NO_REFUSAL))
def test_what_is_no_refusal_never_blocks(cause):
    assert Policy().block(cause, fault_of(cause), for_good=True, soft=99) == ""


@pytest.mark.parametrize(
    "cause", [cause for cause in ANSWERS if cause not in OUR_TROUBLE], ids=lambda cause: cause.value
)
def test_every_cause_that_may_be_named_as_hard_has_an_effect(cause):
    policy = Policy.of([cause], [], 5, (7, 14, 30))
    read = answer(cause, for_good=True)

    assert policy.block(read.cause, read.fault, for_good=read.refused_for_good, soft=1) == (
        "hard_bounce"
    )


@pytest.mark.parametrize("cause", sorted(OUR_TROUBLE | NO_REFUSAL))
@pytest.mark.parametrize("soft", [False, True])
def test_a_cause_that_cannot_block_cannot_be_named(cause, soft):
    with pytest.raises(ValueError, match=cause.value):
        Policy.of([] if soft else [cause], [cause] if soft else [], 5, (7, 14, 30))


@pytest.mark.parametrize("cause", Cause)
def test_what_is_our_fault_never_blocks_even_where_the_settings_name_it(cause):
    policy = Policy(hard=frozenset(Cause), soft=frozenset(Cause), soft_bounces=1)
    got = policy.block(cause, Fault.OUR_SIDE, for_good=True, soft=99)

    assert got == ""
    assert (policy.block(cause, Fault.RECIPIENT, for_good=True, soft=99) == "") == (
        cause in OURS | NO_BOUNCE
    )


@pytest.mark.parametrize(
    ("action", "status", "reply", "permanent", "for_good"),
    [
        (Action.FAILED, "5.2.1", "550", False, True),
        (Action.FAILED, "5.0.0", "", False, True),
        (Action.FAILED, "", "554", False, True),
        (Action.FAILED, "", "", True, True),
        (Action.FAILED, "", "", False, False),
        (Action.FAILED, "4.4.7", "", True, False),
        (Action.FAILED, "5.0.0", "451", True, False),
        (Action.DELAYED, "5.1.1", "550", True, False),
        (Action.DELIVERED, "5.1.1", "", True, False),
    ],
)
def test_a_refusal_is_for_good_by_its_codes(action, status, reply, permanent, for_good):
    read = RecipientReport("", action=action, status=status, reply_code=reply, permanent=permanent)

    assert read.refused_for_good is for_good


def test_temporary_blocks_end_by_themselves_and_others_do_not():
    policy = Policy(soft_lasts=timedelta(days=3), policy_lasts=timedelta(days=9))

    assert policy.expires_at("soft_bounces", NOON) == NOON + timedelta(days=3)
    assert policy.expires_at("policy", NOON) == NOON + timedelta(days=9)
    assert policy.expires_at("hard_bounce", NOON) == NEVER
    assert policy.expires_at("complaint", NOON) == NEVER
    assert Policy(soft_lasts=timedelta()).expires_at("soft_bounces", NOON) == NEVER
