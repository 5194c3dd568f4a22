"""Logs that were cut off, computed anew or forked, altered tiles, and keys: each is found."""

import pytest

from services.audit.log.checkpoints import cosign_checkpoint, sign_checkpoint
from services.audit.log.notes import Signer
from services.audit.log.storage import append, current_checkpoint, read_rows
from services.audit.log.verdict import Tampering
from services.audit.log.verification import verify
from tests.support.tampering import both, chained, flipped, names


@both
@pytest.mark.parametrize("left", [0, 1, 299, 599])
def test_newest_records_that_were_cut_off_are_named(a_signed_log, left, tiles):
    rows = a_signed_log.rows[:left]

    verdict = verify(
        rows,
        a_signed_log.notes,
        a_signed_log.keys,
        tiles=a_signed_log.tiles if tiles else None,
    )
    assert names(verdict, Tampering.CUT_OFF, left)
    assert verdict.first.last_index == 599


def test_a_cut_off_shows_only_with_the_checkpoint_that_was_kept_elsewhere(a_signed_log):
    rows, notes = a_signed_log.rows[:300], a_signed_log.notes
    keys = a_signed_log.keys

    assert verify(rows, notes[:2], keys).good
    assert names(verify(rows, notes, keys), Tampering.CUT_OFF, 300)


def rewrite(world, index, **change):
    world.rows[index] = world.rows[index]._replace(**change)
    world.rows = chained(world.rows)


def test_a_log_computed_anew_is_found_from_the_last_good_checkpoint_on(a_signed_log):
    rewrite(a_signed_log, 150, sealed=b"rewritten")

    verdict = a_signed_log.verify()
    assert names(verdict, Tampering.REWRITTEN, 100)
    assert verdict.first.last_index == 299
    assert verdict.signed == 100


def test_a_log_computed_anew_is_found_at_the_record_when_the_tiles_are_there(a_signed_log):
    rewrite(a_signed_log, 150, sealed=b"rewritten")

    verdict = a_signed_log.verify(tiles=True)
    assert names(verdict, Tampering.REWRITTEN, 150)
    assert len(verdict.findings) == 1


def test_a_record_with_all_its_hashes_computed_anew_is_named(a_signed_log):
    rows = chained([*a_signed_log.rows[:150], a_signed_log.rows[150]._replace(sealed=b"rewritten")])
    a_signed_log.rows[150] = rows[150]

    assert names(a_signed_log.verify(tiles=True), Tampering.ALTERED, 150)
    assert a_signed_log.verify().first.first.index == 151


@both
def test_labels_with_the_chain_computed_anew_are_found(a_signed_log, tiles):
    rewrite(a_signed_log, 150, organization_id="org-other")

    verdict = a_signed_log.verify(tiles=tiles)
    assert names(verdict, Tampering.ALTERED, 100)
    assert verdict.first.last_index == 299
    assert len(verdict.findings) == 1


@pytest.mark.parametrize("index", [0, 1])
def test_an_altered_tile_is_told_from_an_altered_record(a_signed_log, index):
    stored = a_signed_log.tiles([(0, index)])[0, index]
    a_signed_log.db.execute(
        "UPDATE log_tile SET hashes = ? WHERE level = 0 AND idx = ?",
        (stored[:320] + flipped(stored[320:]), index),
    )

    verdict = a_signed_log.verify(tiles=True)
    assert names(verdict, Tampering.TILE_ALTERED, index * 256 + 10)
    assert len(verdict.findings) == 1


def test_an_altered_tile_of_a_higher_level_is_found(a_signed_log):
    stored = a_signed_log.tiles([(1, 0)])[1, 0]
    a_signed_log.db.execute(
        "UPDATE log_tile SET hashes = ? WHERE level = 1", (stored[:32] + flipped(stored[32:]),)
    )

    assert names(a_signed_log.verify(tiles=True), Tampering.TILE_ALTERED, 256)


def forked(world, another, size):
    """Another log of that size under the same key that differs from record 50 on."""
    given = world.records(0, size)
    append(another.db, [*given[:50], given[50]._replace(sealed=b"the other story"), *given[51:]])
    return sign_checkpoint(current_checkpoint(another.db, world.signer.name), world.signer)


@both
@pytest.mark.parametrize("size", [120, 300, 450])
def test_a_forked_log_is_found(a_signed_log, another_world, size, tiles):
    note = forked(a_signed_log, another_world, size)

    verdict = a_signed_log.verify(note, tiles=tiles)
    assert [each.tampering for each in verdict.findings] == [Tampering.FORKED]
    assert str(size) in verdict.findings[0].sentence


def test_a_fork_from_the_other_side_is_found(a_signed_log, another_world):
    note = forked(a_signed_log, another_world, 700)
    keys = a_signed_log.keys

    verdict = verify(read_rows(another_world.db), [note, a_signed_log.notes[1]], keys)
    assert verdict.first.tampering is Tampering.FORKED
    assert verdict.first.first.index == 0
    assert verdict.first.last_index == 299


def test_two_heads_of_one_size_are_a_fork_without_any_rows(a_signed_log, another_world):
    note = forked(a_signed_log, another_world, 600)

    assert Tampering.FORKED in {
        each.tampering
        for each in verify([], [note, a_signed_log.notes[2]], a_signed_log.keys).findings
    }


def test_a_replaced_key_is_found(a_signed_log):
    impostor = Signer.generate(a_signed_log.signer.name)
    a_signed_log.rows = chained(a_signed_log.rows[:500])
    note = sign_checkpoint(current_checkpoint(a_signed_log.db, impostor.name), impostor)

    verdict = verify(a_signed_log.rows, [note], a_signed_log.keys)
    assert {each.tampering for each in verdict.findings} == {
        Tampering.UNKNOWN_KEY,
        Tampering.UNSIGNED,
    }
    assert verdict.signed == 0


def test_a_key_that_was_followed_by_another_keeps_its_checkpoints(a_signed_log):
    old, a_signed_log.signer = a_signed_log.signer, Signer.generate(a_signed_log.signer.name)
    a_signed_log.append(10)
    a_signed_log.sign()
    a_signed_log.copy_rows()

    assert verify(
        a_signed_log.rows, a_signed_log.notes, [*a_signed_log.keys, old.verifier_key]
    ).good
    alone = verify(a_signed_log.rows, a_signed_log.notes, a_signed_log.keys)
    assert {each.tampering for each in alone.findings} == {Tampering.UNKNOWN_KEY}
    assert alone.signed == 610


def test_a_false_signature_is_found(a_signed_log):
    note = a_signed_log.notes[2].replace("\n600\n", "\n601\n")

    verdict = verify(a_signed_log.rows, [*a_signed_log.notes, note], a_signed_log.keys)
    assert [each.tampering for each in verdict.findings] == [Tampering.BAD_SIGNATURE]


def test_a_log_without_checkpoints_is_not_good(a_signed_log):
    verdict = verify(a_signed_log.rows, [], a_signed_log.keys)

    assert [each.tampering for each in verdict.findings] == [Tampering.UNSIGNED]


def test_witnesses_that_are_missing_are_counted(a_signed_log):
    *older, newest = a_signed_log.notes
    cosigned = cosign_checkpoint(newest, a_signed_log.witness, a_signed_log.now)
    rows, keys = a_signed_log.rows, a_signed_log.keys

    assert verify(rows, [*older, cosigned], keys, witnesses=1).good
    lacking = verify(rows, [*older, newest], keys, witnesses=1)
    assert [each.tampering for each in lacking.findings] == [Tampering.UNWITNESSED]


def test_two_alterations_far_apart_are_both_named(a_signed_log):
    rows = a_signed_log.rows
    for index in (30, 430):
        rows[index] = rows[index]._replace(sealed=b"altered")

    verdict = a_signed_log.verify(tiles=True)
    assert [each.first.index for each in verdict.findings] == [30, 430]


def test_a_log_altered_everywhere_ends_with_a_short_report(a_signed_log):
    a_signed_log.rows = [row._replace(sealed=b"altered") for row in a_signed_log.rows]

    verdict = a_signed_log.verify()
    assert len(verdict.findings) == 100
    assert verdict.records == 600
