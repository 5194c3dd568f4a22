from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from services.email.domain.facts import NEVER
from services.email.domain.policy import NO_BOUNCE, OURS, Policy
from services.email.reports import Cause, Fault
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


def expected(cause, permanent, fifth):
    if cause in OUR_TROUBLE or cause in (Cause.COMPLAINED, Cause.AWAY, Cause.DELIVERED):
        return ""
    if permanent and cause in AT_ONCE:
        return "hard_bounce"
    if cause in NEVER_SOFT or not fifth:
        return ""
    return "policy" if cause is Cause.RECIPIENT_REFUSES else "soft_bounces"


@pytest.mark.parametrize(
    ("cause", "permanent", "fifth"), list(product(Cause, *[(False, True)] * 2))
)
def test_what_each_cause_blocks(cause, permanent, fifth):
    fault = fault_of(cause)
    got = Policy().block(cause, fault, permanent=permanent, soft=5 if fifth else 4)

    assert got == expected(cause, permanent, fifth)


@pytest.mark.parametrize("cause", Cause)
def test_what_is_our_fault_never_blocks_even_where_the_settings_name_it(cause):
    policy = Policy(hard=frozenset(Cause), soft=frozenset(Cause), soft_bounces=1)
    got = policy.block(cause, Fault.OUR_SIDE, permanent=True, soft=99)

    assert got == ""
    assert (policy.block(cause, Fault.RECIPIENT, permanent=True, soft=99) == "") == (
        cause in OURS | NO_BOUNCE
    )


def test_temporary_blocks_end_by_themselves_and_others_do_not():
    policy = Policy(soft_lasts=timedelta(days=3), policy_lasts=timedelta(days=9))

    assert policy.expires_at("soft_bounces", NOON) == NOON + timedelta(days=3)
    assert policy.expires_at("policy", NOON) == NOON + timedelta(days=9)
    assert policy.expires_at("hard_bounce", NOON) == NEVER
    assert policy.expires_at("complaint", NOON) == NEVER
    assert Policy(soft_lasts=timedelta()).expires_at("soft_bounces", NOON) == NEVER
