"""Signing in over real channels and real HTTP, and what a session is good for."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from helpdesk.identity.v1 import (
    directory_pb2,
    directory_pb2_grpc,
    feed_pb2,
    feed_pb2_grpc,
    people_pb2,
    people_pb2_grpc,
    roles_pb2,
    roles_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
)
from helpdesk.kernel.errors import (
    Exhausted,
    Forbidden,
    InvalidArgument,
    NotFound,
    Refused,
    Unauthenticated,
    Unavailable,
)
from helpdesk.kernel.events import timestamp
from helpdesk.kernel.rpc.client import Caller
from services.identity.domain.facts import SignedOut
from services.identity.service import SERVICE
from tests.support.methods import told
from tests.support.product import NORTH, free_address, person_id, running_product, small_directory
from tests.support.waiting import AT_ONCE, wait_until
from tests.unit.identity.provider import FakeProvider

pb = sign_in_pb2
BACK = "http://127.0.0.1:8080/signin/back"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    gateway = free_address()
    folder = tmp_path_factory.mktemp("data")
    provider = FakeProvider(f"http://{gateway}/dev/oidc")
    with (
        provider.served(),
        running_product(
            folder, [SERVICE], directory=small_directory(), HELPDESK_GATEWAY_ADDRESS=gateway
        ) as product,
    ):
        stub = product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity")
        yield SimpleNamespace(product=product, provider=provider, stub=stub, call=Caller())


@pytest.fixture(autouse=True)
def honest(request):
    if "world" in request.fixturenames:
        provider = request.getfixturevalue("world").provider
        provider.claims, provider.token, provider.down = {}, None, False


def begin(world, subject, **request):
    begun = world.call(world.stub.BeginSignIn, pb.BeginSignInRequest(redirect_uri=BACK, **request))
    code, state = world.provider.consent(begun.authorization_url, subject)
    assert state == begun.state
    return pb.CompleteSignInRequest(
        state=state, returned_state=state, code=code, redirect_uri=BACK, user_agent="Firefox"
    )


def sign_in(world, name):
    return world.call(world.stub.CompleteSignIn, begin(world, person_id(name)))


def issue(world, secret):
    return world.call(world.stub.IssueToken, pb.IssueTokenRequest(secret=secret))


def refused(world, request):
    with pytest.raises(Forbidden) as caught:
        world.call(world.stub.CompleteSignIn, request)
    return caught.value.reason


def aged(world, sign_in_id, **changed):
    with world.product.host.running["identity"].store.engine.transaction() as tx:
        for column, age in changed.items():
            moment = timestamp(datetime.now(UTC) - age)
            tx.execute(f"UPDATE sign_in SET {column} = ? WHERE id = ?", (moment, sign_in_id))


def test_an_agent_signs_in_and_gets_a_token_for_every_service(world):
    issued = issue(world, sign_in(world, "north_agent").secret)
    actor = world.product.host.wiring.verifier("search").verify(issued.token)

    assert (actor.id, actor.partner_id) == (person_id("north_agent"), NORTH)
    assert (actor.roles, actor.sign_in_id) == (frozenset({"HELP_DESK"}), issued.sign_in_id)
    assert issued.expires_in == 60
    assert (issued.display_name, issued.partner_name) == ("Ned Agent", "North Partner")


def test_a_customer_admin_signs_in_for_their_own_organization(world):
    issued = issue(world, sign_in(world, "acme_admin").secret)

    assert (issued.partner_id, issued.organization_name) == ("", "Acme")
    assert list(issued.roles) == ["CUSTOMER_ADMIN"]


def test_the_secret_and_the_verifier_are_not_stored(world):
    request = begin(world, person_id("north_agent"))
    secret = world.call(world.stub.CompleteSignIn, request).secret
    store = world.product.host.running["identity"].store
    stored = b"".join(row.state for row in store.read(0, 10_000))

    assert len(secret) >= 43
    for text in (secret, request.state, "Firefox"):
        assert text.encode() not in stored


@pytest.mark.parametrize("name", ["north_nobody", "acme_user"])
def test_without_a_role_nobody_signs_in(world, name):
    with pytest.raises(Forbidden) as caught:
        sign_in(world, name)

    assert caught.value.message == "Ask a partner admin for the Help Desk role."


@pytest.mark.parametrize("subject", ["nobody", "", "ned@north.example", "*"])
def test_somebody_unknown_does_not_sign_in(world, subject):
    assert refused(world, begin(world, subject)) == "SIGN_IN_INVALID"


def test_an_answer_is_good_once(world):
    request = begin(world, person_id("north_agent"))
    world.call(world.stub.CompleteSignIn, request)

    assert refused(world, request) == "SIGN_IN_INVALID"


@pytest.mark.parametrize(
    "changes",
    [
        {"returned_state": "x"},
        {"state": "x", "returned_state": "x"},
        {"state": ""},
        {"code": "x"},
        {"redirect_uri": "https://evil.example/"},
    ],
)
def test_an_answer_that_was_changed_is_refused(world, changes):
    request = begin(world, person_id("north_agent"))
    for name, value in changes.items():
        setattr(request, name, value)

    assert refused(world, request) == "SIGN_IN_INVALID"


def test_an_answer_of_one_browser_does_not_fit_another(world):
    mine, theirs = begin(world, person_id("north_agent")), begin(world, person_id("north_admin"))
    mine.code = theirs.code

    assert refused(world, mine) == "SIGN_IN_INVALID"


@pytest.mark.parametrize(
    "uri",
    [
        "http://evil.example/",
        "javascript:alert(1)",
        "https://a@evil.example",
        "https://x.example/#f",
        "",
        "http://[::1",
    ],
)
def test_the_browser_is_not_sent_back_to_anywhere(world, uri):
    with pytest.raises(InvalidArgument):
        world.call(world.stub.BeginSignIn, pb.BeginSignInRequest(redirect_uri=uri))


def test_an_unknown_issuer_is_not_found(world):
    with pytest.raises(NotFound):
        world.call(
            world.stub.BeginSignIn,
            pb.BeginSignInRequest(redirect_uri=BACK, issuer="https://x.example"),
        )


def test_only_so_many_sign_ins_begin_a_minute(tmp_path):
    first, second = (FakeProvider(f"http://{free_address()}", client_id="desk") for _ in range(2))
    issuers = tmp_path / "issuers.json"
    issuers.write_text(
        json.dumps(
            [
                {"issuer": provider.issuer, "client_id": "desk", "partner_id": NORTH}
                for provider in (first, second)
            ]
        )
    )
    settings = {
        "HELPDESK_IDENTITY_ISSUERS": str(issuers),
        "HELPDESK_IDENTITY_SIGN_INS_PER_MINUTE": "2",
    }
    with (
        first.served(),
        second.served(),
        running_product(tmp_path / "data", [SERVICE], **settings) as product,
    ):
        stub, call = product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity"), Caller()
        request = pb.BeginSignInRequest(redirect_uri=BACK, issuer=first.issuer)
        other = pb.BeginSignInRequest(redirect_uri=BACK, issuer=second.issuer)
        call(stub.BeginSignIn, request)
        call(stub.BeginSignIn, request)
        store = product.host.running["identity"].store
        before = store.position
        with pytest.raises(Exhausted) as caught:
            call(stub.BeginSignIn, request)

        assert caught.value.reason == "TOO_MANY_SIGN_INS"
        assert 0 < caught.value.retry_seconds <= 30
        assert told(store, before) == []
        assert call(stub.BeginSignIn, other).state


def test_a_provider_that_is_down_is_said(world):
    request = begin(world, person_id("north_agent"))
    world.provider.down = True
    with pytest.raises(Unavailable):
        world.call(world.stub.CompleteSignIn, request)


def test_a_wrong_secret_gets_nothing(world):
    for secret in ("", "x", "x" * 2000):
        with pytest.raises(Forbidden) as caught:
            issue(world, secret)
        assert caught.value.reason == "SESSION_ENDED"


@pytest.mark.parametrize(
    "changed", [{"used": timedelta(minutes=15)}, {"begun": timedelta(hours=10)}]
)
def test_a_session_ends_when_idle_and_after_ten_hours(world, changed):
    session = sign_in(world, "north_agent")
    aged(world, session.sign_in_id, **changed)

    with pytest.raises(Forbidden):
        issue(world, session.secret)


def test_use_keeps_a_session_alive_with_one_write_a_minute(world):
    session = sign_in(world, "north_agent")
    engine = world.product.host.running["identity"].store.engine
    query = "SELECT used FROM sign_in WHERE id = ?"
    before = engine.query(query, (session.sign_in_id,))
    issue(world, session.secret)
    assert engine.query(query, (session.sign_in_id,)) == before
    aged(world, session.sign_in_id, used=timedelta(minutes=14))
    end = issue(world, session.secret).idle_end.ToDatetime(UTC)

    assert engine.query(query, (session.sign_in_id,)) > before
    assert end > datetime.now(UTC) + timedelta(minutes=14)


def ending_of(world, sign_in_id):
    """Return why a session ended; empty while it lives."""
    store = world.product.host.running["identity"].store
    facts = [store.opened(row) for row in store.read(0, 10_000, (SignedOut.NAME,))]
    return next((fact.reason for fact in facts if fact.sign_in_id == sign_in_id), "")


def test_a_new_session_ends_the_one_that_the_browser_had(world):
    first = sign_in(world, "north_agent")
    token = issue(world, first.secret).token
    again = begin(world, person_id("north_agent"))
    again.previous_secret = first.secret
    second = world.call(world.stub.CompleteSignIn, again)

    assert ending_of(world, first.sign_in_id) == "signed_in_again"
    with pytest.raises(Forbidden):
        issue(world, first.secret)
    list_own = lambda: world.call(  # noqa: E731
        world.stub.ListSignIns, pb.ListSignInsRequest(), token=token
    )
    assert wait_until(lambda: refused_for(list_own) == "TOKEN_REVOKED", AT_ONCE)
    assert issue(world, second.secret).token


@pytest.mark.parametrize("previous", ["", "x", "x" * 2000])
def test_a_session_that_never_was_hinders_no_sign_in(world, previous):
    request = begin(world, person_id("north_agent"))
    request.previous_secret = previous

    assert world.call(world.stub.CompleteSignIn, request).secret


def signed_in(world, name):
    session = sign_in(world, name)
    token = issue(world, session.secret).token
    return session, Caller(lambda: token)


def test_one_sees_and_ends_ones_own_sessions(world):
    first, _ = signed_in(world, "south_agent")
    second, caller = signed_in(world, "south_agent")
    listed = caller(world.stub.ListSignIns, pb.ListSignInsRequest()).sign_ins
    caller(world.stub.EndSignIn, pb.EndSignInRequest(sign_in_id=first.sign_in_id))

    assert ending_of(world, first.sign_in_id) == "ended"
    assert [(each.sign_in_id, each.current) for each in listed] == [
        (second.sign_in_id, True),
        (first.sign_in_id, False),
    ]
    assert {each.user_agent for each in listed} == {"Firefox"}
    with pytest.raises(Forbidden):
        issue(world, first.secret)
    assert issue(world, second.secret).token


def test_one_ends_all_ones_other_sessions_at_once(world):
    others = [signed_in(world, "south_agent")[0] for _ in range(2)]
    colleague, _ = signed_in(world, "south_admin")
    own, caller = signed_in(world, "south_agent")
    answer = caller(world.stub.EndOtherSignIns, pb.EndOtherSignInsRequest())

    assert answer.ended_sessions >= 2
    assert {ending_of(world, each.sign_in_id) for each in others} == {"ended"}
    assert issue(world, own.secret).token
    assert issue(world, colleague.secret).token
    again = caller(world.stub.EndOtherSignIns, pb.EndOtherSignInsRequest())
    assert again.ended_sessions == 0


def test_an_admin_signs_a_person_out_everywhere_and_roles_stay(world):
    sessions = [sign_in(world, "north_agent") for _ in range(2)]
    token = issue(world, sessions[0].secret).token
    people = world.product.stub(people_pb2_grpc.PeopleServiceStub, "identity")
    request = people_pb2.SignOutPersonRequest(user_id=person_id("north_agent"), reason="stolen")
    ended = world.product.caller("north_admin")(people.SignOutPerson, request).ended_sessions
    own = lambda: world.call(  # noqa: E731
        world.stub.ListSignIns, pb.ListSignInsRequest(), token=token
    )

    assert ended >= 2
    assert {ending_of(world, each.sign_in_id) for each in sessions} == {"partner_admin"}
    assert wait_until(lambda: refused_for(own) == "TOKEN_REVOKED", AT_ONCE)
    assert list(issue(world, sign_in(world, "north_agent").secret).roles) == ["HELP_DESK"]
    record = world.product.records("identity", action="identity.person.sign_out")[-1]
    assert (record.user_id, record.reason) == (person_id("north_agent"), "stolen")


def test_nobody_signs_another_partners_people_out(world):
    people = world.product.stub(people_pb2_grpc.PeopleServiceStub, "identity")
    request = people_pb2.SignOutPersonRequest(user_id=person_id("south_agent"), reason="why not")

    with pytest.raises(NotFound):
        world.product.caller("north_admin")(people.SignOutPerson, request)


def test_signing_out_ends_the_session_that_asks(world):
    session, caller = signed_in(world, "south_agent")
    caller(world.stub.EndSignIn, pb.EndSignInRequest())

    assert ending_of(world, session.sign_in_id) == "signed_out"
    with pytest.raises(Forbidden):
        issue(world, session.secret)
    # Until the service has heard of it there is nothing to end, then the token is refused.
    with pytest.raises((NotFound, Unauthenticated)):
        caller(world.stub.EndSignIn, pb.EndSignInRequest())


def test_a_session_of_somebody_else_is_not_found(world):
    theirs, _ = signed_in(world, "north_agent")
    _, mine = signed_in(world, "south_agent")

    with pytest.raises(NotFound):
        mine(world.stub.EndSignIn, pb.EndSignInRequest(sign_in_id=theirs.sign_in_id))


def test_taking_the_last_role_away_ends_the_sessions(world):
    roles = world.product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    session = sign_in(world, "north_auditor")
    change = {"user_id": person_id("north_auditor"), "role": 4, "reason": "why"}
    admin = world.product.caller("north_admin")
    admin(roles.RemoveRole, roles_pb2.RemoveRoleRequest(**change))
    assert ending_of(world, session.sign_in_id) == "role_removed"
    with pytest.raises(Forbidden):
        issue(world, session.secret)
    admin(roles.AssignRole, roles_pb2.AssignRoleRequest(**change))

    with pytest.raises(Forbidden) as caught:
        issue(world, session.secret)
    assert caught.value.reason == "SESSION_ENDED"


def test_a_new_role_is_in_the_next_token(world):
    roles = world.product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    session = sign_in(world, "north_agent")
    change = {"user_id": person_id("north_agent"), "role": 4, "reason": "why"}
    admin = world.product.caller("north_admin")
    admin(roles.AssignRole, roles_pb2.AssignRoleRequest(**change))
    more = issue(world, session.secret).roles
    admin(roles.RemoveRole, roles_pb2.RemoveRoleRequest(**change))

    assert list(more) == ["AUDITOR", "HELP_DESK"]
    assert list(issue(world, session.secret).roles) == ["HELP_DESK"]


def test_somebody_whom_the_directory_disables_gets_no_more_tokens(world):
    person = next(p for p in small_directory()["people"] if p["id"] == person_id("south_agent"))
    session = sign_in(world, "south_agent")
    world.product.load({"people": [{**person, "loginEnabled": False}]})
    try:
        with pytest.raises(Forbidden):
            issue(world, session.secret)
    finally:
        world.product.load({"people": [person]})


def test_signing_in_is_on_record_and_so_is_a_refusal(world):
    sign_in(world, "north_agent")
    done = world.product.records("identity", action="identity.signin.complete")[-1]
    refused(world, pb.CompleteSignInRequest(state="x"))
    failed = world.product.records("identity", action="identity.signin.complete")[-1]

    assert (done.agent_id, done.outcome) == (person_id("north_agent"), "done")
    assert (failed.agent_id, failed.outcome, failed.error) == ("", "refused", "SIGN_IN_INVALID")


def test_an_operator_of_a_development_product_gets_a_token_and_leaves_a_fact(world):
    operator = Caller(lambda: world.product.service_token("SERVICE"))
    request = pb.IssueTokenForRequest(user_id=person_id("north_agent"))
    issued = operator(world.stub.IssueTokenFor, request)
    store = world.product.host.running["identity"].store
    fact = store.opened(store.read(0, 10_000, ("helpdesk.identity.v1.OperatorTokenIssued",))[-1])

    assert world.product.host.wiring.verifier("email").verify(issued.token).roles == {"HELP_DESK"}
    assert (fact.user_id, fact.issued_by) == (person_id("north_agent"), "operator:test")


def test_agents_get_no_token_in_anothers_name(world):
    request = pb.IssueTokenForRequest(user_id=person_id("north_admin"))
    with pytest.raises(Forbidden):
        world.product.caller("north_agent")(world.stub.IssueTokenFor, request)


@pytest.mark.parametrize(
    "settings",
    [
        {"HELPDESK_IDENTITY_DEV_TOKENS": "no"},
        {"HELPDESK_GATEWAY_ADDRESS": "0.0.0.0:8080"},
        {"HELPDESK_IDENTITY_ISSUERS": "https://idp.example"},
    ],
)
def test_beyond_development_operators_get_no_tokens_of_people(tmp_path, settings):
    with running_product(tmp_path, [SERVICE], directory=small_directory(), **settings) as product:
        stub = product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity")
        operator = Caller(lambda: product.service_token("SERVICE"))
        with pytest.raises(Refused) as caught:
            operator(stub.IssueTokenFor, pb.IssueTokenForRequest(user_id=person_id("north_agent")))

    assert caught.value.reason == "DEV_TOKENS_OFF"


@pytest.fixture
def linked(tmp_path):
    provider = FakeProvider(f"http://{free_address()}", client_id="desk")
    issuers = tmp_path / "issuers.json"
    issuers.write_text(
        json.dumps([{"issuer": provider.issuer, "client_id": "desk", "partner_id": NORTH}])
    )
    with (
        provider.served(),
        running_product(
            tmp_path / "data",
            [SERVICE],
            directory=small_directory(),
            HELPDESK_IDENTITY_ISSUERS=str(issuers),
        ) as product,
    ):
        stub = product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity")
        yield SimpleNamespace(product=product, provider=provider, stub=stub, call=Caller())


def link(world, name, subject, issuer=None):
    stub = world.product.stub(feed_pb2_grpc.DirectoryFeedServiceStub, "identity")
    request = feed_pb2.LinkAccountRequest(
        user_id=person_id(name), issuer=issuer or world.provider.issuer, subject=subject
    )
    Caller(lambda: world.product.service_token("DIRECTORY_WRITER"))(stub.LinkAccount, request)


def test_a_partners_own_provider_signs_in_by_linked_subject(linked):
    link(linked, "north_agent", "okta|7")
    session = linked.call(linked.stub.CompleteSignIn, begin(linked, "okta|7"))

    assert issue(linked, session.secret).user_id == person_id("north_agent")


@pytest.mark.parametrize("subject", ["ned@north.example", person_id("north_agent")])
def test_without_a_link_neither_address_nor_id_signs_in(linked, subject):
    linked.provider.claims = {"email": "ned@north.example", "email_verified": True}

    assert refused(linked, begin(linked, subject)) == "SIGN_IN_INVALID"


def test_a_partners_provider_signs_in_nobody_of_another_partner(linked):
    link(linked, "south_agent", "okta|8")

    assert refused(linked, begin(linked, "okta|8")) == "SIGN_IN_INVALID"


def test_an_account_is_linked_to_one_person(linked):
    link(linked, "north_agent", "okta|7")
    link(linked, "north_agent", "okta|7")

    with pytest.raises(Refused):
        link(linked, "north_admin", "okta|7")
    with pytest.raises(NotFound):
        link(linked, "north_admin", "okta|9", issuer="https://idp.example")


def test_a_providers_logout_token_ends_the_accounts_sessions_once(world):
    session, other = sign_in(world, "south_agent"), sign_in(world, "south_admin")
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "iss": world.provider.issuer,
        "aud": "helpdesk",
        "iat": now,
        "exp": now + 60,
        "jti": "once",
        "sub": person_id("south_agent"),
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }
    request = pb.EndProviderSessionRequest(logout_token=world.provider.signed(claims))
    world.call(world.stub.EndProviderSession, request)
    assert ending_of(world, session.sign_in_id) == "provider"
    with pytest.raises(Forbidden):
        issue(world, session.secret)
    assert issue(world, other.secret).token
    with pytest.raises(Forbidden) as caught:
        world.call(world.stub.EndProviderSession, request)

    assert caught.value.reason == "SIGN_IN_INVALID"


@pytest.mark.parametrize("change", [{"roles": []}, {"loginEnabled": False}, {"status": "inactive"}])
def test_an_import_that_takes_a_customers_admin_away_ends_what_runs(world, change):
    person = next(p for p in small_directory()["people"] if p["id"] == person_id("shared_admin"))
    issued = issue(world, sign_in(world, "shared_admin").secret)
    directory = world.product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    look = lambda: world.call(  # noqa: E731
        directory.GetMe, directory_pb2.GetMeRequest(), token=issued.token
    )
    look()
    try:
        world.product.load({"people": [{**person, **change}]})
        assert wait_until(lambda: refused_for(look) == "TOKEN_REVOKED", AT_ONCE)
        assert ending_of(world, issued.sign_in_id) == "directory"
    finally:
        world.product.load({"people": [person]})


def refused_for(call):
    try:
        call()
    except Unauthenticated as error:
        return error.reason
    return ""


def test_an_import_that_takes_nothing_away_ends_nothing(world):
    person = next(p for p in small_directory()["people"] if p["id"] == person_id("shared_admin"))
    secret = sign_in(world, "shared_admin").secret
    world.product.load({"people": [{**person, "displayName": "Sharon Other"}]})

    assert issue(world, secret).display_name == "Sharon Other"


def test_a_token_does_not_outlive_a_role_that_ends(world):
    roles = world.product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    admin = world.product.caller("north_admin")
    named = {"user_id": person_id("north_nobody"), "role": "ROLE_HELP_DESK", "reason": "a test"}
    given = roles_pb2.AssignRoleRequest(**named)
    given.until.FromDatetime(datetime.now(UTC) + timedelta(seconds=20))
    admin(roles.AssignRole, given)
    try:
        assert 15 <= issue(world, sign_in(world, "north_nobody").secret).expires_in <= 20
    finally:
        admin(roles.RemoveRole, roles_pb2.RemoveRoleRequest(**named))
