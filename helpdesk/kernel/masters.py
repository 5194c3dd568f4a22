"""The master keys that wrap the keys of persons, while one takes the place of another."""

from __future__ import annotations

import os
from pathlib import Path

from helpdesk.kernel import files, secrets
from helpdesk.kernel.settings import SettingsError

KEY = "vault.key"
NEXT = "vault.next.key"
OLD = "vault.old.key"
_NEWEST_FIRST = (NEXT, KEY, OLD)


class MasterKeys:
    """The master keys of a folder of secrets; read again once a file of them has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[object, ...] = ()
        self._keys: tuple[bytes, ...] = ()
        self.current()

    def current(self) -> tuple[bytes, ...]:
        """Return the keys, the one that wraps first. Raises SettingsError where there is none."""
        seen = self._look()
        # A file that is renamed meanwhile is found at its new place.
        while seen != self._seen:
            keys = [_read(self._folder, name) for name in _NEWEST_FIRST]
            self._keys = tuple(dict.fromkeys(key for key in keys if key))
            self._seen, seen = seen, self._look()
        if not self._keys:
            raise SettingsError(f"secret {KEY} is missing: run 'helpdesk init' first")
        return self._keys

    def _look(self) -> tuple[object, ...]:
        return tuple(_stat(self._folder / name) for name in _NEWEST_FIRST)


def prepare(folder: Path) -> bool:
    """Make the next master key where none is in the making; return whether one was made."""
    if (folder / NEXT).exists() or (folder / OLD).exists():
        return False
    files.replace(folder / NEXT, os.urandom(32))
    return True


def promote(folder: Path) -> None:
    """Put the next master key in the place of the one in use, which stays as the old one."""
    if not (folder / NEXT).exists():
        return
    if not (folder / OLD).exists():
        (folder / OLD).hardlink_to(folder / KEY)
    (folder / NEXT).replace(folder / KEY)
    files.sync(folder)


def finish(folder: Path) -> None:
    """Destroy the old master key; nothing may be wrapped by it any more."""
    (folder / OLD).unlink(missing_ok=True)
    files.sync(folder)


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns


def _read(folder: Path, name: str) -> bytes:
    if not (folder / name).exists():
        return b""
    try:
        key = secrets.read(folder, name)
    except SettingsError:
        if (folder / name).exists():
            raise
        return b""
    if len(key) != 32:
        raise SettingsError(f"secret {name} is damaged: it is not 32 bytes long")
    return key
