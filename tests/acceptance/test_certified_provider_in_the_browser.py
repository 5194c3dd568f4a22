"""Signing in and out with a certified provider in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import chromium
from tests.support.certified import console, obstacle
from tests.support.waiting import PATIENCE

OBSTACLE = obstacle()
pytestmark = pytest.mark.skipif(bool(OBSTACLE), reason=OBSTACLE or "it runs")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with console(tmp_path_factory.mktemp("certified")) as world, chromium() as browser:
        world.browser = browser
        yield world


def opened(desk):
    page = desk.browser.new_context(locale="en-US").new_page()
    page.set_default_timeout(PATIENCE * 1000)
    return page


def at_the_provider(desk, page):
    page.goto(f"{desk.url}/signin/go")
    page.fill("input[name=login]", "ned")
    page.fill("input[name=password]", "x")
    page.click("button[type=submit]")
    page.click("button[type=submit]")
    expect(page.locator("#account-open")).to_be_visible()


def test_an_agent_signs_in_at_the_provider_and_out_of_both(desk):
    page, second = opened(desk), None
    at_the_provider(desk, page)
    expect(page.locator("#account-open")).to_contain_text("Ned Agent")

    # Another device of the same session at the provider.
    second = opened(desk)
    there = [c for c in page.context.cookies() if "helpdesk" not in c["name"]]
    second.context.add_cookies(there)
    second.goto(f"{desk.url}/signin/go")
    expect(second.locator("#account-open")).to_be_visible()

    page.click("#account-open")
    page.get_by_role("button", name="Sign out").click()
    page.click("button[value=yes]")
    page.wait_for_url("**/signin?reason=signed_out")
    expect(page.get_by_role("alert").or_(page.get_by_role("status")).first).to_be_visible()

    # RP-initiated: the provider asks who one is again. Back-channel: the other device is out.
    page.goto(f"{desk.url}/signin/go")
    expect(page.locator("input[name=login]")).to_be_visible()
    second.goto(f"{desk.url}/me")
    expect(second.locator("#account-open")).to_have_count(0)
    assert desk.product.records("identity", action="identity.signin.end_by_provider")
