"""What a broker delivers, on its way to the inbox: in batches and in order, handed back in time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from helpdesk.kernel import broker
from helpdesk.kernel.bus import Consumer
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.inbox import CannotHandle, Delivery, Inbox
from helpdesk.kernel.store import Store

PREFETCH = 100
"""How many facts a consumer holds at most that it has not acknowledged."""
PATIENCE = 60.0
"""How many seconds a worker waits for an engine before it gives back what it holds."""
_log = logging.getLogger(__name__)
_TRIES = 5
_RETURNS = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_CANCEL_SECONDS = 5.0
_ALONE_SECONDS = 5.0


class Flow:
    """
    How many facts of its queue a worker takes at once: none, one, or many.

    None while what they are written to is away: a broker takes back what is not acknowledged for
    long, and counts each return. One after each connection, until a fact comes that was not
    returned again and again: so a fact that takes the process with it comes to the broker's limit
    alone, without those that wait behind it. One as well where another worker is to handle the
    queue: what comes here all the same shows that this one stands in its way.
    """

    def __init__(self) -> None:
        self._careful = True
        self._away = False
        self._own = True
        self._alone_until = 0.0
        self._stopped = threading.Event()
        self._stopped.set()

    @property
    def wanted(self) -> int:
        """How many facts to hold at most."""
        if self._away:
            return 0
        return 1 if self._careful or self.in_the_way else PREFETCH

    @property
    def in_the_way(self) -> bool:
        """Whether another worker is there that is to have what comes."""
        return not self._own and time.monotonic() > self._alone_until

    def assign(self, *, own: bool) -> None:
        """Note whether this worker is to handle the queue, of all that live."""
        self._own = own

    def alone(self) -> None:
        """Note that nobody else consumes the queue, which counts for a moment."""
        self._alone_until = time.monotonic() + _ALONE_SECONDS

    def begin(self) -> None:
        """Note that there is a new connection; everything that was held is given back."""
        self._careful = True
        self.applied(0)

    def applied(self, count: int) -> None:
        """Note that so many are taken at once from now on."""
        if count:
            self._stopped.clear()
        else:
            self._stopped.set()

    def came(self, returned: int) -> None:
        """Note that a fact came that was given back so often before."""
        if returned < _RETURNS:
            self._careful = False

    def halt(self) -> None:
        """Take nothing more; returns when nothing more comes, or that cannot be had."""
        self._away = True
        self._stopped.wait(_CANCEL_SECONDS)

    def go_on(self) -> None:
        """Take facts again."""
        self._away = False


class _Turn:
    """A delivery that waits for its turn, and how that ended."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.done = threading.Event()
        self.settled = True
        self.error: Exception | None = None

    def end(self, error: Exception | None = None, *, settled: bool = True) -> None:
        """Let who waits go on; the first end counts."""
        if not self.done.is_set():
            self.settled, self.error = settled, error
            self.done.set()


class Driver:
    """
    Hands what is in flight to the inbox, in batches and in order.

    While the store, or what the consumer writes to, is away it tries on. After ``patience`` seconds
    it gives what is in flight back to the broker once, and takes nothing until it got through.
    """

    def __init__(self, consumer: Consumer, store: Store, patience: float = PATIENCE) -> None:
        self.name = consumer.name
        self.flow = Flow()
        self._patience = patience
        self._inbox = Inbox(consumer, store)
        self._waiting: list[_Turn] = []
        self._moved = threading.Condition()
        self._ended = False
        self._abandon_at = float("inf")
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def take(self, headers: Mapping[str, Any], body: bytes | str | memoryview) -> bool:
        """
        Return True when the message was handled or parked, False where it shall come again.

        Raises CannotHandle, and ValueError for what is no event.
        """
        source, row, after = broker.read(headers, body)
        turn = _Turn(Delivery(source, row, after, broker.traceparent(headers)))
        with self._moved:
            self._waiting.append(turn)
            self._moved.notify()
        turn.done.wait()
        if turn.error is not None:
            raise turn.error
        return turn.settled

    def hurry(self, seconds: float) -> None:
        """Give what cannot be handled back to the broker after so many seconds."""
        self._abandon_at = time.monotonic() + seconds

    def stop(self) -> None:
        """End after the batch that is being handled."""
        with self._moved:
            self._ended = True
            self._moved.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._moved:
                self._moved.wait_for(lambda: bool(self._waiting) or self._ended, timeout=2.0)
                if self._ended and not self._waiting:
                    return
                turns, self._waiting = self._waiting, []
            if turns:
                self._deliver(turns)
            else:
                self._resume()

    def _resume(self) -> None:
        try:
            self._inbox.resume()
        except (Unavailable, CannotHandle) as error:
            _log.warning("%s cannot go on with what is parked: %s", self.name, error)

    def _deliver(self, turns: list[_Turn]) -> None:
        began, tries, pause = time.monotonic(), 0, _FIRST_PAUSE
        while turns:
            try:
                self._inbox.take([turn.delivery for turn in turns])
                break
            except CannotHandle as error:
                tries += 1
                at = (error.delivery.source, error.delivery.row.position)
                cause = type(error.__cause__).__name__
                _log.error("%s cannot handle %s: %s, try %d", self.name, error, cause, tries)
                if tries >= _TRIES:
                    turns = _without(turns, at, error)
                    tries, pause = 0, _FIRST_PAUSE
                    continue
            except Exception as error:
                # The store, or what the consumer writes to: it is not the fact's fault.
                _log.warning("%s waits: %s", self.name, type(error).__name__)
                if time.monotonic() - began > self._patience:
                    self._hand_back(turns)
            if time.monotonic() > self._abandon_at:
                _end(turns, settled=False)
                break
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        _end(turns)
        self.flow.go_on()

    def _hand_back(self, turns: Sequence[_Turn]) -> None:
        # They are tried on all the same: what comes again is then found to be handled.
        self.flow.halt()
        with self._moved:
            waiting, self._waiting = self._waiting, []
        _end([*turns, *waiting], settled=False)


def _without(turns: Sequence[_Turn], at: tuple[str, int], error: CannotHandle) -> list[_Turn]:
    failed = [t for t in turns if (t.delivery.source, t.delivery.row.position) == at]
    _end(failed, error)
    return [turn for turn in turns if turn not in failed]


def _end(turns: Sequence[_Turn], error: Exception | None = None, *, settled: bool = True) -> None:
    for turn in turns:
        turn.end(error, settled=settled)
