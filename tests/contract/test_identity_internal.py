"""What services of the product ask identity: scope, rows, addresses, standing; keys and tokens."""

import json
import time

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from helpdesk.identity.v1 import (
    directory_pb2,
    directory_pb2_grpc,
    internal_pb2,
    internal_pb2_grpc,
    tokens_pb2,
    tokens_pb2_grpc,
)
from helpdesk.kernel.errors import Forbidden, InvalidArgument, NotFound
from helpdesk.kernel.rpc import rules
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.secrets import SERVICES, new_private_key
from helpdesk.kernel.tokens import Signer
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

pb = internal_pb2
NORTHERN = pb.Viewer(user_id=person_id("north_agent"), partner_id=NORTH)
IN_ACME = pb.Viewer(user_id=person_id("north_agent"), partner_id=NORTH, organization_id=ACME)
ACMES = pb.Viewer(user_id=person_id("acme_admin"), organization_id=ACME)
EVERYTHING = pb.Viewer(sees_all=True)


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with running_product(folder, [SERVICE], directory=small_directory()) as running:
        yield running


@pytest.fixture(scope="module")
def stub(product):
    return product.stub(internal_pb2_grpc.DirectoryInternalServiceStub, "identity")


@pytest.fixture(scope="module")
def call(product):
    """Calls each method as a service that it is for."""

    def calling(rpc, request):
        name = rpc._method.decode()
        caller = min(rules.method(name).callers & set(SERVICES))
        return product.host.wiring.caller(caller)(rpc, request)

    return calling


def moved(**managed):
    """The small directory with customers managed by others."""
    directory = small_directory()
    for each in directory["organizations"]:
        each["managedBy"] = managed.get(each["displayName"].lower(), each["managedBy"])
    return directory


def scope(stub, call, viewer, since=0):
    return call(stub.GetScope, pb.GetScopeRequest(viewer=viewer, since=since))


def test_a_scope_names_what_came_and_went_since_a_position(product, stub, call):
    before = scope(stub, call, NORTHERN).position
    product.load(moved(acme=[SOUTH], beta=[NORTH, SOUTH]))
    after = scope(stub, call, NORTHERN, before)
    product.load(moved())
    back = scope(stub, call, NORTHERN, before)

    assert (list(after.added_organization_ids), list(after.removed_organization_ids)) == (
        [BETA],
        [ACME],
    )
    assert after.position > before
    assert (list(back.added_organization_ids), list(back.removed_organization_ids)) == (
        [ACME],
        [BETA],
    )


def test_a_customer_that_left_is_not_found_in_the_very_next_call(product, stub, call):
    product.load(moved(acme=[SOUTH]))
    agent = product.caller("north_agent")
    directory = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    try:
        with pytest.raises(NotFound):
            agent(directory.GetUser, directory_pb2.GetUserRequest(user_id=person_id("acme_user")))
        with pytest.raises(NotFound):
            call(
                stub.ResolveUser,
                pb.ResolveUserRequest(viewer=NORTHERN, user_id=person_id("acme_user")),
            )
    finally:
        product.load(moved())


def test_a_scope_from_the_start_holds_all_customers(stub, call):
    assert set(scope(stub, call, NORTHERN).added_organization_ids) == {ACME, SHARED, ORPHAN}


@pytest.mark.parametrize(
    ("viewer", "limited", "only"),
    [
        (NORTHERN, False, []),
        (EVERYTHING, False, []),
        (IN_ACME, True, [ACME]),
        (ACMES, True, [ACME]),
        (pb.Viewer(partner_id=NORTH, organization_id=BETA), True, []),
        (pb.Viewer(user_id=person_id("north_agent")), True, []),
        (pb.Viewer(), True, []),
        (pb.Viewer(partner_id="rubbish"), False, []),
    ],
)
def test_who_is_limited_to_one_customer(stub, call, viewer, limited, only):
    answer = scope(stub, call, viewer)

    assert (answer.limited, list(answer.limited_organization_ids)) == (limited, only)


def test_an_unreadable_partner_has_no_customers(stub, call):
    assert not scope(stub, call, pb.Viewer(partner_id="rubbish")).added_organization_ids


def test_a_user_is_resolved_with_who_asks(stub, call):
    found = call(stub.ResolveUser, pb.ResolveUserRequest(viewer=NORTHERN, user_id=str(uuid(122))))

    assert found.user_id == person_id("acme_user")
    assert list(found.emails) == ["stefana@acme.example", "stefana+second@acme.example"]
    assert (found.language, found.organization_name) == ("ro_RO", "Acme")
    assert (found.viewer_name, found.viewer_partner_name) == ("Ned Agent", "North Partner")


@pytest.mark.parametrize("viewer", [ACMES, IN_ACME, pb.Viewer(partner_id=SOUTH), pb.Viewer()])
def test_a_user_outside_the_viewers_scope_is_not_found(stub, call, viewer):
    with pytest.raises(NotFound):
        call(
            stub.ResolveUser, pb.ResolveUserRequest(viewer=viewer, user_id=person_id("orphan_user"))
        )


def test_an_organization_is_resolved_with_admins_and_partners(stub, call):
    request = pb.ResolveOrganizationRequest(viewer=NORTHERN, organization_id=SHARED)
    found = call(stub.ResolveOrganization, request)

    assert list(found.admin_ids) == [person_id("shared_admin")]
    assert list(found.admin_emails) == ["sharon@shared.example"]
    assert set(zip(found.partner_ids, found.partner_names, strict=True)) == {
        (NORTH, "North Partner"),
        (SOUTH, "South Partner"),
    }


def test_rows_come_in_the_order_asked_and_only_those_that_one_may_see(stub, call):
    things = [
        f"device:{api_id('DEVICE', uuid(201))}",
        f"user:{person_id('beta_user')}",
        f"organization:{BETA}",
        "order:W100200300",
        "domain:beta.example",
        f"user:{person_id('shared_user')}",
        "domain:acme.example",
        "site:acme.meet.example",
        f"organization:{ORPHAN}",
        "user:rubbish",
        "secret:1",
        "",
    ]
    rows = call(stub.ResolveRows, pb.ResolveRowsRequest(viewer=NORTHERN, things=things)).rows

    assert [row.thing for row in rows] == [things[i] for i in (0, 3, 5, 6, 7, 8)]
    assert [row.title for row in rows][:3] == ["Lobby Phone", "W100200300", "Γιώργος Παππάς"]
    assert rows[0].target == f"user:{person_id('acme_user')}"
    assert rows[1].target == f"organization:{ACME}"
    assert rows[2].detail == "giorgos@shared.example"
    assert all(row.organization_name and row.version for row in rows)


def test_an_address_is_found_in_any_case(stub, call):
    found = call(stub.ResolveAddress, pb.ResolveAddressRequest(address="Stefana@ACME.example"))

    assert (found.user_id, found.organization_id) == (person_id("acme_user"), ACME)


def test_an_address_of_nobody_is_empty(stub, call):
    assert not call(stub.ResolveAddress, pb.ResolveAddressRequest(address="x@acme.example")).user_id


def test_what_is_no_address_is_refused(stub, call):
    with pytest.raises(InvalidArgument):
        call(stub.ResolveAddress, pb.ResolveAddressRequest(address="x"))


@pytest.mark.parametrize(
    ("who", "role", "organization", "reason"),
    [
        ("north_agent", "HELP_DESK", ACME, ""),
        ("north_agent", "", "", ""),
        ("north_agent", "HELP_DESK", BETA, "CUSTOMER_NOT_MANAGED"),
        ("north_agent", "AUDITOR", "", "ROLE_MISSING"),
        ("north_nobody", "", "", "ROLE_MISSING"),
        ("acme_admin", "CUSTOMER_ADMIN", ACME, ""),
        ("acme_admin", "CUSTOMER_ADMIN", SHARED, "CUSTOMER_NOT_MANAGED"),
        ("acme_admin", "HELP_DESK", ACME, "ROLE_MISSING"),
        ("acme_user", "", "", "ROLE_MISSING"),
        ("north_agent", "HELP_DESK", "rubbish", "CUSTOMER_NOT_MANAGED"),
    ],
)
def test_standing_is_what_holds_now(stub, call, who, role, organization, reason):
    request = pb.CheckStandingRequest(
        user_id=person_id(who), role=role, organization_id=organization
    )
    answer = call(stub.CheckStanding, request)

    assert (answer.holds, answer.reason) == (not reason, reason)


@pytest.mark.parametrize("who", ["north_admin", "acme_admin"])
def test_people_do_not_reach_the_internal_face(product, stub, who):
    with pytest.raises(Forbidden):
        product.caller(who)(stub.GetScope, pb.GetScopeRequest(viewer=EVERYTHING))


@pytest.fixture(scope="module")
def tokens(product):
    return product.stub(tokens_pb2_grpc.TokenServiceStub, "identity")


def issue(tokens, assertion):
    return Caller()(
        tokens.IssueServiceToken, tokens_pb2.IssueServiceTokenRequest(assertion=assertion)
    )


def test_two_keys_are_published_and_no_private_part(tokens):
    keys = [json.loads(key) for key in Caller()(tokens.GetKeys, tokens_pb2.GetKeysRequest()).keys]

    assert [key.get("use_for", "") for key in keys] == ["", "lease"]
    assert not any("d" in key for key in keys)


def test_a_service_gets_a_token_of_its_own(product, tokens):
    key = product.host.wiring.secret("email.service.pem")
    answer = issue(tokens, Signer(key, issuer="email").sign({"sub": "email"}, ["identity"], 60))
    actor = product.host.wiring.verifier("session").verify(answer.token)

    assert (actor.id, actor.roles, answer.expires_in) == ("email", frozenset({"SERVICE"}), 300)


def assertions(product):
    email = product.host.wiring.secret("email.service.pem")
    own = Signer(email, issuer="email")
    stranger = new_private_key()
    key = OKPKey.import_key(email.decode())
    now = time.time()
    claims = {"iss": "email", "sub": "email", "aud": "identity", "iat": now, "exp": now + 30}

    def signed(**changes):
        body = {k: v for k, v in (claims | changes).items() if v is not None}
        return jwt.encode({"alg": "Ed25519", "kid": own.key_id}, body, key, algorithms=["Ed25519"])

    hmac = OctKey.import_key("x" * 64)
    return {
        "another's name": Signer(email, issuer="search").sign({"sub": "search"}, ["identity"], 30),
        "another's subject": own.sign({"sub": "search"}, ["identity"], 30),
        "an unknown key": Signer(stranger, issuer="email").sign({"sub": "email"}, ["identity"], 30),
        "another audience": own.sign({"sub": "email"}, ["search"], 30),
        "more audiences": own.sign({"sub": "email"}, ["identity", "search"], 30),
        "too long": own.sign({"sub": "email"}, ["identity"], 61),
        "expired": signed(iat=now - 60, exp=now - 1),
        "from the future": signed(iat=now + 60, exp=now + 90),
        "endless": signed(exp=None),
        "timeless": signed(iat=None),
        "symmetric": jwt.encode({"alg": "HS256", "kid": own.key_id}, claims, hmac),
        "nothing": "",
        "rubbish": "a.b.c",
    }


@pytest.mark.parametrize(
    "kind",
    [
        "another's name",
        "another's subject",
        "an unknown key",
        "another audience",
        "more audiences",
        "too long",
        "expired",
        "from the future",
        "endless",
        "timeless",
        "symmetric",
        "nothing",
        "rubbish",
    ],
)
def test_an_assertion_that_proves_nothing_gets_no_token(product, tokens, kind):
    with pytest.raises(Forbidden) as caught:
        issue(tokens, assertions(product)[kind])

    assert caught.value.reason == "ASSERTION_INVALID"


def test_a_service_of_the_operators_list_gets_its_roles(tmp_path):
    key = new_private_key()
    public = Signer(key, issuer="feed")
    listed = tmp_path / "services.json"
    pem = OKPKey.import_key(key.decode()).as_pem(private=False).decode()
    listed.write_text(json.dumps({"feed": {"public_key": pem, "roles": ["DIRECTORY_WRITER"]}}))
    with running_product(
        tmp_path / "data", [SERVICE], HELPDESK_IDENTITY_SERVICES=str(listed)
    ) as product:
        tokens = product.stub(tokens_pb2_grpc.TokenServiceStub, "identity")
        token = issue(tokens, public.sign({"sub": "feed"}, ["identity"], 30)).token

        assert product.host.wiring.verifier("identity").verify(token).roles == {"DIRECTORY_WRITER"}
