import time
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from helpdesk.kernel.errors import Forbidden, NotFound, Unavailable
from helpdesk.kernel.settings import SettingsError
from services.identity.providers.configured import Configured, development_issuer
from services.identity.providers.openid import Issuer, OpenIdProvider, check_url
from services.identity.providers.signatures import Registry
from services.identity.settings import Settings
from tests.unit.identity.provider import FakeProvider

ISSUER = "https://idp.example"
BACK = "https://desk.example/signin/back"


@pytest.fixture(scope="module")
def key():
    return RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)


@pytest.fixture
def fake(key):
    fake = FakeProvider(ISSUER)
    fake.keys = [key]
    return fake


@pytest.fixture
def provider(fake):
    provider = OpenIdProvider(Issuer(ISSUER, "helpdesk"), fake.transport())
    yield provider
    provider.close()


def signed_in(provider, fake, verifier="v" * 64, nonce="nonce", back=BACK):
    url = provider.authorization_url(BACK, "state", "nonce", "v" * 64, "ro")
    code, _ = fake.consent(url, "ana")
    return provider.identify(code, back, verifier, nonce).subject


def refused(provider, fake, **answered):
    with pytest.raises(Forbidden) as caught:
        signed_in(provider, fake, **answered)
    return caught.value.reason


def test_the_provider_says_who_it_is(provider, fake):
    assert signed_in(provider, fake) == "ana"


def test_the_browser_is_sent_with_a_challenge_and_no_verifier(provider):
    url = provider.authorization_url(BACK, "state", "nonce", "v" * 64, "ro_RO")
    query = parse_qs(urlsplit(url).query)

    assert query["code_challenge_method"] == ["S256"]
    assert query["ui_locales"] == ["ro-RO"]
    assert "v" * 64 not in url


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": ISSUER + "/"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"aud": ["helpdesk", "other"]},
        {"aud": ["helpdesk", "other"], "azp": "other"},
        {"azp": "other"},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"exp": "never"},
        {"iat": int(time.time()) + 3600},
        {"iat": int(time.time()) - 3600},
        {"iat": None},
        {"nonce": "other"},
        {"nonce": None},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
)
def test_a_token_that_says_something_else_is_refused(provider, fake, claims):
    fake.claims = claims

    assert refused(provider, fake) == "SIGN_IN_INVALID"


def test_a_token_for_several_audiences_names_us_as_its_party(provider, fake):
    fake.claims = {"aud": ["helpdesk", "other"], "azp": "helpdesk"}

    assert signed_in(provider, fake) == "ana"


def test_a_token_without_a_signature_is_refused(provider, fake):
    fake.token = fake.unsigned

    assert refused(provider, fake) == "SIGN_IN_INVALID"


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(provider, fake):
    fake.token = fake.signed_with_the_public_key

    assert refused(provider, fake) == "SIGN_IN_INVALID"


def test_even_a_provider_that_announces_hs256_does_not_get_it(provider, fake):
    fake.discovery = {"id_token_signing_alg_values_supported": ["HS256", "none"]}
    fake.token = fake.signed_with_the_public_key

    assert refused(provider, fake) == "SIGN_IN_INVALID"


def test_a_token_signed_with_another_key_of_the_same_name_is_refused(provider, fake):
    stranger = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
    fake.token = lambda claims: fake.signed(claims, stranger)

    assert refused(provider, fake) == "SIGN_IN_INVALID"


@pytest.mark.parametrize("token", ["", "a.b.c", "x" * 9999, "é"])
def test_what_is_no_token_is_refused(provider, fake, token):
    fake.token = lambda _: token

    assert refused(provider, fake) == "SIGN_IN_INVALID"


def test_a_wrong_verifier_is_refused(provider, fake):
    assert refused(provider, fake, verifier="w" * 64) == "SIGN_IN_INVALID"


def test_a_code_for_another_address_is_refused(provider, fake):
    assert refused(provider, fake, back="https://evil.example/") == "SIGN_IN_INVALID"


def test_a_new_key_is_found_without_a_restart(provider, fake, monkeypatch):
    assert signed_in(provider, fake) == "ana"
    fake.keys = [RSAKey.generate_key(2048, {"kid": "two"}, private=True)]
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 11)

    assert signed_in(provider, fake) == "ana"


def test_unknown_keys_are_not_asked_for_again_and_again(provider, fake):
    signed_in(provider, fake)
    fake.token = lambda claims: fake.signed(claims, kid="two")
    for _ in range(3):
        refused(provider, fake)

    assert fake.asked.count(("GET", "/jwks")) == 1


def test_discovery_is_asked_for_once(provider, fake):
    signed_in(provider, fake)
    signed_in(provider, fake)

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
        signed_in(provider, fake)


def test_a_provider_that_is_down_is_said(provider, fake):
    fake.down = True

    with pytest.raises(Unavailable):
        signed_in(provider, fake)


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example",
        "ftp://127.0.0.1",
        "https://",
        "http://127.0.0.1@evil.example",
        "idp.example",
        "http://127.0.0.1.evil.example",
    ],
)
def test_plain_http_is_for_loopback_only(url):
    with pytest.raises(SettingsError):
        check_url(url, "issuer")


@pytest.mark.parametrize(
    "url", ["https://idp.example", "http://127.0.0.1:8080/dev/oidc", "http://localhost/x"]
)
def test_an_address_that_nobody_else_hears_is_taken(url):
    assert check_url(url, "issuer") == url


def test_the_development_provider_is_for_a_gateway_on_loopback_only():
    assert development_issuer(Settings(), "127.0.0.1:8080") == "http://127.0.0.1:8080/dev/oidc"
    assert development_issuer(Settings(), "0.0.0.0:8080") == ""
    assert development_issuer(Settings(issuers=(ISSUER,)), "127.0.0.1:8080") == ""


def test_a_provider_is_added_without_a_restart(tmp_path):
    file = tmp_path / "issuers.json"
    file.write_text('[{"issuer": "https://one.example", "client_id": "a"}]')
    configured = Configured(Settings(issuers=(str(file),)), "")
    first = configured.get("")
    file.write_text(
        '[{"issuer": "https://one.example", "client_id": "a"}, {"issuer": "https://two.example", "client_id": "b"}]'
    )

    assert configured.get("https://two.example").configured.client_id == "b"
    assert configured.get("") is first
    configured.close()


def test_a_file_that_is_half_written_changes_nothing(tmp_path):
    file = tmp_path / "issuers.json"
    file.write_text('[{"issuer": "https://one.example", "client_id": "a"}]')
    configured = Configured(Settings(issuers=(str(file),)), "")
    file.write_text('[{"issuer": ')

    assert configured.get("").configured.issuer == "https://one.example"
    configured.close()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        '[{"issuer": "http://x.example", "client_id": "a"}]',
        '[{"issuer": "https://x.example"}]',
        '[{"issuer": "https://x.example", "client_id": "a", "subject": "email"}]',
        '[{"oops": 1}]',
    ],
)
def test_a_wrong_file_is_named_at_start(tmp_path, content):
    file = tmp_path / "issuers.json"
    file.write_text(content)

    with pytest.raises(SettingsError, match="HELPDESK_IDENTITY_ISSUERS"):
        Configured(Settings(issuers=(str(file),)), "")


def test_a_provider_that_is_not_configured_is_not_found():
    configured = Configured(Settings(), "0.0.0.0:8080")

    with pytest.raises(NotFound):
        configured.get("")


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [
        ("EdDSA", lambda: OKPKey.generate_key("Ed25519", private=True)),
        ("ES256", lambda: ECKey.generate_key("P-256", private=True)),
        ("PS256", lambda: RSAKey.generate_key(2048, private=True)),
    ],
)
def test_a_token_that_does_not_name_its_key_is_tried_with_each(provider, fake, algorithm, kind):
    fake.keys = [*fake.keys, kind()]
    fake.token = lambda claims: jwt.encode(
        {"alg": algorithm}, claims, fake.keys[-1], registry=Registry(algorithms=[algorithm])
    )

    assert signed_in(provider, fake) == "ana"


@pytest.mark.parametrize(("configured", "says"), [(ISSUER, f"{ISSUER}/"), (f"{ISSUER}/", ISSUER)])
def test_a_slash_at_the_end_of_an_issuer_matters_to_tokens_only(fake, configured, says):
    fake.discovery, fake.claims = {"issuer": says}, {"iss": says}
    provider = OpenIdProvider(Issuer(configured, "helpdesk"), fake.transport())

    assert signed_in(provider, fake) == "ana"
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


EVENT = {"http://schemas.openid.net/event/backchannel-logout": {}}


def logout_token(fake, **changes):
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": "helpdesk",
        "iat": now,
        "exp": now + 120,
        "jti": "one",
        "sub": "ana",
        "sid": "there",
        "events": EVENT,
    } | changes
    return fake.signed({name: value for name, value in claims.items() if value is not None})


@pytest.mark.parametrize("changes", [{}, {"sub": None}, {"sid": None}, {"exp": None}])
def test_a_logout_token_names_an_account_or_a_session(provider, fake, changes):
    named = provider.signed_out(logout_token(fake, **changes))

    assert named.token_id == "one"
    assert (named.subject, named.session) == (
        "" if "sub" in changes else "ana",
        "" if "sid" in changes else "there",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"aud": "other"},
        {"iat": None},
        {"iat": 1},
        {"exp": 1},
        {"jti": None},
        {"events": None},
        {"events": {}},
        {"events": {"other": {}}},
        {"nonce": "n"},
        {"sub": None, "sid": None},
        {"sub": 7},
    ],
)
def test_a_logout_token_that_says_something_else_is_refused(provider, fake, changes):
    with pytest.raises(Forbidden):
        provider.signed_out(logout_token(fake, **changes))


def test_an_id_token_of_another_provider_named_in_the_answer_is_refused(provider, fake):
    url = provider.authorization_url(BACK, "state", "nonce", "v" * 64, "ro")
    code, _ = fake.consent(url, "ana")

    with pytest.raises(Forbidden):
        provider.identify(code, BACK, "v" * 64, "nonce", "https://other.example")
