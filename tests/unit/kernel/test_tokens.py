import base64
import hmac
import json
import time

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from helpdesk.kernel import tokens
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Unauthenticated, Unavailable
from helpdesk.kernel.secrets import new_private_key
from helpdesk.kernel.tokens import CheckedTokens, Signer, Verifier, claims_of

AGENT = Actor("a1", partner_id="p1", roles=frozenset({"HELP_DESK"}), act=("gateway", "proxy"))


@pytest.fixture
def pem():
    return new_private_key()


@pytest.fixture
def signer(pem):
    return Signer(pem)


@pytest.fixture
def verifier(signer):
    return Verifier(CheckedTokens(lambda: [signer.public_jwk()]), "email")


def refused(verifier, token):
    with pytest.raises(Unauthenticated) as caught:
        verifier.verify(token)
    return caught.value.reason


def test_a_valid_token_names_its_actor(signer, verifier):
    assert verifier.verify(signer.sign(claims_of(AGENT), ["email"], 60)) == AGENT


def test_no_token_is_refused(verifier):
    assert refused(verifier, "") == "TOKEN_MISSING"


def test_an_expired_token_is_refused(signer, verifier):
    assert refused(verifier, signer.sign(claims_of(AGENT), ["email"], -1)) == "TOKEN_EXPIRED"


def test_a_token_for_another_service_is_refused(signer, verifier):
    assert refused(verifier, signer.sign(claims_of(AGENT), ["search"], 60)) == "TOKEN_AUDIENCE"


def test_a_token_of_another_issuer_is_refused(verifier):
    other = Signer(new_private_key())

    assert refused(verifier, other.sign(claims_of(AGENT), ["email"], 60)) == "TOKEN_INVALID"


def test_a_key_that_is_published_under_another_issuer_name_is_refused(signer):
    named = Signer(new_private_key(), issuer="elsewhere")
    verifier = Verifier(CheckedTokens(lambda: [named.public_jwk()]), "email")

    assert refused(verifier, named.sign(claims_of(AGENT), ["email"], 60)) == "TOKEN_ISSUER"


def encoded(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def claims(*, seconds=60.0, **other):
    """Return the claims of a good token of the agent, with what is other in it."""
    now = time.time()
    named = {"iss": "helpdesk", "aud": ["email"], "iat": now, "exp": now + seconds}
    return {**claims_of(AGENT), **named, **other}


def made(header, body, sign):
    """Return a token as somebody else would make it: ``sign`` is given the bytes to sign."""
    signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, body))
    return f"{signed}.{encoded(sign(signed.encode()))}"


def signing(pem):
    """Return the signature of the key, as ``made`` takes it."""
    return load_pem_private_key(pem, None).sign


def mac(key, algorithm):
    """Return the signature with a shared secret, as ``made`` takes it."""
    return lambda signed: hmac.digest(key, signed, f"sha{algorithm.removeprefix('HS')}")


def test_a_token_that_is_made_elsewhere_with_the_key_is_accepted(pem, signer, verifier):
    token = made({"alg": "Ed25519", "kid": signer.key_id}, claims(), signing(pem))

    assert verifier.verify(token) == AGENT


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_a_token_without_a_signature_is_refused(pem, signer, verifier, algorithm):
    header = {"alg": algorithm, "kid": signer.key_id}

    assert refused(verifier, made(header, claims(), lambda _: b"")) == "TOKEN_INVALID"
    assert refused(verifier, made(header, claims(), signing(pem))) == "TOKEN_INVALID"


PUBLIC = {
    "x of the JWK": lambda public, jwk: jwk["x"].encode(),
    "the JWK": lambda public, jwk: json.dumps(jwk).encode(),
    "raw": lambda public, jwk: public.public_bytes(Encoding.Raw, PublicFormat.Raw),
    "PEM": lambda public, jwk: in_pem(public),
    "PEM in one piece": lambda public, jwk: in_pem(public).strip(),
    "DER": lambda public, jwk: public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "nothing": lambda public, jwk: b"",
}
"""What everybody has of a key, and a checker that confuses kinds of keys takes for a secret."""


def in_pem(public):
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("form", PUBLIC)
def test_a_public_key_is_no_shared_secret(pem, signer, verifier, form, algorithm):
    public = load_pem_private_key(pem, None).public_key()
    secret = PUBLIC[form](public, signer.public_jwk())
    header = {"alg": algorithm, "kid": signer.key_id}

    assert refused(verifier, made(header, claims(), mac(secret, algorithm))) == "TOKEN_INVALID"


@pytest.mark.parametrize("algorithm", ["EdDSA", "Ed448", "ES256", "RS256", "ed25519", None, 1])
def test_a_right_signature_under_the_name_of_another_algorithm_is_refused(
    pem, signer, verifier, algorithm
):
    header = {"alg": algorithm, "kid": signer.key_id}

    assert refused(verifier, made(header, claims(), signing(pem))) == "TOKEN_INVALID"


@pytest.mark.parametrize(
    "kid",
    [
        "../../etc/passwd",
        "/dev/null",
        "' OR 1=1",
        "' UNION SELECT 'key",
        "https://elsewhere.example/key",
        "| cat /etc/passwd",
        "\0",
        "",
        None,
        0,
        [],
        {},
        True,
    ],
    ids=repr,
)
def test_an_injected_key_id_is_refused(pem, verifier, kid):
    for sign in (signing(pem), mac(b"", "HS256")):
        token = made({"alg": "Ed25519", "kid": kid}, claims(), sign)
        assert refused(verifier, token) == "TOKEN_INVALID"


def test_a_key_id_that_is_not_quite_one_is_refused(pem, signer, verifier):
    known = signer.key_id
    for kid in (known.upper(), f"{known} ", f"{known}\0", f"./{known}", [known], known[:-1]):
        token = made({"alg": "Ed25519", "kid": kid}, claims(), signing(pem))
        assert refused(verifier, token) == "TOKEN_INVALID"


def test_a_token_brings_no_key_of_its_own(signer, verifier):
    own = new_private_key()
    jwk = Signer(own).public_jwk()
    for header in (
        {"jwk": jwk},
        {"jwk": jwk, "kid": jwk["kid"]},
        {"jwk": jwk, "kid": signer.key_id},
        {"jku": "https://elsewhere.example/jwks.json", "kid": jwk["kid"]},
        {"x5u": "https://elsewhere.example/key.pem", "kid": signer.key_id},
    ):
        token = made({"alg": "Ed25519", **header}, claims(), signing(own))
        assert refused(verifier, token) == "TOKEN_INVALID"


def test_a_token_lives_at_most_five_minutes_whoever_made_it(pem, signer, verifier):
    header = {"alg": "Ed25519", "kid": signer.key_id}

    assert verifier.verify(made(header, claims(seconds=299), signing(pem))) == AGENT
    longer = made(header, claims(seconds=301), signing(pem))
    assert refused(verifier, longer) == "TOKEN_INVALID"


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("iat", "TOKEN_INVALID"),
        ("exp", "TOKEN_EXPIRED"),
        ("aud", "TOKEN_AUDIENCE"),
        ("iss", "TOKEN_ISSUER"),
        ("sub", "TOKEN_ISSUER"),
    ],
)
def test_a_token_without_one_of_its_claims_is_refused(pem, signer, verifier, claim, reason):
    said = {name: value for name, value in claims().items() if name != claim}
    token = made({"alg": "Ed25519", "kid": signer.key_id}, said, signing(pem))

    assert refused(verifier, token) == reason


def test_a_token_of_tomorrow_is_refused(pem, signer, verifier):
    tomorrow = time.time() + 86_400
    said = claims(iat=tomorrow, exp=tomorrow + 60)
    token = made({"alg": "Ed25519", "kid": signer.key_id}, said, signing(pem))

    assert refused(verifier, token) == "TOKEN_INVALID"


@pytest.mark.parametrize("token", ["e30.e30.x", "x", "a.b", "..", "\0", "é.é.é"])
def test_what_is_no_token_is_refused(verifier, token):
    assert refused(verifier, token) == "TOKEN_INVALID"


def test_a_changed_claim_is_refused(signer, verifier):
    head, _, tail = signer.sign(claims_of(AGENT), ["email"], 60).split(".")
    other = signer.sign({"sub": "boss"}, ["email"], 60).split(".")[1]

    assert refused(verifier, f"{head}.{other}.{tail}") == "TOKEN_INVALID"


def test_the_key_for_leases_signs_no_ordinary_token():
    lease = Signer(new_private_key(), use_for=tokens.LEASES)
    verifier = Verifier(CheckedTokens(lambda: [lease.public_jwk()]), "email")

    assert refused(verifier, lease.sign(claims_of(AGENT), ["email"], 5)) == "TOKEN_INVALID"


def test_the_ordinary_key_signs_no_lease(signer, verifier):
    viewer = Actor("a1", mode="read_only", view_id="v1")

    assert refused(verifier, signer.sign(claims_of(viewer), ["email"], 5)) == "TOKEN_INVALID"


def test_a_lease_lives_at_most_five_seconds():
    lease = Signer(new_private_key(), use_for=tokens.LEASES)
    verifier = Verifier(CheckedTokens(lambda: [lease.public_jwk()]), "email")
    viewer = Actor("a1", mode="read_only", view_id="v1")

    assert verifier.verify(lease.sign(claims_of(viewer), ["email"], 5)) == viewer
    assert refused(verifier, lease.sign(claims_of(viewer), ["email"], 60)) == "TOKEN_INVALID"


def later(monkeypatch, clock, seconds):
    """Move one clock on; the other stands."""
    moved = getattr(time, clock)() + seconds
    monkeypatch.setattr(tokens.time, clock, lambda: moved)


def test_a_token_that_was_checked_is_not_checked_again(signer, verifier, monkeypatch):
    token = signer.sign(claims_of(AGENT), ["email"], 60)
    verifier.verify(token)
    monkeypatch.setattr(tokens.jwt, "decode", None)

    assert verifier.verify(token) == AGENT


def test_a_token_that_was_checked_is_refused_once_it_has_expired(signer, verifier, monkeypatch):
    token = signer.sign(claims_of(AGENT), ["email"], 60)
    verifier.verify(token)
    later(monkeypatch, "time", 61)

    assert refused(verifier, token) == "TOKEN_EXPIRED"


def test_a_lease_that_was_checked_is_refused_after_its_five_seconds(monkeypatch):
    lease = Signer(new_private_key(), use_for=tokens.LEASES)
    verifier = Verifier(CheckedTokens(lambda: [lease.public_jwk()]), "email")
    token = lease.sign(claims_of(Actor("a1", mode="read_only", view_id="v1")), ["email"], 5)
    verifier.verify(token)
    later(monkeypatch, "time", 5.1)

    assert refused(verifier, token) == "TOKEN_EXPIRED"


def test_a_token_that_was_checked_is_refused_once_its_key_is_withdrawn(signer, monkeypatch):
    keys = [signer.public_jwk()]
    verifier = Verifier(CheckedTokens(lambda: keys), "email")
    token = signer.sign(claims_of(AGENT), ["email"], 290)
    verifier.verify(token)
    keys[:] = [Signer(new_private_key()).public_jwk()]
    later(monkeypatch, "monotonic", 301)

    assert refused(verifier, token) == "TOKEN_INVALID"


def test_a_token_of_a_withdrawn_key_is_refused_as_soon_as_that_is_known(signer, monkeypatch):
    keys = [signer.public_jwk()]
    verifier = Verifier(CheckedTokens(lambda: keys), "email")
    token = signer.sign(claims_of(AGENT), ["email"], 60)
    verifier.verify(token)
    rotated = Signer(new_private_key())
    keys[:] = [rotated.public_jwk()]
    later(monkeypatch, "monotonic", 2)
    verifier.verify(rotated.sign(claims_of(AGENT), ["email"], 60))

    assert refused(verifier, token) == "TOKEN_INVALID"


def test_what_one_service_checked_is_still_refused_by_another(signer, verifier):
    token = signer.sign(claims_of(AGENT), ["email"], 60)
    verifier.verify(token)
    other = Verifier(verifier._tokens, "search")

    assert refused(other, token) == "TOKEN_AUDIENCE"


def test_a_token_for_several_services_of_a_process_has_its_signature_checked_once(
    signer, monkeypatch
):
    shared = CheckedTokens(lambda: [signer.public_jwk()])
    token = signer.sign(claims_of(AGENT), ["email", "search"], 60)
    decoded = []
    decode = tokens.jwt.decode
    monkeypatch.setattr(
        tokens.jwt, "decode", lambda *given, **more: decoded.append(1) or decode(*given, **more)
    )
    named = [Verifier(shared, name).verify(token) for name in ("email", "search", "email")]

    assert named == [AGENT] * 3
    assert len(decoded) == 1


def test_a_refused_token_is_refused_again(signer, verifier):
    token = signer.sign(claims_of(AGENT), ["search"], 60)

    assert [refused(verifier, token) for _ in range(2)] == ["TOKEN_AUDIENCE"] * 2


def test_a_changed_signature_of_a_token_that_was_checked_is_refused(signer, verifier):
    token = signer.sign(claims_of(AGENT), ["email"], 60)
    verifier.verify(token)
    head, body, mac = token.split(".")

    assert refused(verifier, f"{head}.{body}.{mac[::-1]}") == "TOKEN_INVALID"


def test_only_so_many_tokens_are_remembered(signer, verifier, monkeypatch):
    monkeypatch.setattr(tokens, "_REMEMBERED", 3)
    for number in range(5):
        verifier.verify(signer.sign({"sub": f"a{number}"}, ["email"], 60))

    assert len(verifier._tokens._known) == 3


def test_a_new_key_is_found_without_a_restart(signer, monkeypatch):
    keys = [signer.public_jwk()]
    verifier = Verifier(CheckedTokens(lambda: keys), "email")
    verifier.verify(signer.sign(claims_of(AGENT), ["email"], 60))
    rotated = Signer(new_private_key())
    keys.append(rotated.public_jwk())
    later = time.monotonic() + 2
    monkeypatch.setattr(tokens.time, "monotonic", lambda: later)

    assert verifier.verify(rotated.sign(claims_of(AGENT), ["email"], 60)) == AGENT


def test_while_nobody_says_the_keys_no_token_is_called_invalid(signer, monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(tokens.time, "monotonic", lambda: now)
    answers = [Unavailable("AWAY"), [signer.public_jwk()]]

    def published():
        answer = answers.pop(0)
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    verifier = Verifier(CheckedTokens(published), "email")
    token = signer.sign(claims_of(AGENT), ["email"], 60)
    for _ in range(3):
        with pytest.raises(Unavailable):
            verifier.verify(token)
    now += 1.1

    assert verifier.verify(token) == AGENT
    assert refused(verifier, Signer(new_private_key()).sign({}, ["email"], 60)) == "TOKEN_INVALID"
