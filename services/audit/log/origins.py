"""The name of a log: made with its keys, and never changed once something is signed."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

ORIGIN = "audit.origin"
"""File beside the keys that holds the name."""
_BEFORE = "helpdesk/audit"
_NOWHERE = "helpdesk.invalid"
_NAMED = 8


def new_origin(url: str) -> str:
    """
    A name for a new log that no other has, below the address that people type.

    It is a URL without its scheme, as C2SP tlog-checkpoint wants it ("Note text"), and the one that
    the tiles have where they are served below /log.
    """
    host = urlsplit(url).netloc or _NOWHERE
    return f"{host}/log/{os.urandom(_NAMED).hex()}"


def read_origin(folder: Path) -> str:
    """
    The name beside the keys of a folder.

    Keys that were made before logs had names of their own have none: theirs was one for all.
    """
    try:
        return (folder / ORIGIN).read_text().strip()
    except FileNotFoundError:
        return _BEFORE
