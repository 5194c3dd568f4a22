"""Properties of the log over generated histories and generated tampering."""

from hypothesis import given, settings
from hypothesis import strategies as some

from services.audit.log.merkle import (
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from services.audit.log.records import FIRST_HEAD, LogRow, Record, chain_value
from services.audit.log.storage import append, read_rows
from services.audit.log.tiles import consistency, inclusion, root_at
from services.audit.log.verification import verify

labels = some.text(max_size=4)


@given(
    some.tuples(labels, some.integers(0, 10**12), labels, some.none() | labels),
    some.tuples(labels, some.integers(0, 10**12), labels, some.none() | labels),
)
@settings(max_examples=200, deadline=None)
def test_two_records_with_different_labels_have_different_chain_values(one, other):
    values = [chain_value(FIRST_HEAD, bytes(32), Record(*each, b"")) for each in (one, other)]

    assert (values[0] == values[1]) == (one == other)


@given(some.lists(some.integers(0, 400), min_size=1, max_size=6), some.data())
@settings(max_examples=25, deadline=None)
def test_proofs_of_any_history_verify(world_maker, batches, data):
    world = world_maker()
    for count in batches:
        world.append(count)
    leaves = [row.leaf_hash for row in read_rows(world.db)]
    new = data.draw(some.integers(0, len(leaves)))
    old = data.draw(some.integers(0, new))

    roots = root_at(world.tiles, old), root_at(world.tiles, new)
    assert roots == (tree_root(leaves[:old]), tree_root(leaves[:new]))
    assert verify_consistency(old, new, consistency(world.tiles, old, new), *roots)
    if new:
        index = data.draw(some.integers(0, new - 1))
        proof = inclusion(world.tiles, index, new)
        assert verify_inclusion(leaves[index], index, new, proof, roots[1])


def tampered(rows: list[LogRow], data) -> list[LogRow]:
    """The rows after up to three acts of tampering, with or without new numbers."""
    rows = list(rows)
    for _ in range(data.draw(some.integers(1, 3))):
        if not rows:
            break
        at = data.draw(some.integers(0, len(rows) - 1))
        to = data.draw(some.integers(0, len(rows) - 1))
        act = data.draw(some.sampled_from(["alter", "delete", "insert", "move", "label", "cut"]))
        match act:
            case "alter":
                rows[at] = rows[at]._replace(sealed=data.draw(some.binary(max_size=3)))
            case "delete":
                del rows[at]
            case "insert":
                rows.insert(at, rows[to]._replace(record_id="new"))
            case "move":
                rows.insert(to, rows.pop(at))
            case "label":
                rows[at] = rows[at]._replace(organization_id=data.draw(labels))
            case "cut":
                del rows[max(1, at) :]
    if data.draw(some.booleans()):
        rows = [row._replace(idx=index) for index, row in enumerate(rows)]
    if data.draw(some.booleans()):
        head, anew = FIRST_HEAD, []
        for row in rows:
            leaf = leaf_hash(row.sealed)
            head = chain_value(head, leaf, row)
            anew.append(row._replace(leaf_hash=leaf, head=head))
        rows = anew
    return rows


@given(some.data(), some.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_is_done_to_the_rows_is_found_and_nothing_before_the_finding_is_bad(
    world_maker, data, with_tiles
):
    world = world_maker()
    for count in (20, 25):
        world.append(count)
        world.sign()
    rows = list(read_rows(world.db))
    changed = tampered(rows, data)
    verdict = verify(changed, world.notes, world.keys, tiles=world.tiles if with_tiles else None)

    first_bad = next(
        (
            index
            for index, (one, other) in enumerate(zip(rows, changed, strict=False))
            if one != other
        ),
        min(len(rows), len(changed)),
    )
    assert verdict.good == (rows == changed)
    if not verdict.good:
        assert min(verdict.signed, verdict.first.first.index) <= first_bad + 1


@given(some.binary(max_size=200), some.integers(1, 3))
@settings(max_examples=100, deadline=None)
def test_any_bytes_can_be_kept(world_maker, sealed, count):
    world = world_maker()
    world.append(count)
    append(world.db, [Record("s", 1, "r", None, sealed)])
    world.sign()

    assert world.verify(tiles=True).good
