"""Appending, tiles and the proofs read from them."""

import itertools

import pytest

from services.audit.log.merkle import (
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from services.audit.log.storage import (
    LogDamagedError,
    RecordDiffersError,
    append,
    current_checkpoint,
    find_record,
    read_organization,
    read_rows,
    size_of,
)
from services.audit.log.tiles import (
    TileMissingError,
    consistency,
    inclusion,
    root_at,
    tile_path,
    tiles_of,
)


def test_the_bytes_of_a_source_are_kept_verbatim(world):
    given = world.records(0, 3)

    assert append(world.db, given) == 3
    assert [row.sealed for row in read_rows(world.db)] == [each.sealed for each in given]
    assert find_record(world.db, "event-1").leaf_hash == leaf_hash(given[1].sealed)


def test_a_record_that_comes_again_is_not_appended_again(world):
    world.append(5)

    assert append(world.db, [*world.records(3, 5), *world.records(5, 7), *world.records(5, 6)]) == 7
    assert [row.record_id for row in read_rows(world.db)] == [f"event-{n}" for n in range(7)]


def test_a_record_that_comes_again_with_other_bytes_is_refused(world):
    world.append(2)

    with pytest.raises(RecordDiffersError, match="event-1"):
        append(world.db, [world.records(1, 2)[0]._replace(sealed=b"other")])


def test_batches_and_single_records_make_the_same_log(world, another_world):
    world.append(1300)
    for _ in range(1300):
        another_world.append(1)

    assert list(read_rows(world.db)) == list(read_rows(another_world.db))
    tiles = "SELECT level, idx, hashes FROM log_tile ORDER BY level, idx"
    assert world.db.execute(tiles) == another_world.db.execute(tiles)


def test_the_stored_tiles_have_the_root_of_the_rows_at_every_size(world):
    leaves = []
    for count in (1, 254, 1, 1, 255, 0, 600, 9000):
        world.append(count)
        leaves = [row.leaf_hash for row in read_rows(world.db)]

        assert current_checkpoint(world.db, "log").root == tree_root(leaves)
    for size in (1, 2, 255, 256, 257, 511, 512, 513, 4097, len(leaves)):
        assert root_at(world.tiles, size) == tree_root(leaves[:size])


def test_tiles_of_a_log_are_those_of_the_layout():
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(1, 0, 17) == "tile/1/000.p/17"

    widths = [(level, width) for level, _, width in tiles_of(70_000)]
    assert widths.count((0, 256)) == 273
    assert [each for each in widths if each[1] != 256] == [(0, 112), (1, 17), (2, 1)]
    assert tiles_of(256) == [(0, 0, 256), (1, 0, 1)]


def test_proofs_from_tiles_verify_at_sizes_around_tile_borders(world):
    world.append(1100)
    sizes = [1, 2, 3, 255, 256, 257, 511, 512, 513, 1000, 1100]
    roots = {size: root_at(world.tiles, size) for size in sizes}
    rows = list(read_rows(world.db))

    for size in sizes:
        for index in {0, size // 3, size // 2, size - 1, max(0, size - 2)}:
            proof = inclusion(world.tiles, index, size)
            assert verify_inclusion(rows[index].leaf_hash, index, size, proof, roots[size])
    for old, new in itertools.combinations(sizes, 2):
        proof = consistency(world.tiles, old, new)
        assert verify_consistency(old, new, proof, roots[old], roots[new])


def test_a_proof_reads_few_rows_in_one_statement(world):
    world.append(70_000)
    before = world.db.statements

    inclusion(world.tiles, 12_345, 70_000)

    assert world.db.statements == before + 1


def test_a_single_append_takes_the_same_number_of_statements_in_any_log(world, another_world):
    another_world.append(3000)
    taken = []
    for each in (world, another_world):
        before = each.db.statements
        append(each.db, each.records(9000, 9001))
        taken.append(each.db.statements - before)

    assert taken[0] == taken[1] <= 6


def test_nothing_is_appended_after_newest_rows_were_deleted(world):
    world.append(300)
    world.db.execute("DELETE FROM log_leaf WHERE idx >= 290")

    with pytest.raises(LogDamagedError, match="290 records"):
        append(world.db, world.records(300, 301))


def test_a_missing_tile_is_named(world):
    world.append(600)
    world.db.execute("DELETE FROM log_tile WHERE level = 0 AND idx = 1")

    with pytest.raises(TileMissingError, match="tile 0/1"):
        inclusion(world.tiles, 300, 600)


def test_rows_of_one_customer_are_read_in_order(world):
    world.append(10)

    assert [row.idx for row in read_organization(world.db, "org-b", 9)] == [0, 3, 6]
    assert size_of(world.db) == 10


def test_a_page_of_rows_begins_and_ends_where_it_is_asked_to(world):
    world.append(10)

    assert [row.idx for row in read_rows(world.db, 4, 7)] == [4, 5, 6]


def test_a_rolled_back_append_leaves_the_log_as_it_was(world):
    world.append(10)
    world.db.connection.commit()
    world.append(5)
    world.db.connection.rollback()

    assert world.append(1) == 11
