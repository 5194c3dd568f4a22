"""What runs every so many seconds beside a service."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.kernel.errors import Unavailable

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Timer:
    """
    A function that runs every so many seconds.

    It runs in one process of a service at a time; where it is about what a process keeps in its
    memory, ``everywhere`` makes it run in each that serves.
    """

    name: str
    seconds: float
    function: Callable[[], object]
    everywhere: bool = False

    def run(self, stopping: threading.Event, mine: Callable[[], bool] = lambda: True) -> None:
        """
        Run it until ``stopping`` is set, each time where it is ``mine`` to run.

        What it fails with is logged by its kind, and it runs again.
        """
        while not stopping.wait(self.seconds):
            if not mine():
                continue
            try:
                self.function()
            except Unavailable as error:
                _log.warning("%s: %s", self.name, error.reason)
            except Exception as error:
                _log.error("%s failed with %s", self.name, type(error).__name__)
