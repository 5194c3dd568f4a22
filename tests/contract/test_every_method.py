"""Every RPC, by its descriptor: whom it refuses, how, and what is left of the refusal."""

import random
import re
import time
from datetime import UTC, datetime

import grpc
import pytest

from helpdesk.identity.v1 import (
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
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.rpc.contract import every_method
from helpdesk.kernel.secrets import new_private_key
from helpdesk.kernel.store import Loaded
from helpdesk.kernel.tokens import Signer
from helpdesk.options.v1 import options_pb2
from services.identity.domain.client_facts import ClientRemoved
from services.identity.domain.clients import OF_PROGRAMS
from services.identity.domain.facts import SignedOut
from services.session.domain.access import SECTIONS
from services.session.domain.facts import ViewEnded
from tests.support.distributed import SIZES
from tests.support.foreign import SECRET_WORDS, foreign_world
from tests.support.methods import (
    call,
    filled,
    hosted,
    scribbled,
    served_by,
    short,
)
from tests.support.product import (
    ACME,
    NORTH,
    SHARED,
    SOUTH,
    api_id,
    person_id,
    small_directory,
    uuid,
)

METHODS = every_method()
GUARDED = [m for m in METHODS if not m.public]
WITH_ROLES = [m for m in GUARDED if not m.rule.any_role]
CHANGING = [m for m in GUARDED if m.changes and not m.rule.lifecycle]
ROLES = {
    r.removeprefix("ROLE_")
    for r in options_pb2.Role.DESCRIPTOR.values_by_name
    if r != "ROLE_UNSPECIFIED"
}
OF_PARTNERS = {"PARTNER_ADMIN", "HELP_DESK", "HELP_DESK_READ_ONLY", "AUDITOR"}
FOR_ALL_CUSTOMERS = {"PARTNER_ADMIN", "AUDITOR"}
PUBLIC = {
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
OWN_ONLY = {
    # Asks for nothing by id: it answers from what is the caller's own.
    "DirectoryService.GetMe": OK,
    "DirectoryService.ListOrganizations": OK,
    "RoleService.ListRoles": OK,
    "RoleClaimService.ListRoleClaims": OK,
    "ForgettingService.ListForgettings": OK,
    "InvitationService.ListInvitations": OK,
    "SignInService.ListSignIns": OK,
    "SignInService.EndOtherSignIns": OK,
    "ConsentService.ListAccessRequests": OK,
    "ConsentService.ListConsents": OK,
    "ConsentService.WatchAccess": OK,
    "ViewService.ListViews": OK,
    "CallerAnswerService.ListStoppedChecks": OK,
    "CallerAnswerService.ListVouchRequests": OK,
    "BlocklistService.ListAddressVouchRequests": OK,
    "BlocklistService.ListRemovals": OK,
    # A filter that nothing of the caller's own fits finds nothing.
    "AuditService.QueryActions": OK,
    "AuditService.GetActivity": OK,
    "AuditService.ListSessions": OK,
    "AuditService.TailActions": OK,
    "ReviewService.ListReviews": OK,
    "ReviewService.ListMarkedPeople": OK,
    # The log as a whole, which names nobody.
    "AuditService.GetCheckpoint": OK,
    "AuditService.SignCheckpoint": OK,
    "AuditService.GetConsistencyProof": OK,
}
OF_ONES_OWN_PARTNER = {
    # What the auditor's own people did about that customer, if anything.
    "AuditService.Export",
    "AuditService.ListOrganizationActivity",
}
WITHOUT_SCOPE = {
    # They name nobody: a customer's admin opens and shuts its own organization.
    "ConsentService.BlockPartners",
    "ConsentService.UnblockPartners",
    # A partner's admin maps the claims of its own provider.
    "RoleClaimService.MapRoleClaim",
    # Services of the operator work for every customer.
    "DirectoryFeedService.Import",
    "DirectoryFeedService.LinkAccount",
    "EmailService.SendMessage",
    "MailReportService.ReportMail",
}


@pytest.fixture(scope="module", params=SIZES)
def world(request, tmp_path_factory):
    with foreign_world(tmp_path_factory.mktemp("every"), request.param) as world:
        yield world


def by_name(methods):
    return pytest.mark.parametrize("method", methods, ids=short)


class Watch:
    """What the stores and an answer show of one call."""

    def __init__(self, world, method):
        world.settle()
        self.world, self.method = world, method
        self.store = world.store(method)
        self.others = [
            r.store for n, r in world.host.running.items() if n not in (served_by(method), "audit")
        ]
        self.before = {store.name: store.position for store in [self.store, *self.others]}

    def call(self, payload, token="", **more):
        return call(self.world.channel(self.method), self.method, payload, token, **more)

    def rows(self):
        found = self.world.told(self.store, self.before[self.store.name])
        self.before[self.store.name] = self.store.position
        return found

    def assert_refused_and_recorded(self, answer, *, reasons=None):
        """Exactly one record, no other fact in any service's store, and nothing personal said."""
        rows = self.rows()
        assert [type(row) for row in rows] == [SupportActionRecorded], rows
        record = rows[0]
        assert record.outcome == "refused"
        assert record.error == answer.reason
        assert record.method == self.method.full_name
        assert record.request_id == answer.reference
        assert record.agent_id
        if reasons is not None:
            assert answer.reason in reasons
        self.assert_nothing_else(answer)
        return record

    def assert_nothing_else(self, answer):
        assert {s.name: self.world.told(s, self.before[s.name]) for s in self.others} == {
            s.name: [] for s in self.others
        }
        assert said_of_people(answer.said()) == []
        assert "Traceback" not in answer.said()


def said_of_people(text):
    return [
        word for word in SECRET_WORDS if re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)
    ]


def assert_counted(world, method, watch, reason):
    """No record of its own, one in the count of the minute."""
    assert watch.rows() == []
    world.assert_counted(method, watch, reason)


def test_every_service_of_the_contract_is_served(world):
    assert {m.descriptor.containing_service.full_name for m in METHODS} == world.served()


def test_every_service_that_is_hosted_but_the_gateway_is_here():
    from services.hosting import ALL

    assert {s.name for s in ALL} - {"gateway"} == {s.name for s in hosted()}


def test_only_signing_in_and_the_keys_are_public():
    assert {short(m) for m in METHODS if m.public} == PUBLIC


@by_name(GUARDED)
def test_who_may_call_it_is_said(method):
    assert method.internal or method.rule.any_role or method.roles


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


@by_name(GUARDED)
@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_without_a_valid_token_it_is_refused_and_only_counted(world, method, kind):
    watch = Watch(world, method)
    answer = watch.call(filled(method, world.beta), bad_token(world, method, kind))

    assert (answer.code, answer.reason) == (grpc.StatusCode.UNAUTHENTICATED, BAD_TOKENS[kind])
    assert answer.answers == []
    watch.assert_nothing_else(answer)
    assert_counted(world, method, watch, BAD_TOKENS[kind])


@by_name(WITH_ROLES)
def test_no_other_role_may_call_it(world, method):
    allowed = {"SERVICE"} if method.internal else set(method.roles)
    watch = Watch(world, method)

    for roles in [[], *([role] for role in sorted(ROLES - allowed)), sorted(ROLES - allowed)]:
        token = world.product.token("north_agent", roles=roles)
        answer = watch.call(filled(method, world.beta), token)
        assert answer.code is grpc.StatusCode.PERMISSION_DENIED, roles
        record = watch.assert_refused_and_recorded(answer, reasons={"ROLE_MISSING"})
        assert set(record.roles) == set(roles)


def scoped(roles):
    return [
        m
        for m in GUARDED
        if not m.internal and short(m) not in WITHOUT_SCOPE and (m.rule.any_role or m.roles & roles)
    ]


def assert_shows_nothing_foreign(world, method, token, otherwise=NOT_FOUND):
    watch = Watch(world, method)
    answer = watch.call(filled(method, world.beta), token)

    expected = OWN_ONLY.get(short(method), otherwise)
    assert answer.code is expected, (answer.code, answer.details)
    if expected is NOT_FOUND:
        watch.assert_refused_and_recorded(answer, reasons={"NOT_FOUND"})
    else:
        text = b"".join(answer.answers).decode(errors="replace")
        foreign = ("zhanna", "Жанна", "Bea Beta", "bea@", "Sam South", "Sue Agent", "sue@")
        assert [word for word in foreign if word in text] == []
        assert not [
            i
            for n, i in world.beta.items()
            if n.endswith("_id")
            and i
            and i in text
            and n not in ("user_id", "organization_id", "partner_id")
        ]
        assert [r.outcome for r in watch.rows() if isinstance(r, SupportActionRecorded)] in (
            ["done"],
            [],
        )


@by_name(scoped(OF_PARTNERS))
def test_another_partners_people_see_and_do_nothing(world, method):
    for role in sorted(method.roles & OF_PARTNERS) or ["HELP_DESK"]:
        token = world.product.token("north_agent", roles=[role])
        own = role == "AUDITOR" and short(method) in OF_ONES_OWN_PARTNER
        assert_shows_nothing_foreign(world, method, token, OK if own else NOT_FOUND)


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


@by_name(scoped(OF_PARTNERS - FOR_ALL_CUSTOMERS))
def test_a_limited_agent_of_the_customers_own_partner_sees_and_does_nothing(world, limited, method):
    for role in sorted(method.roles & OF_PARTNERS - FOR_ALL_CUSTOMERS) or ["HELP_DESK"]:
        token = world.product.token(sub=limited, partner=SOUTH, roles=[role])
        assert_shows_nothing_foreign(world, method, token)


@by_name(scoped({"CUSTOMER_ADMIN"}))
def test_another_customers_admin_sees_and_does_nothing(world, method):
    token = world.product.token("acme_admin")
    assert_shows_nothing_foreign(world, method, token)


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


@by_name([m for m in WITH_ROLES if m.roles & OF_PARTNERS])
def test_a_role_that_was_just_lost_opens_nothing(world, method):
    lost, kept = method.roles & OF_PARTNERS, sorted(OF_PARTNERS - method.roles)[:1]
    assign(world, lost | set(kept))
    before = token_now(world, "north_nobody")
    assign(world, lost, remove=True)
    try:
        assert lost <= world.host.wiring.verifier("identity").verify(before).roles
        assert_dead_within_a_second(world, method, before)
        if kept:
            after = token_now(world, "north_nobody")
            watch = Watch(world, method)
            answer = watch.call(filled(method, world.beta), after)
            assert answer.code is grpc.StatusCode.PERMISSION_DENIED
            watch.assert_refused_and_recorded(answer, reasons={"ROLE_MISSING"})
        else:
            with pytest.raises(Forbidden, match="role"):
                token_now(world, "north_nobody")
    finally:
        assign(world, kept, remove=True)


def assert_dead_within_a_second(world, method, token):
    """Call with a token until it is refused for what was ended, for at most a second."""
    watch, until = Watch(world, method), time.monotonic() + 1.0
    answer = watch.call(filled(method, world.beta), token)
    while answer.reason != "TOKEN_REVOKED" and time.monotonic() < until:
        answer = watch.call(filled(method, world.beta), token)
    watch.rows()

    assert (answer.code, answer.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_REVOKED")
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


@by_name([m for m in GUARDED if not m.internal and m.roles != {"SERVICE"}])
def test_nothing_that_was_ended_is_used_again(
    world, signed_out, ended_view, removed_program, method
):
    roles = sorted(method.roles)
    if method.roles and not method.roles - OF_PROGRAMS:
        token = world.product.token(sub=removed_program, roles=roles, at=1)
    else:
        token = world.product.token("north_agent", roles=roles, sid=signed_out)
    lease = world.lease(method.roles or ROLES, sections=SECTIONS, view_id=ended_view)

    for ended in (token, lease):
        assert_dead_within_a_second(world, method, ended)


def test_an_admin_of_a_customer_who_is_none_any_more_gets_no_token(world):
    person = next(p for p in small_directory()["people"] if p["id"] == person_id("shared_admin"))
    assert token_now(world, "shared_admin")
    world.product.load({"people": [{**person, "roles": []}]})
    try:
        with pytest.raises(Forbidden):
            token_now(world, "shared_admin")
    finally:
        world.product.load({"people": [person]})


@by_name(CHANGING)
def test_a_read_only_session_changes_nothing_whatever_it_sends(world, method):
    dice = random.Random(method.path)
    token_of = lambda: world.lease(method.roles or ROLES, sections=("USERS", "MAIL"))  # noqa: E731
    watch = Watch(world, method)
    answer = watch.call(filled(method, world.beta), token_of())
    assert answer.code is grpc.StatusCode.PERMISSION_DENIED
    watch.assert_refused_and_recorded(answer, reasons={"READ_ONLY"})

    for _ in range(25):
        answer = watch.call(scribbled(method, dice), token_of())
        assert answer.code in (
            grpc.StatusCode.PERMISSION_DENIED,
            grpc.StatusCode.INVALID_ARGUMENT,
        )
        watch.assert_refused_and_recorded(answer, reasons={"READ_ONLY", "MALFORMED"})


@by_name([m for m in GUARDED if not (m.changes or m.section or m.internal or m.rule.any_section)])
def test_a_read_only_session_sees_nothing_beside_the_portal(world, method):
    watch = Watch(world, method)
    token = world.lease(method.roles or ROLES, sections=("USERS", "MAIL", "DEVICES"))
    answer = watch.call(filled(method, world.beta), token)

    assert answer.code is grpc.StatusCode.PERMISSION_DENIED
    watch.assert_refused_and_recorded(answer, reasons={"NOT_IN_VIEW"})


def test_only_the_door_to_other_portals_and_the_way_out_are_open_to_a_view_of_any_section():
    assert {short(m) for m in METHODS if m.rule.any_section} == {
        "PortalService.EnterPortal",
        "PortalService.LookAtPortal",
        "ViewService.EndView",
    }


@by_name([m for m in GUARDED if m.section])
def test_a_read_only_session_sees_no_section_that_was_not_allowed(world, method):
    watch = Watch(world, method)
    answer = watch.call(filled(method, world.beta), world.lease(method.roles, sections=("SITES",)))

    assert answer.code is grpc.StatusCode.PERMISSION_DENIED
    watch.assert_refused_and_recorded(answer, reasons={"SECTION_NOT_ALLOWED"})


@by_name([m for m in GUARDED if m.section])
def test_a_read_only_session_sees_no_other_customer(world, method):
    watch = Watch(world, method)
    answer = watch.call(filled(method, world.beta), world.lease(method.roles, [method.section]))

    assert answer.code is NOT_FOUND
    watch.assert_refused_and_recorded(answer)
