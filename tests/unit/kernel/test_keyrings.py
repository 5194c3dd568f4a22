import os
import time

import pytest

from helpdesk.kernel import keyrings, secrets
from helpdesk.kernel.errors import Unauthenticated
from helpdesk.kernel.keyrings import KEPT, LEASE_KEYS, TOKENS, KeyRing
from helpdesk.kernel.secrets import new_private_key
from helpdesk.kernel.settings import SettingsError
from helpdesk.kernel.tokens import LEASE, LEASES, CheckedTokens, Signer, Verifier

CLAIMS = {"sub": "a1", "roles": ["HELP_DESK"]}


@pytest.fixture
def folder(tmp_path):
    secrets.create(tmp_path / "secrets")
    return tmp_path / "secrets"


def named(jwks):
    return [jwk["kid"] for jwk in jwks]


def at(folder, now, ring=TOKENS):
    """Return a ring as a process sees it at some time."""
    return KeyRing(folder, ring, clock=lambda: now)


def signing(folder, now):
    return keyrings.in_use(keyrings.read(folder, TOKENS), now).signer.key_id


def test_the_new_key_is_published_first_then_used_and_the_old_one_kept_until_its_tokens_are_dead(
    folder,
):
    now = time.time()
    old = signing(folder, now)
    done = keyrings.rotate(folder, TOKENS, now, 30)

    assert named(at(folder, now).published()) == [old, done.key_id]
    assert signing(folder, now + 28) == old
    assert signing(folder, now + 31) == done.key_id
    assert named(at(folder, now + 30 + KEPT - 2).published()) == [old, done.key_id]
    assert named(at(folder, now + 30 + KEPT + 1).published()) == [done.key_id]


def test_a_ring_that_is_open_sees_the_new_key_within_a_second(folder):
    ring = KeyRing(folder, TOKENS)
    done = keyrings.rotate(folder, TOKENS, time.time())
    ring._looked -= 1

    assert done.key_id in named(ring.published())


def test_a_second_rotation_waits_for_the_first(folder):
    keyrings.rotate(folder, TOKENS, time.time())

    with pytest.raises(SettingsError, match="wait"):
        keyrings.rotate(folder, TOKENS, time.time())


def test_a_key_is_not_used_at_once(folder):
    with pytest.raises(SettingsError, match="5 seconds"):
        keyrings.rotate(folder, TOKENS, time.time(), 1)


def test_dead_keys_are_deleted_and_one_is_always_named_as_init_names_it(folder):
    now = time.time() - 10_000
    first = signing(folder, now)
    second = keyrings.rotate(folder, TOKENS, now).key_id
    third = keyrings.rotate(folder, TOKENS, now + 5_000).key_id

    assert Signer((folder / "token.signing.pem").read_bytes()).key_id == second
    assert len([each for each in folder.iterdir() if each.name.startswith("token.signing")]) == 2
    keyrings.rotate(folder, TOKENS, time.time())
    assert third in [each.signer.key_id for each in keyrings.read(folder, TOKENS)]
    assert first not in [each.signer.key_id for each in keyrings.read(folder, TOKENS)]
    assert secrets.create(folder) == []


def test_a_key_that_others_can_read_is_not_taken_and_the_ones_before_stay(folder):
    ring = KeyRing(folder, TOKENS)
    before = ring.published()
    done = keyrings.rotate(folder, TOKENS, time.time())
    (folder / f"token.signing.{int(done.begins)}.pem").chmod(0o644)
    ring._looked -= 1

    assert ring.published() == before
    with pytest.raises(SettingsError, match="chmod"):
        KeyRing(folder, TOKENS)


def test_half_a_key_is_never_seen(folder, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: keyrings.read(folder, TOKENS))

    keyrings.rotate(folder, TOKENS, time.time())


def test_new_keys_of_leases_sign_leases_only(folder):
    done = keyrings.rotate(folder, LEASE_KEYS, time.time())
    jwk = at(folder, time.time(), LEASE_KEYS).published()[-1]
    assert (jwk["kid"], jwk["use_for"]) == (done.key_id, LEASES)

    late = at(folder, time.time() + 100, LEASE_KEYS)
    verifier = Verifier(CheckedTokens(late.published), "email")
    lease = late.sign(CLAIMS | {"mode": "read_only"}, ["email"], LEASE)
    assert verifier.verify(lease).read_only
    with pytest.raises(Unauthenticated):
        verifier.verify(late.sign(CLAIMS, ["email"], LEASE))


def verified(jwk, signer, seconds=60):
    return Verifier(CheckedTokens(lambda: [jwk]), "email").verify(
        signer.sign(CLAIMS, ["email"], seconds)
    )


def test_what_a_key_signs_never_outlives_it():
    signer = Signer(new_private_key())
    ending = signer.public_jwk() | {"until": int(time.time() + 100)}

    assert verified(ending, signer, 60).id == "a1"
    with pytest.raises(Unauthenticated):
        verified(ending, signer, 120)


def test_a_key_whose_time_is_over_is_refused_though_it_is_still_cached():
    signer = Signer(new_private_key())
    over = signer.public_jwk() | {"until": int(time.time() - 1)}

    with pytest.raises(Unauthenticated) as caught:
        verified(over, signer)
    assert caught.value.reason == "TOKEN_INVALID"
