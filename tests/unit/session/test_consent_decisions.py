"""Decisions on consents, without a store: from when, until when, once, and taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from services.session.domain.access import Consent
from services.session.domain.consents import (
    expiry,
    grant,
    leave,
    live_consent,
    other_ticket,
    revoke,
    shut_out,
    without_agent,
)
from services.session.domain.facts import ConsentExpired, ConsentRevoked, ViewEnded
from tests.unit.session.situations import (
    ASKED,
    CONSENT,
    NOON,
    ONCE,
    REJECTED,
    REVOKED,
    STARTED,
    VIEW,
    after,
    ended,
    given,
)

MOMENT = timedelta(microseconds=1)


def state(*facts, now=NOON, consent_id="consent-1"):
    return given(*facts).state.consents[consent_id].state_at(now)


def test_an_admin_allows_it_without_being_asked():
    assert grant(CONSENT, NOON) == CONSENT


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ends": NOON}, "IN_THE_PAST"),
        ({"begins": after(days=-2), "ends": after(days=-1)}, "IN_THE_PAST"),
        ({"begins": after(days=2), "ends": after(days=1)}, "IN_THE_PAST"),
        ({"ends": after(days=365) + MOMENT}, "TOO_LONG"),
        ({"sections": ()}, "REQUIRED"),
        ({"sections": ("PAYROLL",)}, "UNKNOWN_SECTION"),
        ({"minutes": 0}, "OUT_OF_RANGE"),
        ({"minutes": 61}, "OUT_OF_RANGE"),
    ],
)
def test_what_makes_no_sense_is_not_allowed(changes, reason):
    with pytest.raises(InvalidArgument) as caught:
        grant(replace(CONSENT, **changes), NOON)

    assert caught.value.reason == reason


def test_a_whole_year_may_be_allowed():
    whole = replace(CONSENT, ends=after(days=365))

    assert grant(whole, NOON) == whole


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOON - MOMENT, "pending"),
        (NOON, "live"),
        (after(days=30) - MOMENT, "live"),
        (after(days=30), "expired"),
    ],
)
def test_a_consent_holds_from_its_beginning_to_its_end(now, expected):
    assert state(CONSENT, now=now) == expected


def test_a_consent_that_was_taken_back_is_revoked():
    assert state(CONSENT, REVOKED) == "revoked"


def test_a_consent_for_one_view_is_used_by_it():
    assert state(ONCE, replace(VIEW, consent_id="once"), consent_id="once") == "used"


def test_a_consent_for_one_view_stays_used_after_the_view_was_looked_at():
    view = replace(VIEW, consent_id="once")

    assert state(ONCE, view, STARTED, ended("agent"), consent_id="once") == "used"


@pytest.mark.parametrize("ended_by", ["agent", "idle"])
def test_a_view_that_nobody_looked_at_gives_its_one_time_back(ended_by):
    view = replace(VIEW, consent_id="once")

    assert state(ONCE, view, ended(ended_by), consent_id="once") == "live"


@pytest.mark.parametrize("ended_by", ["customer", "partner_admin", "role", "relationship"])
def test_a_view_that_was_taken_away_gives_nothing_back(ended_by):
    view = replace(VIEW, consent_id="once")

    assert state(ONCE, view, ended(ended_by), consent_id="once") == "used"


def test_a_consent_for_long_is_not_used_up():
    assert state(CONSENT, VIEW, STARTED, ended("agent")) == "live"


def test_the_newest_consent_counts():
    newer = replace(CONSENT, consent_id="consent-2")
    access = given(CONSENT, newer).state

    assert live_consent(access, "agent", "INC-1", NOON).granted.consent_id == "consent-2"


def test_the_answer_to_a_request_comes_before_what_is_allowed_for_long():
    newer = replace(CONSENT, consent_id="consent-2")
    access = given(ONCE, newer).state

    assert live_consent(access, "agent", "INC-1", NOON).granted.consent_id == "once"


@pytest.mark.parametrize(
    ("agent", "ticket", "found"),
    [("agent", "INC-1", True), ("colleague", "INC-1", False), ("agent", "OTHER-9", False)],
)
def test_an_answer_is_for_the_agent_and_the_ticket_that_were_named(agent, ticket, found):
    answer = replace(ONCE, agent_id="agent", ticket="INC-1")
    access = given(ASKED, answer).state

    assert bool(live_consent(access, agent, ticket, NOON)) is found


def test_what_is_allowed_without_being_asked_is_for_any_agent_and_ticket():
    assert live_consent(given(CONSENT).state, "colleague", "OTHER-9", NOON).granted == CONSENT


def test_an_agent_is_told_the_ticket_under_which_it_is_allowed():
    access = given(ASKED, replace(ONCE, agent_id="agent", ticket="INC-1")).state

    assert other_ticket(access, "agent", NOON) == "INC-1"
    assert other_ticket(access, "colleague", NOON) == ""
    assert other_ticket(given(CONSENT).state, "agent", NOON) == ""


@pytest.mark.parametrize(
    ("facts", "now"),
    [
        ((), NOON),
        ((CONSENT,), NOON - MOMENT),
        ((CONSENT,), after(days=30)),
        ((CONSENT, REVOKED), NOON),
        ((ONCE, replace(VIEW, consent_id="once")), NOON),
    ],
)
def test_what_does_not_hold_now_opens_nothing(facts, now):
    assert live_consent(given(*facts).state, "agent", "INC-1", now) is None


@pytest.mark.parametrize(
    ("days_left", "told", "expected"),
    [
        (8, (), None),
        (7, (), 7),
        (6, (), 7),
        (6, (7,), None),
        (1, (7,), 1),
        (0.5, (), 1),
        (0.5, (7, 1), None),
    ],
)
def test_both_sides_are_told_once_a_week_and_a_day_before_the_end(days_left, told, expected):
    consent = Consent(CONSENT, told=frozenset(told))
    fact = expiry(consent, CONSENT.ends - timedelta(days=days_left))

    assert (fact.days if fact else None) == expected


def test_what_was_allowed_for_two_days_is_told_of_a_day_before_only():
    short = Consent(replace(CONSENT, ends=after(days=2)))

    assert expiry(short, after(hours=1)) is None
    assert expiry(short, after(days=1)).days == 1


def test_the_end_of_a_consent_is_told_once():
    assert isinstance(expiry(Consent(CONSENT), CONSENT.ends), ConsentExpired)
    assert expiry(Consent(CONSENT, over=True), CONSENT.ends) is None


def test_nothing_is_told_of_the_end_of_what_was_taken_back_or_used():
    before = CONSENT.ends - timedelta(hours=3)
    taken = Consent(CONSENT, revoked=True)
    used = Consent(replace(CONSENT, once=True), used=True)

    assert [expiry(each, before) for each in (taken, used)] == [None, None]


def test_taking_back_ends_what_runs():
    given(CONSENT, VIEW, STARTED).when(revoke, "consent-1", revoked_by="admin", now=NOON).then(
        REVOKED, ended("customer", "admin")
    )


def test_taking_back_ends_no_view_twice():
    given(CONSENT, VIEW, ended("agent")).when(
        revoke, "consent-1", revoked_by="admin", now=NOON
    ).then(REVOKED)


def test_a_view_on_another_consent_goes_on():
    other = replace(CONSENT, consent_id="consent-2")

    given(other, CONSENT, replace(VIEW, consent_id="consent-2")).when(
        revoke, "consent-1", revoked_by="admin", now=NOON
    ).then(REVOKED)


def test_a_consent_is_not_taken_back_twice():
    given(CONSENT, REVOKED).when(revoke, "consent-1", revoked_by="admin", now=NOON).then_raises(
        Refused, "REVOKED"
    )


def test_a_consent_that_nobody_gave_is_not_found():
    given().when(revoke, "consent-1", revoked_by="admin", now=NOON).then_raises(NotFound)


USED_UP = (ONCE, replace(VIEW, consent_id="once"), ended("time"))


@pytest.mark.parametrize(
    ("facts", "consent_id", "now"),
    [
        ((CONSENT,), "consent-1", CONSENT.ends),
        ((CONSENT, VIEW, STARTED), "consent-1", CONSENT.ends),
        (USED_UP, "once", NOON),
    ],
)
def test_what_is_over_is_not_taken_back(facts, consent_id, now):
    given(*facts).when(revoke, consent_id, revoked_by="admin", now=now).then_raises(
        Refused, "CONSENT_OVER"
    )
    given(*facts).when(leave, by="service", now=now).then()
    given(*facts).when(shut_out, by="admin", now=now).then()


@pytest.mark.parametrize("now", [NOON, after(days=1)])
def test_what_is_used_up_is_taken_back_while_somebody_looks(now):
    facts = (ONCE, replace(VIEW, consent_id="once"))
    taken = given(*facts).when(leave, by="service", now=now)._call()

    assert [type(fact) for fact in taken] == [ConsentRevoked, ViewEnded]


def test_a_partner_that_leaves_loses_every_consent_and_view():
    by_product = replace(REVOKED, revoked_by="service")
    other = replace(CONSENT, consent_id="consent-2")

    given(CONSENT, other, VIEW).when(leave, by="service", now=NOON).then(
        by_product,
        ended("relationship"),
        replace(by_product, consent_id="consent-2"),
    )


@pytest.mark.parametrize("gone", [leave, shut_out])
def test_what_a_partner_that_is_gone_asked_for_is_rejected(gone):
    rejected = replace(REJECTED, rejected_by="somebody")

    given(ASKED).when(gone, by="somebody", now=NOON).then(rejected)
    given(ASKED).when(gone, by="somebody", now=ASKED.lapses).then()


def without(*facts, agent="agent", now=NOON):
    return given(*facts).when(without_agent, agent, by="service", now=now)


APPROVED = replace(ONCE, agent_id="agent")


def test_what_an_agent_who_left_asked_for_is_rejected():
    without(ASKED).then(replace(REJECTED, rejected_by="service"))
    without(ASKED, agent="another").then()
    without(ASKED, now=ASKED.lapses).then()


def test_an_unused_approval_of_an_agent_who_left_is_taken_back():
    without(ASKED, APPROVED).then(replace(REVOKED, consent_id="once", revoked_by="service"))
    without(ASKED, APPROVED, agent="another").then()
    without(ASKED, APPROVED, now=APPROVED.ends).then()


@pytest.mark.parametrize("facts", [(CONSENT,), (APPROVED, replace(VIEW, consent_id="once"))])
def test_what_others_may_use_or_is_used_up_is_not_taken_back_from_who_left(facts):
    without(*facts).then()


def test_a_partner_that_has_nothing_loses_nothing():
    given(CONSENT, REVOKED).when(leave, by="service", now=NOON).then()
