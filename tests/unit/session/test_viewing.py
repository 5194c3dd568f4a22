"""Use cases on views, over a store: how long one lasts, who may use it, and what ends it."""

import pytest

from helpdesk.kernel import folded
from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import NotFound, Refused
from helpdesk.kernel.events import ERASED
from services.session.domain.facts import ViewEnded, ViewStarted


def refused(call, *arguments, **more):
    with pytest.raises(Refused) as caught:
        call(*arguments, **more)
    return caught.value.reason


@pytest.fixture
def view_id(desk, at):
    desk.grant(at())
    return desk.start(at())


def use_until(desk, at, view_id, last):
    for minute in range(0, last + 1, 5):
        desk.lease(at(minutes=minute), view_id)


def test_the_clock_starts_at_first_use(desk, at, view_id):
    assert desk.lease(at(minutes=9), view_id).until == at(minutes=39)


def test_the_first_use_is_written_down_once(desk, at, view_id):
    for second in (0, 1, 40):
        desk.lease(at(seconds=second), view_id)

    assert len([f for f in desk.facts() if isinstance(f, ViewStarted)]) == 1


def test_a_view_lasts_thirty_minutes_whatever_its_use(desk, at, view_id):
    use_until(desk, at, view_id, 25)

    assert desk.lease(at(minutes=29, seconds=59), view_id).remaining == 1
    assert refused(desk.lease, at(minutes=30), view_id) == "VIEW_ENDED_TIME"


def test_a_view_lasts_at_most_what_the_consent_says(desk, at):
    desk.grant(at(), minutes=60)
    view_id = desk.start(at())
    use_until(desk, at, view_id, 55)

    assert refused(desk.lease, at(minutes=60), view_id) == "VIEW_ENDED_TIME"


def test_a_view_never_outlives_its_consent(desk, at):
    desk.grant(at(), ends=at(minutes=12))
    view_id = desk.start(at())

    assert desk.lease(at(minutes=5), view_id).until == at(minutes=12)
    assert refused(desk.lease, at(minutes=12), view_id) == "VIEW_ENDED_TIME"


def test_a_view_ends_after_ten_minutes_without_use(desk, at, view_id):
    desk.lease(at(), view_id)
    desk.lease(at(minutes=9, seconds=59), view_id)

    assert refused(desk.lease, at(minutes=19, seconds=59), view_id) == "VIEW_ENDED_IDLE"


def test_a_view_that_nobody_begins_to_use_ends_too(desk, at, view_id):
    assert refused(desk.lease, at(minutes=10), view_id) == "VIEW_ENDED_IDLE"


def test_the_last_use_is_the_same_for_another_process(desk, at, view_id):
    from services.session.views import AccessViews

    other = AccessViews(desk.store)
    desk.lease(at(), view_id)
    other.used(view_id, at(minutes=8))

    assert desk.lease(at(minutes=15), view_id)


def test_the_last_use_is_written_at_most_every_thirty_seconds(desk, at, view_id):
    desk.lease(at(), view_id)
    desk.lease(at(seconds=29), view_id)
    seen = [desk.finder.last_use(view_id)]
    desk.lease(at(seconds=30), view_id)
    seen.append(desk.finder.last_use(view_id))

    assert seen == [at(), at(seconds=30)]


def test_a_view_is_unusable_in_another_sign_in(desk, at, view_id, agent):
    elsewhere = Actor(agent.id, partner_id="north", roles=agent.roles, sign_in_id="phone")

    with pytest.raises(NotFound):
        desk.lease(at(), view_id, agent=elsewhere)


def test_a_view_of_a_colleague_is_not_found(desk, at, view_id, colleague):
    with pytest.raises(NotFound):
        desk.lease(at(), view_id, agent=colleague)


def test_a_view_needs_a_sign_in_session(desk, at):
    desk.grant(at())

    service = Actor("robot", partner_id="north", roles=frozenset({"HELP_DESK"}))
    assert refused(desk.start, at(), agent=service) == "NO_SIGN_IN"


def test_a_sign_in_has_one_view_of_a_customer_at_a_time(desk, at, view_id):
    assert refused(desk.start, at()) == "VIEW_RUNNING"


@pytest.mark.parametrize(
    ("reason", "ended_by"), [("ROLE_MISSING", "ROLE"), ("CUSTOMER_NOT_MANAGED", "RELATIONSHIP")]
)
def test_a_view_ends_when_its_agent_may_no_longer_look(desk, at, view_id, reason, ended_by):
    desk.lease(at(), view_id)
    desk.directory.lost["ana"] = reason

    assert refused(desk.lease, at(seconds=1), view_id) == f"VIEW_ENDED_{ended_by}"
    assert desk.view(view_id).ended_by == ended_by.lower()


def test_the_standing_is_asked_for_at_each_lease(desk, at, view_id):
    desk.directory.asked.clear()
    for second in range(3):
        desk.lease(at(seconds=second), view_id)

    assert desk.directory.asked == ["ana"] * 3


def test_no_lease_outlives_a_role_that_ends_by_its_date(desk, at):
    desk.directory.ends["ana"] = at(minutes=7)
    desk.grant(at())
    view_id = desk.start(at())
    leases = [desk.lease(at(minutes=minute), view_id) for minute in (0, 5)]

    assert [(lease.until, lease.remaining) for lease in leases] == [
        (at(minutes=7), 420),
        (at(minutes=7), 120),
    ]
    assert refused(desk.lease, at(minutes=7), view_id) == "VIEW_ENDED_ROLE"


def test_a_lease_goes_by_what_identity_says_of_the_role_now(desk, at, view_id):
    desk.directory.ends["ana"] = at(seconds=3)

    assert desk.lease(at(), view_id).remaining == 3


def test_a_view_whose_agents_role_is_over_is_ended_by_the_clock_and_asks_nobody(desk, at):
    desk.directory.ends["ana"] = at(minutes=7)
    desk.grant(at())
    begun = desk.start(at())
    desk.lease(at(), begun)
    desk.directory.asked.clear()

    assert desk.views.end_what_is_over() == 1
    assert desk.view(begun).ended_by == "role"
    assert desk.directory.asked == []


def test_a_view_whose_agents_role_is_over_is_listed_to_nobody(desk, at, admin):
    desk.directory.ends["ana"] = at(minutes=7)
    desk.grant(at())
    desk.lease(at(), desk.start(at()))
    seen = [desk.act(admin, at(minutes=m), desk.views.list_views) for m in (6, 7)]

    assert [len(each) for each in seen] == [1, 0]


def test_its_agent_and_the_admins_of_both_sides_end_a_view(desk, at, agent, admin, partner_admin):
    desk.grant(at())
    ended = []
    for who in (agent, admin, partner_admin):
        view_id = desk.start(at())
        desk.end(at(), view_id, by=who)
        ended.append(desk.view(view_id).ended_by)

    assert ended == ["agent", "customer", "partner_admin"]


@pytest.mark.parametrize(
    "somebody",
    [
        Actor("ion", partner_id="north", roles=frozenset({"HELP_DESK"})),
        Actor("sam", partner_id="south", roles=frozenset({"PARTNER_ADMIN"})),
        Actor("bea", organization_id="beta", roles=frozenset({"CUSTOMER_ADMIN"})),
        Actor("una", organization_id="acme"),
    ],
    ids=lambda actor: actor.id,
)
def test_nobody_else_finds_the_view_to_end(desk, at, view_id, somebody):
    with pytest.raises(NotFound):
        desk.end(at(), view_id, by=somebody)


def test_a_view_that_ended_stays_ended(desk, at, view_id):
    desk.end(at(), view_id)

    assert refused(desk.lease, at(), view_id) == "VIEW_ENDED_AGENT"
    assert refused(desk.end, at(), view_id) == "VIEW_ENDED"


def test_that_a_view_ran_out_is_written_down_once(desk, at, view_id):
    desk.lease(at(), view_id)

    assert [desk.views.end_what_is_over(), desk.views.end_what_is_over()] == [1, 0]
    assert desk.facts()[-1].ended_by in ("time", "idle")


@pytest.mark.parametrize(("role", "ends"), [("HELP_DESK", 1), ("AUDITOR", 0)])
def test_a_lost_role_ends_the_views_that_stood_on_it(desk, at, view_id, agent, role, ends):
    work = UnitOfWork(desk.store, agent, at())
    desk.views.on_role_removed(work, "ana", role, frozenset())

    assert [fact.ended_by for fact in work.staged] == ["role"] * ends


def test_a_view_that_stands_on_another_role_as_well_goes_on(desk, at):
    roles = frozenset({"HELP_DESK", "HELP_DESK_READ_ONLY", "AUDITOR"})
    both = Actor("ana", partner_id="north", roles=roles, sign_in_id="browser")
    desk.grant(at())
    desk.start(at(), agent=both)
    work = UnitOfWork(desk.store, both, at())
    left = frozenset({"HELP_DESK_READ_ONLY", "AUDITOR"})
    desk.views.on_role_removed(work, "ana", "HELP_DESK", left)

    assert work.staged == ()


@pytest.mark.parametrize(("sign_in", "ends"), [("browser", 1), ("phone", 0)])
def test_signing_out_ends_the_views_of_that_sign_in(desk, at, view_id, agent, sign_in, ends):
    work = UnitOfWork(desk.store, agent, at())
    desk.views.on_signed_out(work, "ana", sign_in, "signed_out")
    desk.store.commit(work.unit())

    assert len([f for f in desk.facts() if isinstance(f, ViewEnded)]) == ends


def test_running_views_are_listed_to_those_whom_they_concern(
    desk, at, view_id, agent, admin, partner_admin, stranger
):
    def seen(who):
        return [view.granted.view_id for view, _ in desk.act(who, at(), desk.views.list_views)]

    assert [seen(who) for who in (agent, admin, partner_admin, stranger)] == [[view_id]] * 3 + [[]]


def test_a_view_that_is_over_is_not_listed_even_before_that_is_written_down(
    desk, at, view_id, agent
):
    assert desk.act(agent, at(minutes=10), desk.views.list_views) == []


def test_a_state_that_is_kept_sees_what_was_stored_since(desk, at, view_id):
    before = desk.view(view_id).ended_by
    desk.end(at(), view_id)

    assert (before, desk.view(view_id).ended_by) == ("", "agent")


def test_an_erased_reason_does_not_live_on_in_a_kept_state(desk, at, monkeypatch):
    monkeypatch.setattr(folded, "LEAST", 1)
    asked = desk.ask(at())
    desk.finder.access("acme", "north")
    desk.store.vault.forget(asked.access_request_id)

    request = desk.finder.access("acme", "north").state.requests[asked.access_request_id]
    assert request.asked.reason == ERASED
