"""Each kind of tampering is found, and the first bad record is named."""

import pytest

from services.audit.log.checkpoints import cosign_checkpoint, sign_checkpoint
from services.audit.log.merkle import leaf_hash
from services.audit.log.notes import Signer
from services.audit.log.records import FIRST_HEAD, chain_value
from services.audit.log.storage import append, current_checkpoint, read_rows
from services.audit.log.verdict import Tampering
from services.audit.log.verification import verify

both = pytest.mark.parametrize("tiles", [False, True], ids=["rows", "rows and tiles"])


def chained(rows):
    """The rows with indices, leaf hashes and chain values computed anew, as an insider would."""
    head, done = FIRST_HEAD, []
    for index, row in enumerate(rows):
        leaf = leaf_hash(row.sealed)
        head = chain_value(head, leaf, row)
        done.append(row._replace(idx=index, leaf_hash=leaf, head=head))
    return done


def renumbered(rows):
    return [row._replace(idx=index) for index, row in enumerate(rows)]


def exchange(rows, one, other, *columns):
    first, second = rows[one], rows[other]
    rows[one] = first._replace(**{each: getattr(second, each) for each in columns})
    rows[other] = second._replace(**{each: getattr(first, each) for each in columns})


def flipped(data):
    return data[:5] + bytes([data[5] ^ 1]) + data[6:]


def names(verdict, tampering, index):
    """Whether exactly this is what the verdict says first, in a sentence with the record's names."""
    first = verdict.first
    assert first is not None, "nothing was found"
    assert (first.tampering, first.first.index) == (tampering, index), first.sentence
    assert first.sentence.endswith(".")
    assert first.sentence[0].isupper()
    if first.first.source is not None:
        assert f"{first.first.source} {first.first.source_position}" in first.sentence
    return True


@both
def test_an_untouched_log_is_good(a_signed_log, tiles):
    verdict = a_signed_log.verify(tiles=tiles)

    assert verdict.good
    assert (verdict.records, verdict.signed, verdict.unsigned) == (600, 600, 0)


def test_records_after_the_newest_checkpoint_are_counted_as_unsigned(a_signed_log):
    a_signed_log.append(7)
    a_signed_log.copy_rows()

    verdict = a_signed_log.verify(tiles=True)
    assert verdict.good
    assert verdict.unsigned == 7


@both
@pytest.mark.parametrize("index", [0, 1, 99, 100, 256, 598, 599])
def test_a_flipped_byte_is_named(a_signed_log, index, tiles):
    rows = a_signed_log.rows
    rows[index] = rows[index]._replace(sealed=flipped(rows[index].sealed))

    verdict = a_signed_log.verify(tiles=tiles)
    assert names(verdict, Tampering.ALTERED, index)
    assert len(verdict.findings) == 1
    assert verdict.first.first.record_id == f"event-{index}"
    assert verdict.first.first.source_position == 1000 + index


@both
@pytest.mark.parametrize("column", ["leaf_hash", "head"])
@pytest.mark.parametrize("index", [0, 255, 300])
def test_a_flipped_hash_is_named(a_signed_log, index, column, tiles):
    rows = a_signed_log.rows
    rows[index] = rows[index]._replace(**{column: flipped(getattr(rows[index], column))})

    verdict = a_signed_log.verify(tiles=tiles)
    assert names(verdict, Tampering.ALTERED, index)
    assert len(verdict.findings) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"source": "search"},
        {"source_position": 7},
        {"record_id": "event-other"},
        {"organization_id": "org-other"},
        {"organization_id": None},
    ],
)
@both
def test_an_altered_label_is_named(a_signed_log, change, tiles):
    rows = a_signed_log.rows
    rows[40] = rows[40]._replace(**change)

    verdict = a_signed_log.verify(tiles=tiles)
    assert names(verdict, Tampering.ALTERED if tiles else Tampering.OUT_OF_PLACE, 40)
    assert len(verdict.findings) == 1


@both
@pytest.mark.parametrize("index", [1, 300, 349])
def test_two_customers_whose_records_were_exchanged_are_found(a_signed_log, index, tiles):
    rows = a_signed_log.rows
    assert rows[index].organization_id != rows[index + 101].organization_id
    exchange(
        rows,
        index,
        index + 101,
        *("source", "source_position", "record_id", "organization_id"),
        *("sealed", "leaf_hash"),
    )

    verdict = a_signed_log.verify(tiles=tiles)
    assert names(verdict, Tampering.MOVED if tiles else Tampering.OUT_OF_PLACE, index)


@both
def test_two_customers_whose_names_were_exchanged_are_found(a_signed_log, tiles):
    exchange(a_signed_log.rows, 3, 4, "organization_id")

    assert names(
        a_signed_log.verify(tiles=tiles),
        Tampering.ALTERED if tiles else Tampering.OUT_OF_PLACE,
        3,
    )


@both
@pytest.mark.parametrize(("index", "count"), [(0, 1), (150, 1), (255, 3)])
def test_a_deleted_record_is_named(a_signed_log, index, count, tiles):
    del a_signed_log.rows[index : index + count]

    verdict = a_signed_log.verify(tiles=tiles)
    assert names(verdict, Tampering.MISSING, index)
    assert verdict.first.last_index == index + count - 1
    assert len(verdict.findings) == 1


@both
@pytest.mark.parametrize("index", [1, 150, 255])
def test_a_deleted_record_is_named_though_the_others_were_renumbered(a_signed_log, index, tiles):
    rows = a_signed_log.rows
    a_signed_log.rows = renumbered(rows[:index] + rows[index + 1 :])

    verdict = a_signed_log.verify(tiles=tiles)
    assert names(verdict, Tampering.MISSING, index)
    assert len(verdict.findings) == 1


@both
@pytest.mark.parametrize("chain", ["kept", "computed"])
@pytest.mark.parametrize("index", [1, 255, 256, 300])
def test_an_inserted_record_is_named(a_signed_log, index, chain, tiles):
    rows = a_signed_log.rows
    new = rows[index]._replace(sealed=b"made up", leaf_hash=leaf_hash(b"made up"), record_id="new")
    if chain == "computed":
        new = new._replace(head=chain_value(rows[index - 1].head, new.leaf_hash, new))
    a_signed_log.rows = renumbered([*rows[:index], new, *rows[index:]])

    verdict = a_signed_log.verify(tiles=tiles)
    assert names(verdict, Tampering.INSERTED, index)
    assert verdict.first.first.record_id == "new"
    assert len(verdict.findings) == 1


@both
@pytest.mark.parametrize("index", [0, 255, 299])
def test_exchanged_neighbours_are_named(a_signed_log, index, tiles):
    rows = a_signed_log.rows
    rows[index : index + 2] = [rows[index + 1], rows[index]]
    a_signed_log.rows = renumbered(rows)

    verdict = a_signed_log.verify(tiles=tiles)
    assert names(verdict, Tampering.MOVED, index)
    assert len(verdict.findings) == 1


@both
def test_neighbours_in_the_wrong_order_of_a_file_are_named(a_signed_log, tiles):
    rows = a_signed_log.rows
    rows[20], rows[21] = rows[21], rows[20]

    verdict = a_signed_log.verify(tiles=tiles)
    assert verdict.first.tampering is Tampering.MOVED
    assert len(verdict.findings) == 1


@both
def test_a_record_moved_far_away_is_found_where_it_is_missing(a_signed_log, tiles):
    rows = a_signed_log.rows
    rows.insert(400, rows.pop(70))
    a_signed_log.rows = renumbered(rows)

    assert a_signed_log.verify(tiles=tiles).first.first.index == 70


def test_many_deleted_records_are_counted_though_the_others_were_renumbered(world):
    world.append(3000)
    world.sign()
    rows = world.copy_rows()
    world.rows = renumbered(rows[:500] + rows[2500:])

    verdict = world.verify(tiles=True)
    assert names(verdict, Tampering.MISSING, 500)
    assert verdict.first.last_index == 2499
    assert len(verdict.findings) == 1


@both
def test_a_record_that_stands_twice_is_found(a_signed_log, tiles):
    a_signed_log.rows.insert(31, a_signed_log.rows[30])

    verdict = a_signed_log.verify(tiles=tiles)
    assert names(verdict, Tampering.MOVED, 30)


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
