"""The caller and their mail in the console: the check, what it opens, blocked addresses, mails sent again."""

import re

import pytest

from helpdesk.email.v1 import reports_pb2, reports_pb2_grpc
from tests.contract.email_world import complaint
from tests.contract.gateway_world import (
    FRAGMENT,
    GatewayWorld,
    gateway_world,
    links,
    notice,
    problems,
)
from tests.support.product import PEOPLE, person_id

USER = f"/t/INC-1/users/{person_id('acme_user')}"
FOREIGN_USER = f"/t/INC-1/users/{person_id('beta_user')}"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("gateway")) as running:
        yield running


def _code_of_the_newest_mail(world: GatewayWorld) -> str:
    browser = world.browser()
    world.product.settle()
    for path in links(browser.get("/dev/mail"), r"/dev/mail/[^\"]+"):
        found = re.search(r"\b(\d{4})[ -]?(\d{4})\b", browser.get(path).text)
        if found:
            return found[1] + found[2]
    raise AssertionError("no mail with a code")


def _blocked(world: GatewayWorld, name: str) -> str:
    """Return the page of somebody whose first address was blocked by a bounce."""
    user = f"/t/INC-8/users/{person_id(name)}"
    outside = world.browser()
    found = re.search(r'name="form_token" value="(\w+)"', outside.get("/dev/mail").text)
    address = {"form_token": found[1], "address": PEOPLE[name][4]}
    outside.post("/dev/mail/refused", data={**address, "answer": "refuse"})
    world.browser("north_agent").submit(f"{user}/mail/welcome")
    world.product.settle()
    outside.post("/dev/mail/refused", data={**address, "answer": "accept"})
    return user


def test_personal_values_are_masked_until_they_are_shown(world: GatewayWorld):
    browser = world.browser("north_agent")
    page = browser.get(USER)
    fields = {
        "subject": person_id("acme_user"),
        "field": "emails:0",
        "reason": "compare",
        "target": "address",
    }

    unchecked = browser.post("/t/INC-1/reveal", data=browser.form() | fields, headers=FRAGMENT)
    alone = browser.post("/t/INC-1/reveal", data=browser.form() | fields)
    browser.submit(f"{USER}/check")
    code = _code_of_the_newest_mail(world)
    browser.submit(f"{USER}/check/code", code_1=code[:4], code_2=code[4:])
    part = browser.post("/t/INC-1/reveal", data=browser.form() | fields, headers=FRAGMENT)

    assert "stefana@acme.example" not in page.text + unchecked.text + alone.text
    assert (unchecked.status_code, unchecked.headers["hx-retarget"]) == (409, "#address-refused")
    assert f'href="{USER}/check"' in unchecked.text
    assert alone.url.path == f"{USER}/check"
    assert notice(alone).startswith("This action needs a caller check")
    assert "stefana@acme.example" in part.text
    assert 'data-remask="60"' in part.text
    recorded = world.product.records("identity", action="identity.field.reveal")[-1]
    assert recorded.reason == "Compare with what the caller says"


def test_a_caller_is_checked_with_the_code_of_the_mail(world: GatewayWorld):
    browser = world.browser("north_agent")
    sent = browser.submit(f"{USER}/check")
    code = _code_of_the_newest_mail(world)

    wrong = browser.submit(f"{USER}/check/code", code_1="0000", code_2="0000")
    right = browser.submit(f"{USER}/check/code", code_1=code[:4], code_2=code[4:])

    assert notice(sent) == "The code is on its way."
    assert problems(wrong) == ["The code is not right."]
    assert "Caller confirmed" in right.text


def test_a_check_without_a_ticket_is_refused_with_the_next_step(world: GatewayWorld):
    page = world.browser("north_agent").submit(USER.replace("INC-1", "-") + "/check")

    assert notice(page) == "This action needs an open ticket."
    assert "Open a ticket of this customer and start from it." in page.text


def test_a_bounce_is_explained_and_its_block_removed_on_an_admins_word(world: GatewayWorld):
    browser = world.browser("north_agent")
    admin = world.browser("acme_admin")
    user = _blocked(world, "acme_user")
    blocked = browser.get(f"{user}/mail")

    refused = browser.submit(f"{user}/mail/unblock", address="0", reason="mailbox exists again")
    unreasoned = browser.submit(f"{user}/mail/ask-admin", address="0", reason="  ")
    asked = browser.submit(f"{user}/mail/ask-admin", address="0", reason="calls from the desk")
    waiting = admin.get("/consent/addresses")
    fields = dict(re.findall(r'name="(user|address)" value="([^"]+)"', waiting.text))
    vouched = admin.submit("/consent/addresses", **fields, reason="it is new")
    possible = browser.get(f"{user}/mail")
    removed = browser.submit(f"{user}/mail/unblock", address="0", reason="mailbox exists again")
    listed = browser.get("/t/INC-8/removals")
    everyone = world.browser("north_admin").get("/t/-/removals")
    foreign = world.browser("south_agent").get("/t/INC-8/removals?all=1")

    assert "No such mailbox." in blocked.text
    assert "Fault: recipient" in blocked.text
    assert "A caller check through another address" in blocked.text
    assert notice(refused) == "The mailbox was missing: a check by another address is needed."
    assert problems(unreasoned) == ["Write a reason; auditors will ask for it."]
    assert notice(asked) == "The admins of the customer were asked."
    assert "calls from the desk" in waiting.text
    assert notice(vouched) == "You vouched for the address. An agent can remove it now."
    assert "By the word of a customer admin" in possible.text
    assert notice(removed) == "The address is off the blocklist. The next delivery is watched."
    for page in (listed, everyone):
        assert "Watching the next delivery" in page.text
        assert "s••••@acme.example" in page.text
    assert "No address was removed from the blocklist yet." in foreign.text


def test_a_recipient_who_complained_agrees_by_the_button_and_not_by_looking(world: GatewayWorld):
    agent = world.browser("north_agent")
    user = f"/t/INC-9/users/{person_id('acme_admin')}"
    agent.get(f"{user}/mail")
    agent.submit(f"{user}/mail/welcome")
    world.product.settle()
    lane = re.search(r'id="lane-([0-9a-f]{32})"', agent.get(f"{user}/mail").text)[1]
    world.product.caller(sub="mta", roles=["MAIL_REPORTER"])(
        world.product.stub(reports_pb2_grpc.MailReportServiceStub, "email").ReportMail,
        reports_pb2.ReportMailRequest(raw=complaint(lane)),
    )
    blocked = agent.get(f"{user}/mail")
    asked = agent.submit(f"{user}/mail/ask-recipient", address="0", reason="wants our mail")
    world.product.settle()
    outside = world.browser()
    mails = links(outside.get("/dev/mail"), r"/dev/mail/[^\"]+")
    texts = (outside.get(path).text for path in mails)
    link = next(m[0] for text in texts if (m := re.search(r"/agree/[\w-]{60,}", text)))

    looked = outside.get(link)
    fields = outside.form(link)
    before = agent.get(f"{user}/mail")
    agreed = outside.post(link, data=fields)
    after = agent.get(f"{user}/mail")
    again = outside.post(link, data={**fields, "request_id": "another"})

    assert "A complaint needs the recipient’s consent." in blocked.text
    assert notice(asked) == "The recipient was asked at another address."
    assert "May we write to this address again?" in looked.text
    assert "ada@" not in looked.text
    assert "A complaint needs the recipient’s consent." in before.text
    assert "You agreed to our mail" in agreed.text
    assert "By the recipient’s consent" in after.text
    assert "This link was used already." in again.text


def test_only_a_customers_admin_sees_addresses_to_vouch_for(world: GatewayWorld):
    assert world.browser("north_agent").get("/consent/addresses").status_code == 403


def test_an_address_that_is_no_link_agrees_to_nothing(world: GatewayWorld):
    outside = world.browser()

    assert outside.get("/agree/x").status_code == 404
    assert outside.get("/agree/" + "0" * 60).status_code == 404


def test_where_the_sole_address_is_blocked_a_check_leads_on_without_a_mail(world: GatewayWorld):
    browser = world.browser("north_agent")
    user = _blocked(world, "orphan_user")
    store, queued = world.product.store_of("email"), ("helpdesk.email.v1.MessageQueued",)
    before = store.read(0, 10_000, queued)

    page = browser.get(user)
    browser.submit(f"{user}/check")
    stuck = browser.get(f"{user}/check")

    assert "Next:</strong> Remove the address from the blocklist." in page.text
    assert "Every address is blocked, so no mail is sent." in page.text
    assert "The code cannot arrive" in stuck.text
    assert re.search(r'id="check-send" aria-disabled="true"', stuck.text)
    assert store.read(0, 10_000, queued) == before


def test_a_code_goes_to_the_address_that_is_not_blocked(world: GatewayWorld):
    browser = world.browser("north_agent")
    user = _blocked(world, "shared_admin")

    page = browser.get(user)
    browser.submit(f"{user}/check", address="1")
    world.product.settle()

    assert "Check the caller" in page.text
    assert re.search(r'name="address" value="1"', page.text)
    assert "shared+second@" not in page.text
    assert "sharon+second@shared.example" in world.browser().get("/dev/mail").text


def test_the_reports_on_a_mail_are_shown_on_demand_and_recorded(world: GatewayWorld):
    browser = world.browser("north_agent")
    user = _blocked(world, "orphan_user")
    page = browser.get(f"{user}/mail")
    message = re.search(r'name="message" value="([\w-]+)"', page.text)[1]
    before = len(world.product.records("email", action="email.evidence.get"))

    fields = {**browser.form(), "message": message}
    part = browser.post(f"{user}/mail/evidence", data=fields, headers=FRAGMENT)
    whole = browser.post(f"{user}/mail/evidence", data=fields)
    foreign = browser.post(f"{FOREIGN_USER}/mail/evidence", data=fields)

    assert "Answer to our mail system" in part.text
    assert "<html" not in part.text
    assert "otto@" not in part.text
    assert '<details class="evidence" open>' in whole.text
    assert foreign.status_code == 404
    assert len(world.product.records("email", action="email.evidence.get")) == before + 3


def test_a_double_click_acts_once(world: GatewayWorld):
    browser = world.browser("north_agent")
    user = f"/t/INC-2/users/{person_id('shared_user')}"
    fields = browser.form()
    before = len(world.product.records("email", action="email.message.resend", outcome="done"))
    for _ in range(2):
        browser.post(f"{user}/mail/welcome", data=fields)

    page = browser.get(f"{user}/mail")

    assert page.text.count('class="lane"') == 1
    after = len(world.product.records("email", action="email.message.resend", outcome="done"))
    assert after - before == 2


def test_an_agent_sends_the_set_up_mail_once_it_is_confirmed(world: GatewayWorld):
    agent = world.browser("north_agent")
    mail = f"/t/INC-9/users/{person_id('acme_user')}/mail"
    sent = {"action": "email.message.resend", "outcome": "done"}
    before = len(world.product.records("email", **sent))
    agent.get(mail)
    chosen = {"kind": "setup", "address": "0", "language": "ro"}
    unconfirmed = agent.submit(f"{mail}/send", **chosen)
    assert "Confirm that it is to be sent." in unconfirmed.text
    assert len(world.product.records("email", **sent)) == before
    page = agent.submit(f"{mail}/send", **chosen, confirm="yes")

    assert "The mail is on its way." in page.text
    assert "Set-up mail" in page.text
    assert len(world.product.records("email", **sent)) == before + 1


def test_another_address_than_the_first_needs_a_checked_caller(world: GatewayWorld):
    agent = world.browser("north_agent")
    mail = f"/t/INC-31/users/{person_id('acme_user')}/mail"
    agent.get(mail)
    page = agent.submit(f"{mail}/send", kind="setup", address="1", language="", confirm="yes")

    assert "needs a caller check" in page.text
