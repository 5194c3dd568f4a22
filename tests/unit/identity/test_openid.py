"""The way to a provider and back, and its own sign-out page."""

from urllib.parse import parse_qs, urlsplit

import pytest

from helpdesk.kernel.errors import Unavailable
from services.identity.providers.issuers import Issuer
from services.identity.providers.openid import OpenIdProvider
from tests.unit.identity.provider import BACK, ISSUER, sign_in


def test_the_provider_says_who_it_is(provider, fake):
    assert sign_in(provider, fake).subject == "ana"


def test_the_browser_is_sent_with_a_challenge_and_no_verifier(provider):
    url = provider.authorization_url(BACK, "state", "nonce", "v" * 64, "ro_RO")
    query = parse_qs(urlsplit(url).query)

    assert query["code_challenge_method"] == ["S256"]
    assert query["ui_locales"] == ["ro-RO"]
    assert "v" * 64 not in url


def test_discovery_is_asked_for_once(provider, fake):
    sign_in(provider, fake)
    sign_in(provider, fake)

    assert fake.asked.count(("GET", "/.well-known/openid-configuration")) == 1


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://idp.example/token"},
        {"jwks_uri": ""},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(provider, fake, discovery):
    fake.discovery = discovery

    with pytest.raises(Unavailable):
        sign_in(provider, fake)


def test_a_provider_that_is_down_is_said(provider, fake):
    fake.down = True

    with pytest.raises(Unavailable):
        sign_in(provider, fake)


@pytest.mark.parametrize(("configured", "says"), [(ISSUER, f"{ISSUER}/"), (f"{ISSUER}/", ISSUER)])
def test_a_slash_at_the_end_of_an_issuer_matters_to_tokens_only(fake, configured, says):
    fake.discovery, fake.claims = {"issuer": says}, {"iss": says}
    provider = OpenIdProvider(Issuer(configured, "helpdesk"), fake.transport())

    assert sign_in(provider, fake).subject == "ana"
    provider.close()


def test_a_provider_without_a_sign_out_page_has_none(provider):
    assert provider.sign_out_url("token", BACK, "state") == ""


def test_the_sign_out_page_is_told_whom_and_where_to(provider, fake):
    fake.discovery = {"end_session_endpoint": f"{ISSUER}/end?tenant=1"}
    query = parse_qs(urlsplit(provider.sign_out_url("token", BACK, "s")).query)

    assert query == {
        "tenant": ["1"],
        "client_id": ["helpdesk"],
        "id_token_hint": ["token"],
        "post_logout_redirect_uri": [BACK],
        "state": ["s"],
    }
