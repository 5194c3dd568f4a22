"""Invitations over real channels: made, withdrawn, and accepted with a provider's account."""

from types import SimpleNamespace

import pytest

from helpdesk.identity.v1 import (
    invitations_pb2,
    invitations_pb2_grpc,
    people_pb2,
    people_pb2_grpc,
    roles_pb2,
    roles_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
)
from helpdesk.kernel.errors import Forbidden, InvalidArgument, NotFound, Refused
from helpdesk.kernel.rpc.client import Caller
from services.identity.domain.invitation_facts import AgentInvited
from services.identity.service import SERVICE
from tests.support.product import (
    ACME,
    BETA,
    NORTH,
    free_address,
    person_id,
    running_product,
    small_directory,
)
from tests.unit.identity.provider import FakeProvider

pb = invitations_pb2
BACK = "http://127.0.0.1:8080/signin/back"


@pytest.fixture
def world(tmp_path):
    gateway = free_address()
    provider = FakeProvider(f"http://{gateway}/dev/oidc")
    with (
        provider.served(),
        running_product(
            tmp_path, [SERVICE], directory=small_directory(), HELPDESK_GATEWAY_ADDRESS=gateway
        ) as product,
    ):
        yield SimpleNamespace(
            product=product,
            provider=provider,
            stub=product.stub(invitations_pb2_grpc.InvitationServiceStub, "identity"),
            sign_in=product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity"),
            admin=product.caller("north_admin"),
        )


def invite(world, email="new@north.example", **more):
    wanted = {"role": "ROLE_HELP_DESK", "display_name": "Newton New", "reason": "joins"} | more
    return world.admin(world.stub.InviteAgent, pb.InviteAgentRequest(email=email, **wanted))


def link(world):
    """Return what the link of the newest mail ends with; only its mail says it."""
    store = world.product.host.running["identity"].store
    return store.opened(store.read(0, 100_000, (AgentInvited.NAME,))[-1]).link


def come(world, subject, invitation=""):
    """Sign in with a provider's account; return the token that the session gets."""
    call = Caller()
    begun = call(world.sign_in.BeginSignIn, sign_in_pb2.BeginSignInRequest(redirect_uri=BACK))
    code, state = world.provider.consent(begun.authorization_url, subject)
    request = sign_in_pb2.CompleteSignInRequest(
        state=state,
        returned_state=state,
        code=code,
        redirect_uri=BACK,
        invitation=invitation,
    )
    secret = call(world.sign_in.CompleteSignIn, request).secret
    return call(world.sign_in.IssueToken, sign_in_pb2.IssueTokenRequest(secret=secret))


def listed(world):
    found = world.admin(world.stub.ListInvitations, pb.ListInvitationsRequest()).invitations
    return [each.email for each in found]


def test_who_comes_with_the_link_is_an_agent_of_the_partner_from_then_on(world):
    invite(world)
    first = come(world, "account-1", link(world))
    again = come(world, "account-1")

    assert (first.partner_id, list(first.roles)) == (NORTH, ["HELP_DESK"])
    assert first.display_name == "Newton New"
    assert again.user_id == first.user_id
    assert listed(world) == []


def test_the_address_alone_brings_nobody_in(world):
    invite(world)
    world.provider.claims = {"email": "new@north.example", "email_verified": True}

    with pytest.raises(Forbidden) as caught:
        come(world, "account-1")
    assert caught.value.reason == "SIGN_IN_INVALID"


def test_a_link_is_good_once(world):
    invite(world)
    come(world, "account-1", link(world))

    with pytest.raises(Forbidden) as caught:
        come(world, "account-2", link(world))
    assert caught.value.reason == "INVITATION_INVALID"


def test_a_person_of_the_partner_gets_the_role_and_stays_who_they_are(world):
    invite(world, email="nils@north.example", role="ROLE_AUDITOR")
    came = come(world, person_id("north_nobody"), link(world))

    assert (came.user_id, list(came.roles)) == (person_id("north_nobody"), ["AUDITOR"])


@pytest.mark.parametrize("name", ["south_agent", "acme_admin"])
def test_a_link_moves_nobody_from_another_company(world, name):
    invite(world)

    with pytest.raises(Forbidden):
        come(world, person_id(name), link(world))
    assert listed(world) == ["new@north.example"]


def test_nobody_raises_themselves_with_an_invitation_of_their_own(world):
    invite(world, role="ROLE_AUDITOR")

    with pytest.raises(Refused) as caught:
        come(world, person_id("north_admin"), link(world))
    assert caught.value.reason == "OWN_ROLE"


def test_an_invitation_may_be_limited_to_customers(world):
    invite(world, organization_ids=[ACME])
    came = come(world, "account-1", link(world))
    stub = world.product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    people = world.admin(stub.ListRoles, roles_pb2.ListRolesRequest()).people
    person = next(each for each in people if each.user_id == came.user_id)

    assert list(person.limited_organization_ids) == [ACME]


def test_a_made_up_link_lets_nobody_in(world):
    invite(world)

    with pytest.raises(Forbidden, match="new one"):
        come(world, "account-1", "made-up")


def test_a_renewed_invitation_has_another_link_and_the_old_one_is_dead(world):
    invitation_id = invite(world).invitation_id
    old = link(world)
    world.admin(
        world.stub.ResendInvitation, pb.ResendInvitationRequest(invitation_id=invitation_id)
    )

    with pytest.raises(Forbidden):
        come(world, "account-1", old)
    assert list(come(world, "account-1", link(world)).roles) == ["HELP_DESK"]


def test_a_withdrawn_invitation_lets_nobody_in(world):
    invitation_id = invite(world).invitation_id
    request = pb.WithdrawInvitationRequest(invitation_id=invitation_id, reason="a mistake")
    world.admin(world.stub.WithdrawInvitation, request)

    with pytest.raises(Forbidden):
        come(world, "account-1", link(world))
    with pytest.raises(NotFound):
        world.admin(world.stub.WithdrawInvitation, request)
    assert listed(world) == []


def test_another_partner_neither_sees_nor_ends_it(world):
    invitation_id = invite(world).invitation_id
    south = world.product.caller("south_admin")
    request = pb.WithdrawInvitationRequest(invitation_id=invitation_id, reason="why")

    with pytest.raises(NotFound):
        south(world.stub.WithdrawInvitation, request)
    assert list(south(world.stub.ListInvitations, pb.ListInvitationsRequest()).invitations) == []


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"email": "no address"}, InvalidArgument),
        ({"display_name": " "}, InvalidArgument),
        ({"role": "ROLE_SERVICE"}, InvalidArgument),
        ({"role": "ROLE_AUDITOR", "organization_ids": [ACME]}, InvalidArgument),
        ({"organization_ids": [BETA]}, NotFound),
    ],
)
def test_what_cannot_be_offered_is_refused(world, more, error):
    with pytest.raises(error):
        invite(world, **more)


def test_the_invitations_of_and_to_who_leaves_are_over(world):
    invite(world, email="nina@north.example")
    second = world.product.caller("north_second_admin")
    second(
        world.stub.InviteAgent,
        pb.InviteAgentRequest(
            email="x@north.example", display_name="X", role="ROLE_HELP_DESK", reason="joins"
        ),
    )
    people = world.product.stub(people_pb2_grpc.PeopleServiceStub, "identity")
    request = people_pb2.OffboardPersonRequest(
        user_id=person_id("north_second_admin"), reason="left"
    )
    assert listed(world) == ["x@north.example", "nina@north.example"]

    world.admin(people.OffboardPerson, request)

    assert listed(world) == []
