"""What identity says ends views and consents: roles that are lost, customers that leave."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.identity.v1 import roles_pb2, roles_pb2_grpc
from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import HelpdeskError, Unauthenticated
from helpdesk.kernel.store import Loaded
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from services.identity.domain.facts import SignedOut
from services.identity.domain.people_facts import PersonOffboarded
from services.identity.service import SERVICE as IDENTITY
from services.session.application.viewing import ViewUseCases
from services.session.service import SERVICE as SESSION
from tests.support.product import (
    ACME,
    NORTH,
    SOUTH,
    person_id,
    running_product,
    small_directory,
)
from tests.support.waiting import AT_ONCE


@pytest.fixture
def product(tmp_path):
    with running_product(tmp_path, [IDENTITY, SESSION], directory=small_directory()) as product:
        yield product


@pytest.fixture
def consents(product):
    return product.stub(consent_pb2_grpc.ConsentServiceStub, "session")


@pytest.fixture
def views(product):
    return product.stub(view_pb2_grpc.ViewServiceStub, "session")


def grant(product, consents):
    request = consent_pb2.GrantAccessRequest(
        partner_id=NORTH, sections=["SECTION_USERS"], reason="go ahead"
    )
    return product.caller("acme_admin")(consents.GrantAccess, request).consent_id


@pytest.fixture
def view_id(product, consents, views):
    grant(product, consents)
    agent = product.caller("north_agent")
    request = view_pb2.StartViewRequest(organization_id=ACME, ticket="INC-1")
    started = agent(views.StartView, request).view_id
    lease(product, views, started)
    return started


def lease(product, views, view_id):
    request = view_pb2.IssueViewTokenRequest(view_id=view_id)
    return product.caller("north_agent")(views.IssueViewToken, request)


def remove_role(product):
    roles = product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    request = roles_pb2.RemoveRoleRequest(
        user_id=person_id("north_agent"), role="ROLE_HELP_DESK", reason="left the team"
    )
    product.caller("north_admin")(roles.RemoveRole, request)


def say(product, fact):
    """Store a fact as identity would."""
    work = UnitOfWork(product.store_of("identity"), Actor("service:identity"), datetime.now(UTC))
    work.stage(Loaded(f"said:{fact.NAME}", 0, None), fact)
    product.store_of("identity").commit(work.unit())


def manage(product, *partners):
    directory = small_directory()
    for organization in directory["organizations"]:
        if organization["id"] == ACME:
            organization["managedBy"] = list(partners)
    product.load({"organizations": directory["organizations"]})


def test_a_lost_role_is_the_last_thing_that_an_open_page_hears(product, views, view_id):
    request = view_pb2.WatchViewRequest(view_id=view_id)
    watched = product.caller("north_agent").stream(views.WatchView, request, timeout=60)
    next(watched)
    began = time.monotonic()
    remove_role(product)

    last = list(watched)[-1]
    assert (last.ended, last.ended_by) == (True, "role")
    assert time.monotonic() - began < AT_ONCE


def test_an_open_page_does_not_go_on_where_only_the_sign_in_is_known_to_have_ended(
    product, views, view_id, monkeypatch
):
    # As while the broker is cut off, over which the session service hears of it.
    monkeypatch.setattr(ViewUseCases, "on_signed_out", lambda *_: None)
    request = view_pb2.WatchViewRequest(view_id=view_id)
    watched = product.caller("north_agent").stream(views.WatchView, request, timeout=60)
    next(watched)
    over = SignedOut(
        sign_in_id="sid-north_agent", user_id=person_id("north_agent"), reason="signed_out"
    )
    say(product, over)
    began = time.monotonic()
    with pytest.raises(Unauthenticated) as caught:
        list(watched)

    assert caught.value.reason == "TOKEN_REVOKED"
    assert time.monotonic() - began < AT_ONCE


def test_no_lease_is_given_to_whom_lost_the_role(product, views, view_id):
    remove_role(product)

    with pytest.raises(HelpdeskError) as caught:
        lease(product, views, view_id)
    assert caught.value.reason == "VIEW_ENDED_ROLE"


def test_a_lease_lasts_no_longer_than_the_role_that_identity_gave_until_then(
    product, consents, views
):
    grant(product, consents)
    roles = product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    briefly = roles_pb2.AssignRoleRequest(
        user_id=person_id("north_nobody"), role="ROLE_HELP_DESK", reason="covers"
    )
    briefly.until.FromDatetime(datetime.now(UTC) + timedelta(minutes=20))
    product.caller("north_admin")(roles.AssignRole, briefly)
    agent = product.caller("north_nobody", roles=["HELP_DESK"])
    start = view_pb2.StartViewRequest(organization_id=ACME, ticket="INC-1")
    started = agent(views.StartView, start).view_id
    leased = agent(views.IssueViewToken, view_pb2.IssueViewTokenRequest(view_id=started))

    assert leased.until == briefly.until


def test_no_lease_is_given_for_a_customer_that_left(product, views, view_id):
    manage(product, SOUTH)

    with pytest.raises(HelpdeskError) as caught:
        lease(product, views, view_id)
    assert caught.value.reason == "VIEW_ENDED_RELATIONSHIP"


def test_a_consent_does_not_come_back_with_the_customer(product, views, view_id):
    manage(product, SOUTH)
    product.settle()
    manage(product, NORTH)
    product.settle()

    with pytest.raises(HelpdeskError) as caught:
        product.caller("north_agent")(
            views.StartView, view_pb2.StartViewRequest(organization_id=ACME, ticket="INC-1")
        )
    assert caught.value.reason == "NO_CONSENT"


def test_who_leaves_after_the_role_ended_by_itself_leaves_no_request_behind(product, consents):
    asked = consent_pb2.RequestAccessRequest(
        organization_id=ACME,
        sections=["SECTION_USERS"],
        minutes=20,
        reason="cannot join",
        ticket="INC-1",
    )
    product.caller("north_agent")(consents.RequestAccess, asked)
    left = PersonOffboarded(
        user_id=person_id("north_agent"), partner_id=NORTH, offboarded_by=person_id("north_admin")
    )
    say(product, left)
    product.settle()
    listed = product.caller("acme_admin")(
        consents.ListAccessRequests, consent_pb2.ListAccessRequestsRequest()
    )

    assert [each.state for each in listed.access_requests] == ["rejected"]


def test_a_heartbeat_comes_at_least_every_two_seconds_and_is_not_recorded(product, views, view_id):
    request = view_pb2.WatchViewRequest(view_id=view_id)
    watched = product.caller("north_agent").stream(views.WatchView, request, timeout=60)
    before = len(product.records("session"))
    began = time.monotonic()
    beats = [next(watched).remaining for _ in range(2)]

    assert time.monotonic() - began < AT_ONCE
    assert beats == sorted(beats, reverse=True)
    assert len(product.records("session")) == before


def test_a_lease_leaves_no_record_but_its_first_use_is_a_fact(product, views, view_id):
    records = len(product.records("session"))
    names = [row.name for row in product.host.running["session"].store.read(0)]
    lease(product, views, view_id)

    assert len(product.records("session")) == records
    assert names.count("helpdesk.session.v1.ViewStarted") == 1
