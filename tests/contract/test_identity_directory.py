"""DirectoryService over a real channel: who sees what of whom."""

import pytest

from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from helpdesk.kernel.errors import Forbidden, InvalidArgument, NotFound
from services.identity.service import SERVICE
from tests.support.product import (
    ACME,
    BETA,
    NORTH,
    ORPHAN,
    SHARED,
    SOUTH,
    api_id,
    person_id,
    running_product,
    small_directory,
    uuid,
)

pb = directory_pb2
NOBODY = api_id("PEOPLE", uuid(999))
NOWHERE = api_id("ORGANIZATION", uuid(999))


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with running_product(folder, [SERVICE], directory=small_directory()) as running:
        yield running


@pytest.fixture(scope="module")
def stub(product):
    return product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")


def test_an_agent_opens_a_user_of_a_managed_customer(product, stub):
    answer = product.caller("north_agent")(
        stub.GetUser, pb.GetUserRequest(user_id=person_id("acme_user"))
    )

    assert answer.user.display_name == "Ștefana Voinea"
    assert answer.organization.organization_id == ACME
    assert [each.serial for each in answer.devices] == ["FOC12345678"]
    assert answer.user.feature_toggles == {"ai-assistant": True}


def test_a_user_is_found_by_the_bare_uuid_too(product, stub):
    answer = product.caller("north_agent")(stub.GetUser, pb.GetUserRequest(user_id=str(uuid(122))))

    assert answer.user.user_id == person_id("acme_user")


def test_an_agent_sees_personal_fields_masked(product, stub):
    user = product.caller("north_agent")(
        stub.GetUser, pb.GetUserRequest(user_id=person_id("acme_user"))
    ).user

    assert user.emails[0] == "s••••@acme.example"
    assert user.phone_numbers == ["••••22"]


def test_a_customer_admin_sees_their_own_people_unmasked(product, stub):
    user = product.caller("acme_admin")(
        stub.GetUser, pb.GetUserRequest(user_id=person_id("acme_user"))
    ).user

    assert user.emails[0] == "stefana@acme.example"


@pytest.mark.parametrize(
    ("who", "user_id"),
    [
        ("north_agent", person_id("beta_user")),
        ("south_agent", person_id("acme_user")),
        ("acme_admin", person_id("beta_user")),
        ("acme_admin", person_id("shared_user")),
        ("north_agent", person_id("north_admin")),
        ("north_agent", person_id("south_agent")),
        ("north_agent", NOBODY),
        ("north_agent", "rubbish"),
        ("north_agent", ""),
    ],
)
def test_what_one_may_not_see_is_not_found(product, stub, who, user_id):
    with pytest.raises(NotFound) as caught:
        product.caller(who)(stub.GetUser, pb.GetUserRequest(user_id=user_id))

    assert caught.value.message == "No such user among what you may see."


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("north_agent", {ACME, SHARED, ORPHAN}),
        ("south_agent", {BETA, SHARED}),
        ("acme_admin", {ACME}),
    ],
)
def test_every_organization_is_seen_by_its_own_only(product, stub, who, seen):
    found = set()
    for organization in (ACME, BETA, SHARED, ORPHAN, NORTH, SOUTH, NOWHERE):
        for method, request in (
            (stub.GetOrganization, pb.GetOrganizationRequest(organization_id=organization)),
            (stub.ListUsers, pb.ListUsersRequest(organization_id=organization)),
            (stub.ListDevices, pb.ListDevicesRequest(organization_id=organization)),
        ):
            try:
                product.caller(who)(method, request)
                found.add(organization)
            except NotFound:
                assert organization not in seen

    assert found == seen


def test_an_organization_shows_all_that_belongs_to_it(product, stub):
    answer = product.caller("north_agent")(
        stub.GetOrganization, pb.GetOrganizationRequest(organization_id=ACME)
    )

    assert answer.organization.users == 2
    assert [each.domain for each in answer.domains] == ["acme.example"]
    assert [each.site_url for each in answer.sites] == ["acme.meet.example"]
    assert [each.web_order_number for each in answer.orders] == ["W100200300"]
    assert [(each.display_name, each.email) for each in answer.admins] == [
        ("Ada Acme", "a••••@acme.example")
    ]
    assert answer.settings["language"] == "ro_RO"
    assert answer.devices == 1


def test_a_partner_lists_its_customers_by_name(product, stub):
    answer = product.caller("north_agent")(stub.ListOrganizations, pb.ListOrganizationsRequest())

    assert [each.display_name for each in answer.organizations] == ["Acme", "Orphan", "Shared"]


def test_pages_hold_every_user_once(product, stub):
    caller, token, names = product.caller("north_agent"), "", []
    while True:
        request = pb.ListUsersRequest(organization_id=ACME, page_size=1, page_token=token)
        answer = caller(stub.ListUsers, request)
        names += [each.display_name for each in answer.users]
        token = answer.next_page_token
        if not token:
            break

    assert names == ["Ada Acme", "Ștefana Voinea"]


def test_a_page_token_is_for_its_caller_and_list_alone(product, stub):
    request = pb.ListUsersRequest(organization_id=ACME, page_size=1)
    token = product.caller("north_agent")(stub.ListUsers, request).next_page_token

    for who, method, other in (
        (
            "north_admin",
            stub.ListUsers,
            pb.ListUsersRequest(organization_id=ACME, page_token=token),
        ),
        (
            "north_agent",
            stub.ListUsers,
            pb.ListUsersRequest(organization_id=SHARED, page_token=token),
        ),
        (
            "north_agent",
            stub.ListDevices,
            pb.ListDevicesRequest(organization_id=ACME, page_token=token),
        ),
        ("north_agent", stub.ListOrganizations, pb.ListOrganizationsRequest(page_token=token)),
    ):
        with pytest.raises(InvalidArgument):
            product.caller(who)(method, other)


@pytest.mark.parametrize("roles", [["AUDITOR"], ["SERVICE"], ["DIRECTORY_WRITER"], []])
def test_other_roles_do_not_open_the_directory(product, stub, roles):
    with pytest.raises(Forbidden):
        product.caller("north_agent", roles=roles)(
            stub.GetUser, pb.GetUserRequest(user_id=person_id("acme_user"))
        )


def view(product, organization, *sections):
    leases = product.host.wiring.secret("session.signing.pem")
    from helpdesk.kernel.rpc.client import Caller
    from helpdesk.kernel.secrets import SERVICES
    from helpdesk.kernel.tokens import LEASE, Signer

    claims = {
        "sub": person_id("north_agent"),
        "partner": NORTH,
        "organization": organization,
        "roles": ["HELP_DESK"],
        "mode": "read_only",
        "view": "view-1",
        "consent": "consent-1",
        "ticket": "INC-1",
        "sections": list(sections),
    }
    return Caller(lambda: Signer(leases).sign(claims, SERVICES, LEASE))


def test_a_read_only_session_sees_its_customer_alone(product, stub):
    caller = view(product, ACME, "USERS", "ORGANIZATION", "DEVICES")

    assert caller(stub.GetUser, pb.GetUserRequest(user_id=person_id("acme_user"))).user.user_id
    with pytest.raises(NotFound):
        caller(stub.GetUser, pb.GetUserRequest(user_id=person_id("shared_user")))
    with pytest.raises(Forbidden):
        caller(stub.ListOrganizations, pb.ListOrganizationsRequest())


def test_a_read_only_session_shows_no_section_that_was_not_allowed(product, stub):
    answer = view(product, ACME, "USERS")(
        stub.GetUser, pb.GetUserRequest(user_id=person_id("acme_user"))
    )

    assert answer.user.display_name
    assert not answer.devices


def test_a_read_only_session_in_a_customer_that_left_the_partner_sees_nothing(product, stub):
    with pytest.raises(NotFound):
        view(product, BETA, "USERS")(
            stub.GetUser, pb.GetUserRequest(user_id=person_id("beta_user"))
        )


def test_a_field_is_revealed_with_a_reason_and_recorded(product, stub):
    request = pb.RevealFieldRequest(
        user_id=person_id("acme_user"),
        field="emails",
        index=1,
        reason="they ask which one",
        ticket="T-1",
        check_proof=product.proof(person_id("north_agent"), person_id("acme_user"), "T-1"),
    )
    value = product.caller("north_agent")(stub.RevealField, request).value
    record = product.records("identity", action="identity.field.reveal")[-1]

    assert value == "stefana+second@acme.example"
    assert record.subjects == ("check:c1", "field:emails[1]")
    assert (record.user_id, record.organization_id) == (person_id("acme_user"), ACME)
    assert (record.reason, record.ticket) == ("they ask which one", "T-1")


@pytest.mark.parametrize(
    ("field", "index"),
    [("display_name", 0), ("uuid", 0), ("emails", 2), ("emails", -1), ("", 0), ("__class__", 0)],
)
def test_what_is_not_masked_or_not_there_is_not_revealed(product, stub, field, index):
    request = pb.RevealFieldRequest(
        user_id=person_id("acme_user"),
        field=field,
        index=index,
        reason="why",
        ticket="T-1",
        check_proof=product.proof(person_id("north_agent"), person_id("acme_user"), "T-1"),
    )
    with pytest.raises(InvalidArgument):
        product.caller("north_agent")(stub.RevealField, request)


def test_nothing_of_a_foreign_user_is_revealed(product, stub):
    request = pb.RevealFieldRequest(user_id=person_id("beta_user"), field="emails", reason="why")
    with pytest.raises(NotFound):
        product.caller("north_agent")(stub.RevealField, request)


def test_a_record_names_what_was_shown(product, stub):
    product.caller("north_agent")(
        stub.GetUser, pb.GetUserRequest(user_id=str(uuid(122)), ticket="T-2")
    )
    record = product.records("identity", action="identity.user.get", ticket="T-2")[-1]

    assert record.user_id == person_id("acme_user")
    assert record.shown[0].startswith(f"user:{person_id('acme_user')}@")
    assert record.sign_in_id == "sid-north_agent"


def test_everybody_learns_who_they_are(product, stub):
    me = product.caller("north_nobody")(stub.GetMe, pb.GetMeRequest())

    assert (me.display_name, me.partner_name, list(me.roles)) == (
        "Nils Nobody",
        "North Partner",
        [],
    )
