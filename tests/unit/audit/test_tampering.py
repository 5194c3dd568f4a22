"""Each kind of tampering with records is found, and the first bad record is named."""

import pytest

from services.audit.log.merkle import leaf_hash
from services.audit.log.records import chain_value
from services.audit.log.verdict import Tampering
from tests.support.tampering import both, exchange, flipped, names, renumbered


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
