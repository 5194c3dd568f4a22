"""Waiting for a condition, in place of sleeping."""

import time

PATIENCE = 60.0
"""Seconds to wait for what should come: far more than it takes, also beside other tests."""

AT_ONCE = 5.0
"""Seconds for what is pushed, and would come by itself after minutes. Benchmarks measure it."""

ALARM = 10.0
"""Seconds within which a missing or doubled number is told; it takes 2 to 4 on a busy machine."""


def wait_until(condition, timeout=PATIENCE, pause=0.02):
    """Ask again until the condition holds; False when it did not in time (seconds)."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
