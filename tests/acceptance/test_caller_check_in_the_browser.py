"""The caller check in a real browser: the agent's panel, the user's page, both admins' pages."""

import json

import pytest
from playwright.sync_api import expect

from services.hosting import ALL
from tests.support.browser import chromium, sign_in, watched_page
from tests.support.product import person_id, running_product, small_directory
from tests.support.usable import HEIGHT, LANGUAGES, speak, wrong_in_looks

ADDRESS = "stefana@acme.example"
LOOKS = [(1280, "light", None), (390, "light", None), (390, "dark", None)]


class Desk:
    def __init__(self, product, browser):
        self.product = product
        self.browser = browser
        self.home = f"http://{product.env['HELPDESK_GATEWAY_ADDRESS']}"
        self.problems = []

    def open(self, **look):
        return watched_page(self.browser, self.problems, reduced_motion="reduce", **look)

    def sign_in(self, name):
        return sign_in(self.open(), self.home, name)

    def check_page(self, page, user="acme_user", ticket="INC-4821"):
        page.goto(f"{self.home}/t/{ticket}/users/{person_id(user)}/check")
        return page

    def newest_mail(self, words):
        page = self.open()
        page.goto(f"{self.home}/dev/mail")
        page.locator("main .messages a", has_text=words).first.click()
        return page

    def link(self, to=ADDRESS):
        return self.newest_mail(to).locator("#message-link").get_attribute("href")

    def refuse(self, *addresses):
        folder = self.product.host.wiring.data_dir / "dev-mail"
        (folder / "refused.json").write_text(json.dumps(addresses))


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("check") / "data"
    (folder / "dev-mail").mkdir(parents=True)
    people = [
        ("ned@north.example", "Ned Agent"),
        ("nora@north.example", "Nora North"),
        ("sue@south.example", "Sue Agent"),
        ("sharon@shared.example", "Sharon Shared"),
    ]
    accounts = [{"email": e, "name": n, "role": "agent"} for e, n in people]
    (folder / "dev-accounts.json").write_text(json.dumps(accounts))
    (folder / "dev-mail" / "refused.json").write_text(json.dumps(["bea@acme.example"]))
    with running_product(folder, ALL, directory=small_directory()) as product:
        product.settle()
        with chromium() as browser:
            yield Desk(product, browser)


def usable(desk, page, name):
    """What is wrong with a page in both languages and all looks, one line each."""
    wrong = []
    for language in LANGUAGES:
        speak(page, desk.home, language)
        page.goto(page.url)
        wrong += wrong_in_looks(page, f"{name} in {language}", LOOKS)
    speak(page, desk.home, LANGUAGES[0])
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": HEIGHT})
    page.goto(page.url)
    return wrong


def test_the_user_confirms_on_a_phone_and_the_agent_sees_it_at_once(desk):
    agent = desk.check_page(desk.sign_in("Ned Agent"))
    agent.locator("#check-send").focus()
    agent.keyboard.press("Enter")
    expect(agent.locator("#check-phrase")).to_be_visible()
    phrase = agent.locator("#check-phrase").inner_text()
    desk.product.settle()
    wrong = usable(desk, agent, "agent-sent")
    user = desk.open()
    answer = user.goto(desk.link())
    shown = user.locator("main").inner_text()
    wrong += usable(desk, user, "user-open")
    for _ in range(2):
        assert user.request.fetch(user.url, method="HEAD").status == 200
    expect(agent.locator("#check")).to_contain_text("Waiting for the caller")

    user.locator("#caller-confirm").focus()
    user.keyboard.press("Enter")
    expect(user.locator("h1")).to_contain_text("You confirmed the call")
    # Without reloading.
    expect(agent.locator("#check")).to_contain_text("Caller confirmed")
    wrong += usable(desk, user, "user-confirmed") + usable(desk, agent, "agent-confirmed")

    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    for said in ("Ned Agent", "North Partner", "INC-4821", phrase):
        assert said in shown
    assert "tefana" not in user.content() + user.title() + user.url
    assert wrong == []
    assert desk.problems == []


def test_what_is_personal_is_shown_once_the_caller_was_checked(desk):
    agent = desk.sign_in("Ned Agent")
    agent.goto(f"{desk.home}/t/INC-7/users/{person_id('shared_user')}")
    agent.click("#address-show")
    agent.click("#address-confirm")
    expect(agent.locator("#address-refused")).to_contain_text("needs a caller check")
    desk.problems.clear()
    agent.click(".check-first")
    agent.click("#check-send")
    expect(agent.locator("#check-phrase")).to_be_visible()
    desk.product.settle()
    user = desk.open()
    user.goto(desk.link("giorgos@shared.example"))
    user.click("#caller-confirm")
    expect(agent.locator("#check")).to_contain_text("Caller confirmed")
    agent.click("#address-show")
    agent.click("#address-confirm")

    expect(agent.locator("#address-text")).to_have_text("giorgos@shared.example")
    assert desk.problems == []


def test_not_me_stops_the_agent_and_alarms_the_partner_admin(desk):
    agent = desk.check_page(desk.sign_in("Ned Agent"), "acme_admin")
    agent.click("#check-send")
    expect(agent.locator("#check-phrase")).to_be_visible()
    desk.product.settle()
    user = desk.open()
    user.goto(desk.link("ada@acme.example"))
    user.click("#caller-deny")
    expect(user.locator("h1")).to_contain_text("You denied the call")
    expect(agent.locator("#check")).to_contain_text("this was not me")
    expect(agent.locator("#check-send")).to_have_count(0)
    desk.product.settle()
    wrong = usable(desk, user, "user-denied") + usable(desk, agent, "agent-denied")

    mail = desk.newest_mail("nora@north.example")
    expect(mail.locator(".message-body")).to_contain_text("this was not me")
    admin = desk.sign_in("Nora North")
    admin.goto(f"{desk.home}/admin/alarms")
    expect(admin.locator("main")).to_contain_text("Ned Agent")
    wrong += usable(desk, admin, "admin-alarms")
    admin.click("#allow-1")
    expect(admin.locator("main")).to_contain_text("Write a reason")
    admin.fill("#reason-1", "Talked to Ned and to Ada.")
    admin.click("#allow-1")
    expect(admin.locator("#notice")).to_contain_text("can check this user again")
    desk.check_page(agent, "acme_admin")
    expect(agent.locator("#check-send")).to_be_visible()

    assert wrong == []
    # The form without a reason was answered with 422.
    assert [p for p in desk.problems if "422" not in p] == []
    desk.problems.clear()


def test_a_customer_admin_vouches_for_a_caller_whom_no_mail_reaches(desk):
    mails = desk.open()
    mails.goto(f"{desk.home}/dev/mail")
    # The other agent has sent three in ten minutes.
    mails.fill("#address", "giorgos@shared.example")
    mails.click("#refuse")
    agent = desk.check_page(desk.sign_in("Sue Agent"), "shared_user", "INC-9")
    agent.click("#check-send")
    expect(agent.locator("#check")).to_contain_text("The code cannot arrive")
    wrong = usable(desk, agent, "agent-cannot-arrive")
    agent.fill("#check textarea", "Her mailbox is gone, she is on the phone.")
    agent.click("#check-vouch")
    expect(agent.locator("#check")).to_contain_text("were asked to vouch")

    admin = desk.sign_in("Sharon Shared")
    admin.goto(f"{desk.home}/consent/callers")
    expect(admin.locator("main")).to_contain_text("Sue Agent, South Partner")
    wrong += usable(desk, admin, "customer-vouch")
    admin.locator("main textarea").fill("I called her at her desk.")
    admin.locator("main button", has_text="I vouch for the caller").click()
    expect(admin.locator("#notice")).to_contain_text("You vouched for the caller")
    expect(agent.locator("#check")).to_contain_text("vouched for the caller")
    expect(agent.locator("#check")).to_contain_text("Caller confirmed")

    assert wrong == []
    assert desk.problems == []
