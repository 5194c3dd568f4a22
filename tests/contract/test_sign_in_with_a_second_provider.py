"""The console's sign-in against ``oidc-provider-mock``, another provider that nobody here wrote."""

import json
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from tests.support.product import NORTH, free_address
from tests.support.signing_in import map_claim, signing_in_at
from tests.support.waiting import wait_until

USERS = (
    {"sub": "ned"},
    {
        "sub": "nia",
        "name": "Nia New",
        "realm_access": {"roles": ["offline_access", "support"]},
        "urn:zitadel:iam:org:project:roles": {"night": {"17": "north.example"}},
    },
    {"sub": "zoe", "name": "Zoe Night", "urn:zitadel:iam:org:project:roles": {"night": {}}},
)


@contextmanager
def provider(address):
    users = [word for user in USERS for word in ("--user-claims", json.dumps(user))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--require-nonce"]
    port = address.rpartition(":")[2]
    with subprocess.Popen(
        [*command, "--port", port, *users], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert wait_until(lambda: answers(address))
            yield
        finally:
            process.terminate()


def answers(address):
    try:
        return httpx.get(f"http://{address}/jwks").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder, address, gateway = tmp_path_factory.mktemp("desk"), free_address(), free_address()
    (folder / "secret").write_text("any")
    issuer = {
        "issuer": f"http://{address}",
        "client_id": "desk",
        "client_secret_file": str(folder / "secret"),
        "partner_id": NORTH,
        "scope": "openid profile email",
    }
    with provider(address), signing_in_at(folder, issuer, gateway) as desk:
        yield desk


@pytest.fixture
def browser(desk):
    with httpx.Client(base_url=desk.url, follow_redirects=True, timeout=60) as browser:
        yield browser


def signed_in(browser, subject):
    """Choose who one is at the provider; return the page that one is led to."""
    return browser.post(browser.get("/signin/go").url, data={"sub": subject})


def test_an_agent_signs_in_by_issuer_and_subject(browser):
    signed_in(browser, "ned")

    assert "Ned Agent" in browser.get("/me").text


def test_somebody_whom_nobody_linked_is_refused(browser):
    page = signed_in(browser, "ned@north.example")

    assert page.url.params["reason"] == "failed"


@pytest.mark.parametrize(
    ("claim", "value", "subject", "name"),
    [
        ("realm_access.roles", "support", "nia", "Nia New"),
        ("urn:zitadel:iam:org:project:roles", "night", "zoe", "Zoe Night"),
    ],
)
def test_a_claim_within_another_brings_somebody_in(desk, browser, claim, value, subject, name):
    map_claim(desk.product, claim, value)
    signed_in(browser, subject)

    assert name in browser.get("/me").text


def test_signing_out_leads_to_the_provider(browser):
    signed_in(browser, "ned")
    page = browser.get("/me").text
    hidden = {
        name: page.split(f'name="{name}" value="')[1].partition('"')[0]
        for name in ("form_token", "request_id")
    }
    answer = browser.post("/signout", data=hidden)
    there = httpx.URL(answer.headers["refresh"].partition("url=")[2])

    assert there.path == "/oauth2/end_session"
    assert there.params["id_token_hint"]
    assert browser.get("/me").url.path == "/signin"
