"""Whose signatures are taken, and how a provider changes its keys."""

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from services.identity.providers.signatures import Registry
from tests.unit.identity.provider import new_key, refusal, sign_in

JWKS = ("GET", "/jwks")
AN_HOUR = 3600


def test_a_token_without_a_signature_is_refused(provider, fake):
    fake.token = fake.unsigned

    assert refusal(provider, fake) == "SIGN_IN_INVALID"


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(provider, fake):
    fake.token = fake.signed_with_the_public_key

    assert refusal(provider, fake) == "SIGN_IN_INVALID"


def test_even_a_provider_that_announces_hs256_does_not_get_it(provider, fake):
    fake.discovery = {"id_token_signing_alg_values_supported": ["HS256", "none"]}
    fake.token = fake.signed_with_the_public_key

    assert refusal(provider, fake) == "SIGN_IN_INVALID"


def test_a_token_signed_with_another_key_of_the_same_name_is_refused(provider, fake):
    stranger = new_key("one")
    fake.token = lambda claims: fake.signed(claims, stranger)

    assert refusal(provider, fake) == "SIGN_IN_INVALID"


@pytest.mark.parametrize("token", ["", "a.b.c", "x" * 9999, "é", "W1tb.e30.", "NQ.e30."])
def test_what_is_no_token_is_refused(provider, fake, token):
    fake.token = lambda _: token

    assert refusal(provider, fake) == "SIGN_IN_INVALID"


@pytest.mark.parametrize("key_id", ["two", "one"])
@pytest.mark.parametrize("named", [True, False])
def test_a_changed_key_is_found_without_a_restart(provider, fake, pass_time, key_id, named):
    fake.keys_are_named = named
    fake.token = None if named else fake.unnamed
    assert sign_in(provider, fake).subject == "ana"
    fake.keys = [new_key(key_id)]
    pass_time(11)

    assert sign_in(provider, fake).subject == "ana"


def test_a_key_that_was_withdrawn_is_trusted_for_an_hour_at_most(provider, fake, pass_time):
    old = fake.keys[0]
    sign_in(provider, fake)
    fake.keys = [new_key("two")]
    fake.token = lambda claims: fake.signed(claims, old)
    assert sign_in(provider, fake).subject == "ana"
    pass_time(AN_HOUR + 1)

    assert refusal(provider, fake) == "SIGN_IN_INVALID"


@pytest.mark.parametrize("named", [True, False])
def test_unknown_keys_are_not_asked_for_again_and_again(provider, fake, pass_time, named):
    sign_in(provider, fake)
    stranger = new_key("two")
    sign = fake.signed if named else fake.unnamed
    fake.token = lambda claims: sign(claims, stranger)
    for _ in range(3):
        refusal(provider, fake)
    assert fake.asked.count(JWKS) == 1

    pass_time(11)
    for _ in range(3):
        refusal(provider, fake)
    assert fake.asked.count(JWKS) == 2


def test_keys_that_fit_are_not_asked_for_within_an_hour(provider, fake, pass_time):
    sign_in(provider, fake)
    pass_time(AN_HOUR - 10)
    sign_in(provider, fake)

    assert fake.asked.count(JWKS) == 1


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

    assert sign_in(provider, fake).subject == "ana"


def test_a_token_may_name_a_key_that_is_published_without_a_name(provider, fake):
    fake.keys_are_named = False

    assert sign_in(provider, fake).subject == "ana"


@pytest.mark.parametrize("first", [True, False])
def test_keys_of_two_kinds_may_share_a_name(provider, fake, first):
    other = ECKey.generate_key("P-256", {"kid": "one"}, private=True)
    mine = fake.keys[0]
    fake.keys = [mine, other] if first else [other, mine]
    fake.token = lambda claims: fake.signed(claims, mine)

    assert sign_in(provider, fake).subject == "ana"


@pytest.mark.parametrize(
    "jwk", [7, {}, {"kty": "RSA"}, {"kty": "oct", "k": "AAAA"}, {"kty": "X", "use": "enc"}]
)
def test_a_published_key_that_is_none_costs_no_other(provider, fake, jwk):
    class Odd:
        def as_dict(self, private):
            return jwk if isinstance(jwk, dict) else {"kty": jwk}

    fake.keys = [Odd(), *fake.keys]

    assert sign_in(provider, fake).subject == "ana"
