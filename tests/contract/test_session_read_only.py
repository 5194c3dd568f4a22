"""Read-only by construction: what a view is refused, and the facts about itself that it may store."""

from datetime import UTC, datetime

import pytest

from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Forbidden, HelpdeskError, NotFound, Unauthenticated
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.store import Loaded
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from services.identity.application.directory import Directory
from services.identity.domain.facts import SignedOut
from services.identity.service import SERVICE as IDENTITY
from services.session.domain.facts import ViewEnded
from services.session.service import SERVICE as SESSION
from tests.support.methods import told
from tests.support.product import ACME, running_product, small_directory


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("read-only")
    with running_product(folder, [IDENTITY, SESSION], directory=small_directory()) as product:
        consents = product.stub(consent_pb2_grpc.ConsentServiceStub, "session")
        granted = consent_pb2.GrantAccessRequest(sections=["SECTION_USERS"], reason="go ahead")
        product.caller("acme_admin")(consents.GrantAccess, granted)
        yield product


@pytest.fixture
def views(product):
    return product.stub(view_pb2_grpc.ViewServiceStub, "session")


@pytest.fixture
def directory(product):
    return product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")


class View:
    """A view of the agent in a sign-in of its own, and its lease."""

    def __init__(self, product, views, name):
        self.agent = product.caller("north_agent", sid=name)
        request = view_pb2.StartViewRequest(organization_id=ACME, ticket="INC-1")
        self.id = self.agent(views.StartView, request).view_id
        issued = view_pb2.IssueViewTokenRequest(view_id=self.id)
        self.lease = self.agent(views.IssueViewToken, issued).token


@pytest.fixture
def view(product, views, request):
    return View(product, views, request.node.name)


def planted(store):
    """Commit a fact as a use case might that works around its action."""
    work = UnitOfWork(store, Actor("service:identity"), datetime.now(UTC))
    fact = SignedOut(sign_in_id="planted", user_id="nobody", reason="signed_out")
    work.stage(Loaded("planted", 0, None), fact)
    store.commit(work.unit())


@pytest.mark.parametrize("in_a_view", [True, False])
def test_a_read_that_stores_a_fact_as_somebody_else_stores_nothing(
    product, directory, view, monkeypatch, in_a_view
):
    def list_users(self, action, *arguments):
        planted(action.store)
        return [], ""

    monkeypatch.setattr(Directory, "list_users", list_users)
    store = product.store_of("identity")
    before = store.position
    token = view.lease if in_a_view else product.token("north_agent")
    with pytest.raises(Forbidden) as caught:
        request = directory_pb2.ListUsersRequest(organization_id=ACME)
        Caller()(directory.ListUsers, request, token=token)

    assert caught.value.reason == "READ_ONLY"
    [record] = told(store, before)
    assert isinstance(record, SupportActionRecorded)
    assert (record.outcome, record.error) == ("refused", "READ_ONLY")


def end(views, view_id, token):
    Caller()(views.EndView, view_pb2.EndViewRequest(view_id=view_id), token=token)


def test_a_view_is_ended_with_its_own_lease(product, views, directory, view):
    store = product.store_of("session")
    before = store.position
    end(views, view.id, view.lease)
    with pytest.raises(HelpdeskError):
        view.agent(views.IssueViewToken, view_pb2.IssueViewTokenRequest(view_id=view.id))

    ended, record, *_ = told(store, before)
    assert isinstance(ended, ViewEnded)
    assert (ended.view_id, ended.ended_by) == (view.id, "agent")
    assert (record.action, record.view_id) == ("session.view.end", view.id)


def test_no_other_view_is_ended_with_a_lease(product, views, view):
    other = View(product, views, "elsewhere")
    with pytest.raises(NotFound):
        end(views, other.id, view.lease)

    assert view.agent(views.IssueViewToken, view_pb2.IssueViewTokenRequest(view_id=view.id))


def test_a_lease_begets_no_lease_and_starts_no_view(views, view):
    for rpc, request in (
        (views.IssueViewToken, view_pb2.IssueViewTokenRequest(view_id=view.id)),
        (views.StartView, view_pb2.StartViewRequest(organization_id=ACME, ticket="INC-1")),
    ):
        with pytest.raises((Forbidden, Unauthenticated)) as caught:
            Caller()(rpc, request, token=view.lease)
        assert caught.value.reason == "READ_ONLY"
