"""
A welcome mail that bounces, until it arrives: agent, user and auditor in a real browser.

The mail server is aiosmtpd, answering as a test tells it to. The provider is moto's SES v2, with
the suppression list that tests/support/ses.py gives it, behind boto3.
"""

import json
import re

import pytest
from playwright.sync_api import expect

from helpdesk.email.v1 import email_pb2, email_pb2_grpc
from services.gateway.pages import words
from services.hosting import ALL
from tests.contract.email_world import MailServer, text_of
from tests.support.browser import chromium, sign_in, watched_page
from tests.support.product import (
    free_address,
    person_id,
    running_product,
    small_directory,
)
from tests.support.ses import fake_ses, ses_settings

TICKET = "INC-4821"
ADDRESS = "stefana@acme.example"
SECOND = "stefana+second@acme.example"
MAIL = f"/t/{TICKET}/users/{person_id('acme_user')}/mail"
PEOPLE = [
    ("ned@north.example", "Ned Agent", "agent"),
    ("audra@north.example", "Audra North", "auditor"),
]


class Desk:
    def __init__(self, product, server, ses, browser):
        self.product = product
        self.server = server
        self.ses = ses
        self.browser = browser
        self.home = f"http://{product.env['HELPDESK_GATEWAY_ADDRESS']}"
        self.problems = []

    def open(self):
        """A browser of somebody's own."""
        return watched_page(self.browser, self.problems, timezone_id="UTC")

    def sign_in(self, name):
        return sign_in(self.open(), self.home, name)

    def welcome(self):
        """What the portal does when the user is made."""
        stub = self.product.stub(email_pb2_grpc.EmailServiceStub, "email")
        caller = self.product.caller(sub="portal", roles=["MAIL_SENDER"])
        request = email_pb2.SendMessageRequest(user_id=person_id("acme_user"), template="welcome")
        return caller(stub.SendMessage, request).message_id


@pytest.fixture
def desk(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    accounts = [{"email": e, "name": n, "role": r} for e, n, r in PEOPLE]
    (folder / "dev-accounts.json").write_text(json.dumps(accounts))
    server = MailServer(free_address())
    server.start()
    try:
        with (
            fake_ses() as ses,
            running_product(
                folder,
                ALL,
                directory=small_directory(),
                HELPDESK_EMAIL_SMTP_ADDRESS=server.address,
                **ses_settings(ses),
            ) as product,
        ):
            product.settle()
            with chromium() as browser:
                yield Desk(product, server, ses, browser)
    finally:
        server.stop()


def never_reloaded(page):
    """Mark a page; the mark is gone once it is loaded again."""
    page.evaluate("window.marked = true")
    return lambda: page.evaluate("window.marked === true")


def remove_without_a_check(page, home):
    """Send the form that the page does not offer."""
    fields = {
        name: page.locator(f"input[name={name}]").first.input_value()
        for name in ("form_token", "request_id")
    }
    return page.request.post(
        f"{home}{MAIL}/unblock",
        form={**fields, "address": "0", "reason": "The caller says so."},
        headers={"Origin": home},
    )


def test_a_welcome_mail_bounces_and_arrives_after_the_caller_is_checked(desk):
    desk.server.answers[ADDRESS] = (
        f"550 5.1.1 <{ADDRESS}>: Recipient address rejected: no such user"
    )
    page = desk.sign_in("Ned Agent")
    page.goto(f"{desk.home}{MAIL}")
    expect(page.locator("#lanes article")).to_have_count(0)
    still_there = never_reloaded(page)

    # The welcome mail bounces while the agent looks.
    desk.welcome()
    lane = page.locator("#lanes article").first
    expect(lane).to_contain_text("Bounced")
    expect(page.locator("#mail-verdict")).to_contain_text("No such mailbox")
    expect(page.locator("#block")).to_be_visible()
    lane.locator("summary").click()
    expect(lane).to_contain_text("550 5.1.1")
    expect(lane).to_contain_text("no such user")
    assert still_there()
    assert desk.ses.wait_until(lambda entries: set(entries) == {ADDRESS})

    # Without a check of the caller the address stays: nothing to press, and no way around.
    expect(page.locator("#remove-why")).to_be_visible()
    expect(page.locator("#unblock")).to_have_count(0)
    refused = remove_without_a_check(page, desk.home)
    assert 'id="block"' in refused.text()
    assert set(desk.ses.entries) == {ADDRESS}

    # The user confirms by the link that went to the second address.
    page.click("#to-check")
    page.click("#check-send")
    expect(page.locator("#check-phrase")).to_be_visible()
    _, recipient, mail = desk.server.wait_for(SECOND)
    assert recipient == SECOND
    user = desk.open()
    user.goto(re.search(r"http://\S+/c/\S+", text_of(mail))[0])
    user.click("#caller-confirm")
    expect(user.locator("h1")).to_contain_text("You confirmed the call")
    expect(page.locator("#check")).to_contain_text("Caller confirmed")

    # Removed here and at SES.
    page.goto(f"{desk.home}{MAIL}")
    page.locator("#block textarea").first.fill("The mailbox was set up now.")
    page.click("#unblock")
    expect(page.locator("#block")).to_have_count(0)
    expect(page.locator("#mail-verdict")).to_contain_text("The next delivery is watched")
    assert desk.ses.wait_until(lambda entries: entries == {})
    assert "DELETE" in {method for method, _ in desk.ses.calls}
    expect(page.locator("#lanes")).to_contain_text("Taken off the provider’s list")
    work = page.context.new_page()
    work.goto(f"{desk.home}/t/{TICKET}/removals")
    expect(work.locator("main")).to_contain_text("Watching the next delivery")
    expect(work.locator("main")).to_contain_text("The provider’s list agrees")

    # Sent again, and delivered: the probation is over.
    del desk.server.answers[ADDRESS]
    page.click("#resend")
    desk.server.wait_for(ADDRESS)
    expect(page.locator("#lanes article").first).to_contain_text("Delivered")
    expect(page.locator("#mail-verdict")).not_to_contain_text("The next delivery is watched")
    work.reload()
    expect(work.locator("main")).to_contain_text("Delivered again")
    expect(work.locator("main")).not_to_contain_text("Watching the next delivery")

    # The partner's auditor sees every step in its order: the agent's, the user's own answer, and
    # what the service did after them.
    desk.product.settle()
    auditor = desk.sign_in("Audra North")
    auditor.goto(f"{desk.home}/audit")
    expect(auditor.locator("#complete")).to_contain_text("Complete")
    seen = [row.inner_text() for row in auditor.locator("tr[data-row]").all()][::-1]
    assert any(str(words.ACTION["email.mail.watch"]) in row for row in seen)
    for action in ("email.provider.change", "email.message.resend", "email.probation.pass"):
        said = str(words.ACTION[action])
        assert any(said in row and "Done" in row and TICKET in row for row in seen), action
    # The page holds the newest; how many looks stand before them depends on the machine.
    recorded = [(r.action, r.outcome) for r in desk.product.records("email") if r.ticket == TICKET]
    assert ("email.message.deliver", "done") in recorded
    rest = iter(recorded)
    for step in [
        ("email.mail.get", "done"),
        ("email.blocklist.remove", "refused"),
        ("email.caller-check.send", "done"),
        ("email.caller-link.answer", "done"),
        ("email.blocklist.remove", "done"),
        ("email.provider.change", "done"),
        ("email.message.resend", "done"),
        ("email.probation.pass", "done"),
    ]:
        assert step in rest, step
    assert desk.problems == []
