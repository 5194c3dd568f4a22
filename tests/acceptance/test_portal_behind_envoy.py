"""An agent goes from a view in the console to the customer's own portal, in Chromium."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
import pytest
from envoy.service.auth.v3 import attribute_context_pb2, external_auth_pb2, external_auth_pb2_grpc
from playwright.sync_api import expect

from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc
from services.hosting import ALL
from services.session.envoy_api import COOKIE
from tests.support.browser import chromium
from tests.support.product import ACME, free_address, running_product, small_directory

SECTIONS = {"/": "organization", "/people": "users", "/devices": "devices"}


class Front(BaseHTTPRequestHandler):
    """Does what Envoy does by the example's configuration, with a portal of three pages."""

    check = None

    def do_GET(self):
        """Ask, then answer for the portal or with the refusal."""
        self._serve("")

    def do_POST(self):
        """Hand the body over as Envoy does."""
        self._serve(self.rfile.read(int(self.headers["content-length"])).decode())

    def _serve(self, body):
        headers = {name.lower(): value for name, value in self.headers.items()}
        # Over plain HTTP a browser keeps no cookie of this name: the front, which ends TLS, renames.
        headers["cookie"] = headers.get("cookie", "").replace("view=", f"{COOKIE}=")
        http = attribute_context_pb2.AttributeContext.HttpRequest(
            method=self.command, path=self.path, headers=headers, body=body
        )
        section = SECTIONS.get(self.path, "")
        answer = type(self).check(
            external_auth_pb2.CheckRequest(
                attributes=attribute_context_pb2.AttributeContext(
                    request=attribute_context_pb2.AttributeContext.Request(http=http),
                    context_extensions={"section": section} if section else {},
                )
            )
        )
        denied = answer.denied_response
        allowed = answer.status.code == 0
        self.send_response(200 if allowed else denied.status.code)
        for each in denied.headers:
            value = each.header.value.replace(f"{COOKIE}=", "view=").replace("; Secure", "")
            self.send_header(each.header.key, value)
        content = f"<h1>Portal {section}</h1>" if allowed else denied.body
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def portal():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(tmp_path, portal):
    checks = free_address()
    accounts = [{"email": "ned@north.example", "name": "Ned Agent", "role": "agent"}]
    with (
        running_product(
            tmp_path / "data",
            ALL,
            directory=small_directory(),
            HELPDESK_SESSION_ENVOY_ADDRESS=checks,
            HELPDESK_GATEWAY_PORTAL_URL=portal,
        ) as product,
        grpc.insecure_channel(checks) as channel,
    ):
        (tmp_path / "data" / "dev-accounts.json").write_text(json.dumps(accounts))
        Front.check = external_auth_pb2_grpc.AuthorizationStub(channel).Check
        yield product


def test_an_agent_looks_into_the_customers_own_portal_until_the_customer_stops_it(desk, portal):
    home = f"http://{desk.env['HELPDESK_GATEWAY_ADDRESS']}"
    consents = desk.stub(consent_pb2_grpc.ConsentServiceStub, "session")
    allowed = consent_pb2.GrantAccessRequest(sections=["SECTION_USERS"], reason="go ahead")
    consent_id = desk.caller("acme_admin")(consents.GrantAccess, allowed).consent_id
    with chromium() as browser:
        page = browser.new_page()
        page.goto(home)
        page.click("#provider-1")
        page.locator("button.account-choice").first.click()
        page.goto(f"{home}/t/INC-1/orgs/{ACME}")
        with page.context.expect_page() as view:
            page.click("#view-open")
        with page.context.expect_page() as door:
            view.value.click("#portal-open")
        inside = door.value
        expect(inside.locator("h1")).to_have_text("Portal organization")
        seen = [inside.url]
        for path in ("/people", "/devices"):
            inside.goto(portal + path)
            seen.append(inside.locator("body").inner_text())
        revoke = consent_pb2.RevokeConsentRequest(consent_id=consent_id)
        desk.caller("acme_admin")(consents.RevokeConsent, revoke)
        inside.goto(f"{portal}/people")
        seen.append(inside.locator("body").inner_text())

    assert seen == [
        f"{portal}/",
        "Portal users",
        "The customer did not allow devices. Request access to it.",
        "The customer's admin ended this view.",
    ]
