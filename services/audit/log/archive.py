"""The files of an export, in a folder or in one .zip file."""

import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from services.audit.log.merkle import HASH_SIZE
from services.audit.log.tiles import TILE_WIDTH, TileName, tile_path, tile_width

_EPOCH = (1980, 1, 1, 0, 0, 0)
_PART = 1 << 20
# What zipfile raises for damaged data, unknown methods and files that are encrypted.
_UNREADABLE = (
    OSError,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)


class ArchiveUnreadableError(Exception):
    """A file of an export is missing or not in its format."""


class ArchiveWriter:
    """Writes files below a new folder, or into a new .zip file when the name ends so."""

    def __init__(self, target: Path) -> None:
        """Refuse to write over anything: FileExistsError."""
        self._target = target
        self.digests: dict[str, bytes] = {}
        """SHA-256 of each file that was written."""
        self._zip: zipfile.ZipFile | None = None
        if target.suffix == ".zip":
            self._zip = zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED)
        else:
            target.mkdir(parents=True)

    def __enter__(self) -> Self:
        """Open."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file; a .zip that was not finished is taken away."""
        if self._zip is not None:
            self._zip.close()
            if error is not None:
                self._target.unlink()

    def write(self, name: str, data: bytes) -> None:
        """Write one file."""
        with self._open(name) as file:
            file.write(data)
        self.digests[name] = sha256(data).digest()

    def write_lines(self, name: str, lines: Iterable[str]) -> None:
        """Write a text file line by line."""
        digest = sha256()
        with self._open(name) as file:
            for line in lines:
                data = line.encode() + b"\n"
                file.write(data)
                digest.update(data)
        self.digests[name] = digest.digest()

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        if self._zip is not None:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with self._zip.open(entry, "w", force_zip64=True) as file:
                yield file
            return
        path = self._target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            yield file


class Archive:
    """Reads the files of an export."""

    def __init__(self, source: Path) -> None:
        """A folder or a .zip file; ArchiveUnreadableError."""
        self._folder = source
        self._reading: list[IO[bytes]] = []
        self._zip: zipfile.ZipFile | None = None
        if not source.is_dir():
            try:
                self._zip = zipfile.ZipFile(source)
            except _UNREADABLE as error:
                raise ArchiveUnreadableError(f"{source.name} is no export") from error

    def __enter__(self) -> Self:
        """Open."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, and what was not read to its end."""
        for file in self._reading:
            file.close()
        if self._zip is not None:
            self._zip.close()

    def read(self, name: str) -> bytes:
        """A whole file; ArchiveUnreadableError."""
        try:
            if self._zip is not None:
                return self._zip.read(name)
            return (self._folder / name).read_bytes()
        except _UNREADABLE as error:
            raise ArchiveUnreadableError(f"{name} is missing or unreadable") from error

    def has(self, name: str) -> bool:
        """Whether a file is there."""
        if self._zip is not None:
            return name in self._zip.namelist()
        return (self._folder / name).is_file()

    def digest(self, name: str) -> bytes:
        """SHA-256 of a file; ArchiveUnreadableError."""
        digest = sha256()
        with self._opened(name) as file:
            while part := file.read(_PART):
                digest.update(part)
        return digest.digest()

    def read_text(self, name: str) -> str:
        """A whole text file; ArchiveUnreadableError."""
        try:
            return self.read(name).decode()
        except UnicodeDecodeError as error:
            raise ArchiveUnreadableError(f"{name} is not text") from error

    def lines(self, name: str) -> Iterator[bytes]:
        """A text file line by line; ArchiveUnreadableError."""
        with self._opened(name) as lines:
            yield from lines

    @contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with self._zip.open(name) if self._zip else (self._folder / name).open("rb") as file:
                self._reading.append(file)
                yield file
                self._reading.remove(file)
        except _UNREADABLE as error:
            raise ArchiveUnreadableError(f"{name} is missing or unreadable") from error


class ArchivedTiles:
    """The tiles of an export, as the proofs read them."""

    def __init__(self, archive: Archive, size: int) -> None:
        """Tiles of a log of that size."""
        self._archive = archive
        self._size = size

    def __call__(self, names: Collection[TileName]) -> Mapping[TileName, bytes]:
        """The tiles of these names that are there and have their size."""
        found = {}
        for level, index in names:
            width = tile_width(level, index, self._size)
            if not 0 < width <= TILE_WIDTH:
                continue
            try:
                tile = self._archive.read(tile_path(level, index, width))
            except ArchiveUnreadableError:
                continue
            if len(tile) == width * HASH_SIZE:
                found[level, index] = tile
        return found
