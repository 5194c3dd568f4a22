"""Tiles of the tree: 256 neighbouring hashes each, laid out as in C2SP tlog-tiles."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256

from services.audit.log.merkle import (
    HASH_SIZE,
    Node,
    consistency_ranges,
    inclusion_ranges,
    perfect_nodes,
    perfect_root,
    range_root,
)

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
TILE_LEVELS = 8

TileName = tuple[int, int]
TileReader = Callable[[Collection[TileName]], Mapping[TileName, bytes]]


class TileMissingError(Exception):
    """A hash that the tree must have is not in its tiles."""

    def __init__(self, level: int, index: int) -> None:
        """Name the tile."""
        super().__init__(f"tile {level}/{index} is missing or too short")
        self.level = level
        self.index = index


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Path of a tile, e.g. tile/0/x001/x234/067 or tile/1/000.p/17."""
    return f"tile/{level}/{index_path(index, width)}"


def index_path(index: int, width: int = TILE_WIDTH) -> str:
    """Path of an index below its level, e.g. x001/x234/067 or 000.p/17."""
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.insert(0, f"x{index % 1000:03d}")
    suffix = "" if width == TILE_WIDTH else f".p/{width}"
    return f"{'/'.join(parts)}{suffix}"


def hashes_at(level: int, size: int) -> int:
    """How many hashes a tree of that size has at a tile level."""
    return size >> (TILE_HEIGHT * level)


def tile_width(level: int, index: int, size: int) -> int:
    """How many of the 256 hashes a tile has in a tree of that size."""
    return max(0, min(TILE_WIDTH, hashes_at(level, size) - (index << TILE_HEIGHT)))


def tiles_of(size: int) -> list[tuple[int, int, int]]:
    """(level, index, width) of every tile of a tree."""
    return [
        (level, index, tile_width(level, index, size))
        for level in range(TILE_LEVELS)
        for index in range(-(-hashes_at(level, size) // TILE_WIDTH))
    ]


class Edge:
    """The last, partial tile of each level; grows the tree by whole batches."""

    def __init__(self, size: int, partial: Sequence[Sequence[bytes]]) -> None:
        """Continue a tree whose partial tiles hold these hashes, lowest level first."""
        self.size = size
        self._partial = [list(each) for each in partial]

    def extend(self, leaves: Sequence[bytes]) -> list[tuple[int, int, bytes]]:
        """Add leaf hashes; answers the tiles that are new or longer: (level, index, hashes)."""
        changed: list[tuple[int, int, bytes]] = []
        arriving, level = list(leaves), 0
        while arriving:
            if level == len(self._partial):
                self._partial.append([])
            first = hashes_at(level, self.size) >> TILE_HEIGHT
            waiting = self._partial[level] + arriving
            arriving = []
            for number, start in enumerate(range(0, len(waiting), TILE_WIDTH)):
                tile = waiting[start : start + TILE_WIDTH]
                changed.append((level, first + number, b"".join(tile)))
                if len(tile) == TILE_WIDTH:
                    arriving.append(perfect_root(tile))
            self._partial[level] = waiting[len(waiting) - len(waiting) % TILE_WIDTH :]
            level += 1
        self.size += len(leaves)
        return changed


def inclusion(tiles: TileReader, index: int, size: int) -> list[bytes]:
    """Inclusion proof of a record in the log of that size; TileMissingError, ValueError."""
    return _roots(tiles, inclusion_ranges(index, size))


def consistency(tiles: TileReader, old: int, new: int) -> list[bytes]:
    """Consistency proof between two sizes of the log; TileMissingError, ValueError."""
    return _roots(tiles, consistency_ranges(old, new))


def root_at(tiles: TileReader, size: int) -> bytes:
    """Root of the log when it had that size; TileMissingError."""
    return _roots(tiles, [(0, size)])[0]


def split_hashes(tile: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]


def _roots(tiles: TileReader, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    nodes = [node for low, high in ranges for node in perfect_nodes(low, high)]
    read = tiles({_tile_of(node) for node in nodes})

    def value(node: Node) -> bytes:
        name = _tile_of(node)
        height, number = node
        within = height % TILE_HEIGHT
        width = 1 << within
        start = number * width % TILE_WIDTH
        tile = read.get(name, b"")
        if len(tile) < (start + width) * HASH_SIZE:
            raise TileMissingError(*name)
        if name[0] and within:
            return _inner(tile)[within - 1][start >> within]
        return _root_of(tile[start * HASH_SIZE : (start + width) * HASH_SIZE])

    return [range_root(low, high, value) for low, high in ranges]


def _root_of(hashes: bytes) -> bytes:
    """Root over 2**n neighbouring hashes behind one another."""
    while len(hashes) > HASH_SIZE:
        hashes = b"".join(_above(hashes))
    return hashes


# Few tiles above the lowest level serve all proofs. By content, so that none can be stale.
@lru_cache(maxsize=256)
def _inner(tile: bytes) -> list[list[bytes]]:
    """The hashes between a tile and the level above, from the lowest on."""
    levels = []
    while len(tile) >= 2 * HASH_SIZE:
        levels.append(_above(tile))
        tile = b"".join(levels[-1])
    return levels


def _above(hashes: bytes) -> list[bytes]:
    pair = 2 * HASH_SIZE
    last = len(hashes) - len(hashes) % pair
    return [sha256(b"\x01" + hashes[at : at + pair]).digest() for at in range(0, last, pair)]


def _tile_of(node: Node) -> TileName:
    height, number = node
    level, above = divmod(height, TILE_HEIGHT)
    return level, (number << above) >> TILE_HEIGHT
