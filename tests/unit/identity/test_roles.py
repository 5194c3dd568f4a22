from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.kernel.errors import InvalidArgument, Refused
from services.identity.domain.facts import NEVER, RoleAssigned, RoleRemoved
from services.identity.domain.roles import (
    ASSIGNABLE,
    PartnerRoles,
    assign,
    assign_imported,
    evolve,
    remove,
)
from tests.support.given import Given

NOW = datetime(2030, 5, 6, 7, 8, tzinfo=UTC)


def assigned(user, role, by="import", until=NEVER):
    return RoleAssigned(user_id=user, partner_id="north", role=role, assigned_by=by, until=until)


def removed(user, role, by="eva"):
    return RoleRemoved(user_id=user, partner_id="north", role=role, removed_by=by)


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
