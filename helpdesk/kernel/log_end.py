"""How far a log is, for those who wait for more of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence


class LogEnd:
    """
    The end of a log that grows; ``position`` is the newest one that readers can see.

    Who waits for facts of some names is woken by those only, as far as it is known of which names
    they are: what came before the start, or from another process, may be of any.
    """

    def __init__(self, position: int) -> None:
        self.position = position
        self._lock = threading.Lock()
        self._waiting: dict[frozenset[str], threading.Condition] = {}
        self._newest_of: dict[str, int] = {}
        self._unnamed = position

    def advance(self, position: int, names: Sequence[str] = ()) -> None:
        """Note that the log reached a position, by facts of these names where no other came."""
        with self._lock:
            if position <= self.position:
                return
            known = position == self.position + len(names)
            self.position = position
            if known:
                self._newest_of.update(dict.fromkeys(names, position))
            else:
                self._unnamed = position
            for wanted, moved in self._waiting.items():
                if not known or not wanted or not wanted.isdisjoint(names):
                    moved.notify_all()

    def wait(
        self, position: int, timeout: float, names: Iterable[str], unless: Callable[[], bool]
    ) -> bool:
        """
        Wait until there may be a fact of one of the names, of any without, at or after a position.

        False when there was none in time (seconds), or when ``unless`` held, which is asked at each
        ``wake``.
        """
        wanted = frozenset(names)
        with self._lock:
            moved = self._waiting.setdefault(wanted, threading.Condition(self._lock))
            moved.wait_for(lambda: self._last(wanted) >= position or unless(), timeout)
            return self._last(wanted) >= position

    def reached(self, after: int, names: Iterable[str]) -> int:
        """Return how far the facts of these names were read by who read them up to ``after``."""
        with self._lock:
            return after if self._last(frozenset(names)) > after else max(after, self.position)

    def wake(self) -> None:
        """Let those who wait look again."""
        with self._lock:
            for moved in self._waiting.values():
                moved.notify_all()

    def _last(self, names: frozenset[str]) -> int:
        if not names:
            return self.position
        return max(self._unnamed, *(self._newest_of.get(name, 0) for name in names))
