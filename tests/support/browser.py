"""Debian's chromium, driven by Playwright."""

import shutil
from contextlib import contextmanager

from tests.support.waiting import PATIENCE

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium():
    """A browser with a fresh profile; the test fails where there is none."""
    from playwright.sync_api import expect, sync_playwright

    path = shutil.which("chromium")
    expect.set_options(timeout=PATIENCE * 1000)
    assert path, "chromium is missing: scripts/install --test brings it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def watched_page(browser, problems, **look):
    """A page in a browser of somebody's own; what goes wrong in it is added to the problems."""
    context = browser.new_context(
        **{"viewport": {"width": 1280, "height": 900}, "locale": "en-US", **look}
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return page


def sign_in(page, home, name):
    """Sign somebody in with the development provider; return when the page says who it is."""
    page.goto(home)
    page.click("#provider-1")
    page.locator("button.account-choice", has_text=name).first.click()
    page.locator("#account-open").wait_for()
    return page
