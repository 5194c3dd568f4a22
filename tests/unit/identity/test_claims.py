from dataclasses import replace
from datetime import UTC, datetime

import pytest

from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from services.identity.domain import roles
from services.identity.domain.claim_facts import RoleClaimMapped, RoleClaimUnmapped
from services.identity.domain.claims import (
    MOST,
    RoleClaims,
    evolve,
    map_claim,
    roles_by,
    says,
    text,
    unmap_claim,
    values,
    wanted,
)
from services.identity.domain.facts import RoleAssigned, RoleRemoved
from services.identity.domain.people_facts import AgentLimited, PersonOffboarded
from services.identity.domain.roles import CLAIM, PartnerRoles, follow_claims, unclaim
from tests.support.given import Given

NOW = datetime(2030, 5, 6, 7, 8, tzinfo=UTC)
SUPPORT = RoleClaimMapped(
    mapping_id="m1",
    partner_id="north",
    claim="groups",
    value="support",
    role="HELP_DESK",
    mapped_by="nora",
)
AUDIT = replace(SUPPORT, mapping_id="m2", value="audit", role="AUDITOR")


def given(*facts):
    return Given(evolve, RoleClaims(), *facts)


def state(*facts):
    folded = RoleClaims()
    for each in facts:
        folded = evolve(folded, each)
    return folded


def test_a_claim_is_mapped_to_a_role():
    given().when(map_claim, SUPPORT).then(SUPPORT)


def test_no_claim_makes_a_partner_admin():
    given().when(map_claim, replace(SUPPORT, role="PARTNER_ADMIN")).then_raises(
        InvalidArgument, "ROLE_NOT_BY_CLAIM"
    )


@pytest.mark.parametrize("claim", ["", "sub", "aud", "nonce", "x" * 101])
def test_what_the_protocol_itself_says_gives_no_role(claim):
    given().when(map_claim, replace(SUPPORT, claim=claim)).then_raises(
        InvalidArgument, "NOT_A_CLAIM"
    )


def test_the_same_is_not_mapped_twice():
    given(SUPPORT).when(map_claim, replace(SUPPORT, mapping_id="m3")).then_raises(
        Refused, "CLAIM_MAPPED"
    )


def test_there_is_an_end_to_mappings():
    many = [replace(SUPPORT, mapping_id=str(n), value=str(n)) for n in range(MOST)]

    given(*many).when(map_claim, SUPPORT).then_raises(Refused, "TOO_MANY_CLAIMS")


def test_a_mapping_that_is_taken_back_names_the_role_that_nothing_gives_any_more():
    back = RoleClaimUnmapped(mapping_id="m1", partner_id="north", unmapped_by="nora")
    other = replace(SUPPORT, mapping_id="m3", value="second line")

    assert unmap_claim(state(SUPPORT, AUDIT), back) == (back, "HELP_DESK")
    assert unmap_claim(state(SUPPORT, other), back) == (back, "")
    with pytest.raises(NotFound):
        unmap_claim(state(AUDIT), back)


def test_each_value_of_a_claim_counts():
    said = {"groups": ["sales", "audit", "support"]}

    assert roles_by(state(SUPPORT, AUDIT), said, "ana") == {"HELP_DESK", "AUDITOR"}
    assert roles_by(state(SUPPORT, AUDIT), {"groups": ("sales",)}, "ana") == frozenset()
    assert roles_by(state(SUPPORT), {"roles": ["support"]}, "ana") == frozenset()


def test_nobody_raises_themselves_by_a_claim_that_they_mapped():
    assert roles_by(state(SUPPORT), {"groups": ["support"]}, "nora") == frozenset()


def assigned(user, role, by=CLAIM):
    return RoleAssigned(user_id=user, partner_id="north", role=role, assigned_by=by)


def removed(user, role, by=CLAIM, left=()):
    return RoleRemoved(user_id=user, partner_id="north", role=role, removed_by=by, roles_left=left)


def holding(*facts):
    return Given(roles.evolve, PartnerRoles(), *facts)


def follow(given, *wanted):
    return given.when(follow_claims, "ana", "north", wanted, NOW)


def test_roles_follow_what_the_claims_stand_for():
    follow(holding(assigned("ana", "AUDITOR")), "HELP_DESK").then(
        removed("ana", "AUDITOR", left=("HELP_DESK",)), assigned("ana", "HELP_DESK")
    )


def test_nothing_is_given_twice():
    follow(holding(assigned("ana", "HELP_DESK")), "HELP_DESK").then()


def test_a_role_that_a_person_gave_does_not_go_with_a_claim():
    follow(holding(assigned("ana", "HELP_DESK", "nora"))).then()


def test_a_role_that_a_person_took_away_does_not_come_back_by_a_claim():
    lost = [assigned("ana", "HELP_DESK"), removed("ana", "HELP_DESK", "nora")]

    follow(holding(*lost), "HELP_DESK").then()


def test_a_role_that_a_claim_took_away_comes_back_by_a_claim():
    lost = [assigned("ana", "HELP_DESK"), removed("ana", "HELP_DESK")]

    follow(holding(*lost), "HELP_DESK").then(assigned("ana", "HELP_DESK"))


def test_who_left_does_not_come_back_by_a_claim():
    left = PersonOffboarded(user_id="ana", partner_id="north", offboarded_by="nora")

    follow(holding(left), "HELP_DESK").then()


def test_a_limited_agent_gets_no_role_for_all_customers():
    limited = AgentLimited(
        user_id="ana", partner_id="north", organization_ids=("acme",), limited_by="nora"
    )

    follow(holding(limited), "AUDITOR", "HELP_DESK").then(assigned("ana", "HELP_DESK"))


def test_a_mapping_that_ends_takes_its_role_from_whom_it_gave_it():
    held = [assigned("ana", "AUDITOR"), assigned("bob", "AUDITOR", "nora")]

    holding(*held).when(unclaim, "north", "AUDITOR", NOW).then(removed("ana", "AUDITOR"))


ROLES = "urn:zitadel:iam:org:project:roles"
SAID = {
    "groups": "support",
    "admin": True,
    "tier": 2,
    "realm_access": {"roles": ["support", "offline_access"]},
    "resource_access": {"our.desk": {"roles": ["agents"]}},
    "https://desk.example/groups": ["night"],
    "https://desk": {"example/groups": ["day"]},
    ROLES: {"support": {"17": "north.example"}, "audit": {}},
    "teams": [{"name": "first"}, {"name": "second"}, "third"],
    "nothing": None,
}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("groups", {"support"}),
        ("admin", {"true"}),
        ("tier", {"2"}),
        ("realm_access.roles", {"support", "offline_access"}),
        ("resource_access.our.desk.roles", {"agents"}),
        ("https://desk.example/groups", {"night"}),
        (ROLES, {"support", "audit"}),
        ("realm_access", {"roles"}),
        ("teams.name", {"first", "second"}),
        ("teams", {"third"}),
        ("groups.support", set()),
        ("nothing", set()),
        ("realm_access.", set()),
        (".", set()),
    ],
)
def test_a_claim_is_found_by_its_name_or_by_the_path_that_its_dots_are(name, found):
    assert values(SAID, name) == found


@pytest.mark.parametrize(
    ("name", "there"),
    [("groups", True), ("realm_access.roles", True), ("realm_access.x", False), ("nothing", False)],
)
def test_a_claim_that_is_empty_is_said_and_one_that_is_not_there_is_not(name, there):
    assert says(SAID | {"groups": []}, name) is there


def test_a_sign_in_asks_for_what_is_mapped_and_for_who_is_new():
    assert wanted(state(SUPPORT, replace(AUDIT, claim="teams.name"))) == {
        "groups", "teams.name", "name", "email",
    }  # fmt: skip
    assert wanted(state()) == frozenset()


@pytest.mark.parametrize(
    ("said", "read"), [("Ana ", "Ana"), (True, "true"), (["a", "b"], ""), ({}, ""), (None, "")]
)
def test_a_text_is_a_claim_of_one_value(said, read):
    assert text({"name": said}, "name") == read
