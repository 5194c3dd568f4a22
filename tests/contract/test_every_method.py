"""Every RPC, by its descriptor: whom it refuses, how, and what is left of the refusal."""

import base64
import random
import time
from datetime import UTC, datetime
from itertools import count

import grpc
import pytest
from joserfc.jwk import OKPKey

from helpdesk.identity.v1 import (
    clients_pb2,
    clients_pb2_grpc,
    people_pb2,
    people_pb2_grpc,
    roles_pb2,
    roles_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
)
from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Forbidden
from helpdesk.kernel.events import RequestAnswered, SupportActionRecorded
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.secrets import new_private_key
from helpdesk.kernel.store import Loaded
from helpdesk.kernel.tokens import Signer
from services.identity.domain.client_facts import ClientRemoved
from services.identity.domain.clients import OF_PROGRAMS
from services.identity.domain.facts import SignedIn, SignedOut
from services.session.domain.access import SECTIONS
from services.session.domain.facts import ViewEnded
from tests.support.distributed import SIZES
from tests.support.foreign import Watch, foreign_world, said_of_people
from tests.support.matrix import (
    COLUMNS,
    METHODS,
    OF_PARTNERS,
    OF_PEOPLE,
    REASONS,
    ROLES,
    columns,
    limited_nowhere,
    repeated_unseen,
    roles_never_lost,
    takes_any_role,
    takes_no_token,
)
from tests.support.methods import a_caller_of, call, filled, hosted, scribbled, served_by, short
from tests.support.product import (
    ACME,
    BETA,
    NORTH,
    SHARED,
    SOUTH,
    api_id,
    person_id,
    small_directory,
    uuid,
)
from tests.support.waiting import AT_ONCE

FOR_ALL_CUSTOMERS = {"PARTNER_ADMIN", "AUDITOR"}
PUBLIC = {
    "ConsentService.GetDocumentKeys",
    "SignInService.BeginSignIn",
    "SignInService.CompleteSignIn",
    "SignInService.EndProviderSession",
    "SignInService.GetSignOutPage",
    "SignInService.IssueToken",
    "SignInService.ListProviders",
    "TokenService.GetKeys",
    "TokenService.IssueServiceToken",
}
OK, NOT_FOUND = grpc.StatusCode.OK, grpc.StatusCode.NOT_FOUND
DENIED = grpc.StatusCode.PERMISSION_DENIED
FOUND = {OK, grpc.StatusCode.FAILED_PRECONDITION}
OWN_ONLY = {
    # Asks for nothing by id: it answers from what is the caller's own.
    "DirectoryService.GetMe",
    "DirectoryService.ListOrganizations",
    "RoleService.ListRoles",
    "RoleClaimService.ListRoleClaims",
    "ForgettingService.ListForgettings",
    "InvitationService.ListInvitations",
    "SignInService.ListSignIns",
    "SignInService.EndOtherSignIns",
    "ConsentService.ListAccessRequests",
    "ConsentService.ListConsents",
    "ConsentService.WatchAccess",
    "ViewService.ListViews",
    "CallerAnswerService.ListStoppedChecks",
    "CallerAnswerService.ListVouchRequests",
    "BlocklistService.ListAddressVouchRequests",
    "BlocklistService.ListRemovals",
    # A filter that nothing of the caller's own fits finds nothing.
    "AuditService.QueryActions",
    "AuditService.GetActivity",
    "AuditService.ListSessions",
    "AuditService.TailActions",
    "ReviewService.ListReviews",
    "ReviewService.ListMarkedPeople",
    # The log as a whole, which names nobody.
    "AuditService.GetCheckpoint",
    "AuditService.SignCheckpoint",
    "AuditService.GetConsistencyProof",
}
OF_ONES_OWN_PARTNER = {
    # What the auditor's own people did about that customer, if anything.
    "AuditService.Export",
    "AuditService.ListOrganizationActivity",
    "ReissueService.ListOutdatedExports",
}
CHANGES_OWN = {
    # They name nobody: a customer's admin opens and shuts its own organization, and a partner's
    # admin maps the claims of its own provider.
    "ConsentService.BlockPartners",
    "ConsentService.UnblockPartners",
    "RoleClaimService.MapRoleClaim",
}
LEAST = (*SECTIONS[:1], "USERS", "MAIL")
NUMBERS = count()


@pytest.fixture(scope="module", params=SIZES)
def world(request, tmp_path_factory):
    with foreign_world(tmp_path_factory.mktemp("every"), request.param) as world:
        yield world


def assert_counted(world, method, watch, reason):
    """No record of its own, one in the count of the minute."""
    assert watch.rows() == []
    world.expect_counted(method, reason)


def test_every_service_of_the_contract_is_served(world):
    assert {m.descriptor.containing_service.full_name for m in METHODS} == world.served()


def test_every_service_that_is_hosted_but_the_gateway_is_here():
    from services.hosting import ALL

    assert {s.name for s in ALL} - {"gateway"} == {s.name for s in hosted()}


def test_only_signing_in_and_the_keys_are_public():
    assert {short(m) for m in METHODS if m.public} == PUBLIC


@pytest.mark.parametrize("method", METHODS, ids=short)
def test_who_may_call_it_is_said(method):
    assert method.public or method.internal or method.rule.any_role or method.roles


def test_everything_that_is_to_be_tried_is_a_column():
    assert set(COLUMNS) >= {
        "no token",
        "expired",
        "wrong audience",
        "other partner",
        "other customer",
        "wrong role",
        "role just lost",
        "read-only session",
        "session of another organization",
        "revoked",
        "replayed",
    }


@pytest.mark.parametrize("column", COLUMNS)
def test_every_cell_of_the_matrix_is_tried_or_says_why_not(column):
    said = {short(method): COLUMNS[column](method) for method in METHODS}

    assert {name: why for name, why in said.items() if why and why not in REASONS} == {}


def test_every_reason_for_not_trying_is_given_somewhere():
    given = {why_not(method) for why_not in COLUMNS.values() for method in METHODS}

    assert given - {""} == set(REASONS)


BAD_TOKENS = {
    "none": "TOKEN_MISSING",
    "expired": "TOKEN_EXPIRED",
    "of another audience": "TOKEN_AUDIENCE",
    "of another key": "TOKEN_INVALID",
    "a lease signed with the key of tokens": "TOKEN_INVALID",
    "a token signed with the key of leases": "TOKEN_INVALID",
    "garbage": "TOKEN_INVALID",
}


def bad_token(world, method, kind):
    product, roles = world.product, sorted(method.roles or {"SERVICE", "HELP_DESK"})
    claims = {"sub": person_id("north_agent"), "partner": NORTH, "roles": roles}
    match kind:
        case "none":
            return ""
        case "expired":
            return product.token(seconds=-1, **claims)
        case "of another audience":
            audience = [s for s in ("identity", "search", "email") if s != served_by(method)]
            return product.token(audience=audience, **claims)
        case "of another key":
            return Signer(new_private_key()).sign(claims, [served_by(method)], 60)
        case "a lease signed with the key of tokens":
            return product.token(mode="read_only", seconds=5, **claims)
        case "a token signed with the key of leases":
            leases = Signer(world.host.wiring.secret("session.signing.pem"))
            return leases.sign(claims, [served_by(method)], 5)
        case _:
            return "a.b.c"


@columns("no token", "expired", "wrong audience", unless=takes_no_token)
@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_without_a_valid_token_it_is_refused_and_only_counted(world, method, kind):
    watch = Watch(world, method)
    answer = watch.call(filled(method, world.beta), bad_token(world, method, kind))

    assert (answer.code, answer.reason) == (grpc.StatusCode.UNAUTHENTICATED, BAD_TOKENS[kind])
    assert answer.answers == []
    watch.assert_nothing_else(answer)
    assert_counted(world, method, watch, BAD_TOKENS[kind])


@columns("wrong role", unless=takes_any_role)
def test_no_other_role_may_call_it(world, method):
    allowed = {"SERVICE"} if method.internal else set(method.roles)
    watch = Watch(world, method)

    for roles in [[], *([role] for role in sorted(ROLES - allowed)), sorted(ROLES - allowed)]:
        token = world.product.token("north_agent", roles=roles)
        answer = watch.call(filled(method, world.beta), token)
        assert answer.code is DENIED, roles
        record = watch.assert_refused_and_recorded(answer, reasons={"ROLE_MISSING"})
        assert set(record.roles) == set(roles)


def assert_shows_nothing_foreign(world, method, token, roles, *, own=frozenset()):
    """Refused by the role, not found, or answered from what is the caller's own."""
    watch = Watch(world, method)
    answer = watch.call(filled(method, world.beta), token)

    if not (method.rule.any_role or method.roles & set(roles)):
        assert answer.code is DENIED
        watch.assert_refused_and_recorded(answer, reasons={"ROLE_MISSING"})
    elif short(method) in OWN_ONLY | own:
        assert answer.code is OK, (answer.code, answer.details)
        assert_names_nobody_of_beta(world, b"".join(answer.answers).decode(errors="replace"))
        assert [record.outcome for record in watch.calls()] in (["done"], [])
    elif short(method) in CHANGES_OWN:
        assert answer.code in (OK, grpc.StatusCode.FAILED_PRECONDITION)
        assert_names_nobody_of_beta(world, repr(watch.all_rows()))
    else:
        assert answer.code is NOT_FOUND, (answer.code, answer.details)
        watch.assert_refused_and_recorded(answer, reasons={"NOT_FOUND"})


def assert_names_nobody_of_beta(world, text):
    foreign = ("zhanna", "Жанна", "Bea Beta", "bea@", "Sam South", "Sue Agent", "sue@")
    named_by_the_caller = ("user_id", "organization_id", "partner_id")
    ids = [
        value
        for name, value in world.beta.items()
        if name.endswith("_id") and name not in named_by_the_caller and value
    ]
    assert [word for word in (*foreign, *ids) if word in text] == []


IN_A_VIEW = "It is for a lease, which only the columns about read-only sessions have."
NEVER_FOUND = {
    "PortalService.EnterPortal": IN_A_VIEW,
    "PortalService.LookAtPortal": IN_A_VIEW,
    "ViewService.ChangeInView": IN_A_VIEW,
    "ReplayService.DeclareReading": "It is for auditors of the platform, who are nobody's.",
    "ReissueService.ReissueExport": "Only what holds somebody who was forgotten is issued again: "
    "test_reissued_exports.py tries it there.",
}
"""What answers NOT_FOUND to everybody of this world, so that others' NOT_FOUND says nothing."""
TAKES_AWAY = {
    "ConsentService.BlockPartners",
    "FeedWebhookService.RemoveFeedWebhook",
    "PeopleService.OffboardPerson",
    "RoleClaimService.UnmapRoleClaim",
    "RoleService.RemoveRole",
    "SignInService.EndOtherSignIns",
    "ViewService.EndView",
}
"""What is asked for last, because others' things go with it."""


def test_whoever_may_finds_all_that_others_are_asked_about(tmp_path):
    nothing = set()
    with foreign_world(tmp_path, "embedded") as world:
        asked = [m for m in METHODS if not m.public and (m.rule.any_role or m.roles & OF_PEOPLE)]
        for method in sorted(asked, key=lambda m: (m.changes, short(m) in TAKES_AWAY)):
            payload = filled(method, world.beta)
            answers = [
                call(world.channel(method), method, payload, token)
                for token in whoever_may(world, method)
            ]
            assert {answer.code for answer in answers} <= FOUND | {NOT_FOUND}, short(method)
            if not FOUND & {answer.code for answer in answers}:
                nothing.add(short(method))

    assert nothing == set(NEVER_FOUND)


def whoever_may(world, method):
    """Return a token for each role of a method, of the south or of Beta."""
    admins = {"PARTNER_ADMIN": "south_admin", "CUSTOMER_ADMIN": "beta_admin"}
    for role in sorted(method.roles & OF_PEOPLE) or ["HELP_DESK"]:
        yield world.product.token(admins.get(role, "south_agent"), roles=[role])


@columns("other partner", unless=takes_no_token)
def test_another_partners_people_see_and_do_nothing(world, method):
    for role in sorted(method.roles & OF_PARTNERS) or sorted(OF_PARTNERS):
        token = world.product.token("north_agent", roles=[role])
        own = OF_ONES_OWN_PARTNER if role == "AUDITOR" else frozenset()
        assert_shows_nothing_foreign(world, method, token, [role], own=own)


@pytest.fixture(scope="module")
def limited(world):
    """A further agent of Beta's partner, who is limited to another of its customers."""
    agent = api_id("PEOPLE", uuid(113))
    sue = next(p for p in small_directory()["people"] if p["id"] == person_id("south_agent"))
    world.product.load({"people": [{**sue, "id": agent, "emails": [], "displayName": "Lim"}]})
    stub = world.product.stub(people_pb2_grpc.PeopleServiceStub, "identity")
    request = people_pb2.SetCustomerLimitRequest(
        user_id=agent, organization_ids=[SHARED], reason="a test"
    )
    world.product.caller("south_admin")(stub.SetCustomerLimit, request)
    return agent


@columns("limited to another customer", unless=limited_nowhere)
def test_a_limited_agent_of_the_customers_own_partner_sees_and_does_nothing(world, limited, method):
    for role in sorted(method.roles & OF_PARTNERS - FOR_ALL_CUSTOMERS) or ["HELP_DESK"]:
        token = world.product.token(sub=limited, partner=SOUTH, roles=[role])
        assert_shows_nothing_foreign(world, method, token, [role])


@columns("other customer", unless=takes_no_token)
def test_another_customers_admin_sees_and_does_nothing(world, method):
    token = world.product.token("acme_admin")
    assert_shows_nothing_foreign(world, method, token, ["CUSTOMER_ADMIN"])


def assign(world, names, *, remove=False):
    """Let the partner's admin give, or take away, roles of one of the partner's people."""
    stub = world.product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    kind = roles_pb2.RemoveRoleRequest if remove else roles_pb2.AssignRoleRequest
    rpc = stub.RemoveRole if remove else stub.AssignRole
    for name in sorted(names):
        request = kind(user_id=person_id("north_nobody"), role=f"ROLE_{name}", reason="a test")
        world.product.caller("north_admin")(rpc, request)


def token_now(world, person):
    """Ask identity for a token with what the person may do now."""
    stub = world.product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity")
    request = sign_in_pb2.IssueTokenForRequest(user_id=person_id(person))
    return Caller(lambda: world.product.service_token("SERVICE"))(stub.IssueTokenFor, request).token


@columns("role just lost", unless=roles_never_lost)
def test_a_role_that_was_just_lost_opens_nothing(world, method):
    if method.rule.any_role or method.roles & OF_PARTNERS:
        assert_lost_at_a_partner(world, method)
    if "CUSTOMER_ADMIN" in method.roles:
        assert_lost_at_a_customer(world, method)
    if method.roles & OF_PROGRAMS:
        assert_lost_by_a_program(world, method)


def assert_lost_at_a_partner(world, method):
    lost = method.roles & OF_PARTNERS or {"HELP_DESK"}
    kept = sorted(OF_PARTNERS - method.roles)[:1] if method.roles else []
    assign(world, lost | set(kept))
    before = token_now(world, "north_nobody")
    assign(world, lost, remove=True)
    try:
        assert lost <= world.host.wiring.verifier("identity").verify(before).roles
        assert_dead_at_once(world, method, before)
        if kept:
            after = token_now(world, "north_nobody")
            watch = Watch(world, method)
            answer = watch.call(filled(method, world.beta), after)
            assert answer.code is DENIED
            watch.assert_refused_and_recorded(answer, reasons={"ROLE_MISSING"})
        else:
            with pytest.raises(Forbidden, match="role"):
                token_now(world, "north_nobody")
    finally:
        assign(world, kept, remove=True)


def assert_lost_at_a_customer(world, method):
    sign_in_id = f"of-an-admin-{next(NUMBERS)}"
    stored(world, "identity", f"sign-in:{sign_in_id}", SignedIn(
        sign_in_id=sign_in_id,
        user_id=person_id("shared_admin"),
        secret_digest=sign_in_id,
        issuer="https://sign-in.example",
    ))  # fmt: skip
    person = next(p for p in small_directory()["people"] if p["id"] == person_id("shared_admin"))
    before = world.product.token("shared_admin", sid=sign_in_id)
    world.product.load({"people": [{**person, "roles": []}]})
    try:
        assert_dead_at_once(world, method, before)
        with pytest.raises(Forbidden):
            token_now(world, "shared_admin")
    finally:
        world.product.load({"people": [person]})


def assert_lost_by_a_program(world, method):
    name, operator = (
        f"a-program-{next(NUMBERS)}",
        world.product.caller(sub="operator:jo", roles=["OPERATOR"]),
    )
    stub = world.product.stub(clients_pb2_grpc.ClientServiceStub, "identity")
    roles = sorted(method.roles & OF_PROGRAMS)
    claims = {"sub": name, "roles": roles, "at": world.store_of("identity").position}
    before = world.product.token(**claims)
    operator(stub.RegisterClient, registration(name, roles))
    operator(stub.RemoveClient, clients_pb2.RemoveClientRequest(client=name))
    others = sorted(OF_PROGRAMS - {"DELEGATE"} - method.roles)[:1]
    operator(stub.RegisterClient, registration(name, others))
    assert_dead_at_once(world, method, before)

    watch = Watch(world, method)
    answer = watch.call(filled(method, world.beta), world.product.token(sub=name, roles=others))
    assert answer.code is DENIED
    watch.assert_refused_and_recorded(answer, reasons={"ROLE_MISSING"})


def registration(name, roles):
    return clients_pb2.RegisterClientRequest(
        client=name,
        public_key=OKPKey.import_key(new_private_key().decode()).as_pem(private=False).decode(),
        client_roles=[f"ROLE_{role}" for role in roles],
        acts_as=["ROLE_HELP_DESK"] if "DELEGATE" in roles else [],
    )


def assert_dead_at_once(world, method, token):
    """Call with a token until it is refused for what was ended."""
    watch, until = Watch(world, method), time.monotonic() + AT_ONCE
    answer = watch.call(filled(method, world.beta), token)
    while answer.reason != "TOKEN_REVOKED" and time.monotonic() < until:
        answer = watch.call(filled(method, world.beta), token)

    assert (answer.code, answer.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_REVOKED")
    world.expect_counted(method, "TOKEN_REVOKED")
    # What was answered before may still have effects, such as a mail on its way.
    watch = Watch(world, method)
    answer = watch.call(filled(method, world.beta), token)

    assert answer.reason == "TOKEN_REVOKED"
    assert answer.answers == []
    watch.assert_nothing_else(answer)
    assert_counted(world, method, watch, "TOKEN_REVOKED")


@pytest.fixture(scope="module")
def signed_out(world):
    """A sign-in session that its person has ended, as identity's log has it."""
    stored(world, "identity", "signed-out:s-out", SignedOut(
        sign_in_id="s-out", user_id=person_id("north_agent"), reason="signed_out"
    ))  # fmt: skip
    return "s-out"


@pytest.fixture(scope="module")
def ended_view(world):
    """A view that was ended, as the session service's log has it."""
    stored(world, "session", "view-of-nobody", ViewEnded(
        view_id="v-over", organization_id=ACME, ended_by="customer"
    ))  # fmt: skip
    return "v-over"


def stored(world, service, stream, fact):
    work = UnitOfWork(world.store_of(service), Actor(f"service:{service}"), datetime.now(UTC))
    work.stage(Loaded(stream, 0, None), fact)
    world.store_of(service).commit(work.unit())


@pytest.fixture(scope="module")
def removed_program(world):
    """A program that an operator removed, as identity's log has it."""
    stored(world, "identity", "client:a-former-program", ClientRemoved(
        client="a-former-program", removed_by="operator:jo"
    ))  # fmt: skip
    return "a-former-program"


@columns("revoked", unless=takes_no_token)
def test_nothing_that_was_ended_is_used_again(
    world, signed_out, ended_view, removed_program, method
):
    roles = sorted(method.roles)
    ended = [world.lease(method.roles or ROLES, sections=SECTIONS, view_id=ended_view)]
    if method.roles and not method.roles - OF_PROGRAMS:
        ended.append(world.product.token(sub=removed_program, roles=roles, at=1))
    elif not (method.internal or method.roles == {"SERVICE"}):
        # A service's own token ends by itself, after minutes.
        ended.append(world.product.token("north_agent", roles=roles, sid=signed_out))

    for token in ended:
        assert_dead_at_once(world, method, token)


ANSWERED = {OK, NOT_FOUND, DENIED, *(
    getattr(grpc.StatusCode, name) for name in ("INVALID_ARGUMENT", "FAILED_PRECONDITION")
)}  # fmt: skip


@columns("read-only session", unless=takes_no_token)
def test_a_read_only_session_stores_nothing_whatever_it_calls_and_sends(world, method):
    dice = random.Random(method.path)
    watch = Watch(world, method)
    # A view of the customer that it asks about sees it, and every section of it.
    payloads = [filled(method, world.acme), filled(method, world.beta)]
    codes = []
    for payload in [*payloads, *(scribbled(method, dice) for _ in range(world.scribbles))]:
        token = world.lease(method.roles or ROLES, sections=SECTIONS)
        answer = watch.call(payload, token)
        assert answer.code in ANSWERED, (answer.code, answer.details)
        assert said_of_people(answer.said()) == []
        facts = [fact for rows in watch.all_rows().values() for fact in rows]
        assert {type(fact) for fact in facts} <= {SupportActionRecorded}
        codes.append((answer.code, answer.reason))

    if method.section:
        assert codes[0][0] is OK, codes[0]
    else:
        assert OK not in {code for code, _ in codes} or method.rule.any_section


@pytest.mark.parametrize("method", [m for m in METHODS if m.changes and not m.public], ids=short)
def test_a_read_only_session_changes_nothing_whatever_it_sends(world, method):
    dice = random.Random(method.path)
    token_of = lambda: world.lease(method.roles or ROLES, sections=LEAST)  # noqa: E731
    expected = {"NOT_FOUND"} if method.rule.lifecycle else {"READ_ONLY"}
    watch = Watch(world, method)
    answer = watch.call(filled(method, world.beta), token_of())
    assert answer.code in (DENIED, NOT_FOUND)
    watch.assert_refused_and_recorded(answer, reasons=expected)

    for _ in range(world.scribbles):
        answer = watch.call(scribbled(method, dice), token_of())
        assert answer.code in ANSWERED - {OK}
        watch.assert_refused_and_recorded(answer)


@pytest.mark.parametrize(
    "method",
    [m for m in METHODS if not (m.public or m.changes or m.section or m.rule.any_section)],
    ids=short,
)
def test_a_read_only_session_sees_nothing_beside_the_portal(world, method):
    watch = Watch(world, method)
    token = world.lease(method.roles or ROLES, sections=("USERS", "MAIL", "DEVICES"))
    answer = watch.call(filled(method, world.beta), token)

    assert answer.code is DENIED
    watch.assert_refused_and_recorded(answer, reasons={"NOT_IN_VIEW"})


def test_only_the_door_to_other_portals_and_the_way_out_are_open_to_a_view_of_any_section():
    assert {short(m) for m in METHODS if m.rule.any_section} == {
        "PortalService.EnterPortal",
        "PortalService.LookAtPortal",
        "ViewService.EndView",
    }


@pytest.mark.parametrize("method", [m for m in METHODS if m.section], ids=short)
def test_a_read_only_session_sees_no_section_that_was_not_allowed(world, method):
    watch = Watch(world, method)
    answer = watch.call(filled(method, world.beta), world.lease(method.roles, sections=("SITES",)))

    assert answer.code is DENIED
    watch.assert_refused_and_recorded(answer, reasons={"SECTION_NOT_ALLOWED"})


@columns("session of another organization", unless=takes_no_token)
def test_a_read_only_session_sees_and_does_nothing_at_another_customer(world, method):
    watch = Watch(world, method)
    token = world.lease(method.roles or ROLES, sections=SECTIONS)
    answer = watch.call(filled(method, world.beta), token)

    if short(method) == "PortalService.LookAtPortal":
        # It names a section and nobody; the answer holds nothing.
        assert (answer.code, answer.answers) == (OK, [b""])
        return
    if method.section or method.rule.any_section:
        assert answer.code is NOT_FOUND
    else:
        assert answer.code is DENIED
    record = watch.assert_refused_and_recorded(
        answer, reasons={"NOT_FOUND", "READ_ONLY", "NOT_IN_VIEW"}
    )
    assert record.view_id == "a-view"


KEPT = b"\xc2\x3e\x18kept by the first caller"
"""Field 1000, a text, as bytes of an answer of any type."""


@columns("replayed", unless=repeated_unseen)
def test_a_captured_call_acts_once_answers_nobody_else_and_never_goes_unseen(world, method):
    payload = filled(method, world.beta)
    people = sorted(method.roles & OF_PEOPLE)
    if method.changes and getattr(payload, "request_id", ""):
        first = a_caller_of(method) if method.callers else "the-first-caller"
        owner = world.product.token(sub=first, **one_side(method.roles))
        kept_for(first, world, method, payload)
        watch = Watch(world, method)
        again = watch.call(payload, owner)
        assert (again.code, again.answers) == (OK, [KEPT])
        rows = watch.all_rows()
        assert {type(fact) for each in rows.values() for fact in each} == {SupportActionRecorded}
        other = watch.call(payload, world.product.token("north_agent", roles=people))
        assert KEPT not in other.answers
        assert "kept by" not in other.said()
        return
    watch = Watch(world, method)
    token = world.product.token("north_agent", roles=sorted(method.roles))
    for _ in range(2):
        watch.call(payload, token)
    records = watch.calls()

    assert len({record.request_id for record in records}) == len(records) >= 2


def one_side(roles):
    """Return the claims of somebody of the south, or of Beta, or of nobody, with these roles."""
    if roles & OF_PARTNERS:
        return {"partner": SOUTH, "roles": sorted(roles & OF_PARTNERS)}
    if "CUSTOMER_ADMIN" in roles:
        return {"organization": BETA, "roles": ["CUSTOMER_ADMIN"]}
    return {"roles": sorted(roles)}


def kept_for(caller, world, method, payload):
    """Store the answer to a request as if the caller had got it before."""
    plain = type(payload)()
    plain.CopyFrom(payload)
    plain.ClearField("request_id")
    digest = world.store_of(served_by(method)).digest(plain.SerializeToString(deterministic=True))
    stream = f"request:{caller}:{method.full_name}:{payload.request_id}"
    stored(world, served_by(method), stream, RequestAnswered(
        payload_digest=digest, answer=base64.b64encode(KEPT).decode()
    ))  # fmt: skip
