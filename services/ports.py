"""Ports of loopback: each is given to one caller only, whichever process of this machine asks."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from collections import deque
from functools import cache
from pathlib import Path

# scripts/up takes those below for engines. From 32768 on Linux gives ports to connections; one of
# those might have ours when we come back.
_PORTS = range(20_480, 32_768)
# Who was given a port before so many others were listens there by now, or never will.
_KEPT = 1_000
_given: deque[int] = deque()


def free_address() -> str:
    """
    Return an address on loopback where nobody listens.

    As long as the process that asked lives, it is not given again, nor to any other process of the
    same user: who will listen there may start much later. A process has its last 1,000 addresses.
    Raises OSError where the folder for temporary files cannot be written.
    """
    while True:
        port = random.choice(_PORTS)  # noqa: S311  # not a secret
        if port in _given or not _claim(port):
            continue
        _given.append(port)
        if len(_given) > _KEPT:
            fcntl.lockf(_ledger(), fcntl.LOCK_UN, 1, _given.popleft())
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return f"127.0.0.1:{port}"


def _claim(port: int) -> bool:
    # A record lock ends with its process, whatever ends that, and is not inherited.
    try:
        fcntl.lockf(_ledger(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except BlockingIOError:
        return False
    return True


@cache
def _ledger() -> int:
    # Closing any descriptor of the file gives up all locks: it is opened once and stays.
    path = Path(tempfile.gettempdir()) / f"helpdesk-ports-{os.getuid()}"
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
