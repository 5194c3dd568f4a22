"""A customer's portal behind Envoy: its external authorization API, asked as Envoy asks it."""

import grpc
import pytest
from envoy.service.auth.v3 import external_auth_pb2_grpc
from google.rpc import code_pb2

from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from services.identity.service import SERVICE as IDENTITY
from services.session.envoy_api import COOKIE, ENTER, LEASE_HEADER
from services.session.service import SERVICE as SESSION
from tests.support.envoy import cookie_of, entered, http
from tests.support.product import ACME, free_address, running_product, small_directory

OVERRIDES = ["x-http-method", "x-http-method-override", "x-method-override"]


@pytest.fixture(scope="module")
def address():
    return free_address()


@pytest.fixture(scope="module")
def product(tmp_path_factory, address):
    with running_product(
        tmp_path_factory.mktemp("envoy"),
        [IDENTITY, SESSION],
        directory=small_directory(),
        HELPDESK_SESSION_ENVOY_ADDRESS=address,
    ) as product:
        yield product


@pytest.fixture(scope="module")
def envoy(product, address):
    with grpc.insecure_channel(address) as channel:
        yield external_auth_pb2_grpc.AuthorizationStub(channel).Check


@pytest.fixture
def consents(product):
    return product.stub(consent_pb2_grpc.ConsentServiceStub, "session")


@pytest.fixture
def views(product):
    return product.stub(view_pb2_grpc.ViewServiceStub, "session")


@pytest.fixture
def agent(product):
    return product.caller("north_agent")


@pytest.fixture
def consent_id(product, consents):
    request = consent_pb2.GrantAccessRequest(sections=["SECTION_USERS"], reason="go ahead")
    return product.caller("acme_admin")(consents.GrantAccess, request).consent_id


@pytest.fixture
def view_id(agent, views, consent_id):
    request = view_pb2.StartViewRequest(organization_id=ACME, ticket="INC-7")
    view_id = agent(views.StartView, request).view_id
    yield view_id
    for view in agent(views.ListViews, view_pb2.ListViewsRequest()).views:
        agent(views.EndView, view_pb2.EndViewRequest(view_id=view.view_id))


@pytest.fixture
def lease(agent, views, view_id):
    return agent(views.IssueViewToken, view_pb2.IssueViewTokenRequest(view_id=view_id)).token


@pytest.fixture
def cookie(envoy, lease):
    return cookie_of(entered(envoy, lease))


def test_a_lease_lets_a_browser_in_with_a_cookie_that_no_script_reads(envoy, lease):
    response = entered(envoy, lease)
    headers = {h.header.key: h.header.value for h in response.denied_response.headers}

    assert (response.denied_response.status.code, headers["location"]) == (303, "/")
    assert headers["set-cookie"].endswith("; Path=/; Secure; HttpOnly; SameSite=Lax")


def test_what_the_customer_allowed_is_looked_at(envoy, cookie):
    response = envoy(http(cookie=cookie))

    assert response.status.code == code_pb2.OK
    assert [h.header.key for h in response.ok_response.headers] == [LEASE_HEADER]
    assert list(response.ok_response.headers_to_remove) == ["cookie", *OVERRIDES]


@pytest.mark.parametrize("section", ["devices", "payroll", ""])
def test_a_section_that_was_not_allowed_is_refused(envoy, cookie, section):
    response = envoy(http(section=section, cookie=cookie))

    assert response.status.code == code_pb2.PERMISSION_DENIED
    assert response.denied_response.status.code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "MOVE"])
def test_whatever_may_change_something_is_refused(envoy, cookie, method):
    response = envoy(http(method, cookie=cookie))

    assert response.denied_response.status.code == 403
    assert "read-only" in response.denied_response.body


@pytest.mark.parametrize(
    ("header", "value"),
    [*((header, "DELETE") for header in OVERRIDES), ("upgrade", "websocket"), ("upgrade", "h2c")],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_read_that_may_become_a_change_is_refused_and_recorded(
    product, envoy, cookie, view_id, method, header, value
):
    response = envoy(http(method, cookie=cookie, **{header: value}))
    changes = product.records("session", view_id=view_id, action="session.view.change")

    assert response.denied_response.status.code == 403
    assert "read-only" in response.denied_response.body
    assert [each.outcome for each in changes] == ["refused"]


def test_a_browsers_wish_for_secure_pages_is_no_change(envoy, cookie):
    wish = {"upgrade-insecure-requests": "1"}

    assert envoy(http(cookie=cookie, **wish)).status.code == code_pb2.OK


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"cookie": "theme=dark"},
        {"cookie": f"{COOKIE}=made.up"},
        {LEASE_HEADER: "made.up.too"},
        {"authorization": "Bearer made.up.too"},
    ],
)
def test_who_was_not_let_in_is_told_where_to_begin(envoy, headers):
    response = envoy(http(**headers))

    assert response.status.code == code_pb2.UNAUTHENTICATED
    assert response.denied_response.status.code == 401


@pytest.mark.parametrize("made_up", ["", "a.b.c", "€" * 300])
def test_nobody_enters_without_a_lease(envoy, made_up):
    assert entered(envoy, made_up).denied_response.status.code == 401


def test_a_lease_does_not_enter_by_a_link(envoy, lease):
    response = envoy(http("GET", f"{ENTER}?lease={lease}"))

    assert response.denied_response.status.code == 403


def test_a_view_is_open_in_one_browser_at_a_time(envoy, lease, cookie):
    second = cookie_of(entered(envoy, lease))

    assert envoy(http(cookie=second)).status.code == code_pb2.OK
    assert envoy(http(cookie=cookie)).denied_response.status.code == 401


def test_a_consent_that_was_taken_back_ends_it_at_the_next_request(
    product, envoy, consents, cookie, consent_id
):
    before = envoy(http(cookie=cookie)).status.code
    revoke = consent_pb2.RevokeConsentRequest(consent_id=consent_id)
    product.caller("acme_admin")(consents.RevokeConsent, revoke)
    after = envoy(http(cookie=cookie))

    assert before == code_pb2.OK
    assert after.denied_response.status.code == 403
    assert after.denied_response.body == "The customer's admin ended this view."


def test_every_look_and_every_refusal_is_recorded_with_who_looked(
    product, envoy, cookie, view_id, consent_id
):
    envoy(http(cookie=cookie))
    envoy(http(section="devices", cookie=cookie))
    envoy(http("DELETE", cookie=cookie))
    found = [
        (r.action, r.outcome, r.organization_id, r.ticket, r.consent_id)
        for r in product.records("session", view_id=view_id)
        if r.action.startswith(("session.portal.look", "session.view.change"))
    ]

    rest = (ACME, "INC-7", consent_id)
    assert found == [
        ("session.portal.look", "done", *rest),
        ("session.portal.look", "refused", *rest),
        ("session.view.change", "refused", *rest),
    ]
    assert {r.agent_id for r in product.records("session", view_id=view_id)} == {
        product.records("session", action="session.view.start")[-1].agent_id
    }


def test_an_envoy_that_asks_a_session_service_in_trouble_hears_so_and_lets_nobody_in(
    product, envoy, cookie, monkeypatch
):
    def broken(*_):
        raise OSError("no disk")

    monkeypatch.setattr(product.host.running["session"].store, "commit", broken)
    response = envoy(http(cookie=cookie))

    assert response.status.code != code_pb2.OK
