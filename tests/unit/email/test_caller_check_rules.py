from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest

from helpdesk.kernel.errors import Exhausted, InvalidArgument, Refused
from helpdesk.kernel.events import NEVER
from services.email.domain import caller_check, limits, vouching
from services.email.domain.caller_check import CallerCheck
from services.email.domain.check_facts import CallerDenied, VouchRefused, VouchRequested
from services.email.domain.facts import (
    CallerCheckExpired,
    CallerCheckLocked,
    CallerCheckReplaced,
    CallerCheckStarted,
    CodeRejected,
    CodeUndeliverable,
    MailboxPossessionProved,
    SendCounted,
)
from services.email.domain.limits import Sends
from tests.support.given import Given

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = b"k" * 32
RIGHT = caller_check.digest_of(KEY, "c1", "12345678")
WRONG = caller_check.digest_of(KEY, "c1", "12345679")
STARTED = CallerCheckStarted(
    check_id="c1",
    agent_id="agent-1",
    user_id="ana",
    ticket="INC-1",
    address="ana@acme.example",
    address_digest="d1",
    message_id="m1",
    code_digest=RIGHT,
    code_key="code:1",
    code="12345678",
    expires_at=NOON + timedelta(minutes=10),
    recorded_at=NOON,
)
REJECTED = CodeRejected(check_id="c1")
PROVED = MailboxPossessionProved(
    check_id="c1", agent_id="agent-1", user_id="ana", ticket="INC-1", recorded_at=NOON
)


STUCK = CodeUndeliverable(check_id="c1", cause="no_such_mailbox", fault="recipient")
UNTIL = NOON + timedelta(minutes=30)
ASKED = VouchRequested(
    check_id="c1",
    agent_id="agent-1",
    user_id="ana",
    organization_id="acme",
    ticket="INC-1",
    reason="gone",
    open_until=UNTIL,
)
SAID_NO = VouchRefused(
    check_id="c1", user_id="ana", organization_id="acme", admin_id="ada", reason="on leave"
)


@pytest.mark.parametrize(
    ("facts", "now", "ways"),
    [
        # what is next where there is: both, another address, an admin, neither
        ((), NOON, ("other_address", "other_address", "customer_admin", "try_removal")),
        ((ASKED,), NOON, ("wait_for_vouch",) * 4),
        ((ASKED,), UNTIL, ("other_address", "other_address", "customer_admin", "try_removal")),
        ((ASKED, SAID_NO), NOON, ("other_address", "other_address", "end_call", "end_call")),
    ],
    ids=["nobody asked", "asked", "not answered in time", "refused"],
)
def test_where_a_code_cannot_arrive_the_agent_is_told_the_way_out(facts, now, ways):
    check = reduce(caller_check.evolve, (STARTED, STUCK, *facts), CallerCheck())
    there = [(True, True), (True, False), (False, True), (False, False)]
    found = [
        vouching.way_out(check, other_address=other, admin=admin, now=now) for other, admin in there
    ]

    assert found == [f"check.next.{way}" for way in ways]


def given(*facts):
    return Given(caller_check.evolve, CallerCheck(), *facts)


def test_the_right_code_proves_possession_of_the_mailbox():
    given(STARTED).when(caller_check.verify, RIGHT, NOON).then(PROVED)


def test_the_right_code_still_counts_after_four_wrong_ones():
    given(STARTED, *[REJECTED] * 4).when(caller_check.verify, RIGHT, NOON).then(PROVED)


def test_the_fifth_wrong_code_locks():
    given(STARTED, *[REJECTED] * 3).when(caller_check.verify, WRONG, NOON).then(REJECTED)
    given(STARTED, *[REJECTED] * 4).when(caller_check.verify, WRONG, NOON).then(
        REJECTED, CallerCheckLocked(check_id="c1")
    )


@pytest.mark.parametrize(
    "end",
    [
        CallerCheckLocked(check_id="c1"),
        CallerCheckExpired(check_id="c1"),
        CallerCheckReplaced(check_id="c1", replaced_by="c2"),
        CodeUndeliverable(check_id="c1", cause="no_such_mailbox", fault="recipient"),
    ],
)
def test_the_right_code_is_worth_nothing_once_the_check_ended(end):
    given(STARTED, end).when(caller_check.verify, RIGHT, NOON).then()

    assert given(STARTED, end).state.tries_left == 0
    assert not given(STARTED, end).state.can_be_sent(NOON)


def test_a_code_is_good_for_ten_minutes():
    late = NOON + timedelta(minutes=10)
    given(STARTED).when(caller_check.verify, RIGHT, late - timedelta(seconds=1)).then(PROVED)
    given(STARTED).when(caller_check.verify, RIGHT, late).then(CallerCheckExpired(check_id="c1"))


def test_a_code_is_good_once():
    given(STARTED, PROVED).when(caller_check.verify, RIGHT, NOON).then_raises(Refused, "CODE_USED")


def test_a_digest_is_bound_to_its_check_and_key():
    assert caller_check.digest_of(KEY, "c2", "12345678") != RIGHT
    assert caller_check.digest_of(b"o" * 32, "c1", "12345678") != RIGHT
    assert "12345678" not in RIGHT


def test_the_states_that_an_agent_sees():
    at = NOON + timedelta(minutes=5)
    later = NOON + timedelta(minutes=11)

    assert caller_check.standing(CallerCheck(), at) == "ready"
    assert caller_check.standing(given(STARTED).state, at) == "sent"
    assert caller_check.standing(given(STARTED, REJECTED).state, at) == "wrong"
    assert caller_check.standing(given(STARTED).state, later) == "expired"
    assert caller_check.standing(given(STARTED, PROVED).state, at) == "confirmed"
    assert caller_check.standing(given(STARTED, PROVED).state, later) == "expired"


def test_a_check_expires_once():
    late = NOON + timedelta(minutes=10)
    expired = CallerCheckExpired(check_id="c1")
    given(STARTED).when(caller_check.expire, NOON).then()
    given(STARTED).when(caller_check.expire, late).then(expired)
    given(STARTED, expired).when(caller_check.expire, late).then()
    given(STARTED, PROVED).when(caller_check.expire, late).then()


def test_a_confirmed_check_is_not_replaced_and_does_not_bounce():
    given(STARTED, PROVED).when(caller_check.give_way, "c2").then()
    given(STARTED, PROVED).when(caller_check.undeliverable, "unknown", "unknown").then()


@pytest.mark.parametrize("text", ["12345678", "1234 5678", "1234-5678", " 12 34\u00a056 78 "])
def test_codes_as_they_are_typed(text):
    assert caller_check.read_code(text) == "12345678"


@pytest.mark.parametrize("text", ["", "1234567", "123456789", "1234567a", "１２３４５６７８"])
def test_what_is_no_code(text):
    with pytest.raises(InvalidArgument):
        caller_check.read_code(text)


def times(*minutes_ago):
    return [NOON - timedelta(minutes=each) for each in minutes_ago]


def test_three_in_ten_minutes():
    assert limits.room(times(), NOON).left == 3
    assert limits.room(times(9, 1), NOON).left == 1
    full = limits.room(times(9, 5, 1), NOON)
    assert (full.left, full.next_at) == (0, NOON + timedelta(minutes=1))
    assert limits.room(times(10, 5, 1), NOON).left == 1


def test_the_tightest_limit_decides():
    found = limits.tightest([limits.room(times(1), NOON), limits.room(times(9, 8, 7), NOON)])

    assert found.left == 0
    with pytest.raises(Exhausted) as exhausted:
        limits.check(found, "TOO_MANY_CODES", "Codes", NOON)
    assert exhausted.value.retry_seconds == 60


def test_a_window_spans_the_hour():
    early = datetime(2026, 3, 2, 12, 3, tzinfo=UTC)

    assert limits.streams("agent", "a", early) == (
        "sends:agent:a:2026030211",
        "sends:agent:a:2026030212",
    )


def test_sends_are_counted_by_their_time():
    state = limits.evolve(Sends(), SendCounted(limit="agent", message_id="m1", recorded_at=NOON))

    assert state.times == (NOON,)
    assert limits.tightest([limits.room(state.times, NOON)]).next_at == NEVER


def test_nobody_vouches_any_more_for_a_call_that_was_denied():
    undeliverable = CodeUndeliverable(check_id="c1", cause="no_such_mailbox", fault="recipient")
    asked = VouchRequested(
        check_id="c1",
        agent_id="agent-1",
        user_id="ana",
        organization_id="acme",
        ticket="INC-1",
        reason="gone",
        open_until=NOON + vouching.OPEN,
    )
    denied = CallerDenied(check_id="c1", agent_id="agent-1", user_id="ana", ticket="INC-1")

    given(STARTED, undeliverable, asked, denied).when(
        vouching.vouch, "ada", "I know them", NOON
    ).then_raises(Refused, "ANSWERED")
