"""Mail servers that stop while somebody is connected: no connection outlives them."""

import smtplib
import socket
from contextlib import ExitStack

import pytest

from helpdesk.kernel.smtp import LmtpController, SmtpController
from services.ports import free_address
from tests.support.waiting import PATIENCE


class Taking:
    """Takes every mail."""

    async def handle_DATA(self, _server, _session, _envelope):  # noqa: N802  # the library's name
        return "250 OK"


@pytest.fixture(params=[SmtpController, LmtpController])
def controller(request):
    host, _, port = free_address().rpartition(":")
    controller = request.param(Taking(), hostname=host, port=int(port))
    served, made = [], controller.factory

    def noted():
        served.append(made())
        return served[-1]

    controller.factory, controller.served = noted, served
    controller.start()
    return controller


def connected(controller):
    return socket.create_connection((controller.hostname, controller.port), PATIENCE)


def left_open(controller):
    """Stop, and return the server's ends of connections that nobody closed; close them."""
    controller.stop()
    left = [each.transport for each in controller.served if each.transport is not None]
    for transport in left:
        transport._sock.close()
    return left


def test_clients_that_have_just_connected_are_disconnected(controller):
    with ExitStack() as clients:
        for _ in range(10):
            clients.enter_context(connected(controller))

        assert left_open(controller) == []


def test_a_client_that_stays_is_disconnected(controller):
    with connected(controller) as client:
        assert client.recv(3) == b"220"

        assert left_open(controller) == []
        assert client.recv(1000).endswith(b"\n")
        assert client.recv(1) == b""


def test_a_client_that_was_just_answered_leaves_nothing(controller):
    kind = smtplib.LMTP if isinstance(controller, LmtpController) else smtplib.SMTP
    with kind(controller.hostname, controller.port) as client:
        client.sendmail("a@x.example", ["b@x.example"], b"Subject: hello\n\nhello\n")

    assert left_open(controller) == []


def test_one_that_cannot_start_stops_too(controller):
    other = SmtpController(Taking(), hostname=controller.hostname, port=controller.port)
    with pytest.raises(OSError, match="address already in use"):
        other.start()
    other.stop()
    other.loop.close()
    controller.stop()
