"""What is decided on forgetting persons and on legal holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.kernel.errors import Refused
from services.identity.domain import forgetting
from services.identity.domain.forgetting import Forgettings
from services.identity.domain.forgetting_facts import (
    LegalHoldLifted,
    LegalHoldSet,
    PersonForgettingAsked,
    PersonForgettingConfirmed,
    PersonForgettingWithdrawn,
)

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
ABOUT = {"user_id": "u1", "organization_id": "o1"}
ASKED = PersonForgettingAsked(**ABOUT, asked_by="ada", recorded_at=NOW)
CONFIRMED = PersonForgettingConfirmed(**ABOUT, asked_by="", confirmed_by="bo")
WITHDRAWN = PersonForgettingWithdrawn(**ABOUT, withdrawn_by="ada")
HELD = LegalHoldSet(organization_id="o1", user_id="u1", set_by="cy")
ALL_HELD = replace(HELD, user_id="")
LIFTED = LegalHoldLifted(organization_id="o1", user_id="u1", lifted_by="cy")


def after(*events):
    state = Forgettings()
    for event in events:
        state = forgetting.evolve(state, event)
    return state


def reason(decide, *arguments):
    with pytest.raises(Refused) as refused:
        decide(*arguments)
    return refused.value.reason


def test_another_person_confirms_what_was_asked_and_both_are_named():
    confirmed = forgetting.confirm(after(ASKED), CONFIRMED, NOW + timedelta(days=6))

    assert (confirmed.asked_by, confirmed.confirmed_by) == ("ada", "bo")


def test_what_was_asked_lapses_after_seven_days():
    late = NOW + timedelta(days=7)

    assert reason(forgetting.confirm, after(ASKED), CONFIRMED, late) == "NOT_ASKED"


def test_what_lapsed_may_be_asked_again():
    assert forgetting.ask(after(ASKED), ASKED, NOW + timedelta(days=7)) == ASKED


def test_what_was_asked_is_not_asked_twice():
    assert reason(forgetting.ask, after(ASKED), ASKED, NOW) == "ALREADY_ASKED"


def test_nobody_confirms_what_they_asked_themselves():
    own = replace(CONFIRMED, confirmed_by="ada")

    assert reason(forgetting.confirm, after(ASKED), own, NOW) == "SAME_PERSON"


def test_what_was_taken_back_is_not_confirmed():
    state = after(ASKED, WITHDRAWN)

    assert reason(forgetting.confirm, state, CONFIRMED, NOW) == "NOT_ASKED"


@pytest.mark.parametrize("held", [HELD, ALL_HELD])
def test_a_hold_on_the_person_or_on_everybody_refuses_to_ask_and_to_confirm(held):
    assert reason(forgetting.ask, after(held), ASKED, NOW) == "LEGAL_HOLD"
    assert reason(forgetting.confirm, after(ASKED, held), CONFIRMED, NOW) == "LEGAL_HOLD"


def test_a_hold_on_somebody_else_refuses_nothing():
    held = replace(HELD, user_id="u2")

    assert forgetting.ask(after(held), ASKED, NOW) == ASKED


def test_a_hold_that_was_lifted_refuses_nothing():
    assert forgetting.ask(after(HELD, LIFTED), ASKED, NOW) == ASKED


def test_lifting_the_hold_on_one_person_leaves_the_one_on_everybody():
    assert reason(forgetting.ask, after(ALL_HELD, HELD, LIFTED), ASKED, NOW) == "LEGAL_HOLD"


def test_a_hold_comes_too_late_for_who_was_confirmed():
    assert reason(forgetting.hold, after(ASKED, CONFIRMED), HELD) == "ALREADY_FORGOTTEN"


def test_a_hold_is_set_and_lifted_once():
    assert reason(forgetting.hold, after(HELD), HELD) == "HELD"
    assert reason(forgetting.lift, after(), LIFTED) == "NOT_HELD"


def test_nobody_is_forgotten_twice():
    state = after(ASKED, CONFIRMED)

    assert reason(forgetting.ask, state, ASKED, NOW) == "ALREADY_FORGOTTEN"
