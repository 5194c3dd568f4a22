"""Decisions on views, without a store: started once allowed, their clock, and how they end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.kernel.errors import Refused
from services.session.domain.access import LONGEST_MINUTES, Windows
from services.session.domain.facts import ViewStarted
from services.session.domain.views import begin, end_view, signed_out, start_view, without_role
from tests.unit.session.situations import (
    ASKED,
    CONSENT,
    IDLE,
    NOON,
    ONCE,
    REVOKED,
    SECTIONS,
    STARTED,
    VIEW,
    WANTED,
    after,
    ended,
    given,
    view_of,
)

MOMENT = timedelta(microseconds=1)


def started(until):
    return ViewStarted(view_id="view-1", organization_id="acme", until=until)


def test_a_view_lasts_half_an_hour_where_nobody_says_otherwise_and_an_hour_at_most():
    assert (Windows().view_minutes, LONGEST_MINUTES) == (30, 60)


def test_a_view_ends_when_it_is_not_used_for_ten_minutes():
    assert Windows().idle == IDLE


def test_a_consent_opens_a_view_of_its_sections_for_its_minutes():
    given(CONSENT).when(start_view, WANTED, running=None, now=NOON).then(
        replace(
            WANTED,
            consent_id="consent-1",
            sections=SECTIONS,
            minutes=30,
            latest=after(days=30),
        )
    )


def test_one_view_of_a_customer_at_a_time():
    running = view_of(CONSENT, VIEW)

    given(CONSENT, VIEW).when(start_view, WANTED, running=running, now=NOON).then_raises(
        Refused, "VIEW_RUNNING"
    )


@pytest.mark.parametrize(
    ("facts", "now"),
    [
        ((), NOON),
        ((CONSENT,), NOON - MOMENT),
        ((CONSENT,), after(days=30)),
        ((CONSENT, REVOKED), NOON),
        ((ONCE, replace(VIEW, consent_id="once"), STARTED, ended("time")), NOON),
    ],
)
def test_without_a_live_consent_there_is_no_view(facts, now):
    given(*facts).when(start_view, WANTED, running=None, now=now).then_raises(Refused, "NO_CONSENT")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"agent_id": "colleague"}, "NO_CONSENT"), ({"ticket": "OTHER-9"}, "OTHER_TICKET")],
)
def test_an_approval_opens_no_view_to_another_agent_or_under_another_ticket(changes, reason):
    answer = replace(ONCE, agent_id="agent", ticket="INC-1")

    given(ASKED, answer).when(
        start_view, replace(WANTED, **changes), running=None, now=NOON
    ).then_raises(Refused, reason)


def test_a_view_needs_a_sign_in_session_to_be_bound_to():
    wanted = replace(WANTED, sign_in_id="")

    given(CONSENT).when(start_view, wanted, running=None, now=NOON).then_raises(
        Refused, "NO_SIGN_IN"
    )


def test_the_clock_starts_at_first_use():
    assert begin(view_of(CONSENT, VIEW), after(minutes=5)) == started(after(minutes=35))


def test_the_clock_starts_once():
    assert begin(view_of(CONSENT, VIEW, STARTED), after(minutes=5)) is None


def test_the_clock_of_an_ended_view_does_not_start():
    assert begin(view_of(CONSENT, VIEW, ended("agent")), after(minutes=5)) is None


def test_an_hour_is_an_hour():
    long = replace(VIEW, minutes=60)

    assert begin(view_of(CONSENT, long), NOON) == started(after(minutes=60))


def test_no_view_outlives_its_consent():
    short = replace(VIEW, latest=after(minutes=10))

    assert begin(view_of(CONSENT, short), NOON) == started(after(minutes=10))


@pytest.mark.parametrize("minutes", [30, 60])
def test_a_used_view_ends_by_time(minutes):
    end = after(minutes=minutes)
    view = view_of(CONSENT, replace(VIEW, minutes=minutes), started(end))

    assert view.over(end - MOMENT, end - MOMENT, IDLE) == ""
    assert view.over(end, end - MOMENT, IDLE) == "time"


def test_a_view_that_is_not_used_for_ten_minutes_ends_by_idling():
    view = view_of(CONSENT, VIEW, STARTED)
    used = after(minutes=3)

    assert view.over(after(minutes=13) - MOMENT, used, IDLE) == ""
    assert view.over(after(minutes=13), used, IDLE) == "idle"


def test_a_view_that_was_never_used_idles_from_when_it_was_made():
    view = view_of(CONSENT, VIEW)

    assert view.over(after(minutes=10) - MOMENT, None, IDLE) == ""
    assert view.over(after(minutes=10), None, IDLE) == "idle"


def test_a_view_that_was_never_used_ends_with_its_consent():
    view = view_of(CONSENT, replace(VIEW, latest=after(minutes=2)))

    assert view.over(after(minutes=2), None, IDLE) == "time"


@pytest.mark.parametrize("by", ["agent", "customer", "partner_admin", "role", "relationship"])
def test_an_ended_view_stays_ended_as_it_was_ended(by):
    view = view_of(CONSENT, VIEW, STARTED, ended(by))

    assert view.over(after(days=1), NOON, IDLE) == by


def test_a_running_view_counts_down():
    view = view_of(CONSENT, VIEW, STARTED)

    assert view.remaining(after(minutes=12)) == 18 * 60
    assert view.remaining(after(minutes=31)) == 0


def test_a_view_whose_clock_stands_has_all_its_time_within_the_consent():
    assert view_of(CONSENT, VIEW).remaining(after(hours=1)) == 30 * 60
    assert view_of(CONSENT, replace(VIEW, latest=after(minutes=4))).remaining(NOON) == 4 * 60


def test_a_view_is_ended_once():
    end = ended("agent", "agent")

    assert end_view(view_of(CONSENT, VIEW), ended_by="agent", person_id="agent") == end
    with pytest.raises(Refused) as caught:
        end_view(view_of(CONSENT, VIEW, end), ended_by="agent", person_id="agent")
    assert caught.value.reason == "VIEW_ENDED"


BRIEFLY = replace(VIEW, role_until=after(minutes=7))


@pytest.mark.parametrize(
    ("facts", "seconds"),
    [((CONSENT, BRIEFLY), 420), ((CONSENT, BRIEFLY, started(after(minutes=7))), 420)],
)
def test_a_view_lasts_at_most_as_long_as_its_agents_role(facts, seconds):
    view = view_of(*facts)

    assert view.remaining(NOON) == seconds
    assert view.over(after(minutes=7) - MOMENT, NOON, IDLE) == ""
    assert view.over(after(minutes=7), NOON, IDLE) == "role"


def test_a_view_starts_no_longer_than_its_agents_role():
    assert begin(view_of(CONSENT, BRIEFLY), NOON) == started(after(minutes=7))


def test_a_view_that_ran_out_before_its_agents_role_ended_by_time():
    view = view_of(CONSENT, replace(VIEW, role_until=after(minutes=31)), STARTED)

    assert view.over(after(minutes=40), after(minutes=35), IDLE) == "time"


def test_who_loses_the_role_loses_the_view():
    given(CONSENT, VIEW).when(without_role, "agent", "HELP_DESK", frozenset()).then(ended("role"))


def test_who_loses_all_roles_that_a_view_stands_on_one_by_one_loses_it_with_the_last():
    both = replace(VIEW, roles=("HELP_DESK", "HELP_DESK_READ_ONLY"))

    given(CONSENT, both).when(
        without_role, "agent", "HELP_DESK", frozenset({"HELP_DESK_READ_ONLY"})
    ).then()
    given(CONSENT, both).when(
        without_role, "agent", "HELP_DESK_READ_ONLY", frozenset({"AUDITOR"})
    ).then(ended("role"))


@pytest.mark.parametrize(
    ("facts", "agent", "role"),
    [
        ((CONSENT, VIEW), "another", "HELP_DESK"),
        ((CONSENT, VIEW), "agent", "AUDITOR"),
        ((CONSENT, VIEW, ended("agent")), "agent", "HELP_DESK"),
    ],
)
def test_a_role_that_a_view_does_not_stand_on_ends_nothing(facts, agent, role):
    given(*facts).when(without_role, agent, role, frozenset()).then()


def test_a_role_that_opens_no_view_does_not_keep_one():
    view = replace(VIEW, roles=("AUDITOR", "HELP_DESK"))

    given(CONSENT, view).when(without_role, "agent", "HELP_DESK", frozenset({"AUDITOR"})).then(
        ended("role")
    )


def test_signing_out_ends_the_views_of_that_session():
    given(CONSENT, VIEW).when(signed_out, "sign-in-1", "signed_out").then(ended("agent", "agent"))


@pytest.mark.parametrize(
    ("reason", "ended_by"),
    [
        ("provider", "provider"),
        ("directory", "directory"),
        ("partner_admin", "partner_admin"),
        ("role_removed", "role"),
        ("offboarded", "role"),
        ("some_later_reason", "sign_in"),
    ],
)
def test_the_agent_is_not_named_for_a_sign_in_that_somebody_else_ended(reason, ended_by):
    given(CONSENT, VIEW).when(signed_out, "sign-in-1", reason).then(ended(ended_by))


@pytest.mark.parametrize(
    ("facts", "sign_in"),
    [((CONSENT, VIEW), "other"), ((CONSENT, VIEW, ended("time")), "sign-in-1")],
)
def test_signing_out_elsewhere_ends_nothing(facts, sign_in):
    given(*facts).when(signed_out, sign_in, "signed_out").then()
