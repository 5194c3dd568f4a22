"""Decisions on requests, without a store: asking, and answering within 24 hours."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from services.session.domain.access import Windows
from services.session.domain.requests import approve, reject, request_access
from tests.unit.session.situations import (
    ASKED,
    CONSENT,
    LAPSED,
    NOON,
    ONCE,
    REJECTED,
    SECTIONS,
    after,
    given,
)

AGAIN = replace(ASKED, access_request_id="request-2")
ANSWER = replace(CONSENT, consent_id="once", minutes=0, sections=())


def test_a_request_is_answered_within_a_day():
    assert Windows().answer == timedelta(hours=24)


def test_an_agent_asks_a_customer():
    given().when(request_access, ASKED, has_admin=True, now=NOON).then(ASKED)


def test_without_an_admin_nobody_could_allow_it():
    given().when(request_access, ASKED, has_admin=False, now=NOON).then_raises(Refused, "NO_ADMIN")


def test_one_request_of_an_agent_at_a_time():
    given(ASKED).when(request_access, AGAIN, has_admin=True, now=NOON).then_raises(
        Refused, "ALREADY_REQUESTED"
    )


def test_a_colleague_asks_too():
    theirs = replace(AGAIN, agent_id="colleague")

    given(ASKED).when(request_access, theirs, has_admin=True, now=NOON).then(theirs)


def test_a_request_is_open_until_the_last_moment_of_its_day():
    late = after(hours=24) - timedelta(microseconds=1)

    given(ASKED).when(request_access, AGAIN, has_admin=True, now=late).then_raises(
        Refused, "ALREADY_REQUESTED"
    )


def test_after_a_day_the_agent_may_ask_again():
    given(ASKED).when(request_access, AGAIN, has_admin=True, now=after(hours=24)).then(AGAIN)


@pytest.mark.parametrize("answer", [REJECTED, LAPSED, ONCE])
def test_after_an_answer_the_agent_may_ask_again(answer):
    given(ASKED, answer).when(request_access, AGAIN, has_admin=True, now=NOON).then(AGAIN)


def test_the_organization_is_always_among_the_sections():
    asked = replace(ASKED, sections=("DEVICES", "USERS"))

    given().when(request_access, asked, has_admin=True, now=NOON).then(
        replace(asked, sections=SECTIONS)
    )


@pytest.mark.parametrize(
    ("sections", "reason"),
    [((), "REQUIRED"), (("UNSPECIFIED",), "UNKNOWN_SECTION"), (("PAYROLL",), "UNKNOWN_SECTION")],
)
def test_sections_that_do_not_exist_are_refused(sections, reason):
    asked = replace(ASKED, sections=sections)

    given().when(request_access, asked, has_admin=True, now=NOON).then_raises(
        InvalidArgument, reason
    )


@pytest.mark.parametrize("minutes", [1, 30, 60])
def test_up_to_an_hour_may_be_asked_for(minutes):
    asked = replace(ASKED, minutes=minutes)

    given().when(request_access, asked, has_admin=True, now=NOON).then(asked)


@pytest.mark.parametrize("minutes", [-1, 0, 61, 2**31 - 1])
def test_no_more_than_an_hour_may_be_asked_for(minutes):
    asked = replace(ASKED, minutes=minutes)

    given().when(request_access, asked, has_admin=True, now=NOON).then_raises(
        InvalidArgument, "OUT_OF_RANGE"
    )


def test_an_approval_gives_what_was_asked_for_one_view():
    expected = replace(
        ANSWER,
        access_request_id="request-1",
        sections=SECTIONS,
        minutes=20,
        once=True,
        purpose="cannot join",
        agent_id="agent",
        ticket="INC-1",
    )

    given(ASKED).when(approve, "request-1", ANSWER, now=NOON).then(expected)


def test_an_approval_may_be_narrower():
    narrower = replace(ANSWER, sections=("USERS",), minutes=5)
    granted = given(ASKED).when(approve, "request-1", narrower, now=NOON)._call()

    assert (granted.sections, granted.minutes) == (("ORGANIZATION", "USERS"), 5)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sections": ("USERS", "SETTINGS")}, "WIDER_THAN_ASKED"),
        ({"sections": ("PAYROLL",)}, "UNKNOWN_SECTION"),
        ({"minutes": 21}, "LONGER_THAN_ASKED"),
        ({"minutes": -1}, "OUT_OF_RANGE"),
    ],
)
def test_an_approval_is_not_wider(changes, reason):
    given(ASKED).when(approve, "request-1", replace(ANSWER, **changes), now=NOON).then_raises(
        InvalidArgument, reason
    )


def test_an_approval_within_the_day_counts():
    late = after(hours=24) - timedelta(microseconds=1)

    granted = given(ASKED).when(approve, "request-1", ANSWER, now=late)._call()
    assert granted.access_request_id == "request-1"


@pytest.mark.parametrize("decide", ["approve", "reject"])
@pytest.mark.parametrize(
    ("facts", "now", "error", "reason"),
    [
        ((), NOON, NotFound, "NOT_FOUND"),
        ((ASKED,), after(hours=24), Refused, "LAPSED"),
        ((ASKED, LAPSED), NOON, Refused, "LAPSED"),
        ((ASKED, REJECTED), NOON, Refused, "ANSWERED"),
        ((ASKED, ONCE), NOON, Refused, "ANSWERED"),
    ],
)
def test_only_an_open_request_is_answered(decide, facts, now, error, reason):
    if decide == "approve":
        asked = given(*facts).when(approve, "request-1", ANSWER, now=now)
    else:
        asked = given(*facts).when(reject, "request-1", rejected_by="admin", now=now)

    asked.then_raises(error, reason)


def test_an_admin_says_no():
    given(ASKED).when(reject, "request-1", rejected_by="admin", now=NOON).then(REJECTED)
