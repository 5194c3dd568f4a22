"""States of long streams, kept so that the next load folds only what is new."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

LEAST = 8
"""How many events a stream has at least whose state is kept."""
MOST = 1024
"""How many states are kept; that which was not asked for the longest goes first."""
_Key = tuple[UUID, Callable[[Any, Any], Any]]


class FoldedStates:
    """
    The states of streams by stream and ``evolve``, which never change what they were given.

    A state may hold what was opened with persons' keys: one that was folded before keys were let
    go of, in another ``generation`` of the vault, is not used again. Safe for several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, tuple[int, Any, int]] = OrderedDict()
        self._turns: dict[_Key, tuple[threading.Lock, int]] = {}

    @contextmanager
    def turn(self, key: _Key) -> Iterator[None]:
        """
        Let one thread at a time load a stream, so that the next ones fold on what it kept.

        Without that all calls that wait for a long stream fold the whole of it beside each other,
        and none may be done before its callers ask again.
        """
        with self._lock:
            lock, loading = self._turns.get(key, (threading.Lock(), 0))
            self._turns[key] = lock, loading + 1
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, loading = self._turns.pop(key)
                if loading > 1:
                    self._turns[key] = lock, loading - 1

    def get(self, key: _Key, generation: int) -> tuple[Any, int] | None:
        """Return a state and its version, None where there is none of this generation."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            if found[0] != generation:
                del self._kept[key]
                return None
            self._kept.move_to_end(key)
            return found[1], found[2]

    def keep(self, key: _Key, generation: int, state: Any, version: int) -> None:
        """Keep the state of a stream at a version, unless it is short."""
        if version < LEAST:
            return
        with self._lock:
            self._kept[key] = (generation, state, version)
            self._kept.move_to_end(key)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
