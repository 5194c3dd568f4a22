"""An auditor of the platform in the console, and over gRPC, beside a partner's own."""

from contextlib import suppress

import httpx
import pytest

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from helpdesk.identity.v1 import (
    directory_pb2,
    directory_pb2_grpc,
    platform_auditors_pb2,
    platform_auditors_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
)
from helpdesk.kernel.errors import NotFound, Unauthenticated
from helpdesk.kernel.rpc.client import Caller
from tests.support.product import NORTH, SOUTH, free_address, person_id
from tests.support.signing_in import signing_in_at
from tests.support.waiting import AT_ONCE, wait_until
from tests.unit.identity.provider import FakeProvider


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    provider, gateway = FakeProvider(f"http://{free_address()}", "desk"), free_address()
    issuer = {"issuer": provider.issuer, "client_id": "desk"}
    folder = tmp_path_factory.mktemp("desk")
    with provider.served(), signing_in_at(folder, issuer, gateway) as desk:
        desk.provider = provider
        look(desk.product, "north_agent", "acme_user")
        look(desk.product, "south_agent", "beta_user")
        desk.product.settle()
        yield desk


def look(product, agent, user):
    stub = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    request = directory_pb2.GetUserRequest(user_id=person_id(user))
    product.caller(agent)(stub.GetUser, request)


@pytest.fixture
def auditor(desk):
    """An auditor of the platform; gone after the test."""
    stub = desk.product.stub(platform_auditors_pb2_grpc.PlatformAuditorServiceStub, "identity")
    operator = desk.product.caller(sub="operator:ann", roles=["OPERATOR"])
    added = platform_auditors_pb2.AddPlatformAuditorRequest(
        issuer=desk.issuer, subject="ola", display_name="Ola Audit", reason="yearly audit"
    )
    user_id = operator(stub.AddPlatformAuditor, added).user_id
    removed = platform_auditors_pb2.RemovePlatformAuditorRequest(user_id=user_id, reason="over")
    removing = lambda: operator(stub.RemovePlatformAuditor, removed)  # noqa: E731
    yield removing
    with suppress(NotFound):
        removing()


@pytest.fixture
def browser(desk, auditor):
    with httpx.Client(base_url=desk.url, timeout=60) as browser:
        begun = browser.get("/signin/go").headers["location"]
        code, state = desk.provider.consent(begun, "ola")
        browser.get("/signin/callback", params={"code": code, "state": state})
        yield browser


def partners_seen(desk, call):
    stub = desk.product.stub(audit_pb2_grpc.AuditServiceStub, "audit")
    answer = call(stub.QueryActions, audit_pb2.QueryActionsRequest(page_size=200))
    return {each.partner_id for each in answer.records} - {""}


def token_of(desk, browser):
    """Take a token as the gateway does, with the browser's own secret."""
    stub = desk.product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity")
    request = sign_in_pb2.IssueTokenRequest(secret=browser.cookies["helpdesk"])
    return Caller()(stub.IssueToken, request).token


def test_one_of_the_platform_sees_both_partners_and_a_partners_own_sees_its_own(desk, browser):
    token = token_of(desk, browser)

    assert partners_seen(desk, Caller(lambda: token)) == {NORTH, SOUTH}
    assert partners_seen(desk, desk.product.caller("north_auditor")) == {NORTH}


def test_the_console_shows_the_records_of_both_partners(desk, browser):
    page = browser.get("/audit").text

    assert "Ola Audit" in page
    assert "All partners" in page
    assert "North Partner" in page
    assert "South Partner" in page


@pytest.mark.parametrize(
    "path", ["/me", "/audit", "/audit/log", "/audit/export", "/audit/review", "/audit/marked"]
)
def test_every_page_of_an_auditor_opens(desk, browser, path):
    assert browser.get(path).status_code == httpx.codes.OK


def test_what_was_taken_away_closes_the_log_at_once(desk, browser, auditor):
    token = token_of(desk, browser)
    auditor()

    def closed():
        try:
            partners_seen(desk, Caller(lambda: token))
        except Unauthenticated as error:
            return error.reason == "TOKEN_REVOKED"
        return False

    assert wait_until(closed, AT_ONCE)
    assert browser.get("/audit").headers["location"].startswith("/signin")
