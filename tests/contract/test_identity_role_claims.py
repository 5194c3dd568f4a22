"""Roles by claim: what the partner's own provider says decides at each sign-in."""

import json
from types import SimpleNamespace

import pytest

from helpdesk.identity.v1 import (
    claims_pb2,
    claims_pb2_grpc,
    directory_pb2,
    directory_pb2_grpc,
    feed_pb2,
    feed_pb2_grpc,
    roles_pb2,
    roles_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
)
from helpdesk.kernel.errors import Forbidden, InvalidArgument, NotFound, Unauthenticated
from helpdesk.kernel.rpc.client import Caller
from services.identity.service import SERVICE
from tests.support.product import NORTH, free_address, person_id, running_product, small_directory
from tests.support.waiting import AT_ONCE, wait_until
from tests.unit.identity.provider import FakeProvider

pb = claims_pb2
BACK = "http://127.0.0.1:8080/signin/back"


@pytest.fixture
def world(tmp_path):
    own, shared = (FakeProvider(f"http://{free_address()}", "desk") for _ in range(2))
    issuers = tmp_path / "issuers.json"
    issuers.write_text(
        json.dumps(
            [
                {"issuer": own.issuer, "client_id": "desk", "partner_id": NORTH},
                {"issuer": shared.issuer, "client_id": "desk", "partner_id": "*"},
            ]
        )
    )
    settings = {"HELPDESK_IDENTITY_ISSUERS": str(issuers)}
    with (
        own.served(),
        shared.served(),
        running_product(
            tmp_path / "data", [SERVICE], directory=small_directory(), **settings
        ) as product,
    ):
        yield SimpleNamespace(
            product=product,
            own=own,
            shared=shared,
            claims=product.stub(claims_pb2_grpc.RoleClaimServiceStub, "identity"),
            sign_ins=product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity"),
            directory=product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity"),
            admin=product.caller("north_admin"),
        )


def mapped(world, value="support", role="ROLE_HELP_DESK", claim="groups"):
    request = pb.MapRoleClaimRequest(claim=claim, value=value, role=role, reason="our groups")
    return world.admin(world.claims.MapRoleClaim, request).mapping_id


def unmapped(world, mapping_id):
    request = pb.UnmapRoleClaimRequest(mapping_id=mapping_id, reason="another group")
    return world.admin(world.claims.UnmapRoleClaim, request)


def signed_in(world, subject, provider=None, **claims):
    provider = provider or world.own
    provider.claims = claims
    begun = Caller()(
        world.sign_ins.BeginSignIn,
        sign_in_pb2.BeginSignInRequest(redirect_uri=BACK, issuer=provider.issuer),
    )
    code, state = provider.consent(begun.authorization_url, subject)
    answer = sign_in_pb2.CompleteSignInRequest(
        state=state, returned_state=state, code=code, redirect_uri=BACK
    )
    return Caller()(world.sign_ins.CompleteSignIn, answer)


def token(world, signed):
    request = sign_in_pb2.IssueTokenRequest(secret=signed.secret)
    return Caller()(world.sign_ins.IssueToken, request)


def linked(world, name, subject):
    feed = world.product.stub(feed_pb2_grpc.DirectoryFeedServiceStub, "identity")
    link = feed_pb2.LinkAccountRequest(
        user_id=person_id(name), issuer=world.own.issuer, subject=subject
    )
    Caller(lambda: world.product.service_token("DIRECTORY_WRITER"))(feed.LinkAccount, link)


def test_who_comes_with_the_claim_comes_in_with_the_role(world):
    mapped(world)
    claims = {"name": "Nia New", "email": "nia@north.example", "email_verified": True}
    issued = token(world, signed_in(world, "nia", groups=["sales", "support"], **claims))

    assert list(issued.roles) == ["HELP_DESK"]
    assert (issued.display_name, issued.partner_id) == ("Nia New", NORTH)
    me = Caller()(world.directory.GetMe, directory_pb2.GetMeRequest(), token=issued.token)
    assert me.user_id == issued.user_id


def test_the_same_account_is_the_same_person_again(world):
    mapped(world)
    first, second = (token(world, signed_in(world, "nia", groups="support")) for _ in range(2))

    assert first.user_id == second.user_id


def test_nobody_comes_in_without_the_claim_or_by_the_provider_of_all_partners(world):
    mapped(world)

    for provider, groups in ((world.own, ["sales"]), (world.own, None), (world.shared, "support")):
        with pytest.raises(Forbidden) as caught:
            signed_in(world, "nia", provider, groups=groups)
        assert caught.value.reason == "SIGN_IN_INVALID"


def test_an_address_that_the_provider_did_not_verify_is_not_taken(world):
    mapped(world)
    issued = token(world, signed_in(world, "nia", groups="support", email="ned@north.example"))
    roles = world.product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    people = world.admin(roles.ListRoles, roles_pb2.ListRolesRequest()).people

    assert [p.email for p in people if p.user_id == issued.user_id] == [""]
    assert issued.user_id != person_id("north_agent")


def test_roles_follow_the_claims_and_end_what_stood_on_them(world):
    mapped(world)
    mapped(world, "audit", "ROLE_AUDITOR")
    before = token(world, signed_in(world, "nia", groups="support"))
    after = token(world, signed_in(world, "nia", groups=["audit"]))

    assert list(after.roles) == ["AUDITOR"]
    assert wait_until(lambda: is_revoked(world, before.token), AT_ONCE)
    assert not is_revoked(world, after.token)


def is_revoked(world, token):
    try:
        Caller()(world.directory.GetMe, directory_pb2.GetMeRequest(), token=token)
    except Unauthenticated as error:
        return error.reason == "TOKEN_REVOKED"
    return False


def test_who_lost_every_claim_is_signed_out_everywhere(world):
    mapped(world)
    first = signed_in(world, "nia", groups="support")
    token(world, first)
    refused = signed_in(world, "nia", groups="sales")

    assert (refused.secret, refused.refused) == ("", "ROLE_MISSING")
    with pytest.raises(Forbidden) as caught:
        token(world, first)
    assert caught.value.reason == "SESSION_ENDED"


def test_a_mapping_that_is_taken_back_ends_its_role_at_once(world):
    mapping_id = mapped(world)
    before = token(world, signed_in(world, "nia", groups="support"))
    answer = unmapped(world, mapping_id)

    assert answer.removed_roles == 1
    assert wait_until(lambda: is_revoked(world, before.token), AT_ONCE)
    with pytest.raises(Forbidden):
        signed_in(world, "nia", groups="support")


def test_nobody_raises_themselves_by_a_claim(world):
    linked(world, "north_admin", "nora")
    mapped(world, "audit", "ROLE_AUDITOR")
    issued = token(world, signed_in(world, "nora", groups="audit"))

    assert list(issued.roles) == ["PARTNER_ADMIN"]


def test_no_claim_makes_a_partner_admin(world):
    with pytest.raises(InvalidArgument) as caught:
        mapped(world, role="ROLE_PARTNER_ADMIN")

    assert caught.value.reason == "ROLE_NOT_BY_CLAIM"


def test_each_partner_sees_and_takes_back_its_own_only(world):
    mapping_id = mapped(world)
    south = world.product.caller("south_admin")
    listed = [
        [(each.claim, each.value, each.role) for each in caller(
            world.claims.ListRoleClaims, pb.ListRoleClaimsRequest()
        ).role_claims]
        for caller in (world.admin, south)
    ]  # fmt: skip

    assert listed == [[("groups", "support", "HELP_DESK")], []]
    with pytest.raises(NotFound):
        south(
            world.claims.UnmapRoleClaim,
            pb.UnmapRoleClaimRequest(mapping_id=mapping_id, reason="not mine"),
        )


def test_what_is_mapped_is_recorded_with_its_reason(world):
    mapping_id = mapped(world)
    records = world.product.records("identity", action="identity.claim.map")

    assert [(r.outcome, r.agent_id) for r in records] == [("done", person_id("north_admin"))]
    assert f"role-claim:{mapping_id}" in records[0].subjects
