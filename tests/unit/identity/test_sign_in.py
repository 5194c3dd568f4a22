from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.kernel.errors import Forbidden
from services.identity.domain.facts import SignedIn, SignInBegun
from services.identity.domain.sign_in import Attempt, Session, check_answer, evolve
from tests.support.given import Given

NOW = datetime(2030, 5, 6, 7, 8, tzinfo=UTC)
BEGUN = SignInBegun(
    state_digest="d",
    issuer="https://idp.example",
    key="k",
    code_verifier="v",
    nonce="n",
    recorded_at=NOW,
)
COMPLETED = SignedIn(sign_in_id="s", user_id="u", secret_digest="x", issuer="https://idp.example")


def given(*facts):
    return Given(evolve, Attempt(), *facts)


def test_an_answer_in_time_is_taken():
    given(BEGUN).when(check_answer, "state", "state", NOW + timedelta(minutes=10)).then(None)


@pytest.mark.parametrize(
    ("facts", "state", "returned", "after"),
    [
        ((BEGUN,), "state", "other", 1),
        ((BEGUN,), "state", "", 1),
        ((BEGUN,), "", "", 1),
        ((BEGUN,), "stäte", "state", 1),
        ((BEGUN,), "state", "state", 601),
        ((BEGUN, COMPLETED), "state", "state", 1),
        ((), "state", "state", 1),
    ],
)
def test_an_answer_that_is_foreign_late_or_used_is_refused(facts, state, returned, after):
    given(*facts).when(check_answer, state, returned, NOW + timedelta(seconds=after)).then_raises(
        Forbidden, "SIGN_IN_INVALID"
    )


@pytest.mark.parametrize(
    ("used_after", "asked_after", "lives"),
    [
        (timedelta(0), timedelta(minutes=14, seconds=59), True),
        (timedelta(0), timedelta(minutes=15), False),
        (timedelta(hours=9, minutes=50), timedelta(hours=9, minutes=59, seconds=59), True),
        (timedelta(hours=9, minutes=50), timedelta(hours=10), False),
    ],
)
def test_a_session_ends_when_idle_and_after_ten_hours(used_after, asked_after, lives):
    session = Session("s", "u", begun=NOW, used=NOW + used_after)

    assert session.lives(NOW + asked_after) is lives


def test_a_session_that_was_ended_is_dead():
    assert not Session("s", "u", NOW, NOW, ended=True).lives(NOW)
