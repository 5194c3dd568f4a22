"""The console's sign-in against a certified provider that nobody here wrote."""

import json
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urljoin

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from helpdesk.identity.v1 import feed_pb2, feed_pb2_grpc
from helpdesk.kernel.rpc.client import Caller
from services.hosting import ALL
from tests.support.product import NORTH, free_address, person_id, running_product, small_directory

FOLDER = Path(__file__).parent.parent / "oidc"
KEYS = {
    "RS256": lambda: RSAKey.generate_key(2048, private=True),
    "PS256": lambda: RSAKey.generate_key(2048, private=True),
    "ES256": lambda: ECKey.generate_key("P-256", private=True),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519", private=True),
}

pytestmark = pytest.mark.skipif(
    not shutil.which("node") or not (FOLDER / "node_modules").is_dir(),
    reason="needs Node.js and the packages of tests/oidc: scripts/install --test",
)


def key_of(algorithm):
    key = KEYS[algorithm]()
    key.ensure_kid()
    return key.as_dict(private=True) | {"use": "sig", "alg": algorithm}


@contextmanager
def provider(address, desk, algorithm, method):
    client = {
        "client_id": "desk",
        "redirect_uris": [f"{desk}/signin/callback"],
        "post_logout_redirect_uris": [f"{desk}/signin/left"],
        "backchannel_logout_uri": f"{desk}/signin/backchannel-logout",
        "backchannel_logout_session_required": True,
        "id_token_signed_response_alg": algorithm,
        "token_endpoint_auth_method": method,
    }
    if method != "none":
        client["client_secret"] = "s/e:c r+e%t"
    settings = {
        "port": int(address.rpartition(":")[2]),
        "client": client,
        "method": method,
        "keys": [key_of(algorithm)],
    }
    command = ["node", "provider.mjs", json.dumps(settings)]
    with subprocess.Popen(
        command, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout.readline().strip() == f"http://{address}"
            yield
        finally:
            process.terminate()


@contextmanager
def console(folder, algorithm="RS256", method="client_secret_basic"):
    address, gateway = free_address(), free_address()
    issuer = {"issuer": f"http://{address}", "client_id": "desk", "partner_id": NORTH}
    if method != "none":
        (folder / "secret").write_text("s/e:c r+e%t")
        issuer["client_secret_file"] = str(folder / "secret")
    (folder / "issuers.json").write_text(json.dumps([issuer]))
    with (
        provider(address, f"http://{gateway}", algorithm, method),
        running_product(
            folder / "data",
            ALL,
            directory=small_directory(),
            HELPDESK_GATEWAY_ADDRESS=gateway,
            HELPDESK_IDENTITY_ISSUERS=str(folder / "issuers.json"),
        ) as product,
    ):
        feed = product.stub(feed_pb2_grpc.DirectoryFeedServiceStub, "identity")
        link = feed_pb2.LinkAccountRequest(
            user_id=person_id("north_agent"), issuer=issuer["issuer"], subject="ned"
        )
        Caller(lambda: product.service_token("DIRECTORY_WRITER"))(feed.LinkAccount, link)
        yield SimpleNamespace(product=product, url=f"http://{gateway}", issuer=issuer["issuer"])


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with console(tmp_path_factory.mktemp("desk")) as world:
        yield world


def new_browser(desk):
    return httpx.Client(base_url=desk.url, follow_redirects=True, timeout=20)


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


@pytest.mark.parametrize(
    ("algorithm", "method"),
    [("ES256", "client_secret_post"), ("EdDSA", "none"), ("PS256", "client_secret_basic")],
)
def test_other_signatures_and_client_methods_sign_in_as_well(tmp_path, algorithm, method):
    with console(tmp_path, algorithm, method) as desk, new_browser(desk) as browser:
        signed_in(desk, browser)

        assert is_in(browser)
