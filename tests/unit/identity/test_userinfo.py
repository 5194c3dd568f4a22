"""Claims that a provider keeps for its userinfo endpoint."""

import time

import pytest

from helpdesk.kernel.errors import Unavailable
from tests.unit.identity.provider import ISSUER, new_key, refusal, sign_in

USERINFO = ("GET", "/userinfo")
WANTED = ("groups", "name", "email")


def test_what_is_wanted_and_not_in_the_token_is_asked_for(provider, fake):
    fake.userinfo = {"sub": "ana", "groups": ["support"], "name": "Ana"}
    said = sign_in(provider, fake, wanted=WANTED).claims

    assert (said["groups"], said["name"]) == (["support"], "Ana")


def test_the_token_goes_before_userinfo(provider, fake):
    fake.claims = {"groups": ["sales"]}
    fake.userinfo = {"sub": "ana", "groups": ["support"], "iss": ISSUER, "aud": ["helpdesk"]}

    assert sign_in(provider, fake, wanted=WANTED).claims["groups"] == ["sales"]


@pytest.mark.parametrize("wanted", [(), ("groups",), ("realm_access.roles",)])
def test_who_says_all_in_the_token_is_not_asked(provider, fake, wanted):
    fake.claims = {"groups": [], "realm_access": {"roles": ["support"]}}
    fake.userinfo = {"sub": "ana"}
    sign_in(provider, fake, wanted=wanted)

    assert USERINFO not in fake.asked


def test_a_provider_without_userinfo_is_not_asked(provider, fake):
    assert "groups" not in sign_in(provider, fake, wanted=WANTED).claims


@pytest.mark.parametrize(
    "told",
    [
        {"sub": "bea"},
        {"name": "Ana"},
        {"sub": 7},
        {"sub": "ana", "iss": "https://other.example"},
        {"sub": "ana", "aud": "other"},
    ],
)
def test_an_answer_about_somebody_else_is_refused(provider, fake, told):
    fake.userinfo = told

    assert refusal(provider, fake, wanted=WANTED) == "SIGN_IN_INVALID"


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_who_cannot_be_asked_signs_nobody_in(provider, fake, status):
    """Without its answer roles would be taken away that still hold."""
    fake.userinfo = status

    with pytest.raises(Unavailable):
        sign_in(provider, fake, wanted=WANTED)


def test_an_answer_that_is_signed_is_checked_and_taken(provider, fake):
    fake.userinfo = fake.signed({"sub": "ana", "groups": "support", "iat": int(time.time())})

    assert sign_in(provider, fake, wanted=WANTED).claims["groups"] == "support"


@pytest.mark.parametrize("forged", ["unsigned", "of another key", "rubbish"])
def test_an_answer_that_somebody_else_signed_is_refused(provider, fake, forged):
    claims = {"sub": "ana", "groups": "support"}
    fake.userinfo = {
        "unsigned": fake.unsigned(claims),
        "of another key": fake.signed(claims, new_key("one")),
        "rubbish": "a.b.c",
    }[forged]

    assert refusal(provider, fake, wanted=WANTED) == "SIGN_IN_INVALID"


@pytest.mark.parametrize(
    ("address", "verified"), [("ana@x.example", True), ("other@x.example", None)]
)
def test_only_the_address_that_was_verified_counts_as_verified(provider, fake, address, verified):
    fake.claims = {"email": "ana@x.example"}
    fake.userinfo = {"sub": "ana", "email": address, "email_verified": True}
    said = sign_in(provider, fake, wanted=WANTED).claims

    assert (said["email"], said.get("email_verified")) == ("ana@x.example", verified)
