"""Roots and proofs of the tree against published vectors, and all proofs of small trees."""

import pytest

from services.audit.log.merkle import (
    EMPTY_ROOT,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves and the answers that Certificate Transparency's implementations of RFC 6962 share.
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
L0, L1, L4, L5 = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
)
L01, L23, L67 = (
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
)
L45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
L0123, L4567 = (
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
INCLUSION = [
    (0, 1, []),
    (0, 8, [L1, L23, L4567]),
    (5, 8, [L4, L67, L0123]),
    (2, 3, [L01]),
    (1, 5, [L0, L23, L4]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [L1, L23, L4567]),
    (6, 8, [L45, L67, L0123]),
    (2, 5, [L23, L4]),
]

SMALL = 70


def hashes(size):
    return [leaf_hash(b"%d" % number) for number in range(size)]


def root_of(leaves):
    """RFC 9162 section 2.1.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(root_of(leaves[:split]), root_of(leaves[split:]))


class Prover:
    """Proofs over leaf hashes in memory, subtree roots kept."""

    def __init__(self, leaves):
        self.leaves = leaves
        self.known = {}

    def root(self, low, high):
        if (low, high) not in self.known:
            self.known[low, high] = root_of(self.leaves[low:high])
        return self.known[low, high]

    def inclusion(self, index, size):
        return [self.root(*each) for each in inclusion_ranges(index, size)]

    def consistency(self, old, new):
        return [self.root(*each) for each in consistency_ranges(old, new)]


@pytest.fixture(scope="module")
def prover():
    return Prover(hashes(SMALL))


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_rfc_6962(size):
    expected = ROOTS[size - 1] if size else EMPTY_ROOT.hex()

    assert tree_root(map(leaf_hash, LEAVES[:size])).hex() == expected


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_inclusion_proofs_are_those_of_rfc_6962(index, size, proof):
    made = Prover([leaf_hash(each) for each in LEAVES]).inclusion(index, size)

    assert [each.hex() for each in made] == proof
    assert verify_inclusion(
        leaf_hash(LEAVES[index]), index, size, made, bytes.fromhex(ROOTS[size - 1])
    )


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCY)
def test_consistency_proofs_are_those_of_rfc_6962(old, new, proof):
    made = Prover([leaf_hash(each) for each in LEAVES]).consistency(old, new)

    assert [each.hex() for each in made] == proof
    assert verify_consistency(
        old, new, made, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1])
    )


def test_the_growing_root_is_that_of_the_definition(prover):
    for size in range(SMALL + 1):
        assert tree_root(prover.leaves[:size]) == root_of(prover.leaves[:size])


def mutations(proof):
    """The proof with a bit flipped in each hash, without each hash, with one more, exchanged."""
    for at, each in enumerate(proof):
        yield [*proof[:at], bytes([each[0] ^ 1]) + each[1:], *proof[at + 1 :]]
        yield [*proof[:at], *proof[at + 1 :]]
        yield [*proof[:at], each[:31], *proof[at + 1 :]]
    yield [*proof, bytes(32)]
    yield [bytes(32), *proof]
    if len(proof) > 1:
        yield [proof[1], proof[0], *proof[2:]]


def test_every_inclusion_proof_of_small_trees_verifies_and_no_mutated_one(prover):
    for size in range(1, SMALL + 1):
        root = prover.root(0, size)
        for index in range(size):
            leaf, proof = prover.leaves[index], prover.inclusion(index, size)

            assert verify_inclusion(leaf, index, size, proof, root)
            assert not verify_inclusion(leaf, index, size, proof, bytes(32))
            assert not verify_inclusion(bytes(32), index, size, proof, root)
            assert not verify_inclusion(leaf, (index + 1) % (size + 1), size, proof, root)
            assert not any(
                verify_inclusion(leaf, index, size, each, root) for each in mutations(proof)
            )


def test_every_consistency_proof_of_small_trees_verifies_and_no_mutated_one(prover):
    for new in range(1, SMALL + 1):
        root = prover.root(0, new)
        for old in range(1, new + 1):
            before, proof = prover.root(0, old), prover.consistency(old, new)

            assert verify_consistency(old, new, proof, before, root)
            assert not verify_consistency(old, new, proof, bytes(32), root)
            assert not verify_consistency(old, new, proof, before, bytes(32))
            assert not any(
                verify_consistency(old, new, each, before, root) for each in mutations(proof)
            )


def test_an_inner_node_is_not_taken_for_a_record(prover):
    whole = prover.root(0, 8)

    assert not verify_inclusion(whole, 0, 8, [], whole)
    assert not verify_inclusion(prover.root(4, 8), 7, 8, [prover.root(0, 4)], whole)


def test_a_tree_is_not_shown_to_continue_itself_at_another_size(prover):
    whole = prover.root(0, 8)

    assert not verify_consistency(4, 8, [], whole, whole)
    assert not verify_consistency(7, 8, [whole], whole, whole)


def test_every_log_continues_the_empty_one(prover):
    assert verify_consistency(0, 5, [], EMPTY_ROOT, prover.root(0, 5))
    assert not verify_consistency(0, 5, [], bytes(32), prover.root(0, 5))
    assert not verify_consistency(5, 3, [], prover.root(0, 5), prover.root(0, 3))


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0)])
def test_there_is_no_proof_of_a_record_outside_the_log(index, size):
    with pytest.raises(ValueError, match="no record"):
        inclusion_ranges(index, size)

    assert not verify_inclusion(bytes(32), index, size, [], bytes(32))
