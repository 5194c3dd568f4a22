"""Auditors of the platform: who becomes one, how they sign in, and what ends with it."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from helpdesk.identity.v1 import (
    directory_pb2,
    directory_pb2_grpc,
    feed_pb2,
    feed_pb2_grpc,
    forgetting_pb2,
    forgetting_pb2_grpc,
    platform_auditors_pb2,
    platform_auditors_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
)
from helpdesk.kernel.errors import (
    Forbidden,
    InvalidArgument,
    NotFound,
    Refused,
    Unauthenticated,
)
from helpdesk.kernel.operating import announce
from helpdesk.kernel.rpc.client import Caller
from services.__main__ import main as helpdesk
from services.identity.service import SERVICE
from tests.support.commands import run_here
from tests.support.product import (
    NORTH,
    free_address,
    person_id,
    running_product,
    small_directory,
)
from tests.support.waiting import AT_ONCE, wait_until
from tests.unit.identity.provider import FakeProvider

pb = platform_auditors_pb2
BACK = "http://127.0.0.1:8080/signin/back"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("auditors")
    shared, north = (FakeProvider(f"http://{free_address()}", "desk") for _ in range(2))
    issuers = [
        {"issuer": shared.issuer, "client_id": "desk"},
        {"issuer": north.issuer, "client_id": "desk", "partner_id": NORTH},
    ]
    (folder / "issuers.json").write_text(json.dumps(issuers))
    settings = {"HELPDESK_IDENTITY_ISSUERS": str(folder / "issuers.json")}
    with (
        shared.served(),
        north.served(),
        running_product(
            folder / "data", [SERVICE], directory=small_directory(), **settings
        ) as product,
    ):
        yield SimpleNamespace(
            product=product,
            shared=shared,
            north=north,
            auditors=product.stub(
                platform_auditors_pb2_grpc.PlatformAuditorServiceStub, "identity"
            ),
            sign_ins=product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity"),
            directory=product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity"),
            operator=product.caller(sub="operator:ann", roles=["OPERATOR"]),
        )


def add(world, subject, issuer="", name="Ola Audit", until=None):
    request = pb.AddPlatformAuditorRequest(
        issuer=issuer or world.shared.issuer,
        subject=subject,
        display_name=name,
        reason="yearly audit",
    )
    if until is not None:
        request.until.FromDatetime(until)
    return world.operator(world.auditors.AddPlatformAuditor, request).user_id


def remove(world, user_id):
    request = pb.RemovePlatformAuditorRequest(user_id=user_id, reason="it is over")
    world.operator(world.auditors.RemovePlatformAuditor, request)


def sign_in(world, subject, provider=None):
    provider = provider or world.shared
    begun = Caller()(
        world.sign_ins.BeginSignIn,
        sign_in_pb2.BeginSignInRequest(redirect_uri=BACK, issuer=provider.issuer),
    )
    code, state = provider.consent(begun.authorization_url, subject)
    answer = sign_in_pb2.CompleteSignInRequest(
        state=state, returned_state=state, code=code, redirect_uri=BACK
    )
    return Caller()(world.sign_ins.CompleteSignIn, answer)


def issue(world, session):
    request = sign_in_pb2.IssueTokenRequest(secret=session.secret)
    return Caller()(world.sign_ins.IssueToken, request)


def test_who_signs_in_with_the_account_acts_for_no_partner_and_no_customer(world):
    user_id = add(world, "ola")
    issued = issue(world, sign_in(world, "ola"))
    actor = world.product.host.wiring.verifier("audit").verify(issued.token)

    assert (actor.id, actor.partner_id, actor.organization_id) == (user_id, "", "")
    assert actor.roles == {"AUDITOR"}
    assert (issued.display_name, issued.partner_name, issued.organization_name) == (
        "Ola Audit", "", "",
    )  # fmt: skip
    me = Caller()(world.directory.GetMe, directory_pb2.GetMeRequest(), token=issued.token)
    assert (me.user_id, me.display_name) == (user_id, "Ola Audit")


def test_the_provider_of_one_partner_makes_nobody_an_auditor_of_all(world):
    with pytest.raises(Refused) as caught:
        add(world, "olga", issuer=world.north.issuer)
    assert caught.value.reason == "PROVIDER_OF_A_PARTNER"

    add(world, "olga")
    with pytest.raises(Forbidden):
        sign_in(world, "olga", world.north)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"issuer": "https://other.example"}, NotFound),
        ({"name": " "}, InvalidArgument),
        ({"until": datetime.now(UTC) - timedelta(days=1)}, InvalidArgument),
        ({"subject": ""}, InvalidArgument),
        ({"subject": "x" * 256}, InvalidArgument),
    ],
)
def test_what_is_wrong_is_named(world, more, error):
    with pytest.raises(error):
        add(world, **({"subject": "nobody"} | more))


def test_an_account_of_somebody_else_is_refused(world):
    feed = world.product.stub(feed_pb2_grpc.DirectoryFeedServiceStub, "identity")
    link = feed_pb2.LinkAccountRequest(
        user_id=person_id("south_agent"), issuer=world.shared.issuer, subject="sue"
    )
    Caller(lambda: world.product.service_token("DIRECTORY_WRITER"))(feed.LinkAccount, link)

    with pytest.raises(Refused) as caught:
        add(world, "sue")
    assert caught.value.reason == "ACCOUNT_LINKED"


def test_who_did_it_and_why_is_on_record(world):
    user_id = add(world, "rec")
    record = world.product.records("identity", action="identity.platform_auditor.add")[-1]

    assert (record.agent_id, record.user_id) == ("operator:ann", user_id)
    assert (record.reason, record.outcome) == ("yearly audit", "done")


def refused_for(call):
    try:
        call()
    except Unauthenticated as error:
        return error.reason
    return ""


def test_what_was_taken_away_is_dead_at_once(world):
    user_id = add(world, "gone")
    session = sign_in(world, "gone")
    token = issue(world, session).token
    look = lambda: Caller()(  # noqa: E731
        world.directory.GetMe, directory_pb2.GetMeRequest(), token=token
    )
    assert look().user_id == user_id
    remove(world, user_id)

    assert wait_until(lambda: refused_for(look) == "TOKEN_REVOKED", AT_ONCE)
    with pytest.raises(Forbidden) as caught:
        issue(world, session)
    assert caught.value.reason == "SESSION_ENDED"
    with pytest.raises(Forbidden) as caught:
        sign_in(world, "gone")
    assert caught.value.reason == "ROLE_MISSING"
    with pytest.raises(NotFound):
        remove(world, user_id)


def test_the_same_account_is_the_same_person_again(world):
    first = add(world, "twice")
    with pytest.raises(Refused):
        add(world, "twice")
    remove(world, first)

    assert add(world, "twice", name="Ola Other") == first
    assert issue(world, sign_in(world, "twice")).display_name == "Ola Other"


def test_a_token_does_not_outlive_the_end(world):
    add(world, "short", until=datetime.now(UTC) + timedelta(seconds=20))

    assert 15 <= issue(world, sign_in(world, "short")).expires_in <= 20


def test_an_auditor_who_left_can_be_forgotten(world):
    user_id = add(world, "forgotten", name="Oana Forgotten")
    forgetting = world.product.stub(forgetting_pb2_grpc.ForgettingServiceStub, "identity")
    operators = [
        world.product.caller(sub=f"operator:{each}", roles=["DIRECTORY_WRITER"])
        for each in ("ann", "ben")
    ]
    ask = forgetting_pb2.AskForgettingRequest(user_id=user_id, reason="asked")
    confirm = forgetting_pb2.ConfirmForgettingRequest(user_id=user_id, reason="asked")
    with pytest.raises(Refused):
        operators[0](forgetting.AskForgetting, ask)
    remove(world, user_id)
    operators[0](forgetting.AskForgetting, ask)
    operators[1](forgetting.ConfirmForgetting, confirm)
    vault = world.product.host.wiring.vault

    assert wait_until(lambda: vault.is_forgotten(user_id))
    with pytest.raises(Refused):
        add(world, "forgotten")


def command(world, *words):
    announce(world.product.host.wiring.data_dir, world.product.host.address)
    return run_here(helpdesk, "auditor", *words, env=world.product.env)


def test_an_operator_adds_lists_and_removes_one_at_the_shell(world):
    account = (world.shared.issuer, "shell")
    until = ("--until", "2035-01-31")
    added = command(world, "add", *account, "--name", "Oz Shell", "--reason", "audit", *until)
    assert added.returncode == 0, added.stderr
    assert added.stdout.startswith("Oz Shell reads the records of all partners")

    listed = command(world, "list").stdout
    assert f"Oz Shell: {world.shared.issuer} shell until 2035-01-31 00:00 UTC; by" in listed
    assert command(world, "remove", *account, "--reason", "done").returncode == 0
    assert "Oz Shell" not in command(world, "list").stdout
    again = command(world, "remove", *account, "--reason", "done")
    assert again.returncode == 1
    assert "nobody with this account" in again.stderr
