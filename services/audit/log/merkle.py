"""Merkle tree hashing and the checking of its proofs, as in RFC 9162 section 2.1."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

Range = tuple[int, int]
Node = tuple[int, int]


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one entry: SHA-256(0x00 || entry), RFC 9162 section 2.1.1."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right), RFC 9162 section 2.1.1."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Root over 2**n neighbouring hashes, n >= 0."""
    level = list(hashes)
    while len(level) > 1:
        pairs = iter(level)
        level = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(pairs, pairs, strict=True)
        ]
    return level[0]


def fold(roots: Sequence[bytes]) -> bytes:
    """Root of a tree from the roots of its perfect subtrees, left to right; 0 make EMPTY_ROOT."""
    if not roots:
        return EMPTY_ROOT
    root = roots[-1]
    for left in reversed(roots[:-1]):
        root = node_hash(left, root)
    return root


class Frontier:
    """The right edge of a growing tree: enough to know its root after each leaf."""

    def __init__(self) -> None:
        """Start with the empty tree."""
        self.size = 0
        self._roots: list[bytes] = []

    def push(self, leaf: bytes) -> list[tuple[int, bytes]]:
        """Add a leaf hash, amortised one hash; answers the (height, root) of each tile it fills."""
        size, root, height = self.size, leaf, 0
        roots, filled = self._roots, []
        while size & 1:
            root = sha256(b"\x01" + roots.pop() + root).digest()
            size >>= 1
            height += 1
            if not height & 7:
                filled.append((height, root))
        roots.append(root)
        self.size += 1
        return filled

    def root(self) -> bytes:
        """Root of the tree so far."""
        return fold(self._roots)


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Leaf ranges whose roots prove the leaf, lowest first: PATH of RFC 9162 section 2.1.3.1."""
    if not 0 <= index < size:
        raise ValueError(f"no record {index} in a log of {size}")
    low, high = 0, size
    ranges: list[Range] = []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    ranges.reverse()
    return ranges


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Leaf ranges whose roots prove the prefix, lowest first: PROOF of RFC 9162 section 2.1.4.1."""
    if not 0 <= old <= new:
        raise ValueError(f"no log of {old} records before one of {new}")
    if old in (0, new):
        return []
    low, high, known = 0, new, True
    ranges: list[Range] = []
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low, known = middle, False
    if not known:
        ranges.append((low, high))
    ranges.reverse()
    return ranges


def perfect_nodes(low: int, high: int) -> Iterator[Node]:
    """(height, number) of the perfect subtrees that make up low..high-1, left to right."""
    while low < high:
        height = (high - low).bit_length() - 1
        yield height, low >> height
        low += 1 << height


def range_root(low: int, high: int, node: Callable[[Node], bytes]) -> bytes:
    """Root over the leaves low..high-1 of a range made by the functions above."""
    return fold([node(each) for each in perfect_nodes(low, high)])


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether the proof leads from the leaf hash to the root, RFC 9162 section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    number, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0 or len(sibling) != HASH_SIZE:
            return False
        if number & 1 or number == last:
            current = node_hash(sibling, current)
            while not number & 1 and number:
                number >>= 1
                last >>= 1
        else:
            current = node_hash(current, sibling)
        number >>= 1
        last >>= 1
    return last == 0 and current == root


def verify_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether the old tree is a prefix of the new one, RFC 9162 section 2.1.4.2."""
    if not 0 <= old <= new or any(len(each) != HASH_SIZE for each in proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    number, last = old - 1, new - 1
    while number & 1:
        number >>= 1
        last >>= 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            first = node_hash(sibling, first)
            second = node_hash(sibling, second)
            while not number & 1 and number:
                number >>= 1
                last >>= 1
        else:
            second = node_hash(second, sibling)
        number >>= 1
        last >>= 1
    return last == 0 and first == old_root and second == new_root


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """Root over leaf hashes, read once."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.push(leaf)
    return frontier.root()


def _split(width: int) -> int:
    """Largest power of two below width."""
    return 1 << ((width - 1).bit_length() - 1)
