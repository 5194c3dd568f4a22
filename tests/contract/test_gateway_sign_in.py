"""Signing in through the gateway with a provider that can be told what to answer."""

import re

import httpx
import pytest

from tests.support.product import NORTH, free_address
from tests.support.signing_in import signing_in_at
from tests.unit.identity.provider import FakeProvider


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    provider, gateway = FakeProvider(f"http://{free_address()}", "desk"), free_address()
    issuer = {"issuer": provider.issuer, "client_id": "desk", "partner_id": NORTH}
    folder = tmp_path_factory.mktemp("desk")
    with provider.served(), signing_in_at(folder, issuer, gateway) as desk:
        desk.provider = provider
        yield desk


@pytest.fixture
def browser(desk):
    desk.provider.code_length = 0
    with httpx.Client(base_url=desk.url, timeout=60) as browser:
        yield browser


def signed_in(desk, browser):
    """Go to the provider and back as the north's agent; return where that leads."""
    begun = browser.get("/signin/go").headers["location"]
    code, state = desk.provider.consent(begun, "ned")
    back = browser.get("/signin/callback", params={"code": code, "state": state})
    return back.headers["location"]


@pytest.mark.parametrize(
    ("length", "leads_to"), [(2_001, "/"), (8_192, "/"), (8_193, "/signin?reason=failed")]
)
def test_a_long_code_arrives_whole_or_not_at_all(desk, browser, length, leads_to):
    desk.provider.code_length = length

    assert signed_in(desk, browser) == leads_to


def test_signing_in_again_ends_the_session_that_the_browser_had(desk, browser):
    signed_in(desk, browser)
    before = httpx.Cookies(browser.cookies)
    signed_in(desk, browser)

    assert browser.get("/me").status_code == httpx.codes.OK
    with httpx.Client(base_url=desk.url, cookies=before) as stolen:
        assert stolen.get("/me").headers["location"].startswith("/signin")


def test_signing_in_elsewhere_ends_no_session(desk, browser):
    signed_in(desk, browser)
    with httpx.Client(base_url=desk.url, timeout=60) as elsewhere:
        signed_in(desk, elsewhere)

    assert browser.get("/me").status_code == httpx.codes.OK


def test_a_sign_in_that_fails_ends_no_session(desk, browser):
    signed_in(desk, browser)
    failed = browser.get("/signin/callback", params={"code": "x", "state": "y"})

    assert failed.headers["location"] == "/signin?reason=failed"
    assert browser.get("/me").status_code == httpx.codes.OK


def submitted(browser, page, path, **fields):
    """Send a form of a page as a person would."""
    hidden = dict(re.findall(r'name="(form_token|request_id)" value="(\w+)"', page.text))
    return browser.post(path, data=hidden | fields)


def test_one_ends_all_ones_other_sign_ins_on_the_account_page(desk, browser):
    with httpx.Client(base_url=desk.url, timeout=60) as elsewhere:
        signed_in(desk, elsewhere)
        signed_in(desk, browser)
        page = browser.get("/me")
        answer = submitted(browser, page, "/me/sessions/end-others")

        assert 'id="end-others"' in page.text
        assert answer.headers["location"] == "/me"
        assert elsewhere.get("/me").headers["location"].startswith("/signin")
    after = browser.get("/me")
    assert after.status_code == httpx.codes.OK
    assert 'id="end-others"' not in after.text
