"""Use cases on requests, over a store: what may be asked and answered, and until when."""

import pytest

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from services.session.domain.facts import (
    AccessRejected,
    AccessRequestLapsed,
    ConsentGranted,
    ConsentRevoked,
)


def refused(call, *arguments, **more):
    with pytest.raises(Refused) as caught:
        call(*arguments, **more)
    return caught.value.reason


def test_the_organization_itself_is_always_asked_for(desk, at):
    assert desk.ask(at(), sections=("USERS", "DEVICES")).sections == (
        "ORGANIZATION",
        "USERS",
        "DEVICES",
    )


def test_a_request_without_minutes_is_for_thirty(desk, at):
    assert desk.ask(at(), minutes=0).minutes == 30


@pytest.mark.parametrize("minutes", [-1, 61])
def test_nobody_asks_for_less_than_a_minute_or_more_than_an_hour(desk, at, minutes):
    with pytest.raises(InvalidArgument) as caught:
        desk.ask(at(), minutes=minutes)

    assert caught.value.field == "minutes"


@pytest.mark.parametrize("sections", [(), ("UNSPECIFIED",)])
def test_a_request_names_sections_that_there_are(desk, at, sections):
    with pytest.raises(InvalidArgument) as caught:
        desk.ask(at(), sections=sections)

    assert caught.value.field == "sections"


def test_an_organization_without_an_admin_says_who_can_add_one(desk, at):
    desk.directory.admins = ()

    with pytest.raises(Refused) as caught:
        desk.ask(at())
    assert caught.value.reason == "NO_ADMIN"
    assert "add one" in caught.value.message


def test_a_second_request_waits_for_the_answer_to_the_first(desk, at):
    desk.ask(at())

    assert refused(desk.ask, at(hours=23)) == "ALREADY_REQUESTED"


def test_a_request_can_be_asked_again_once_it_lapsed(desk, at):
    desk.ask(at())

    assert desk.ask(at(hours=24))


@pytest.mark.parametrize("approve", [True, False])
def test_a_request_can_be_answered_until_a_day_is_over(desk, at, approve):
    asked = desk.ask(at())
    desk.answer(at(hours=23, minutes=59, seconds=59), asked, approve=approve)

    assert isinstance(desk.facts()[-1], ConsentGranted if approve else AccessRejected)


@pytest.mark.parametrize("approve", [True, False])
def test_a_request_lapses_after_a_day(desk, at, approve):
    asked = desk.ask(at())

    assert refused(desk.answer, at(hours=24), asked, approve=approve) == "LAPSED"


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", [True, False])
def test_a_request_is_answered_once(desk, at, first, second):
    asked = desk.ask(at())
    desk.answer(at(minutes=1), asked, approve=first)

    assert refused(desk.answer, at(minutes=2), asked, approve=second) == "ANSWERED"


def test_that_a_request_lapsed_is_written_down_once(desk, at):
    asked = desk.ask(at())

    assert [desk.requests.lapse_requests(), desk.requests.lapse_requests()] == [1, 0]
    lapsed = [fact for fact in desk.facts() if isinstance(fact, AccessRequestLapsed)]
    assert [fact.access_request_id for fact in lapsed] == [asked.access_request_id]


def test_an_approval_takes_what_was_asked_for(desk, at):
    asked = desk.ask(at(), sections=("USERS", "MAIL"), minutes=20)
    desk.answer(at(), asked)

    granted = desk.facts()[-1]
    assert (granted.sections, granted.minutes, granted.once) == (asked.sections, 20, True)


def test_an_approval_may_be_narrower_and_shorter(desk, at):
    asked = desk.ask(at(), sections=("USERS", "MAIL"), minutes=20)
    desk.answer(at(), asked, sections=("MAIL",), minutes=5)

    granted = desk.facts()[-1]
    assert (granted.sections, granted.minutes) == (("ORGANIZATION", "MAIL"), 5)


@pytest.mark.parametrize("wider", [{"sections": ("USERS", "SETTINGS")}, {"minutes": 21}])
def test_an_approval_is_never_wider_or_longer_than_asked(desk, at, wider):
    asked = desk.ask(at(), sections=("USERS",), minutes=20)

    with pytest.raises(InvalidArgument):
        desk.answer(at(), asked, **wider)


def test_the_request_of_a_partner_that_left_is_rejected(desk, at):
    asked = desk.ask(at())
    work = UnitOfWork(desk.store, Actor("service:session"), at(minutes=1))
    desk.consents.on_partners_changed(work, "acme", frozenset({"south"}))
    desk.store.commit(work.unit())

    assert [type(fact) for fact in work.staged] == [AccessRejected]
    assert refused(desk.answer, at(minutes=2), asked) == "ANSWERED"


def test_a_request_is_not_approved_before_it_is_known_that_its_partner_left(desk, at):
    asked = desk.ask(at())
    desk.directory.partners = ("south",)

    assert refused(desk.answer, at(minutes=1), asked) == "PARTNER_LEFT"
    desk.answer(at(minutes=2), asked, approve=False)
    assert isinstance(desk.facts()[-1], AccessRejected)


@pytest.mark.parametrize(
    ("role", "left", "rejected"),
    [
        ("HELP_DESK", (), 1),
        ("HELP_DESK", ("AUDITOR",), 1),
        ("HELP_DESK", ("HELP_DESK_READ_ONLY",), 0),
        ("AUDITOR", (), 0),
    ],
)
def test_with_the_last_role_that_may_look_goes_what_was_asked_for(desk, at, role, left, rejected):
    desk.ask(at())
    work = UnitOfWork(desk.store, Actor("service:session"), at(minutes=1))
    desk.consents.on_role_removed(work, "ana", role, frozenset(left))

    assert [type(fact) for fact in work.staged] == [AccessRejected] * rejected


def test_who_leaves_takes_requests_and_unused_approvals_along_and_nobody_elses(desk, at, colleague):
    asked, theirs = desk.ask(at()), desk.ask(at(), agent=colleague)
    desk.answer(at(), asked)
    again = desk.ask(at())
    work = UnitOfWork(desk.store, Actor("service:session"), at(minutes=1))
    desk.consents.on_agent_left(work, "ana")
    desk.store.commit(work.unit())

    assert [type(fact) for fact in work.staged] == [AccessRejected, ConsentRevoked]
    assert refused(desk.answer, at(minutes=2), again) == "ANSWERED"
    assert refused(desk.start, at(minutes=2)) == "NO_CONSENT"
    assert desk.answer(at(minutes=2), theirs)


def test_a_fact_that_comes_again_takes_nothing_twice(desk, at):
    desk.ask(at())
    for taken in (1, 0):
        work = UnitOfWork(desk.store, Actor("service:session"), at(minutes=1))
        desk.consents.on_agent_left(work, "ana")
        desk.store.commit(work.unit())

        assert len(work.staged) == taken


def test_a_request_is_not_approved_before_it_is_known_that_its_agent_left(desk, at):
    asked = desk.ask(at())
    desk.directory.lost = {"ana": "ROLE_MISSING"}

    assert refused(desk.answer, at(minutes=1), asked) == "AGENT_LEFT"
    desk.answer(at(minutes=2), asked, approve=False)
    assert isinstance(desk.facts()[-1], AccessRejected)


def test_a_request_lapses_with_the_role_of_its_agent(desk, at):
    desk.directory.ends["ana"] = at(hours=2)

    assert desk.ask(at()).lapses == at(hours=2)


def test_an_approval_ends_with_the_role_of_its_agent(desk, at):
    asked = desk.ask(at())
    desk.directory.ends["ana"] = at(hours=2)
    desk.answer(at(), asked)

    assert desk.facts()[-1].ends == at(hours=2)


def test_an_admin_of_another_organization_does_not_find_the_request(desk, at):
    asked = desk.ask(at())
    other = Actor("bea", organization_id="beta", roles=frozenset({"CUSTOMER_ADMIN"}))

    with pytest.raises(NotFound):
        desk.act(
            other,
            at(),
            desk.requests.answer_request,
            asked.access_request_id,
            approve=True,
            sections=(),
            minutes=0,
        )


def test_requests_of_two_partners_do_not_touch(desk, at, stranger):
    desk.ask(at())

    assert desk.ask(at(), agent=stranger)


def test_open_requests_are_listed_first_with_the_agents_name(desk, at, admin, stranger):
    asked = desk.ask(at())
    desk.answer(at(minutes=1), asked, approve=False)
    desk.ask(at(minutes=2), agent=stranger)
    listed = desk.act(admin, at(minutes=3), desk.requests.list_requests)

    assert [(e.request.state_at(at(minutes=3)), e.agent_name) for e in listed] == [
        ("open", "Sue"),
        ("rejected", "Ana"),
    ]
