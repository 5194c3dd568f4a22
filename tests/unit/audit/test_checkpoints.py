"""Signing the log, keeping what was signed, and the witnesses."""

import pytest

from services.audit.log.checkpoints import (
    Checkpoint,
    cosign_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from services.audit.log.merkle import EMPTY_ROOT
from services.audit.log.notes import Kind, NoteRefusedError, Reason, Signer, make_note, split_note
from services.audit.log.storage import (
    LogDamagedError,
    add_cosignature,
    current_checkpoint,
    make_checkpoint,
    newest_checkpoint,
    read_checkpoints,
)

CHECKPOINT = Checkpoint("helpdesk.example/audit", 3, bytes(32), bytes(31) + b"\x01")


def test_a_checkpoint_is_the_text_of_the_format():
    assert CHECKPOINT.text() == (
        "helpdesk.example/audit\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        "chain AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=\n"
    )
    assert parse_checkpoint(CHECKPOINT.text()) == CHECKPOINT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n3\n", "\n03\n"),
        ("\n3\n", "\n-3\n"),
        ("\n3\n", "\n9999999999999999999\n"),
        ("\n3\n", "\n\u0663\n"),
        ("chain ", ""),
        ("=\nchain", "\nchain"),
        ("AAE=\n", "AAE=\nmore\n"),
        ("AAE=\n", "\n"),
        ("helpdesk.example/audit", ""),
        ("AAAAAAA=", "AAAA"),
    ],
)
def test_a_text_in_another_form_is_no_checkpoint(old, new):
    with pytest.raises(NoteRefusedError):
        parse_checkpoint(CHECKPOINT.text().replace(old, new))


def test_a_signed_checkpoint_opens_with_the_logs_key(world):
    world.append(7)
    note = world.sign()

    opened = open_checkpoint(note, world.keys)
    assert opened.checkpoint == current_checkpoint(world.db, world.signer.name)
    assert opened.checkpoint.size == 7
    assert opened.cosignatures == ()


def test_the_empty_log_can_be_signed(world):
    assert open_checkpoint(world.sign(), world.keys).checkpoint.root == EMPTY_ROOT


def test_a_log_signs_only_under_its_name(world):
    with pytest.raises(ValueError, match="own"):
        sign_checkpoint(CHECKPOINT, Signer.generate("other.example/log"))


def test_a_known_key_of_another_log_does_not_count(world):
    other = Signer.generate("other.example/log")
    note = make_note(CHECKPOINT.text(), other.sign(CHECKPOINT.text()))

    with pytest.raises(NoteRefusedError) as refused:
        open_checkpoint(note, [*world.keys, other.verifier_key])
    assert refused.value.reason == Reason.OTHER_LOG


def test_witnesses_alone_do_not_make_a_checkpoint(world):
    text = CHECKPOINT.text()
    note = make_note(text, world.witness.cosign(text, world.now))

    with pytest.raises(NoteRefusedError) as refused:
        open_checkpoint(note, world.keys)
    assert refused.value.reason == Reason.UNKNOWN_KEY


def test_signing_again_at_the_same_size_changes_nothing(world):
    world.append(7)

    assert world.sign() == world.sign()
    assert len(read_checkpoints(world.db)) == 1


def test_a_new_key_signs_beside_the_old_one(world):
    world.append(7)
    world.sign()
    following = Signer.generate(world.signer.name)
    note = make_checkpoint(world.db, following, world.now)

    assert open_checkpoint(note, [world.signer.verifier_key]).checkpoint.size == 7
    assert open_checkpoint(note, [following.verifier_key]).checkpoint.size == 7
    assert newest_checkpoint(world.db).note == note


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM log_leaf WHERE idx >= 290",
        "UPDATE log_tile SET hashes = (SELECT leaf_hash FROM log_leaf WHERE idx = 0) WHERE level = 1",
        "DELETE FROM log_tile WHERE level = 0 AND idx = 1",
        "UPDATE log_leaf SET head = leaf_hash WHERE idx = 299",
    ],
)
def test_a_log_does_not_sign_what_contradicts_its_last_checkpoint(world, tampering):
    world.append(300)
    world.sign()
    world.db.execute(tampering)

    with pytest.raises(LogDamagedError):
        world.sign()


def test_a_log_does_not_sign_under_a_second_name(world):
    world.append(3)
    world.sign()

    with pytest.raises(LogDamagedError, match="another log"):
        make_checkpoint(world.db, Signer.generate("other.example/log"), world.now)


def test_a_witness_signature_is_kept_beside_the_logs(world):
    world.append(300)
    cosigned = cosign_checkpoint(world.sign(), world.witness, world.now)

    assert add_cosignature(world.db, cosigned, world.keys) == cosigned
    stored = open_checkpoint(newest_checkpoint(world.db).note, world.keys)
    assert [each.key.name for each in stored.cosignatures] == [world.witness.name]
    assert stored.cosignatures[0].seconds == int(world.now.timestamp())


def test_a_strangers_cosignature_is_not_kept(world):
    world.append(3)
    stranger = Signer.generate("stranger.example/w", Kind.WITNESS)
    note = cosign_checkpoint(world.sign(), stranger, world.now)

    with pytest.raises(NoteRefusedError):
        add_cosignature(world.db, note, world.keys)
    both = cosign_checkpoint(note, world.witness, world.now)
    kept = add_cosignature(world.db, both, world.keys)
    assert len(split_note(kept)[1]) == 2
    assert "stranger" not in kept
