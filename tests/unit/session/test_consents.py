"""Use cases on consents, over a store: what a customer gives, and how it is taken back."""

import pytest

from helpdesk.kernel.actions import SupportAction, UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Conflict, InvalidArgument, NotFound, Refused
from services.session.domain.facts import ConsentRevoked, ViewEnded


def refused(call, *arguments, **more):
    with pytest.raises(Refused) as caught:
        call(*arguments, **more)
    return caught.value.reason


def test_without_a_consent_no_view_is_started(desk, at):
    assert refused(desk.start, at()) == "NO_CONSENT"


def test_a_consent_is_with_one_partner(desk, at, stranger):
    desk.grant(at(), partner="south")

    assert refused(desk.start, at()) == "NO_CONSENT"
    assert desk.start(at(), agent=stranger)


def test_a_consent_is_only_given_to_a_partner_that_manages_the_customer(desk, at):
    with pytest.raises(NotFound):
        desk.grant(at(), partner="west")


def test_a_consent_begins_and_ends_when_it_says(desk, at):
    desk.grant(at(), begins=at(days=1), ends=at(days=2))

    assert refused(desk.start, at(hours=23, minutes=59)) == "NO_CONSENT"
    assert desk.start(at(days=1))
    assert refused(desk.start, at(days=2), agent=Actor("ion", partner_id="north")) == "NO_CONSENT"


@pytest.mark.parametrize("ends", [{"hours": -1}, {}, {"days": 366}])
def test_a_consent_ends_later_and_within_a_year(desk, at, ends):
    with pytest.raises(InvalidArgument) as caught:
        desk.grant(at(), ends=at(**ends))

    assert caught.value.field == "until"


def test_a_consent_for_one_view_is_used_up_by_it(desk, at):
    desk.grant(at(), once=True)
    view_id = desk.start(at())
    desk.lease(at(minutes=1), view_id)
    desk.end(at(minutes=2), view_id)

    assert refused(desk.start, at(minutes=3)) == "NO_CONSENT"


def test_a_consent_for_one_view_does_not_carry_two_at_once(desk, at, colleague):
    desk.grant(at(), once=True)
    desk.start(at())

    assert refused(desk.start, at(), agent=colleague) == "NO_CONSENT"


def test_a_view_that_nobody_used_leaves_its_consent(desk, at):
    desk.grant(at(), once=True)
    desk.end(at(minutes=1), desk.start(at()))

    assert desk.start(at(minutes=2))


def test_a_view_that_the_customer_stopped_does_not_leave_its_consent(desk, at, admin):
    desk.grant(at(), once=True)
    desk.end(at(minutes=1), desk.start(at()), by=admin)

    assert refused(desk.start, at(minutes=2)) == "NO_CONSENT"


def test_a_standing_consent_carries_view_after_view(desk, at):
    desk.grant(at())
    for hour in range(3):
        view_id = desk.start(at(hours=hour))
        desk.lease(at(hours=hour), view_id)
        desk.end(at(hours=hour), view_id)

    assert desk.start(at(hours=4))


def test_the_answer_to_a_request_goes_before_a_standing_consent(desk, at):
    desk.grant(at(), sections=("USERS",), ends=at(days=90))
    asked = desk.ask(at(minutes=1), sections=("MAIL",))
    desk.answer(at(minutes=2), asked)

    assert desk.view(desk.start(at(minutes=3))).granted.sections == ("ORGANIZATION", "MAIL")


def test_of_standing_consents_the_newest_counts(desk, at):
    desk.grant(at(), sections=("USERS",), ends=at(days=90))
    desk.grant(at(minutes=1), sections=("SITES",))

    assert desk.view(desk.start(at(minutes=3))).granted.sections == ("ORGANIZATION", "SITES")


def test_revoking_ends_every_view_that_stands_on_the_consent(desk, at, colleague):
    consent_id = desk.grant(at())
    views = [desk.start(at()), desk.start(at(), agent=colleague)]
    desk.lease(at(), views[0])

    assert desk.revoke(at(minutes=1), consent_id) == 2
    assert {desk.view(view_id).ended_by for view_id in views} == {"customer"}
    assert refused(desk.start, at(minutes=2)) == "NO_CONSENT"


def test_a_consent_is_not_revoked_twice(desk, at):
    consent_id = desk.grant(at())
    desk.revoke(at(), consent_id)

    assert refused(desk.revoke, at(), consent_id) == "REVOKED"


def test_an_admin_of_another_organization_does_not_find_the_consent(desk, at):
    consent_id = desk.grant(at())
    other = Actor("bea", organization_id="beta", roles=frozenset({"CUSTOMER_ADMIN"}))

    with pytest.raises(NotFound):
        desk.act(other, at(), desk.consents.revoke_consent, consent_id)


def test_a_start_that_did_not_see_the_revocation_is_not_stored(desk, at, agent):
    consent_id = desk.grant(at())
    start = SupportAction(desk.store, agent, at(), ticket="INC-1")
    desk.views.start_view(start, "acme")
    desk.revoke(at(), consent_id)

    with pytest.raises(Conflict):
        desk.store.commit(start.unit())


def test_a_partner_that_left_loses_its_consents_for_good(desk, at, stranger):
    desk.grant(at())
    desk.grant(at(), partner="south")
    view_id = desk.start(at())
    work = UnitOfWork(desk.store, stranger, at(minutes=1))
    desk.consents.on_partners_changed(work, "acme", frozenset({"south"}))
    desk.store.commit(work.unit())

    assert [type(fact) for fact in work.staged] == [ConsentRevoked, ViewEnded]
    assert desk.view(view_id).ended_by == "relationship"
    assert refused(desk.start, at(minutes=2)) == "NO_CONSENT"
    assert desk.start(at(minutes=2), agent=stranger)


def test_the_same_partners_again_change_nothing(desk, at, agent):
    desk.grant(at())
    work = UnitOfWork(desk.store, agent, at())
    desk.consents.on_partners_changed(work, "acme", frozenset({"north"}))

    assert work.staged == ()


def test_an_agent_is_told_how_it_stands(desk, at, agent):
    def state(now):
        return desk.act(agent, now, desk.requests.get_access, "acme").state

    seen = [state(at())]
    asked = desk.ask(at())
    seen.append(state(at()))
    desk.answer(at(), asked)
    seen.append(state(at()))
    view_id = desk.start(at())
    seen.append(state(at()))
    desk.lease(at(), view_id)
    seen.append(state(at(minutes=25)))

    assert seen == ["NONE", "REQUESTED", "GRANTED", "RUNNING", "NONE"]


def test_a_colleague_is_told_that_nothing_is_allowed_where_the_answer_is_for_somebody(
    desk, at, agent, colleague
):
    def standing(who, ticket):
        return desk.act(who, at(), desk.requests.get_access, "acme", ticket=ticket)

    desk.answer(at(), desk.ask(at()))
    mine, theirs = standing(agent, "INC-1"), standing(colleague, "INC-1")
    elsewhere = standing(agent, "OTHER-9")

    assert (mine.state, theirs.state, elsewhere.state) == ("GRANTED", "NONE", "NONE")
    assert (theirs.obstacle, theirs.ticket) == ("NO_CONSENT", "")
    assert (elsewhere.obstacle, elsewhere.ticket) == ("OTHER_TICKET", "INC-1")


def test_the_request_of_a_colleague_is_not_ones_own(desk, at, colleague):
    desk.ask(at())
    standing = desk.act(colleague, at(), desk.requests.get_access, "acme")

    assert standing.state == "NONE"
    assert desk.ask(at(), agent=colleague)


def test_a_customer_sees_whom_an_answer_is_for(desk, at, admin):
    desk.answer(at(), desk.ask(at()))
    desk.grant(at())
    _, _, found = desk.act(admin, at(), desk.consents.list_consents, include_ended=False)
    by_ticket = {given.consent.granted.ticket: given.agent_name for given in found}

    assert by_ticket == {"INC-1": "Ana", "": ""}


def test_a_customer_sees_who_looks(desk, at, admin):
    desk.grant(at())
    desk.start(at())
    _, _, [given] = desk.act(admin, at(), desk.consents.list_consents, include_ended=False)

    assert [name for _, name in given.running] == ["Ana"]
