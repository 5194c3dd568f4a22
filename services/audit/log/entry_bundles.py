"""Entry bundles: 256 neighbouring records each, as in C2SP tlog-tiles, "Log entries"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.audit.log.merkle import HASH_SIZE, leaf_hash
from services.audit.log.records import LogRow
from services.audit.log.tiles import TILE_WIDTH, hashes_at, index_path, tile_width

_LENGTH = 2
LONGEST = (1 << 8 * _LENGTH) - 1
"""Bytes of the longest record that has a place in a bundle."""


def bundle_path(index: int, width: int = TILE_WIDTH) -> str:
    """Path of a bundle, e.g. tile/entries/x001/x234/067 or tile/entries/000.p/17."""
    return f"tile/entries/{index_path(index, width)}"


def bundle_of(entries: Iterable[bytes]) -> bytes:
    """Records behind one another, each after its length (big-endian uint16)."""
    return b"".join(len(entry).to_bytes(_LENGTH, "big") + entry for entry in entries)


def bundles_of(rows: Iterable[LogRow], start: int, size: int) -> Iterator[tuple[int, int, bytes]]:
    """
    (index, width, bytes) of the bundles that hold the records start <= index < size.

    ``rows`` come in order, from the first record of a bundle on. A bundle with a record that was
    archived, or is longer than LONGEST, is left out: it would not hash to its tile.
    """
    index, entries = start // TILE_WIDTH, list[bytes]()
    for row in rows:
        entries.append(row.sealed)
        width = tile_width(0, index, size)
        if len(entries) == width:
            if all(0 < len(entry) <= LONGEST for entry in entries):
                yield index, width, bundle_of(entries)
            index, entries = index + 1, []


def split_bundle(bundle: bytes) -> list[bytes]:
    """The records of a bundle; ValueError."""
    entries, at = [], 0
    while at < len(bundle):
        end = at + _LENGTH + int.from_bytes(bundle[at : at + _LENGTH], "big")
        if end > len(bundle):
            raise ValueError("the bundle ends within a record")
        entries.append(bundle[at + _LENGTH : end])
        at = end
    return entries


def first_difference(bundle: bytes, tile: bytes) -> int | None:
    """
    Place of the first record of a bundle that does not hash to the tile of level 0; None for none.

    ValueError where the bundle is cut within a record.
    """
    hashes = [leaf_hash(entry) for entry in split_bundle(bundle)]
    wanted = [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]
    for place, (found, expected) in enumerate(zip(hashes, wanted, strict=False)):
        if found != expected:
            return place
    return None if len(hashes) == len(wanted) else min(len(hashes), len(wanted))


def bundle_indices(size: int) -> list[tuple[int, int]]:
    """(index, width) of every bundle of a log of that size."""
    return [
        (index, tile_width(0, index, size)) for index in range(-(-hashes_at(0, size) // TILE_WIDTH))
    ]
