from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from helpdesk.kernel.events import NEVER
from services.identity.domain.platform_auditor_facts import (
    PlatformAuditorAssigned,
    PlatformAuditorRemoved,
)
from services.identity.domain.platform_auditors import PlatformAuditors, assign, evolve, remove
from tests.support.given import Given

NOW = datetime(2030, 5, 6, 7, 8, tzinfo=UTC)


def assigned(user="ola", until=NEVER, name="Ola"):
    return PlatformAuditorAssigned(
        user_id=user,
        display_name=name,
        issuer="https://idp.example",
        subject=f"{user}-there",
        until=until,
        assigned_by="operator:ann",
        reason="yearly audit",
    )


REMOVED = PlatformAuditorRemoved(user_id="ola", removed_by="operator:ann", reason="it is over")


def given(*facts):
    return Given(evolve, PlatformAuditors(), *facts)


@pytest.mark.parametrize("until", [NEVER, NOW + timedelta(days=1)])
def test_somebody_becomes_an_auditor_of_the_platform(until):
    given().when(assign, assigned(until=until), NOW).then(assigned(until=until))


def test_nobody_becomes_one_twice():
    given(assigned()).when(assign, assigned(), NOW).then_raises(Refused, "ROLE_HELD")


@pytest.mark.parametrize("before", [(assigned(until=NOW),), (assigned(), REMOVED)])
def test_who_was_one_becomes_one_again(before):
    given(*before).when(assign, assigned(), NOW).then(assigned())


def test_it_does_not_end_in_the_past():
    given().when(assign, assigned(until=NOW), NOW).then_raises(InvalidArgument, "IN_THE_PAST")


@pytest.mark.parametrize("name", ["", "x" * 201])
def test_an_auditor_has_a_name(name):
    given().when(assign, assigned(name=name), NOW).then_raises(InvalidArgument, "OUT_OF_RANGE")


def test_it_is_taken_away_once():
    given(assigned()).when(remove, REMOVED).then(REMOVED)
    given(assigned(), REMOVED).when(remove, REMOVED).then_raises(NotFound, "NOT_FOUND")
    given().when(remove, REMOVED).then_raises(NotFound, "NOT_FOUND")


def test_those_of_now_are_told_by_name():
    state = PlatformAuditors()
    for fact in (assigned(name="Zoe"), assigned("ida", name="ada"), assigned("ivo", NOW)):
        state = evolve(state, fact)

    assert [each.user_id for each in state.now(NOW)] == ["ida", "ola"]
