"""Files that are there whole or not at all, whoever reads them and whenever the power goes."""

from __future__ import annotations

import os
from pathlib import Path


def replace(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put a file in a place, durably; a reader finds the one of before or this one."""
    # Under a name of its own, that no list of files takes for one of them.
    made = path.with_name(f".{path.name}.new")
    made.unlink(missing_ok=True)
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    made.replace(path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Have what was put into a folder, or taken out, outlast a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
