"""Signals that ask a process to end come while it waits, and must not wait for it."""

import os
import signal
import threading

import pytest

from services.running import when_asked_to_end
from tests.support.waiting import wait_until


@pytest.fixture(autouse=True)
def handlers():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_ends_a_process_that_holds_the_lock_which_ending_needs():
    lock, ended = threading.Lock(), []

    def stop():
        if lock.acquire(timeout=10):
            ended.append(threading.current_thread() is not threading.main_thread())

    when_asked_to_end(stop)
    with lock:
        os.kill(os.getpid(), signal.SIGTERM)

    assert wait_until(lambda: ended == [True], pause=0.01)
