"""Free addresses: nobody is given one that somebody was given before."""

import socket
import subprocess
import sys
from collections import deque

import pytest

from services import ports
from services.ports import free_address


@pytest.fixture
def given(monkeypatch):
    """Three ports that this process was given, which keeps no more than so many."""
    monkeypatch.setattr(ports, "_given", deque())
    monkeypatch.setattr(ports, "_KEPT", 3)
    return [port_of(free_address()) for _ in range(3)]


def port_of(address):
    return int(address.rpartition(":")[2])


def elsewhere(choice):
    """Return which of these ports another process is given."""
    asks = f"from services import ports; ports._PORTS = {choice}; print(ports.free_address())"
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return port_of(done.stdout.strip())


def test_an_address_is_given_once():
    assert len({free_address() for _ in range(200)}) == 200


def test_no_address_is_one_that_connections_get():
    assert all(port_of(free_address()) < 32_768 for _ in range(200))


def test_another_process_is_given_none_of_ours(given):
    # The first is given up for the fourth, so there is one that the other may have.
    free_address()

    assert elsewhere(given) == given[0]


def test_a_port_of_a_process_that_ended_is_given_again():
    theirs = elsewhere(list(ports._PORTS))

    assert elsewhere([theirs]) == theirs


def test_a_port_at_which_somebody_listens_is_given_to_nobody(given):
    free_address()
    free_address()
    with socket.create_server(("127.0.0.1", given[0])):
        assert elsewhere(given) == given[1]
