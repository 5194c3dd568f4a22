"""What a logout token must say to be believed."""

import time

import pytest

from helpdesk.kernel.errors import Forbidden
from tests.unit.identity.provider import ISSUER

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
