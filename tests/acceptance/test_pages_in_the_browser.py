"""Every page of every role in a real browser: usable by all, on any screen, with the keyboard."""

import json
import re

import pytest
from playwright.sync_api import expect

from helpdesk.email.v1 import email_pb2, email_pb2_grpc
from helpdesk.kernel.rpc.client import Caller
from services.demo.domain import sample
from services.hosting import ALL
from tests.support.browser import chromium, sign_in, watched_page
from tests.support.product import running_product
from tests.support.usable import HEIGHT, speak, wrong_in_looks
from tests.support.waiting import wait_until

TICKET = "INC-4821"
WIDTHS = [(1280, "light", None), (390, "light", None)]
# Colours are all that a theme changes, so the second one is only asked about colours.
COLOURS = [(1280, "dark", "color-contrast"), (390, "dark", "color-contrast")]
# No language changes a colour.
LOOKS = {"en": WIDTHS + COLOURS, "ro": WIDTHS}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = sample()
    folder = tmp_path_factory.mktemp("pages") / "data"
    (folder / "dev-mail").mkdir(parents=True)
    accounts = [{"email": e, "name": n, "role": r} for r, n, e in made.sign_ins]
    (folder / "dev-accounts.json").write_text(json.dumps(accounts))
    (folder / "dev-mail" / "refused.json").write_text(json.dumps([made.bounces]))
    with running_product(folder, ALL, directory=made.records) as product:
        stub = product.stub(email_pb2_grpc.EmailServiceStub, "email")
        caller = Caller(lambda: product.service_token("MAIL_SENDER"))
        for user_id in made.welcomed:
            caller(
                stub.SendMessage, email_pb2.SendMessageRequest(user_id=user_id, template="welcome")
            )
        product.settle()
        with chromium() as browser:
            desk = Desk(product, made, browser)
            desk.prepare()
            yield desk


class Desk:
    """The product, a signed-in browser for each role, and the pages of each role."""

    def __init__(self, product, made, browser):
        self.product = product
        self.made = made
        self.browser = browser
        self.home = f"http://{product.env['HELPDESK_GATEWAY_ADDRESS']}"
        self.problems = []
        self.pages = {}
        self.paths = {}
        people = made.records["people"]
        self.user = next(p for p in people if made.bounces in p["emails"])
        self.names = {word for p in people for word in p["displayName"].split()} | {
            o["displayName"] for o in made.records["organizations"] + made.records["partners"]
        }

    def open(self):
        """A browser of its own whose errors are kept."""
        return watched_page(self.browser, self.problems, reduced_motion="reduce")

    def sign_in(self, role):
        """The browser of the first person with a role."""
        name = next(name for said, name, _ in self.made.sign_ins if said == role)
        return sign_in(self.open(), self.home, name)

    def prepare(self):
        """Let every page have something to show: a bounce, a request, a running view."""
        user = f"/t/{TICKET}/users/{self.user['id']}"
        customer = f"/t/{TICKET}/orgs/{self.user['orgId']}"
        agent, admin = self.sign_in("agent"), self.sign_in("customer admin")
        agent.goto(self.home + customer)
        agent.locator("#section-users").check()
        agent.locator("#section-mail").check()
        agent.locator("#request-access textarea").fill("Look at the caller's settings.")
        agent.click("#request-send")
        admin.goto(f"{self.home}/consent")
        request = admin.locator("#requests a").first.get_attribute("href")
        admin.goto(self.home + request)
        admin.click("#grant")
        expect(admin.locator("#notice")).to_be_visible()
        admin.goto(f"{self.home}/consent/grant")
        admin.locator("#section-users").check()
        admin.locator("form textarea").fill("A migration of the telephones.")
        admin.click("#grant")
        extend = admin.locator("#given a[href$='/extend']").first.get_attribute("href")
        agent.reload()
        with agent.context.expect_page() as opened:
            agent.click("#view-open")
        view = opened.value.url.removeprefix(self.home).partition("?")[0].rpartition("/")[0]
        opened.value.close()
        agent.goto(f"{self.home}/t/{TICKET}")
        agent.fill("#q", "stefana voinea")
        agent.keyboard.press("Enter")
        expect(agent.locator("main a.hit-name").first).to_be_visible()
        found = agent.url.removeprefix(self.home)
        self.product.settle()
        auditor = self.sign_in("auditor")
        auditor.goto(f"{self.home}/audit")
        session = auditor.locator("tr", has_text=TICKET).first.locator("a").get_attribute("href")
        live = auditor.locator("#live-open").get_attribute("href")
        export = auditor.locator("#export").get_attribute("href")
        partner = self.sign_in("partner admin")
        partner.goto(f"{self.home}/admin/roles")
        colleague = partner.locator("td a[href*='/people/']").first.get_attribute("href")
        self.pages = {
            "nobody": self.open(),
            "agent": agent,
            "customer admin": admin,
            "auditor": auditor,
            "partner admin": partner,
        }
        self.paths = {
            "nobody": ["/signin", "/signin/go", "/invitation/made-up", "/dev/mail"],
            "agent": [
                "/",
                f"/t/{TICKET}",
                found,
                user,
                f"{user}/mail",
                f"{user}/check",
                f"/t/{TICKET}/removals",
                customer,
                f"{view}/overview",
                f"{view}/users",
                f"{view}/users/{self.user['id']}",
                f"{view}/mail",
                f"{view}/mail/{self.user['id']}",
                "/me",
            ],
            "customer admin": [
                "/consent",
                request,
                "/consent/grant",
                extend,
                "/consent/addresses",
                "/activity",
                "/admin/forgetting",
            ],
            "auditor": ["/audit", live, session, "/audit/log", "/audit/export", export],
            "partner admin": ["/admin/roles", "/admin/invitations", colleague],
        }


@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize("role", ["nobody", "agent", "customer admin", "auditor", "partner admin"])
def test_everybody_can_use_every_page_of_a_role(desk, role, language):
    page = desk.pages[role]
    speak(page, desk.home, language)
    wrong = []
    for path in desk.paths[role]:
        assert page.goto(desk.home + path).status == 200
        title = page.title()
        wrong += [f"{path} names {name}" for name in desk.names if name in title]
        assert page.locator("html").get_attribute("lang") == language
        wrong += wrong_in_looks(page, path, LOOKS[language])

    assert wrong == []
    assert desk.problems == []


def test_an_agent_finds_and_opens_a_user_with_the_keyboard_alone(desk):
    page = desk.pages["agent"]
    speak(page, desk.home, "en")
    page.set_viewport_size({"width": 1280, "height": HEIGHT})
    page.goto(f"{desk.home}/t/{TICKET}")
    user = f"/t/{TICKET}/users/{desk.user['id']}"

    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("stefana voinea")
    first = page.locator("#suggestions [role=option]").first
    expect(first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{user}")
    page.keyboard.press("m")
    page.wait_for_url(f"**{user}/mail")
    page.keyboard.press("c")
    page.wait_for_url(f"**{user}/check")

    expect(page.locator("#check")).to_be_visible()


def test_what_is_typed_while_the_page_still_loads_is_suggested_for(desk):
    page, held = desk.pages["agent"], []

    def hold(route):
        held.append(route)

    page.route("**/htmx.min.js*", hold)
    page.goto(f"{desk.home}/t/{TICKET}", wait_until="commit")
    page.locator("#q").type("stef")
    assert page.locator("#suggestions [role=option]").count() == 0
    held[0].continue_()
    page.unroute("**/htmx.min.js*")

    expect(page.locator("#suggestions [role=option]").first).to_be_visible()


def test_escape_closes_suggestions_keys_and_menus(desk):
    page = desk.pages["agent"]
    page.goto(f"{desk.home}/t/{TICKET}")

    page.keyboard.press("/")
    page.keyboard.type("stef")
    expect(page.locator("#suggestions [role=option]").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(page.locator("#q")).to_be_focused()
    page.locator("#account-open").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#signout")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#account-open")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator("#signout")).to_be_hidden()


def test_no_key_changes_anything(desk):
    page = desk.pages["agent"]
    page.goto(f"{desk.home}/t/{TICKET}/users/{desk.user['id']}/mail")
    posted = []
    page.on(
        "request", lambda request: posted.append(request.url) if request.method == "POST" else 0
    )

    for key in "abdefhijklnopqrtuvwxyz":
        page.keyboard.press(key)

    assert posted == []
    assert re.search("/users/", page.url)


@pytest.fixture
def view(desk):
    """A further tab of the agent, whose clock can be moved on, and their running view."""
    agent = desk.pages["agent"]
    running = next(path for path in desk.paths["agent"] if path.endswith("/overview"))
    # Moving the clock of a tab moves that of its whole context.
    signed_in = agent.context.storage_state()
    page = watched_page(desk.browser, desk.problems, storage_state=signed_in)
    page.clock.install()
    yield page, desk.home + running
    page.context.close()


def test_a_view_that_hears_nothing_shows_nothing_five_seconds_later(view):
    page, running = view
    page.route("**/live", lambda _: None)
    page.goto(running)
    page.clock.run_for(5_000)
    shown = page.locator("#portal-data").inner_text()

    assert "The connection is lost." in shown
    assert "Overview" not in shown


def ended_at_once(page):
    """Let the stream of a view say first of all that the customer ended it; return who asked."""
    asked = []

    def ended(route):
        asked.append(route.request.url)
        route.fulfill(content_type="text/event-stream", body="event: ended\ndata: customer\n\n")

    page.route("**/live", ended)
    return asked


def test_a_page_of_a_view_that_has_ended_asks_no_more(view):
    page, running = view
    asked = ended_at_once(page)
    page.goto(running)
    expect(page.locator("#portal-data")).to_contain_text("The customer stopped the view.")
    page.clock.run_for(60_000)

    assert len(asked) == 1


def test_a_view_is_followed_however_late_a_script_comes(view):
    page, running = view
    ended_at_once(page)
    held = []

    def hold(route):
        held.append(route)

    page.route("**/hx-sse.min.js*", hold)
    page.goto(running, wait_until="commit")
    assert wait_until(lambda: page.evaluate("window.htmx !== undefined") and held)
    page.clock.run_for(100)
    held[0].continue_()

    expect(page.locator("#portal-data")).to_contain_text("The customer stopped the view.")
