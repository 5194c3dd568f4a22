"""What protects the console: headers, forms, origins, host names, static files, settings."""

import re

import httpx
import pytest

from helpdesk.kernel.settings import SettingsError
from services.gateway.settings import Settings
from tests.contract.gateway_world import FORM, GatewayWorld, gateway_world
from tests.support.product import NORTH, free_address, person_id
from tests.support.signing_in import signing_in_at
from tests.unit.identity.provider import FakeProvider

USER = f"/t/INC-1/users/{person_id('acme_user')}"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.mark.parametrize(
    "path",
    ["/", USER, "/signin", "/dev/mail", "/dev/oidc/jwks", "/nothing", "/healthz", "/audit"],
)
def test_every_answer_carries_the_protecting_headers(world: GatewayWorld, path):
    headers = world.browser("north_agent").get(path).headers

    assert headers["content-security-policy"] == POLICY
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


def test_pages_hold_nothing_that_the_policy_forbids(world: GatewayWorld):
    text = world.browser("north_agent").get(USER).text

    assert not re.search(
        r'\sstyle="|\son\w+="|<style|javascript:|<script(?! src="/static/| type="module" src="/static/)',
        text,
    )


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({}, {}),
        ({"form_token": "0" * 64}, {}),
        (None, {"sec-fetch-site": "cross-site"}),
        (None, {"sec-fetch-site": "same-site"}),
        (None, {"origin": "http://evil.example"}),
    ],
)
def test_a_form_from_elsewhere_changes_nothing(world: GatewayWorld, fields, headers):
    browser = world.browser("north_agent")
    data = browser.form() if fields is None else fields
    before = len(world.product.records("email"))

    page = browser.post(f"{USER}/check", data=data, headers=headers)

    assert page.status_code == 403
    assert len(world.product.records("email")) == before


def test_the_form_token_of_one_session_is_no_use_in_another(world: GatewayWorld):
    other = world.browser("south_agent").form()

    page = world.browser("north_agent").post(f"{USER}/check", data=other)

    assert page.status_code == 403


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(world: GatewayWorld):
    browser = world.browser()
    page = browser.get("/signin/go")
    back = browser.post(str(page.url), data={"email": "ned@north.example"}, follow_redirects=False)

    answer = browser.get(back.headers["location"], follow_redirects=False)

    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("helpdesk="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


@pytest.fixture
def behind_tls(tmp_path):
    """A provider, and a browser whose requests come as from what ends TLS for desk.example."""
    provider = FakeProvider(f"http://{free_address()}")
    issuer = {"issuer": provider.issuer, "client_id": "helpdesk", "partner_id": NORTH}
    with (
        provider.served(),
        signing_in_at(
            tmp_path, issuer, free_address(), HELPDESK_GATEWAY_URL="https://desk.example"
        ) as desk,
        httpx.Client(base_url=desk.url, headers={"host": "desk.example"}, timeout=60) as browser,
    ):
        yield provider, browser


def test_over_https_the_session_cookie_is_of_this_host_and_goes_over_tls_only(behind_tls):
    provider, browser = behind_tls
    sent = browser.get("/signin/go")
    code, state = provider.consent(sent.headers["location"], "ned")
    kept = sent.headers["set-cookie"].partition(";")[0]

    answer = browser.get(
        "/signin/callback", params={"code": code, "state": state}, headers={"cookie": kept}
    )

    [cookie] = [
        each.split("; ")
        for each in answer.headers.get_list("set-cookie")
        if each.partition("=")[0].endswith("helpdesk")
    ]
    assert re.fullmatch(r"__Host-helpdesk=.{20,}", cookie[0])
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie)
    assert not [each for each in cookie if each.lower().startswith("domain")]


def test_a_form_that_is_too_large_is_refused(world: GatewayWorld):
    page = world.browser("north_agent").post("/t/-/search", data={"q": "x" * 70_000})

    assert page.status_code == 413


def test_an_upload_is_not_a_form(world: GatewayWorld):
    page = world.browser("north_agent").post("/t/-/search", files={"q": b"\xff\xfe"})

    assert page.status_code in (400, 403)


def test_a_foreign_host_name_gets_nothing(world: GatewayWorld):
    answer = httpx.get(f"{world.url}/signin", headers={"host": "evil.example"})

    assert answer.status_code == 421
    assert "<html" not in answer.text


def test_another_name_of_this_machine_is_sent_to_the_right_one(world: GatewayWorld):
    answer = httpx.get(f"{world.url}/signin", headers={"host": "localhost:1"})

    assert answer.headers["location"] == f"{world.url}/"


def test_static_files_are_cached_for_ever_under_their_digest_only(world: GatewayWorld):
    page = world.browser().get("/signin").text
    named = re.search(r'href="(/static/console.css\?v=\w+)"', page)[1]

    under_digest = httpx.get(world.url + named)
    without = httpx.get(f"{world.url}/static/console.css")
    known = httpx.get(
        f"{world.url}/static/console.css", headers={"if-none-match": without.headers["etag"]}
    )

    assert under_digest.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert under_digest.headers["content-encoding"] == "gzip"
    assert without.headers["cache-control"] == "no-cache"
    assert known.status_code == 304


def test_a_page_streams_what_changes_about_its_user(world: GatewayWorld):
    browser = world.browser("north_agent")
    live = re.search(r'hx-sse:connect="([^"]+)"', browser.get(f"{USER}/check").text)[1]
    address = world.url + live.replace("&amp;", "&")

    with httpx.stream("GET", address, cookies=browser.cookies, headers=FORM, timeout=60) as answer:
        pieces = answer.iter_text()
        first = next(pieces)
        browser.submit(f"{USER}/check")
        changed = next(pieces)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert first == ": nothing new\n\n"
    assert 'id="check"' in changed
    assert "Waiting for the caller" in changed


def test_a_page_that_is_behind_is_brought_up_to_date_at_once(world: GatewayWorld):
    browser = world.browser("north_agent")
    live = re.search(r'hx-sse:connect="([^"]+)"', browser.get(f"{USER}/mail").text)[1]
    address = f"{world.url}{live.rsplit('/', 2)[0]}/older/older"

    with httpx.stream("GET", address, cookies=browser.cookies, headers=FORM, timeout=60) as answer:
        first = next(answer.iter_text())

    assert 'id="lanes"' in first


def test_beyond_loopback_the_console_wants_tls():
    with pytest.raises(SettingsError):
        Settings(address="0.0.0.0:8080")

    assert Settings(address="0.0.0.0:8080", url="https://desk.example").secure


def test_over_tls_there_is_no_development_provider():
    assert not Settings(url="https://desk.example").on_loopback
    assert not Settings(address="0.0.0.0:8080", url="https://desk.example").on_loopback
