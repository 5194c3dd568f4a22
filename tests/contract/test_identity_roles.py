"""RoleService over a real channel: who gives and takes which role of whom."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.identity.v1 import internal_pb2, internal_pb2_grpc, roles_pb2, roles_pb2_grpc
from helpdesk.kernel.errors import Forbidden, InvalidArgument, NotFound, Refused
from helpdesk.options.v1 import options_pb2 as options
from services.identity.service import SERVICE
from tests.support.product import person_id, running_product, small_directory

pb = roles_pb2


@pytest.fixture
def product(tmp_path):
    with running_product(tmp_path, [SERVICE], directory=small_directory()) as running:
        yield running


@pytest.fixture
def stub(product):
    return product.stub(roles_pb2_grpc.RoleServiceStub, "identity")


@pytest.fixture
def admin(product):
    return product.caller("north_admin")


def give(name, role=options.ROLE_HELP_DESK, **more):
    return pb.AssignRoleRequest(
        user_id=person_id(name), role=role, reason="joined the team", **more
    )


def take(name, role=options.ROLE_HELP_DESK, **more):
    return pb.RemoveRoleRequest(user_id=person_id(name), role=role, reason="left the team", **more)


def roles(stub, admin):
    people = admin(stub.ListRoles, pb.ListRolesRequest()).people
    return {each.display_name: [role.role for role in each.roles] for each in people}


def standing(product, name, role):
    stub = product.stub(internal_pb2_grpc.DirectoryInternalServiceStub, "identity")
    request = internal_pb2.CheckStandingRequest(user_id=person_id(name), role=role)
    return product.host.wiring.caller("session")(stub.CheckStanding, request)


def holds(product, name, role):
    return standing(product, name, role).holds


def test_the_partners_own_people_are_listed_by_name_with_their_roles(stub, admin):
    assert roles(stub, admin) == {
        "Audra North": ["AUDITOR"],
        "Ned Agent": ["HELP_DESK"],
        "Nils Nobody": [],
        "Nina North": ["PARTNER_ADMIN"],
        "Nora North": ["PARTNER_ADMIN"],
    }


def test_a_role_that_is_assigned_counts_at_once(product, stub, admin):
    admin(stub.AssignRole, give("north_nobody"))

    assert roles(stub, admin)["Nils Nobody"] == ["HELP_DESK"]
    assert holds(product, "north_nobody", "HELP_DESK")


def test_a_role_that_is_taken_away_counts_no_more(product, stub, admin):
    admin(stub.RemoveRole, take("north_agent"))

    assert roles(stub, admin)["Ned Agent"] == []
    assert not holds(product, "north_agent", "HELP_DESK")


def test_an_import_does_not_give_back_what_was_taken_away(product, stub, admin):
    admin(stub.RemoveRole, take("north_agent"))
    directory = small_directory()
    product.load(directory)
    for each in directory["people"]:
        each["displayName"] += " II"
    product.load(directory)

    assert roles(stub, admin)["Ned Agent II"] == []


def test_a_role_ends_by_itself(product, stub, admin):
    request = give("north_nobody")
    request.until.FromDatetime(datetime.now(UTC) + timedelta(days=1))
    admin(stub.AssignRole, request)
    assert holds(product, "north_nobody", "HELP_DESK")
    with product.host.running["identity"].store.engine.transaction() as tx:
        tx.execute("UPDATE role_held SET until = '2020-01-01T00:00:00Z' WHERE role = 'HELP_DESK'")

    assert not holds(product, "north_nobody", "HELP_DESK")
    assert roles(stub, admin)["Nils Nobody"] == []


def test_services_are_told_when_a_role_ends_by_itself(product, stub, admin):
    request = give("north_nobody")
    request.until.FromDatetime(datetime.now(UTC) + timedelta(days=1))
    admin(stub.AssignRole, request)

    assert standing(product, "north_nobody", "HELP_DESK").until == request.until
    assert not standing(product, "north_agent", "HELP_DESK").HasField("until")


@pytest.mark.parametrize(
    "request_",
    [
        give("south_agent"),
        give("acme_user"),
        pb.AssignRoleRequest(user_id="rubbish", role=2, reason="why"),
    ],
)
def test_others_people_are_not_found(stub, admin, request_):
    with pytest.raises(NotFound) as caught:
        admin(stub.AssignRole, request_)

    assert caught.value.message == "No such person among what you may see."


def test_others_people_lose_nothing(product, stub, admin):
    with pytest.raises(NotFound):
        admin(stub.RemoveRole, take("south_agent"))

    assert holds(product, "south_agent", "HELP_DESK")


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (give("north_admin", options.ROLE_AUDITOR), "OWN_ROLE"),
        (give("north_agent"), "ROLE_HELD"),
    ],
)
def test_a_rule_says_why_it_forbids(stub, admin, request_, reason):
    with pytest.raises(Refused) as caught:
        admin(stub.AssignRole, request_)

    assert caught.value.reason == reason


def test_two_admins_cannot_take_each_other_away(product, stub):
    product.caller("north_admin")(
        stub.RemoveRole, take("north_second_admin", options.ROLE_PARTNER_ADMIN)
    )

    # Her token still says PARTNER_ADMIN for a minute; the rule does not go by it.
    with pytest.raises(Refused) as caught:
        product.caller("north_second_admin")(
            stub.RemoveRole, take("north_admin", options.ROLE_PARTNER_ADMIN)
        )
    assert caught.value.reason == "LAST_PARTNER_ADMIN"


@pytest.mark.parametrize("role", [0, options.ROLE_CUSTOMER_ADMIN, options.ROLE_SERVICE, 99])
def test_roles_of_others_are_not_assigned(stub, admin, role):
    with pytest.raises(InvalidArgument):
        admin(stub.AssignRole, give("north_nobody", role))


def test_a_change_needs_a_reason(stub, admin):
    with pytest.raises(InvalidArgument):
        admin(stub.AssignRole, pb.AssignRoleRequest(user_id=person_id("north_nobody"), role=2))


@pytest.mark.parametrize("who", ["north_agent", "north_auditor", "north_nobody", "acme_admin"])
def test_only_a_partner_admin_sees_or_changes_roles(product, stub, who):
    for method, request in (
        (stub.ListRoles, pb.ListRolesRequest()),
        (stub.AssignRole, give("north_nobody")),
        (stub.RemoveRole, take("north_agent")),
    ):
        with pytest.raises(Forbidden):
            product.caller(who)(method, request)


def test_the_same_request_twice_is_one_change(stub, admin):
    for _ in range(2):
        admin(stub.AssignRole, give("north_nobody", request_id="r-1"))

    assert roles(stub, admin)["Nils Nobody"] == ["HELP_DESK"]


def test_a_change_is_on_record_with_its_reason(product, stub, admin):
    admin(stub.AssignRole, give("north_nobody"))
    record = product.records("identity", action="identity.role.assign")[-1]

    assert (record.agent_id, record.user_id) == (
        person_id("north_admin"),
        person_id("north_nobody"),
    )
    assert record.reason == "joined the team"
