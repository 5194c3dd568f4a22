"""The auditor's whole story in a real browser, until a person is forgotten and all still verifies."""

import json
import re
import zipfile

import pytest
from playwright.sync_api import expect

from services.hosting import ALL
from tests.support.browser import chromium, sign_in, watched_page
from tests.support.distributed import product_of
from tests.support.golang import built_verifier, go
from tests.support.product import ACME, PEOPLE, api_id, person_id, small_directory, uuid
from tests.support.waiting import wait_until

TICKET = "INC-4821"
NAME = "Ștefana Voinea"
SECOND_ADMIN = "Adela Acme"
LANGUAGES = [
    ("ro", "șters", "A căutat", "A deschis un utilizator"),
    ("en", "erased", "Searched", "Opened a user"),
]
CLEARED = "5 of 5 services have cleared what they held."


@pytest.fixture(scope="module")
def verifier(tmp_path_factory):
    return built_verifier(tmp_path_factory.mktemp("go"))


# It passes with "distributed" too, and takes three times as long; what differs between the sizes
# when a person is forgotten is tried in tests/integration.
@pytest.fixture(scope="module", params=["embedded"])
def desk(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("auditor") / "data"
    folder.mkdir()
    accounts = [
        {"email": PEOPLE[name][4], "name": PEOPLE[name][3], "role": "sample"}
        for name in ("north_agent", "north_auditor", "acme_admin")
    ]
    accounts += [{"email": "adela@acme.example", "name": SECOND_ADMIN, "role": "sample"}]
    (folder / "dev-accounts.json").write_text(json.dumps(accounts))
    with product_of(request.param, folder, ALL, directory=with_a_second_admin()) as product:
        product.settle()
        with chromium() as browser:
            yield Desk(product, browser)


def with_a_second_admin():
    """The small directory; one admin alone has nobody forgotten."""
    directory = small_directory()
    first = next(p for p in directory["people"] if p["id"] == person_id("acme_admin"))
    second = {
        "id": api_id("PEOPLE", uuid(129)),
        "emails": ["adela@acme.example"],
        "displayName": SECOND_ADMIN,
        "firstName": "Adela",
        "phoneNumbers": [],
    }
    directory["people"].append({**first, **second})
    return directory


class Desk:
    def __init__(self, product, browser):
        self.product = product
        self.browser = browser
        self.home = f"http://{product.env['HELPDESK_GATEWAY_ADDRESS']}"
        self.problems = []

    def sign_in(self, name):
        """A browser of somebody's own, signed in with the development provider."""
        return sign_in(watched_page(self.browser, self.problems), self.home, name)

    def exported(self, page, target, customer=ACME, form="proofs"):
        """Export on the auditor's page; return the unpacked folder."""
        page.goto(f"{self.home}/audit/export")
        page.get_by_label("Customer ID").fill(customer)
        page.get_by_label("Format").select_option(form)
        with page.expect_download() as download:
            page.locator("main").get_by_role("button", name="Export", exact=True).click()
        with zipfile.ZipFile(download.value.path()) as file:
            file.extractall(target)
        return target

    def readable(self, page, target):
        """Export all that the auditor sees, in clear; return it in small letters."""
        files = self.exported(page, target, customer="", form="ocsf").rglob("*")
        return "".join(file.read_text() for file in files if file.is_file()).lower()

    def issued_again(self, page, target):
        """Issue the one export that holds somebody again; return it in small letters."""
        page.goto(f"{self.home}/audit/export")
        with page.expect_download() as download:
            page.get_by_role("button", name="Issue the export of Audra North again").click()
        with zipfile.ZipFile(download.value.path()) as file:
            file.extractall(target)
        files = [file for file in target.rglob("*") if file.is_file()]
        assert any(file.name == "ocsf.ndjson" for file in files)
        return "".join(file.read_text() for file in files).lower()

    def find(self, page):
        """Search for the person with the keyboard."""
        page.keyboard.press("/")
        page.keyboard.type("stefana voinea")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search/**")


def play(page):
    """Let the player go on by itself, and stop it."""
    page.get_by_role("button", name="Play", exact=True).click()
    first = page.locator(".strip a").first
    expect(first).not_to_have_attribute("aria-current", "step")
    page.get_by_role("button", name="Pause", exact=True).click()


def look(page, action):
    """Jump to the first step with an action; return what the agent saw."""
    step = page.locator(".strip a", has_text=action).first
    step.click()
    expect(step).to_have_attribute("aria-current", "step")
    assert wait_until(lambda: made(page), pause=0.2)
    return page.locator("main .replay").inner_text()


def made(page):
    """Whether the answer is made again; asks once more where it is not."""
    again = page.locator("#look-again")
    if again.count() == 0:
        return True
    again.click()
    return False


def checked(verifier, folder):
    """What the Go program says of one customer's export."""
    done = go(verifier, "customer", str(folder), ACME, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_auditor_replays_and_proves_what_was_seen_and_a_person_is_forgotten(
    desk, verifier, tmp_path
):
    # An agent looks a person up.
    agent = desk.sign_in("Ned Agent")
    agent.goto(f"{desk.home}/t/{TICKET}")
    desk.find(agent)
    agent.locator("main a.hit-name", has_text=NAME).first.click()
    expect(agent.locator("h1")).to_contain_text(NAME)
    user_page = agent.url
    agent.keyboard.press("m")
    agent.wait_for_url("**/mail")

    # The customer sees the access.
    admin = desk.sign_in("Ada Acme")
    desk.product.settle()
    admin.goto(f"{desk.home}/activity")
    opened = admin.locator("#feed tr", has_text="Opened a user").first
    for word in (TICKET, "Ned Agent", "North Partner", NAME, "Done"):
        expect(opened).to_contain_text(word)

    # The auditor finds the session and plays it.
    auditor = desk.sign_in("Audra North")
    auditor.goto(f"{desk.home}/audit")
    expect(auditor.locator("#complete")).to_contain_text("Complete")
    auditor.locator("tr", has_text=TICKET).first.get_by_role("link").first.click()
    session = auditor.url.partition("?")[0]
    play(auditor)
    assert "stefana voinea" in look(auditor, "Searched")
    assert NAME in look(auditor, "Opened a user")

    # One customer's records are proved by Go's own packages, and a changed one is found.
    before = desk.exported(auditor, tmp_path / "before")
    proved = checked(verifier, before)
    assert "stefana" in desk.readable(auditor, tmp_path / "readable")
    auditor.goto(f"{desk.home}/audit/log")
    auditor.get_by_role("button", name="Sign now").click()
    expect(auditor.locator("#notice")).to_contain_text("The log is signed as it stands.")
    assert proved["records"] > 0
    records = before / "records.ndjson"
    original = records.read_text()
    first = json.loads(original.splitlines()[0])
    records.write_text(json.dumps({**first, "bytes": first["bytes"][:-8] + "AAAAAAAA"}) + "\n")
    found = go(verifier, "customer", str(before), ACME, cwd=before)
    assert (found.returncode, f"record {first['index']}" in found.stderr) == (1, True)
    records.write_text(original)

    # One admin asks, another one types the name.
    admin.goto(desk.home)
    admin.click("#account-open")
    admin.click("#menu-forgetting")
    admin.get_by_label("E-mail address or ID").first.fill(PEOPLE["acme_user"][4])
    admin.get_by_label("Reason").first.fill("They asked for it in writing.")
    admin.get_by_role("button", name="Ask", exact=True).click()
    expect(admin.locator("#notice")).to_contain_text("It was asked.")
    expect(admin.get_by_role("button", name=re.compile("for ever"))).to_have_count(0)
    second = desk.sign_in(SECOND_ADMIN)
    second.goto(f"{desk.home}/admin/forgetting")
    second.get_by_label("Type the name of the person to confirm").fill(NAME)
    second.locator("#forgetting-1").get_by_label("Reason").first.fill("The letter is theirs.")
    second.get_by_role("button", name=f"Forget {NAME} for ever").press("Enter")
    expect(second.locator("#notice")).to_contain_text("It cannot be undone.")
    desk.product.settle()
    second.reload()
    expect(second.locator("#forgetting-1")).to_contain_text(CLEARED)

    # The export in clear that was made before is found, and issued again in one click.
    held = second.locator("#forgetting-1 .outdated li")
    expect(held).to_contain_text("Audra North")
    expect(held).to_contain_text("Still in clear")
    expect(held.get_by_role("button")).to_have_count(0)
    again = desk.issued_again(auditor, tmp_path / "again")
    assert "stefana" not in again
    assert "voinea" not in again
    for page in (auditor, second):
        page.reload()
        expect(page.locator(".outdated li")).to_contain_text("Issued again by Audra North")

    readable = desk.readable(auditor, tmp_path / "erased")
    assert "stefana" not in readable
    assert "voinea" not in readable

    # Every page says so where they were.
    erased(desk, agent, admin, auditor, user_page, session)

    # And everything still verifies: what was exported before, what is exported now, the log.
    assert checked(verifier, before) == proved
    after = checked(verifier, desk.exported(auditor, tmp_path / "after"))
    assert after["records"] > proved["records"]
    verified = desk.product.verified()
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert desk.problems == []


def erased(desk, agent, admin, auditor, user_page, session):
    """Look at each page that showed the person, in both languages."""
    for locale, word, searched, opened in LANGUAGES:
        for page in (agent, admin, auditor):
            language = {"name": "helpdesk-language", "value": locale, "url": desk.home}
            page.context.add_cookies([language])
        agent.goto(user_page)
        expect(agent.locator("h1")).to_have_text(word)
        expect(agent.locator(".person-facts .erased")).to_have_text([word, word])
        expect(agent.locator("#check-send")).to_have_count(0)
        agent.keyboard.press("m")
        agent.wait_for_url("**/mail")
        expect(agent.locator("h1")).to_have_text(word)
        desk.find(agent)
        expect(agent.locator("main")).not_to_contain_text("Voinea")
        admin.goto(f"{desk.home}/activity")
        expect(admin.locator("#feed tr", has_text=word).last).to_contain_text(TICKET)
        expect(admin.locator("#feed")).not_to_contain_text("Voinea")
        auditor.goto(session)
        shown = look(auditor, searched) + look(auditor, opened)
        assert word in shown
        assert "voinea" not in shown.lower()


def rows(page):
    return page.locator("#live-rows tr")


def followed(desk):
    """How many records there are of what is followed; suggestions may still make one more."""
    return len(desk.product.records("search", ticket="INC-LIVE"))


def test_an_auditor_follows_records_as_they_are_made_pauses_and_misses_nothing(desk):
    agent, auditor = desk.sign_in("Ned Agent"), desk.sign_in("Audra North")
    agent.goto(f"{desk.home}/t/INC-LIVE")
    auditor.goto(f"{desk.home}/audit")
    auditor.locator("#filter-more-open").click()
    auditor.get_by_label("Ticket").fill("INC-LIVE")
    auditor.get_by_role("button", name="Apply").click()
    auditor.locator("#live-open").click()
    expect(auditor.locator("#live-on")).to_be_visible()
    expect(auditor.locator("#live-empty")).to_be_visible()

    desk.find(agent)
    expect(rows(auditor).filter(has_text="Searched")).to_have_count(1)
    expect(auditor.locator("#announce")).to_have_text("New records came.")
    assert wait_until(lambda: rows(auditor).count() == followed(desk), pause=0.2)
    auditor.get_by_role("button", name="Pause").click()
    expect(auditor.locator("#live-off")).to_be_visible()
    shown = rows(auditor).count()
    desk.find(agent)
    desk.find(agent)
    assert wait_until(lambda: followed(desk) > shown)
    desk.product.settle()
    assert rows(auditor).count() == shown
    auditor.get_by_role("button", name="Go on").click()
    assert wait_until(lambda: shown < rows(auditor).count() == followed(desk), pause=0.2)
    numbers = [
        int(each.replace(",", "")) for each in rows(auditor).locator("td.n").all_inner_texts()
    ]

    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == len(numbers)
    assert desk.problems == []


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844), (320, 600)])
def test_completeness_stays_in_view_and_hides_nothing(desk, width, height):
    auditor = desk.sign_in("Audra North")
    auditor.set_viewport_size({"width": width, "height": height})
    auditor.goto(f"{desk.home}/audit")
    for end in (0, "document.body.scrollHeight"):
        auditor.evaluate(f"window.scrollTo(0, {end})")
        expect(auditor.locator("#complete")).to_be_in_viewport(ratio=1)
        expect(auditor.locator("#complete")).to_contain_text("checkpoint")
    line = auditor.locator("#complete").bounding_box()
    last = auditor.locator("main section").last.bounding_box()

    # On a phone it stands below what the page ends with.
    assert line["y"] < height / 2 or last["y"] + last["height"] <= line["y"]
    assert line["height"] <= height / 8
    assert hidden_when_focused(auditor) == []


def hidden_when_focused(page):
    """What the line covers when the keyboard comes to it, by id."""
    return page.evaluate(
        """() => {
          const line = document.getElementById("complete").getBoundingClientRect();
          const covered = [];
          for (const each of document.querySelectorAll("main a, main button, main input, main select, main summary")) {
            if (!each.checkVisibility()) continue;
            each.focus();
            const box = each.getBoundingClientRect();
            const over = Math.min(box.bottom, line.bottom) - Math.max(box.top, line.top);
            if (over > box.height / 2) covered.push(each.id || each.textContent);
          }
          return covered;
        }"""
    )
