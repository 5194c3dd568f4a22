from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.kernel.errors import InvalidArgument, Refused
from helpdesk.kernel.events import NEVER
from services.identity.domain.facts import RoleAssigned, RoleRemoved
from services.identity.domain.people_facts import (
    AgentLimited,
    AgentLimitLifted,
    PersonAdmitted,
    PersonBarred,
    PersonOffboarded,
)
from services.identity.domain.roles import (
    ASSIGNABLE,
    PartnerRoles,
    assign,
    assign_imported,
    evolve,
    follow_directory,
    lift,
    limit,
    offboard,
    remove,
)
from tests.support.given import Given

NOW = datetime(2030, 5, 6, 7, 8, tzinfo=UTC)


def assigned(user, role, by="import", until=NEVER):
    return RoleAssigned(user_id=user, partner_id="north", role=role, assigned_by=by, until=until)


def removed(user, role, by="eva", left=()):
    return RoleRemoved(user_id=user, partner_id="north", role=role, removed_by=by, roles_left=left)


def given(*facts):
    return Given(evolve, PartnerRoles(), *facts)


EVA_ADMIN = assigned("eva", "PARTNER_ADMIN")
ANA_AGENT = assigned("ana", "HELP_DESK")


@pytest.mark.parametrize("role", sorted(ASSIGNABLE))
def test_a_role_is_assigned(role):
    fact = assigned("ana", role, by="eva")

    given(EVA_ADMIN).when(assign, fact, NOW).then(fact)


def test_a_role_is_not_assigned_twice():
    given(EVA_ADMIN, ANA_AGENT).when(assign, assigned("ana", "HELP_DESK", "eva"), NOW).then_raises(
        Refused, "ROLE_HELD"
    )


def test_a_role_that_has_ended_is_assigned_again():
    past = assigned("ana", "HELP_DESK", until=NOW)
    fact = assigned("ana", "HELP_DESK", "eva")

    given(past).when(assign, fact, NOW).then(fact)


def test_nobody_raises_themselves():
    given(EVA_ADMIN).when(assign, assigned("eva", "AUDITOR", "eva"), NOW).then_raises(
        Refused, "OWN_ROLE"
    )


def test_nobody_lowers_themselves():
    given(EVA_ADMIN).when(remove, removed("eva", "PARTNER_ADMIN", "eva"), NOW).then_raises(
        Refused, "OWN_ROLE"
    )


@pytest.mark.parametrize("role", ["", "CUSTOMER_ADMIN", "SERVICE", "DIRECTORY_WRITER"])
def test_other_roles_are_not_assigned_here(role):
    given(EVA_ADMIN).when(assign, assigned("ana", role, "eva"), NOW).then_raises(
        InvalidArgument, "NOT_ASSIGNABLE"
    )


def test_a_role_does_not_end_in_the_past():
    given(EVA_ADMIN).when(assign, assigned("ana", "HELP_DESK", "eva", NOW), NOW).then_raises(
        InvalidArgument, "IN_THE_PAST"
    )


def test_a_role_is_taken_away():
    given(EVA_ADMIN, ANA_AGENT).when(remove, removed("ana", "HELP_DESK"), NOW).then(
        removed("ana", "HELP_DESK")
    )


def test_a_role_is_not_taken_away_twice():
    given(EVA_ADMIN, ANA_AGENT, removed("ana", "HELP_DESK")).when(
        remove, removed("ana", "HELP_DESK"), NOW
    ).then_raises(Refused, "ROLE_NOT_HELD")


def test_the_last_partner_admin_stays():
    given(EVA_ADMIN).when(remove, removed("eva", "PARTNER_ADMIN", "ana"), NOW).then_raises(
        Refused, "LAST_PARTNER_ADMIN"
    )


def test_an_admin_whose_role_has_ended_does_not_count_as_another():
    ended = assigned("ana", "PARTNER_ADMIN", until=NOW - timedelta(seconds=1))

    given(EVA_ADMIN, ended).when(remove, removed("eva", "PARTNER_ADMIN", "ana"), NOW).then_raises(
        Refused, "LAST_PARTNER_ADMIN"
    )


def test_one_of_two_admins_can_go():
    fact = removed("eva", "PARTNER_ADMIN", "ana")

    given(EVA_ADMIN, assigned("ana", "PARTNER_ADMIN")).when(remove, fact, NOW).then(fact)


def test_an_import_assigns_what_the_directory_says():
    given().when(assign_imported, "ana", "north", ["help_desk", "id_full_admin"]).then(
        assigned("ana", "HELP_DESK", "system:identity.import")
    )


def test_an_import_assigns_a_role_once():
    given(ANA_AGENT).when(assign_imported, "ana", "north", ["help_desk"]).then()


def test_an_import_does_not_undo_a_removal():
    given(ANA_AGENT, removed("ana", "HELP_DESK")).when(
        assign_imported, "ana", "north", ["help_desk"]
    ).then()


def limited(user, *customers, by="eva"):
    return AgentLimited(
        user_id=user, partner_id="north", organization_ids=customers, limited_by=by, reason="why"
    )


def lifted(user, by="eva"):
    return AgentLimitLifted(user_id=user, partner_id="north", lifted_by=by)


def left(user, by="eva"):
    return PersonOffboarded(user_id=user, partner_id="north", offboarded_by=by)


DAY = NOW + timedelta(days=1)
DAN_ADMIN = assigned("dan", "PARTNER_ADMIN")


def test_an_end_for_the_only_partner_admin_is_refused():
    given(assigned("eva", "PARTNER_ADMIN", until=DAY)).when(
        assign, assigned("dan", "PARTNER_ADMIN", "eva", DAY), NOW
    ).then_raises(Refused, "LAST_PARTNER_ADMIN")


def test_a_second_partner_admin_may_end_by_a_date():
    fact = assigned("dan", "PARTNER_ADMIN", "eva", DAY)

    given(EVA_ADMIN).when(assign, fact, NOW).then(fact)


def test_an_admin_whose_role_runs_out_does_not_let_the_lasting_one_go():
    given(EVA_ADMIN, assigned("dan", "PARTNER_ADMIN", until=DAY)).when(
        remove, removed("eva", "PARTNER_ADMIN", by="dan"), NOW
    ).then_raises(Refused, "LAST_PARTNER_ADMIN")


def test_who_leaves_loses_every_role():
    auditor = assigned("ana", "AUDITOR")

    given(EVA_ADMIN, ANA_AGENT, auditor).when(offboard, left("ana"), NOW).then(
        removed("ana", "AUDITOR"), removed("ana", "HELP_DESK"), left("ana")
    )


def test_a_removal_says_which_roles_are_left():
    auditor = assigned("ana", "AUDITOR")
    over = assigned("ana", "HELP_DESK_READ_ONLY", until=NOW)

    given(EVA_ADMIN, ANA_AGENT, auditor, over).when(remove, removed("ana", "HELP_DESK"), NOW).then(
        removed("ana", "HELP_DESK", left=("AUDITOR",))
    )


def test_who_leaves_does_not_lose_what_ended_before():
    given(EVA_ADMIN, assigned("ana", "HELP_DESK", until=NOW)).when(offboard, left("ana"), NOW).then(
        left("ana")
    )


def test_nobody_leaves_by_their_own_hand():
    given(EVA_ADMIN, DAN_ADMIN).when(offboard, left("eva"), NOW).then_raises(Refused, "OWN_ROLE")


def test_the_last_partner_admin_does_not_leave():
    given(EVA_ADMIN).when(offboard, left("eva", by="dan"), NOW).then_raises(
        Refused, "LAST_PARTNER_ADMIN"
    )


def test_nobody_leaves_twice():
    given(EVA_ADMIN, left("ana")).when(offboard, left("ana"), NOW).then_raises(
        Refused, "PERSON_GONE"
    )


def test_an_import_gives_nothing_to_who_left():
    given(EVA_ADMIN, left("ana")).when(assign_imported, "ana", "north", ["auditor"]).then()


def test_who_left_comes_back_with_a_role_that_an_admin_gives():
    back = assigned("ana", "HELP_DESK", by="eva")

    given(EVA_ADMIN, left("ana"), back).when(offboard, left("ana"), NOW).then(
        removed("ana", "HELP_DESK"), left("ana")
    )


def test_an_agent_is_limited_to_some_customers():
    given(EVA_ADMIN, ANA_AGENT).when(limit, limited("ana", "acme"), NOW).then(
        limited("ana", "acme")
    )


def test_the_same_limit_again_is_no_change():
    given(EVA_ADMIN, limited("ana", "acme")).when(limit, limited("ana", "acme"), NOW).then()


@pytest.mark.parametrize("role", ["PARTNER_ADMIN", "AUDITOR"])
def test_a_role_for_all_customers_and_a_limit_do_not_go_together(role):
    given(EVA_ADMIN, assigned("ana", role)).when(limit, limited("ana", "acme"), NOW).then_raises(
        Refused, "ROLE_FOR_ALL_CUSTOMERS"
    )
    given(EVA_ADMIN, limited("ana", "acme")).when(
        assign, assigned("ana", role, "eva"), NOW
    ).then_raises(Refused, "AGENT_LIMITED")
    given(EVA_ADMIN, limited("ana", "acme")).when(
        assign_imported, "ana", "north", [role.lower()]
    ).then()


def test_nobody_limits_or_lifts_their_own():
    given(DAN_ADMIN).when(limit, limited("eva", "acme"), NOW).then_raises(Refused, "OWN_ROLE")
    given(DAN_ADMIN, limited("eva", "acme", by="dan")).when(lift, lifted("eva")).then_raises(
        Refused, "OWN_ROLE"
    )


def test_a_limit_is_lifted_once():
    given(EVA_ADMIN, limited("ana", "acme")).when(lift, lifted("ana")).then(lifted("ana"))
    given(EVA_ADMIN, limited("ana", "acme"), lifted("ana")).when(lift, lifted("ana")).then_raises(
        Refused, "NOT_LIMITED"
    )


IDA_ADMIN = assigned("ida", "PARTNER_ADMIN")


def barred(user):
    return PersonBarred(user_id=user, partner_id="north")


def admitted(user):
    return PersonAdmitted(user_id=user, partner_id="north")


@pytest.mark.parametrize(
    ("decide", "fact"),
    [
        (remove, removed("eva", "PARTNER_ADMIN", "ana")),
        (offboard, left("eva", "ana")),
        (assign, assigned("ana", "PARTNER_ADMIN", "x", NOW + timedelta(days=1))),
    ],
)
def test_an_admin_whom_the_directory_bars_does_not_count_as_another(decide, fact):
    others = (IDA_ADMIN, barred("ida"))
    admins = others if decide is assign else (EVA_ADMIN, *others)

    given(*admins).when(decide, fact, NOW).then_raises(Refused, "LAST_PARTNER_ADMIN")


def test_an_admin_whom_the_directory_admits_again_counts():
    fact = removed("eva", "PARTNER_ADMIN", "ana")

    given(EVA_ADMIN, IDA_ADMIN, barred("ida"), admitted("ida")).when(remove, fact, NOW).then(fact)


def test_the_directory_bars_and_admits_each_once():
    given(ANA_AGENT).when(follow_directory, "ana", "north", admitted=False).then(barred("ana"))
    given(ANA_AGENT).when(follow_directory, "ana", "north", admitted=True).then()
    given(barred("ana")).when(follow_directory, "ana", "north", admitted=False).then()
    given(barred("ana")).when(follow_directory, "ana", "north", admitted=True).then(admitted("ana"))


def test_the_directory_does_not_bar_the_last_lasting_admin():
    until_tomorrow = assigned("ana", "PARTNER_ADMIN", until=NOW + timedelta(days=1))

    given(EVA_ADMIN, until_tomorrow).when(
        follow_directory, "eva", "north", admitted=False
    ).then_raises(Refused, "LAST_PARTNER_ADMIN")
    given(EVA_ADMIN, IDA_ADMIN).when(follow_directory, "eva", "north", admitted=False).then(
        barred("eva")
    )
