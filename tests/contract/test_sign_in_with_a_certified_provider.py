"""The console's sign-in against a certified provider that nobody here wrote."""

import re
from urllib.parse import urljoin

import httpx
import pytest

from tests.support.certified import KEYS, OLDEST_NODE, console, obstacle
from tests.support.signing_in import map_claim
from tests.support.waiting import wait_until

OBSTACLE = obstacle()
needs_node = pytest.mark.skipif(bool(OBSTACLE), reason=OBSTACLE or "it runs")


@pytest.mark.parametrize("version", ["v16.20.2", "", "no version"])
def test_a_node_that_is_too_old_is_said(tmp_path, version):
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho '{version}'\n")
    node.chmod(0o755)

    assert f"needs Node.js {OLDEST_NODE} or newer, found" in obstacle(str(node))


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    if OBSTACLE:
        pytest.skip(OBSTACLE)
    with console(tmp_path_factory.mktemp("desk")) as world:
        yield world


def new_browser(desk):
    return httpx.Client(base_url=desk.url, follow_redirects=True, timeout=60)


def posted(browser, page, **fields):
    """Send the form of a provider's page, as a person would."""
    action = re.search(r'<form[^>]*action="([^"]+)"', page.text)[1]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return browser.post(urljoin(str(page.url), action), data=hidden | fields)


def at_the_provider(browser, name):
    """Go to the provider, say who one is, and return its page that asks for consent."""
    return posted(browser, browser.get("/signin/go"), login=name, password="x")


def signed_in(desk, browser, name="ned"):
    return posted(browser, at_the_provider(browser, name))


def sign_out(browser):
    page = browser.get("/me").text
    token, request = (
        re.search(f'name="{name}" value="(\\w+)"', page)[1] for name in ("form_token", "request_id")
    )
    return browser.post("/signout", data={"form_token": token, "request_id": request})


def is_in(browser):
    return browser.get("/me").url.path == "/me"


def test_an_agent_signs_in_by_issuer_and_subject(desk):
    with new_browser(desk) as browser:
        page = signed_in(desk, browser)

        assert (page.status_code, str(page.url.copy_with(path="", query=None))) == (200, desk.url)
        assert is_in(browser)


def test_somebody_whom_nobody_linked_is_refused(desk):
    with new_browser(desk) as browser:
        page = signed_in(desk, browser, name="stranger")

        assert page.url.params["reason"] == "failed"
        assert not is_in(browser)


@pytest.mark.parametrize(
    "change", [{"state": "x"}, {"iss": "https://other.example"}, {"code": "x"}]
)
def test_an_answer_that_was_changed_on_its_way_is_refused(desk, change):
    with new_browser(desk) as browser:
        page = at_the_provider(browser, "ned")
        browser.follow_redirects = False
        back = posted(browser, page)
        while not back.headers["location"].startswith(desk.url):
            back = browser.get(back.headers["location"])
        changed = httpx.URL(back.headers["location"]).copy_merge_params(change)
        answer = browser.get(changed)
        browser.follow_redirects = True

        assert "reason=failed" in answer.headers["location"]
        assert not is_in(browser)


def test_signing_out_here_signs_out_there_and_in_the_other_browsers_of_that_session(desk):
    with new_browser(desk) as browser, new_browser(desk) as other:
        signed_in(desk, browser)
        other.cookies = httpx.Cookies(browser.cookies)
        other.cookies.delete("helpdesk")
        other.get("/signin/go")
        assert is_in(other)
        answer = sign_out(browser)
        there = answer.headers["refresh"].partition("url=")[2]
        asked = browser.get(there)
        assert httpx.URL(there).params["id_token_hint"]
        back = posted(browser, asked, logout="yes")

        assert back.url.params["reason"] == "signed_out"
        assert not is_in(browser)
        assert not is_in(other)
        assert desk.product.records("identity", action="identity.signin.end_by_provider")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.e30"])
def test_what_is_no_logout_token_is_refused(desk, token):
    with new_browser(desk) as browser:
        answer = browser.post("/signin/backchannel-logout", data={"logout_token": token})

        assert answer.status_code == 400
        assert answer.headers["cache-control"] == "no-store"


@needs_node
@pytest.mark.parametrize(
    ("algorithm", "method"),
    [("ES256", "client_secret_post"), ("EdDSA", "none"), ("PS256", "client_secret_basic")],
)
def test_other_signatures_and_client_methods_sign_in_as_well(tmp_path, algorithm, method):
    with console(tmp_path, algorithm, method) as desk, new_browser(desk) as browser:
        signed_in(desk, browser)

        assert is_in(browser)


@needs_node
@pytest.mark.parametrize("kind", ["RS256", "ES256", "EdDSA"])
def test_a_client_that_proves_itself_with_a_key_signs_in(tmp_path, kind):
    key = KEYS[kind]()
    with (
        console(tmp_path, method="private_key_jwt", own_key=key) as desk,
        new_browser(desk) as browser,
    ):
        signed_in(desk, browser)

        assert is_in(browser)


@needs_node
def test_a_client_with_another_key_is_refused(tmp_path):
    with (
        console(tmp_path, method="private_key_jwt", own_key=KEYS["ES256"]()) as desk,
        new_browser(desk) as browser,
    ):
        (tmp_path / "key.pem").write_bytes(KEYS["ES256"]().as_pem(private=True))
        page = signed_in(desk, browser)

        assert page.url.params["reason"] == "failed"


@needs_node
@pytest.mark.parametrize("in_token", [True, False])
def test_who_comes_with_a_mapped_claim_comes_in_with_its_role(tmp_path, in_token):
    with (
        console(tmp_path, in_token=in_token) as desk,
        new_browser(desk) as browser,
        new_browser(desk) as other,
    ):
        map_claim(desk.product, "groups", "of-nia")
        signed_in(desk, browser, name="nia")
        page = signed_in(desk, other, name="nobody")

        assert "Nia" in browser.get("/me").text
        assert page.url.params["reason"] == "failed"


@needs_node
def test_who_signed_in_there_long_ago_is_asked_again(tmp_path):
    with console(tmp_path, max_age_seconds=4, skew_seconds=0) as desk, new_browser(desk) as browser:
        signed_in(desk, browser)
        assert is_in(browser)

        def asked_again():
            return 'name="login"' in browser.get("/signin/go").text

        assert wait_until(asked_again, pause=0.2)
