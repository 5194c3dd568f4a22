"""What runs every so many seconds."""

import logging
import threading

import pytest

from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.timers import Timer


class Times:
    """Counts how often it ran, and stops the timer at the last time."""

    def __init__(self, last, error=None):
        self.stopping, self.ran, self._last, self._error = threading.Event(), 0, last, error

    def __call__(self):
        self.ran += 1
        if self.ran == self._last:
            self.stopping.set()
        if self._error is not None:
            raise self._error


def test_it_runs_again_until_it_is_stopped():
    times = Times(3)
    Timer("ends", 0.001, times).run(times.stopping)
    assert times.ran == 3


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            Unavailable("STORE_UNAVAILABLE", "The database of ada@acme.example."),
            "STORE_UNAVAILABLE",
        ),
        (ValueError("ada@acme.example"), "ValueError"),
    ],
)
def test_what_fails_is_logged_by_its_kind_and_runs_again(caplog, error, said):
    times = Times(2, error)
    with caplog.at_level(logging.WARNING):
        Timer("ends", 0.001, times).run(times.stopping)

    assert times.ran == 2
    assert said in caplog.text
    assert "ada" not in caplog.text


def test_it_does_not_run_while_it_is_anothers():
    times, asked = Times(1), []

    def mine():
        asked.append(len(asked))
        return len(asked) == 3

    Timer("ends", 0.001, times).run(times.stopping, mine)
    assert (len(asked), times.ran) == (3, 1)
