"""What an ID token must say to be believed, and what of it is forgiven."""

import json
import time

import pytest
from joserfc.jws import serialize_compact

from services.identity.providers.issuers import Issuer
from services.identity.providers.openid import OpenIdProvider
from tests.unit.identity.provider import BACK, ISSUER, refusal, sign_in


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
        {"exp": int(time.time()) - 90},
        {"exp": None},
        {"exp": "never"},
        {"iat": int(time.time()) + 3600},
        {"iat": int(time.time()) - 3600},
        {"iat": None},
        {"nbf": int(time.time()) + 3600},
        {"nbf": "soon"},
        {"nonce": "other"},
        {"nonce": None},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"sub": "x" * 256},
        {"at_hash": "of another token"},
        {"at_hash": 7},
    ],
)
def test_a_token_that_says_something_else_is_refused(provider, fake, claims):
    fake.claims = claims

    assert refusal(provider, fake) == "SIGN_IN_INVALID"


def test_a_text_that_is_no_text_is_refused_as_any_other(provider, fake):
    def signed(claims):
        half = json.dumps(claims | {"nonce": "\ud800"}).encode()
        return serialize_compact({"alg": "RS256"}, half, fake.keys[0])

    fake.token = signed

    assert refusal(provider, fake) == "SIGN_IN_INVALID"


def test_a_token_for_several_audiences_names_us_as_its_party(provider, fake):
    fake.claims = {"aud": ["helpdesk", "other"], "azp": "helpdesk"}

    assert sign_in(provider, fake).subject == "ana"


@pytest.mark.parametrize(("audiences", "taken"), [(["an-api"], True), (["an-api", "x"], False)])
def test_a_token_for_audiences_that_are_trusted_need_not_name_its_party(fake, audiences, taken):
    issuer = Issuer(ISSUER, "helpdesk", trusted_audiences=("an-api",))
    fake.claims = {"aud": ["helpdesk", *audiences]}
    provider = OpenIdProvider(issuer, fake.transport())

    if taken:
        assert sign_in(provider, fake).subject == "ana"
    else:
        assert refusal(provider, fake) == "SIGN_IN_INVALID"
    provider.close()


@pytest.mark.parametrize("claim", ["iat", "nbf"])
@pytest.mark.parametrize(("skew", "taken"), [(60, True), (10, False)])
def test_a_clock_ahead_of_ours_is_forgiven_as_far_as_is_set(fake, claim, skew, taken):
    fake.claims = {claim: int(time.time()) + 45}
    provider = OpenIdProvider(Issuer(ISSUER, "helpdesk", skew_seconds=skew), fake.transport())

    if taken:
        assert sign_in(provider, fake).subject == "ana"
    else:
        assert refusal(provider, fake) == "SIGN_IN_INVALID"
    provider.close()


@pytest.mark.parametrize(
    ("signed_in", "taken"), [(0, True), (590, True), (1000, False), (None, False), ("now", False)]
)
def test_who_signed_in_there_too_long_ago_does_so_again(fake, signed_in, taken):
    issuer = Issuer(ISSUER, "helpdesk", max_age_seconds=600, skew_seconds=60)
    provider = OpenIdProvider(issuer, fake.transport())
    ago = int(time.time()) - signed_in if isinstance(signed_in, int) else signed_in
    fake.claims = {"auth_time": ago}

    if taken:
        assert sign_in(provider, fake).subject == "ana"
    else:
        assert refusal(provider, fake) == "SIGN_IN_INVALID"
    assert "max_age=600" in provider.authorization_url(BACK, "s", "n", "v" * 64, "ro")
    provider.close()


def test_where_it_is_not_asked_it_does_not_matter_when(provider, fake):
    fake.claims = {"auth_time": 1}

    assert sign_in(provider, fake).subject == "ana"
    assert "max_age" not in provider.authorization_url(BACK, "s", "n", "v" * 64, "ro")


def test_the_example_of_the_standard_fits_its_hash(provider, fake):
    """The access token and ``at_hash`` of OpenID Connect Core 1.0, appendix A.4."""
    fake.access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
    fake.claims = {"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"}

    assert sign_in(provider, fake).subject == "ana"


def test_a_hash_of_an_access_token_that_is_not_there_is_refused(provider, fake):
    fake.access_token = None
    fake.claims = {"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"}

    assert refusal(provider, fake) == "SIGN_IN_INVALID"


def test_an_answer_without_an_access_token_signs_in(provider, fake):
    fake.access_token = None

    assert sign_in(provider, fake).subject == "ana"


def test_a_wrong_verifier_is_refused(provider, fake):
    assert refusal(provider, fake, verifier="w" * 64) == "SIGN_IN_INVALID"


def test_a_code_for_another_address_is_refused(provider, fake):
    assert refusal(provider, fake, back="https://evil.example/") == "SIGN_IN_INVALID"


@pytest.mark.parametrize(
    ("announced", "said", "taken"),
    [
        (False, "", True),
        (False, ISSUER, True),
        (False, "https://other.example", False),
        (True, ISSUER, True),
        (True, "", False),
        (True, "https://other.example", False),
    ],
)
def test_an_answer_is_of_the_issuer_that_was_asked(provider, fake, announced, said, taken):
    fake.discovery = {"authorization_response_iss_parameter_supported": announced}

    if taken:
        assert sign_in(provider, fake, issuer=said).subject == "ana"
    else:
        assert refusal(provider, fake, issuer=said) == "SIGN_IN_INVALID"
        assert ("POST", "/token") not in fake.asked


def test_a_code_that_was_used_is_refused(provider, fake):
    url = provider.authorization_url(BACK, "state", "nonce", "v" * 64, "ro")
    code, _ = fake.consent(url, "ana")
    provider.identify(code, BACK, "v" * 64, "nonce")

    with pytest.raises(Exception, match="Start again"):
        provider.identify(code, BACK, "v" * 64, "nonce")
