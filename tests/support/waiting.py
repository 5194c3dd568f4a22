"""Waiting for a condition, in place of sleeping."""

import time


def wait_until(condition, timeout=5.0, pause=0.02):
    """Ask again until the condition holds; False when it did not in time (seconds)."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
