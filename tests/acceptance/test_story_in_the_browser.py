"""The agent's whole story in a real browser, on the imported directory with the real bounces."""

import json
import re

import pytest
from playwright.sync_api import expect

from helpdesk.email.v1 import email_pb2, email_pb2_grpc, reports_pb2, reports_pb2_grpc
from helpdesk.kernel.rpc.client import Caller
from services.hosting import ALL
from tests.acceptance.test_story_over_grpc import codes, in_order
from tests.support.browser import chromium, sign_in, watched_page
from tests.support.distributed import SIZES, product_of
from tests.support.exports import BOUNCES, Cast, exported_directory, needs_bounces, needs_directory

TICKET = "INC-4821"


@pytest.fixture(scope="module", params=SIZES)
def desk(request, tmp_path_factory):
    directory = exported_directory()
    cast = Cast(directory)
    folder = tmp_path_factory.mktemp("browser") / "data"
    folder.mkdir()
    people = [
        ("agent", cast.agent),
        ("partner admin", cast.partner_admin),
        ("customer admin", cast.customer_admin),
        ("auditor", cast.auditor),
    ]
    accounts = [
        {"email": p["emails"][0], "name": p["displayName"], "role": role} for role, p in people
    ]
    (folder / "dev-accounts.json").write_text(json.dumps(accounts))
    (folder / "dev-mail").mkdir()
    (folder / "dev-mail" / "refused.json").write_text(json.dumps(cast.user["emails"][:1]))
    with product_of(request.param, folder, ALL, directory=directory) as product:
        product.settle()
        with chromium() as browser:
            yield Desk(product, cast, browser)


class Desk:
    def __init__(self, product, cast, browser):
        self.product = product
        self.cast = cast
        self.browser = browser
        self.home = f"http://{product.env['HELPDESK_GATEWAY_ADDRESS']}"
        self.data_dir = product.host.wiring.data_dir
        self.problems = []

    def sign_in(self, person):
        """A browser of somebody's own, signed in with the development provider."""
        page = watched_page(self.browser, self.problems, timezone_id="UTC")
        return sign_in(page, self.home, person["displayName"])

    def report_bounces(self):
        stub = self.product.stub(reports_pb2_grpc.MailReportServiceStub, "email")
        caller = Caller(lambda: self.product.service_token("MAIL_REPORTER"))
        for path in sorted((BOUNCES / "mail").iterdir()):
            caller(stub.ReportMail, reports_pb2.ReportMailRequest(raw=path.read_bytes()))

    def welcome(self):
        stub = self.product.stub(email_pb2_grpc.EmailServiceStub, "email")
        caller = Caller(lambda: self.product.service_token("MAIL_SENDER"))
        user = self.cast.user["id"]
        caller(stub.SendMessage, email_pb2.SendMessageRequest(user_id=user, template="welcome"))


def find(page, text, name):
    page.keyboard.press("/")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.locator("main a.hit-name", has_text=name).first.click()


@needs_directory
@needs_bounces
def test_an_agent_helps_a_user_in_the_browser(desk):
    cast = desk.cast
    name = cast.user["displayName"]
    desk.report_bounces()
    desk.welcome()
    page = desk.sign_in(cast.agent)
    page.fill("#ticket", TICKET)
    page.click("#ticket-open")
    page.wait_for_url(f"**/t/{TICKET}**")

    # Search by keyboard without diacritics and open.
    find(page, "stefana voinea", name)
    expect(page.locator("h1")).to_contain_text(name)
    assert TICKET in page.url
    assert "voinea" not in page.url.lower()
    assert "voinea" not in page.title().lower()

    # The welcome mail bounced, with its cause.
    page.keyboard.press("m")
    expect(page.locator("#mail-verdict")).to_contain_text("No such mailbox")
    expect(page.locator("#block")).to_be_visible()
    expect(page.locator("#lanes")).to_contain_text("Bounced")
    page.locator("#lanes summary").first.click()
    expect(page.locator("#lanes")).to_contain_text("5.1.1")

    # Ask the customer's admin, unblock with a reason, re-send, see it delivered.
    mails = desk.browser.new_context().new_page()
    mails.goto(f"{desk.home}/dev/mail")
    mails.locator("li", has_text=cast.user["emails"][0]).get_by_role("button").click()
    expect(mails.locator("main")).to_contain_text("Every address takes mail")
    page.locator("#reason").fill("Is the mailbox there now?")
    page.click("#ask-admin")
    expect(page.locator("main")).to_contain_text("The admins of the customer were asked.")
    admin = desk.sign_in(cast.customer_admin)
    admin.goto(f"{desk.home}/consent/addresses")
    admin.locator("#address-1 textarea").fill("It was set up today.")
    admin.click("#vouch-1")
    expect(admin.locator("main")).to_contain_text("You vouched for the address.")
    page.reload()
    page.locator("#block #reason").fill("The mailbox was set up now.")
    page.click("#unblock")
    expect(page.locator("#block")).to_have_count(0)
    page.click("#resend")
    expect(page.locator("#lanes article").first).to_contain_text("Delivered")

    # Check the caller with the code from the mailbox.
    page.keyboard.press("c")
    page.click("#check-send")
    expect(page.locator("#code-1")).to_be_visible()
    mails.goto(f"{desk.home}/dev/mail")
    mails.locator("main a", has_text=cast.user["emails"][0]).first.click()
    code = codes(mails.locator(".message-body").inner_text())[0]
    page.fill("#code-1", code[:4])
    page.fill("#code-2", code[4:])
    page.click("#code-send")
    expect(page.locator("#check")).to_contain_text("Caller confirmed")
    assert code not in page.content()

    # The portal is refused until the customer's admin allows it.
    page.click("#person-organization")
    expect(page.locator("h1")).to_contain_text(cast.organization["displayName"])
    expect(page.locator("#view-open")).to_have_count(0)
    admin.goto(f"{desk.home}/consent")
    expect(admin.locator("#requests")).to_contain_text("No request waits.")
    page.locator("#section-users").check()
    page.locator("#section-devices").check()
    page.locator("#request-access textarea").fill("Look at the caller's settings.")
    page.locator("#minutes").fill("20")
    page.click("#request-send")
    expect(page.locator("#consent")).to_contain_text("Waiting for the customer")

    # The open page of the admin has the request by itself; the answer is narrower than asked.
    admin.locator("#requests a").first.click()
    expect(admin.locator("main")).to_contain_text("Look at the caller's settings.")
    admin.locator("#section-devices").uncheck()
    admin.locator("#minutes").fill("5")
    admin.click("#grant")
    expect(admin.locator("#given")).to_contain_text(
        f"only for {cast.agent['displayName']}, {TICKET}"
    )

    # Look, be refused a section and a change, be stopped in the middle.
    page.reload()
    expect(page.locator("#consent")).to_contain_text("5 minutes from first use")
    with page.context.expect_page() as opened:
        page.click("#view-open")
    view = opened.value
    expect(view.locator(".view-word")).to_have_text("READ-ONLY")
    expect(view.locator("#view-clock")).to_contain_text(re.compile(r"\b[1-4]:\d\d"))
    expect(admin.locator("#running")).to_contain_text(cast.agent["displayName"])
    view.click("#section-users")
    expect(view.locator("#portal-data")).to_contain_text(cast.customer_admin["displayName"])
    seen = admin.locator("#feed tr", has_text="Listed users").first
    expect(seen).to_contain_text(cast.agent["displayName"])
    expect(seen).to_contain_text("Look at the caller's settings.")
    expect(seen).to_contain_text(TICKET)
    view.click("#section-devices")
    expect(view.locator("#portal-data")).to_contain_text("Devices were not allowed.")
    refused = admin.locator("#feed tr", has_text="Listed devices").first
    expect(refused).to_contain_text("Refused")
    token = view.locator("input[name=form_token]").first.input_value()
    forged = view.request.post(
        view.url.split("?")[0],
        form={"form_token": token, "displayName": "changed"},
        headers={"Origin": desk.home},
    )
    assert forged.status in (403, 405)
    assert "read-only" in forged.text()
    tried = desk.product.records("session", action="session.view.change")
    assert [(record.outcome, record.error, record.ticket) for record in tried] == [
        ("refused", "READ_ONLY", TICKET)
    ]
    view.click("#section-users")
    expect(view.locator("#portal-data table")).to_be_visible()
    admin.locator("#running button", has_text="Stop now").click()
    expect(view.locator("#portal-data")).not_to_contain_text(cast.customer_admin["displayName"])
    expect(admin.locator("#running")).to_contain_text("No one has access.")

    # The auditor sees every step in order, and the log verifies.
    desk.product.settle()
    auditor = desk.sign_in(cast.auditor)
    auditor.goto(f"{desk.home}/audit")
    expect(auditor.locator("#complete")).to_contain_text("Complete")
    auditor.locator("tr", has_text=TICKET).first.locator("a").click()
    expect(auditor.locator("main")).to_contain_text("Removed an address from the blocklist")
    steps = [
        (record.action, record.outcome)
        for service in ("search", "identity", "email", "session")
        for record in desk.product.records(service, agent_id=cast.agent["id"], ticket=TICKET)
    ]
    assert ("search.search", "done") in steps
    assert ("session.view.start", "done") in steps
    assert in_order(
        [s for s in steps if s[0].startswith("email.")],
        [
            ("email.mail.get", "done"),
            ("email.blocklist.ask-to-vouch", "done"),
            ("email.blocklist.remove", "done"),
            ("email.message.resend", "done"),
            ("email.caller-check.send", "done"),
            ("email.caller-check.verify", "done"),
        ],
    )
    verified = desk.product.verified()
    assert verified.returncode == 0, verified.stdout + verified.stderr
    damaged = desk.product.verified_with_a_flipped_byte()
    assert damaged.returncode == 1
    assert re.search(r"[Rr]ecord \d", damaged.stdout + damaged.stderr)
    assert desk.problems == []
