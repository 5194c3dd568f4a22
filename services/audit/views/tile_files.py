"""
The tree as files that any web server may hand out, as in C2SP tlog-tiles.

    NAME/checkpoint            the newest signed checkpoint, a signed note; replaced
    NAME/tile/L/N[.p/W]        the hashes; written once
    NAME/tile/entries/N[.p/W]  the sealed records, where the setting asks for them; written once

NAME is the last part of the log's origin, so an origin of ``host/log/NAME`` is the address of the
log where the folder is served as ``https://host/log``.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from helpdesk.kernel import files
from services.audit.log.checkpoints import Checkpoint, parse_checkpoint
from services.audit.log.entry_bundles import bundle_path, bundles_of
from services.audit.log.merkle import HASH_SIZE, perfect_root
from services.audit.log.notes import NoteRefusedError, split_note
from services.audit.log.storage import (
    Database,
    LogDamagedError,
    StoredTiles,
    newest_checkpoint,
    read_checkpoints,
    read_rows,
)
from services.audit.log.tiles import (
    TILE_LEVELS,
    TILE_WIDTH,
    TileMissingError,
    hashes_at,
    root_at,
    split_hashes,
    tile_path,
    tile_width,
)

TILES_SECONDS = 2.0
_CHECKPOINT = "checkpoint"
_ENTRIES = "tile/entries/"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_log = logging.getLogger(__name__)


def name_of(origin: str) -> str:
    """Return the folder of a log by its origin."""
    name = origin.rpartition("/")[2]
    return name if _NAME.fullmatch(name) else "log"


class TileFiles:
    """Writes what the newest checkpoint covers, and the checkpoint last; one process does it."""

    def __init__(self, reading: Database, origin: str, folder: Path, *, entries: bool) -> None:
        self._reading = reading
        self._folder = folder / name_of(origin)
        self._entries = entries

    def write(self) -> int:
        """
        Write what is new; answer how many records the files cover.

        Raises LogDamagedError where the folder holds another log, or the tiles contradict what was
        signed: then nothing is written. Raises OSError, Unavailable.
        """
        newest = newest_checkpoint(self._reading)
        if newest is None:
            return 0
        text = newest.note.encode()
        written = self._written()
        if written is not None and written[0] == text:
            return newest.size
        head = parse_checkpoint(split_note(newest.note)[0])
        self._check(head, written[1] if written else None)
        before = written[1].size if written else 0
        # Of each checkpoint that somebody may have seen the partial tiles are there.
        for each in read_checkpoints(self._reading):
            if before < each.size <= newest.size:
                self._grow(before, each.size, newest.size)
                before = each.size
        _put(self._folder / _CHECKPOINT, text, shared=True)
        files.sync(self._folder)
        return newest.size

    def _written(self) -> tuple[bytes, Checkpoint] | None:
        try:
            text = (self._folder / _CHECKPOINT).read_bytes()
        except FileNotFoundError:
            return None
        try:
            return text, parse_checkpoint(split_note(text.decode())[0])
        except (NoteRefusedError, UnicodeDecodeError) as error:
            raise LogDamagedError(f"{self._folder}/{_CHECKPOINT} is no checkpoint") from error

    def _check(self, head: Checkpoint, written: Checkpoint | None) -> None:
        tiles = StoredTiles(self._reading)
        try:
            roots = {head.size: head.root, **({written.size: written.root} if written else {})}
            fits = all(size == 0 or root_at(tiles, size) == root for size, root in roots.items())
        except TileMissingError:
            fits = False
        if written is not None:
            fits = fits and written.origin == head.origin and written.size <= head.size
        if not fits:
            _log.error("%s is of another log, or the tiles were altered", self._folder)
            raise LogDamagedError(f"{self._folder} is of another log, or the tiles were altered")

    def _grow(self, before: int, size: int, newest: int) -> None:
        folders: set[Path] = set()
        for path, data in chain(self._hashes(before, size, newest), self._bundles(before, size)):
            target = self._folder / path
            if not target.exists():
                _put(target, data, shared=not path.startswith(_ENTRIES))
                folders.add(target.parent)
            elif target.read_bytes() != data:
                raise LogDamagedError(f"{target} is of another log")
            if not target.parent.name.endswith(".p"):
                # The full tile stands for all that it grew from.
                shutil.rmtree(target.with_name(f"{target.name}.p"), ignore_errors=True)
        for each in folders:
            files.sync(each)

    def _hashes(self, before: int, size: int, newest: int) -> Iterator[tuple[str, bytes]]:
        stored = StoredTiles(self._reading)
        for level in range(TILE_LEVELS):
            first = hashes_at(level, before) // TILE_WIDTH
            for index in range(first, -(-hashes_at(level, size) // TILE_WIDTH)):
                width = tile_width(level, index, size)
                if width < TILE_WIDTH == tile_width(level, index, newest):
                    continue
                tile = stored([(level, index)]).get((level, index), b"")[: width * HASH_SIZE]
                if len(tile) != width * HASH_SIZE:
                    raise LogDamagedError(str(TileMissingError(level, index)))
                if width == TILE_WIDTH and not _leads_up(stored, level, index, tile):
                    raise LogDamagedError(f"tile {level}/{index} was altered")
                yield tile_path(level, index, width), tile

    def _bundles(self, before: int, size: int) -> Iterable[tuple[str, bytes]]:
        if not self._entries:
            return
        start = before - before % TILE_WIDTH
        rows = read_rows(self._reading, start, size)
        for index, width, bundle in bundles_of(rows, start, size):
            yield bundle_path(index, width), bundle


def _leads_up(stored: StoredTiles, level: int, index: int, tile: bytes) -> bool:
    """Whether a full tile has the hash that the level above says; the root covers only that one."""
    above, place = divmod(index, TILE_WIDTH)
    hashes = stored([(level + 1, above)]).get((level + 1, above), b"")
    own = hashes[place * HASH_SIZE : (place + 1) * HASH_SIZE]
    return perfect_root(split_hashes(tile)) == own


def _put(target: Path, data: bytes, *, shared: bool) -> None:
    """Write a file as a whole or not at all; hashes are for everybody, records for the group."""
    missing = [each for each in target.parents if not each.exists()]
    for each in reversed(missing):
        each.mkdir()
        each.chmod(0o755 if shared else 0o750)
    fresh = target.with_name(f".{target.name}.new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.chmod(0o644 if shared else 0o640)
    fresh.replace(target)
