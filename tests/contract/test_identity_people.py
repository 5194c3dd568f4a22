"""PeopleService over a real channel: who leaves, and who sees some customers only."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.identity.v1 import (
    directory_pb2,
    directory_pb2_grpc,
    feed_pb2,
    feed_pb2_grpc,
    internal_pb2,
    internal_pb2_grpc,
    people_pb2,
    people_pb2_grpc,
    roles_pb2,
    roles_pb2_grpc,
)
from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from helpdesk.kernel.rpc.client import Caller
from helpdesk.options.v1 import options_pb2 as options
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from services.identity.domain.forgetting_facts import PersonForgettingAsked, PersonForgotten
from services.identity.service import SERVICE as IDENTITY
from services.session.service import SERVICE as SESSION
from tests.support.product import (
    ACME,
    BETA,
    NORTH,
    SHARED,
    person_id,
    running_product,
    small_directory,
)

pb = people_pb2


@pytest.fixture
def product(tmp_path):
    with running_product(tmp_path, [IDENTITY, SESSION], directory=small_directory()) as running:
        yield running


@pytest.fixture
def stub(product):
    return product.stub(people_pb2_grpc.PeopleServiceStub, "identity")


@pytest.fixture
def admin(product):
    return product.caller("north_admin")


def leave(name):
    return pb.OffboardPersonRequest(user_id=person_id(name), reason="left the company")


def limit(name, *customers):
    return pb.SetCustomerLimitRequest(
        user_id=person_id(name), organization_ids=customers, reason="a project"
    )


def lift(name):
    return pb.ClearCustomerLimitRequest(user_id=person_id(name), reason="the project is over")


def listed(product, name="Ned Agent"):
    stub = product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    people = product.caller("north_admin")(stub.ListRoles, roles_pb2.ListRolesRequest()).people
    return next(each for each in people if each.display_name == name)


def running_view(product):
    consents = product.stub(consent_pb2_grpc.ConsentServiceStub, "session")
    views = product.stub(view_pb2_grpc.ViewServiceStub, "session")
    granted = consent_pb2.GrantAccessRequest(
        partner_id=NORTH, sections=["SECTION_USERS"], reason="go ahead"
    )
    product.caller("acme_admin")(consents.GrantAccess, granted)
    started = view_pb2.StartViewRequest(organization_id=ACME, ticket="INC-1")
    view_id = product.caller("north_agent")(views.StartView, started).view_id
    request = view_pb2.IssueViewTokenRequest(view_id=view_id)
    call = lambda: product.caller("north_agent")(views.IssueViewToken, request)  # noqa: E731
    call()
    return call


def customers(product, name="north_agent"):
    stub = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    request = directory_pb2.ListOrganizationsRequest()
    found = product.caller(name)(stub.ListOrganizations, request).organizations
    return [each.organization_id for each in found]


def test_who_leaves_loses_every_role_and_every_view_at_once(product, stub, admin):
    roles = product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    also = roles_pb2.AssignRoleRequest(
        user_id=person_id("north_agent"), role=options.ROLE_AUDITOR, reason="covers"
    )
    admin(roles.AssignRole, also)
    look = running_view(product)

    answer = admin(stub.OffboardPerson, leave("north_agent"))
    with pytest.raises(Refused) as caught:
        look()
    assert caught.value.reason == "VIEW_ENDED_ROLE"
    assert answer.removed_roles == 2
    assert list(listed(product).roles) == []


def answered(product, asked):
    consents = product.stub(consent_pb2_grpc.ConsentServiceStub, "session")
    request = consent_pb2.AnswerAccessRequestRequest(
        access_request_id=asked, approve=True, sections=["SECTION_USERS"], reason="go on"
    )
    return product.caller("acme_admin")(consents.AnswerAccessRequest, request).consent_id


def asked_for(product):
    consents = product.stub(consent_pb2_grpc.ConsentServiceStub, "session")
    request = consent_pb2.RequestAccessRequest(
        organization_id=ACME,
        sections=["SECTION_USERS"],
        minutes=20,
        reason="cannot join",
        ticket="INC-1",
    )
    return product.caller("north_agent")(consents.RequestAccess, request).access_request_id


def states(product):
    """How the requests and consents at Acme stand, after all that follows was done."""
    product.settle()
    consents = product.stub(consent_pb2_grpc.ConsentServiceStub, "session")
    admin = product.caller("acme_admin")
    asked = admin(consents.ListAccessRequests, consent_pb2.ListAccessRequestsRequest())
    given = admin(consents.ListConsents, consent_pb2.ListConsentsRequest(include_ended=True))
    return [each.state for each in asked.access_requests], [each.state for each in given.consents]


def lose_the_last_looking_role(product):
    stub = product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    lost = roles_pb2.RemoveRoleRequest(
        user_id=person_id("north_agent"), role=options.ROLE_HELP_DESK, reason="another team"
    )
    product.caller("north_admin")(stub.RemoveRole, lost)


def off_board(product):
    stub = product.stub(people_pb2_grpc.PeopleServiceStub, "identity")
    product.caller("north_admin")(stub.OffboardPerson, leave("north_agent"))


@pytest.mark.parametrize("gone", [off_board, lose_the_last_looking_role])
def test_what_an_agent_asked_for_ends_with_them(product, gone):
    asked = asked_for(product)
    gone(product)

    assert states(product) == (["rejected"], [])
    with pytest.raises(Refused):
        answered(product, asked)


@pytest.mark.parametrize("gone", [off_board, lose_the_last_looking_role])
def test_an_approval_is_not_there_for_an_agent_who_comes_back(product, admin, gone):
    answered(product, asked_for(product))
    gone(product)
    states_then = states(product)
    roles = product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    back = roles_pb2.AssignRoleRequest(
        user_id=person_id("north_agent"), role=options.ROLE_HELP_DESK, reason="is back"
    )
    admin(roles.AssignRole, back)
    views = product.stub(view_pb2_grpc.ViewServiceStub, "session")

    assert states_then == (["approved"], ["revoked"])
    with pytest.raises(Refused) as caught:
        started = view_pb2.StartViewRequest(organization_id=ACME, ticket="INC-1")
        product.caller("north_agent")(views.StartView, started)
    assert caught.value.reason == "NO_CONSENT"


def test_who_leaves_is_on_record_with_the_reason(product, stub, admin):
    admin(stub.OffboardPerson, leave("north_agent"))
    record = product.records("identity", action="identity.person.offboard")[-1]

    assert (record.agent_id, record.user_id) == (person_id("north_admin"), person_id("north_agent"))
    assert record.reason == "left the company"


def test_neither_oneself_nor_the_last_admin_leaves(product, stub, admin):
    with pytest.raises(Refused, match="their own"):
        admin(stub.OffboardPerson, leave("north_admin"))
    admin(stub.OffboardPerson, leave("north_second_admin"))

    # Her token still says PARTNER_ADMIN for a minute; the rule does not go by it.
    with pytest.raises(Refused) as caught:
        product.caller("north_second_admin")(stub.OffboardPerson, leave("north_admin"))
    assert caught.value.reason == "LAST_PARTNER_ADMIN"


def test_an_import_brings_nobody_back_who_left(product, stub, admin):
    admin(stub.OffboardPerson, leave("north_nobody"))
    directory = small_directory()
    for each in directory["people"]:
        each["roles"] = [*each["roles"], "help_desk"] if "nils" in each["emails"][0] else []
    product.load({"people": directory["people"]})

    assert list(listed(product, "Nils Nobody").roles) == []


@pytest.mark.parametrize("name", ["south_agent", "acme_user"])
def test_others_people_are_not_found(stub, admin, name):
    for method, request in (
        (stub.OffboardPerson, leave(name)),
        (stub.SetCustomerLimit, limit(name, ACME)),
        (stub.ClearCustomerLimit, lift(name)),
    ):
        with pytest.raises(NotFound):
            admin(method, request)


def test_a_limited_agent_sees_the_customers_of_the_limit_and_no_other(product, stub, admin):
    admin(stub.SetCustomerLimit, limit("north_agent", SHARED))
    directory = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    agent = product.caller("north_agent")

    assert customers(product) == [SHARED]
    with pytest.raises(NotFound):
        request = directory_pb2.GetUserRequest(user_id=person_id("acme_user"), ticket="INC-1")
        agent(directory.GetUser, request)
    request = directory_pb2.GetUserRequest(user_id=person_id("shared_user"), ticket="INC-1")
    assert agent(directory.GetUser, request).user.user_id == person_id("shared_user")
    assert list(listed(product).limited_organization_ids) == [SHARED]


def test_a_limit_reaches_what_other_services_ask(product, stub, admin):
    admin(stub.SetCustomerLimit, limit("north_agent", SHARED))
    internal = product.stub(internal_pb2_grpc.DirectoryInternalServiceStub, "identity")
    search, session = (product.host.wiring.caller(each) for each in ("search", "session"))
    viewer = internal_pb2.Viewer(user_id=person_id("north_agent"), partner_id=NORTH)
    scope = search(internal.GetScope, internal_pb2.GetScopeRequest(viewer=viewer))
    things = [f"user:{person_id(each)}" for each in ("acme_user", "shared_user")]
    rows = search(
        internal.ResolveRows, internal_pb2.ResolveRowsRequest(viewer=viewer, things=things)
    )
    standing = internal_pb2.CheckStandingRequest(
        user_id=person_id("north_agent"), organization_id=ACME
    )

    assert (scope.limited, list(scope.limited_organization_ids)) == (True, [SHARED])
    assert [row.thing for row in rows.rows] == things[1:]
    assert session(internal.CheckStanding, standing).reason == "CUSTOMER_NOT_MANAGED"


def test_a_limit_gives_no_customer_that_is_not_the_partners(product, stub, admin):
    with pytest.raises(NotFound):
        admin(stub.SetCustomerLimit, limit("north_agent", ACME, BETA))

    assert not listed(product).limited


def test_a_customer_that_leaves_the_partner_leaves_the_limit(product, stub, admin):
    admin(stub.SetCustomerLimit, limit("north_agent", SHARED))
    directory = small_directory()
    for each in directory["organizations"]:
        each["managedBy"] = [] if each["id"] == SHARED else each["managedBy"]
    product.load({"organizations": directory["organizations"]})

    assert customers(product) == []


def test_a_limit_ends_views_of_other_customers_at_once(product, stub, admin):
    look = running_view(product)
    admin(stub.SetCustomerLimit, limit("north_agent", SHARED))

    with pytest.raises(Refused):
        look()


def test_a_limit_is_lifted(product, stub, admin):
    admin(stub.SetCustomerLimit, limit("north_agent", SHARED))
    admin(stub.ClearCustomerLimit, lift("north_agent"))

    assert ACME in customers(product)
    assert not listed(product).limited


def test_another_limit_replaces_the_one_before(product, stub, admin):
    admin(stub.SetCustomerLimit, limit("north_agent", SHARED))
    admin(stub.SetCustomerLimit, limit("north_agent", ACME))

    assert customers(product) == [ACME]


def test_a_limit_to_nothing_is_no_limit(stub, admin):
    with pytest.raises(InvalidArgument):
        admin(stub.SetCustomerLimit, limit("north_agent"))


def test_nobody_lifts_their_own_limit(product, stub, admin):
    admin(stub.SetCustomerLimit, limit("north_agent", SHARED))

    with pytest.raises(Refused, match="their own"):
        product.caller("north_agent", roles=["PARTNER_ADMIN"])(
            stub.ClearCustomerLimit, lift("north_agent")
        )


def test_the_admin_whose_role_runs_out_is_not_the_only_one(product, admin):
    roles = product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    change = {"user_id": person_id("north_second_admin"), "role": "ROLE_PARTNER_ADMIN"}
    admin(roles.RemoveRole, roles_pb2.RemoveRoleRequest(**change, reason="a break"))
    for_a_day = roles_pb2.AssignRoleRequest(**change, reason="for a day")
    for_a_day.until.FromDatetime(datetime.now(UTC) + timedelta(days=1))
    admin(roles.AssignRole, for_a_day)

    with pytest.raises(Refused) as caught:
        product.caller("north_second_admin")(
            roles.RemoveRole,
            roles_pb2.RemoveRoleRequest(
                user_id=person_id("north_admin"), role="ROLE_PARTNER_ADMIN", reason="why"
            ),
        )
    assert caught.value.reason == "LAST_PARTNER_ADMIN"


@pytest.fixture
def forgotten(product):
    """Who had no role and was forgotten: only an id is left."""
    user_id = person_id("north_nobody")
    store = product.store_of("identity")
    work = UnitOfWork(store, Actor("service:identity"), datetime.now(UTC))
    asked = PersonForgettingAsked(user_id=user_id, organization_id=NORTH, asked_by="operator:jo")
    gone = PersonForgotten(user_id=user_id, organization_id=NORTH, key="", addresses=())
    work.stage(work.load("forgetting:a test", lambda state, _: state, None), asked, gone)
    store.commit(work.unit())
    return user_id


@pytest.mark.parametrize("what", ["assign", "remove", "offboard", "limit", "lift", "link"])
def test_nothing_is_done_with_who_was_forgotten(product, stub, admin, forgotten, what):
    roles = product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    feed = product.stub(feed_pb2_grpc.DirectoryFeedServiceStub, "identity")
    writer = Caller(lambda: product.service_token("DIRECTORY_WRITER"))
    named = {"user_id": forgotten, "role": options.ROLE_HELP_DESK, "reason": "a test"}
    calls = {
        "assign": lambda: admin(roles.AssignRole, roles_pb2.AssignRoleRequest(**named)),
        "remove": lambda: admin(roles.RemoveRole, roles_pb2.RemoveRoleRequest(**named)),
        "offboard": lambda: admin(stub.OffboardPerson, leave("north_nobody")),
        "limit": lambda: admin(stub.SetCustomerLimit, limit("north_nobody", ACME)),
        "lift": lambda: admin(stub.ClearCustomerLimit, lift("north_nobody")),
        "link": lambda: writer(
            feed.LinkAccount,
            feed_pb2.LinkAccountRequest(user_id=forgotten, issuer="https://x.example", subject="s"),
        ),
    }

    with pytest.raises(Refused) as caught:
        calls[what]()

    assert caught.value.reason == "ALREADY_FORGOTTEN"
