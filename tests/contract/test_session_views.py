"""Consents and read-only sessions over real channels."""

import time

import pytest

from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc, roles_pb2, roles_pb2_grpc
from helpdesk.kernel.errors import Forbidden, NotFound, Refused, Unauthenticated
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.rpc.client import Caller
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from services.identity.service import SERVICE as IDENTITY
from services.session.service import SERVICE as SESSION
from tests.support.methods import told
from tests.support.product import (
    ACME,
    BETA,
    NORTH,
    ORPHAN,
    person_id,
    running_product,
    small_directory,
)
from tests.support.waiting import AT_ONCE


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("session")
    with running_product(folder, [IDENTITY, SESSION], directory=small_directory()) as product:
        yield product


@pytest.fixture
def consents(product):
    return product.stub(consent_pb2_grpc.ConsentServiceStub, "session")


@pytest.fixture
def views(product):
    return product.stub(view_pb2_grpc.ViewServiceStub, "session")


@pytest.fixture
def directory(product):
    return product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")


@pytest.fixture
def agent(product):
    return product.caller("north_agent")


@pytest.fixture
def admin(product):
    return product.caller("acme_admin")


@pytest.fixture(autouse=True)
def nothing_is_left_open(consents, admin):
    yield
    for request in admin(
        consents.ListAccessRequests, consent_pb2.ListAccessRequestsRequest()
    ).access_requests:
        if request.state == "open":
            admin(
                consents.AnswerAccessRequest,
                consent_pb2.AnswerAccessRequestRequest(access_request_id=request.access_request_id),
            )
    for consent in admin(consents.ListConsents, consent_pb2.ListConsentsRequest()).consents:
        admin(
            consents.RevokeConsent, consent_pb2.RevokeConsentRequest(consent_id=consent.consent_id)
        )


def ask(agent, consents, sections=("SECTION_USERS", "SECTION_DEVICES"), organization=ACME):
    return agent(
        consents.RequestAccess,
        consent_pb2.RequestAccessRequest(
            organization_id=organization,
            sections=sections,
            minutes=20,
            reason="cannot join",
            ticket="INC-1",
        ),
    ).access_request_id


def allow(admin, consents, sections=("SECTION_USERS",)):
    return admin(
        consents.GrantAccess, consent_pb2.GrantAccessRequest(sections=sections, reason="go ahead")
    ).consent_id


def start(agent, views, organization=ACME):
    request = view_pb2.StartViewRequest(organization_id=organization, ticket="INC-1")
    return agent(views.StartView, request).view_id


def lease(agent, views, view_id):
    return agent(views.IssueViewToken, view_pb2.IssueViewTokenRequest(view_id=view_id))


def refusal(call, *arguments, **more):
    with pytest.raises((Refused, Forbidden)) as caught:
        call(*arguments, **more)
    return caught.value.reason


def test_without_a_consent_there_is_no_view(agent, views):
    assert refusal(start, agent, views) == "NO_CONSENT"


def test_a_request_is_approved_narrower_and_opens_a_view(agent, admin, consents, views, directory):
    asked = ask(agent, consents)
    admin(
        consents.AnswerAccessRequest,
        consent_pb2.AnswerAccessRequestRequest(
            access_request_id=asked, approve=True, sections=["SECTION_USERS"]
        ),
    )
    token = lease(agent, views, start(agent, views)).token

    users = Caller()(
        directory.ListUsers, directory_pb2.ListUsersRequest(organization_id=ACME), token=token
    )
    assert person_id("acme_user") in [user.user_id for user in users.users]
    assert (
        refusal(
            Caller(),
            directory.ListDevices,
            directory_pb2.ListDevicesRequest(organization_id=ACME),
            token=token,
        )
        == "SECTION_NOT_ALLOWED"
    )


def test_a_request_cannot_be_approved_wider_than_asked(agent, admin, consents):
    from helpdesk.kernel.errors import InvalidArgument

    asked = ask(agent, consents)
    wider = consent_pb2.AnswerAccessRequestRequest(
        access_request_id=asked, approve=True, sections=["SECTION_SETTINGS"]
    )

    with pytest.raises(InvalidArgument):
        admin(consents.AnswerAccessRequest, wider)


def test_a_customer_of_another_partner_is_not_found(agent, consents, views):
    with pytest.raises(NotFound):
        ask(agent, consents, organization=BETA)
    with pytest.raises(NotFound):
        start(agent, views, BETA)


def test_an_organization_without_an_admin_says_so(agent, consents):
    assert refusal(ask, agent, consents, organization=ORPHAN) == "NO_ADMIN"


def test_a_view_shows_no_other_organization(agent, admin, consents, views, directory):
    allow(admin, consents)
    token = lease(agent, views, start(agent, views)).token

    with pytest.raises(NotFound):
        Caller()(
            directory.GetOrganization,
            directory_pb2.GetOrganizationRequest(organization_id=ORPHAN),
            token=token,
        )


def test_a_change_in_a_view_is_refused_and_stores_no_fact(product, agent, admin, consents, views):
    allow(admin, consents)
    token = lease(agent, views, start(agent, views)).token
    roles = product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    change = roles_pb2.AssignRoleRequest(
        user_id=person_id("north_nobody"), role="ROLE_HELP_DESK", reason="x"
    )
    store = product.host.running["identity"].store
    before = store.position

    with pytest.raises(Forbidden):
        Caller()(roles.AssignRole, change, token=token)
    assert [type(fact) for fact in told(store, before)] == [SupportActionRecorded]


def test_a_view_is_bound_to_its_sign_in_session(product, agent, admin, consents, views):
    allow(admin, consents)
    view_id = start(agent, views)

    with pytest.raises(NotFound):
        lease(product.caller("north_agent", sid="another"), views, view_id)


def test_a_view_of_another_agent_is_not_found(product, agent, admin, consents, views):
    allow(admin, consents)
    view_id = start(agent, views)

    with pytest.raises(NotFound):
        lease(product.caller("south_agent"), views, view_id)


def test_a_revoked_consent_gives_no_further_lease(agent, admin, consents, views):
    consent_id = allow(admin, consents)
    view_id = start(agent, views)
    lease(agent, views, view_id)
    answer = admin(consents.RevokeConsent, consent_pb2.RevokeConsentRequest(consent_id=consent_id))

    assert answer.ended_views == 1
    assert refusal(lease, agent, views, view_id) == "VIEW_ENDED_CUSTOMER"


def test_a_lease_dies_within_five_seconds(product, agent, admin, consents, views, directory):
    allow(admin, consents)
    answer = lease(agent, views, start(agent, views))
    request = directory_pb2.ListUsersRequest(organization_id=ACME)
    leased = asked = time.monotonic()

    assert answer.expires_in <= 5
    with pytest.raises(Unauthenticated):
        while asked - leased <= 5:
            asked = time.monotonic()
            Caller()(directory.ListUsers, request, token=answer.token)


def test_the_clock_starts_at_first_use(agent, admin, consents, views):
    allow(admin, consents)
    view_id = start(agent, views)
    first = lease(agent, views, view_id)

    assert 29 * 60 <= first.remaining <= 30 * 60


def test_an_open_page_hears_that_its_view_was_ended(agent, admin, consents, views):
    consent_id = allow(admin, consents)
    view_id = start(agent, views)
    lease(agent, views, view_id)
    watched = agent.stream(views.WatchView, view_pb2.WatchViewRequest(view_id=view_id), timeout=60)
    assert not next(watched).ended
    began = time.monotonic()
    admin(consents.RevokeConsent, consent_pb2.RevokeConsentRequest(consent_id=consent_id))

    last = list(watched)[-1]
    assert last.ended
    assert last.ended_by == "customer"
    assert time.monotonic() - began < AT_ONCE


def test_the_agent_may_always_end_its_view(agent, admin, consents, views):
    allow(admin, consents)
    view_id = start(agent, views)
    agent(views.EndView, view_pb2.EndViewRequest(view_id=view_id))

    assert refusal(lease, agent, views, view_id) == "VIEW_ENDED_AGENT"


def test_the_agent_is_told_why_not(agent, admin, consents):
    request = consent_pb2.GetAccessRequest(organization_id=ACME)
    assert agent(consents.GetAccess, request).obstacle == "NO_CONSENT"
    ask(agent, consents)
    assert agent(consents.GetAccess, request).state == consent_pb2.ACCESS_STATE_REQUESTED
    allow(admin, consents)

    assert agent(consents.GetAccess, request).state == consent_pb2.ACCESS_STATE_GRANTED


def test_another_customers_admin_finds_no_request_of_ours(product, agent, consents):
    asked = ask(agent, consents)

    with pytest.raises(NotFound):
        product.caller("beta_admin")(
            consents.AnswerAccessRequest,
            consent_pb2.AnswerAccessRequestRequest(access_request_id=asked, approve=True),
        )


def test_a_consent_is_with_one_partner_only(product, consents, views):
    shared = product.caller("shared_admin")
    from tests.support.product import SHARED

    granted = consent_pb2.GrantAccessRequest(
        partner_id=NORTH, sections=["SECTION_USERS"], reason="for the north"
    )
    shared(consents.GrantAccess, granted)

    assert refusal(start, product.caller("south_agent"), views, SHARED) == "NO_CONSENT"
    assert start(product.caller("north_agent"), views, SHARED)
