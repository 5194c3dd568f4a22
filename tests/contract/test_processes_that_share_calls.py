"""Several processes of one service: calls go to all of them, and one that stops loses none."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import grpc
import psutil
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from helpdesk.eventlog.v1 import eventlog_pb2, eventlog_pb2_grpc
from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from helpdesk.kernel.rpc import listening
from helpdesk.kernel.rpc.client import open_channel
from helpdesk.kernel.rpc.standing import IDENTITY
from services.identity.service import SERVICE
from tests.support.product import free_address, person_id, running_product, small_directory
from tests.support.waiting import wait_until

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture
def named():
    """Servers that answer with their own number, and the name that stands for all of them."""
    servers, addresses = [], []
    for number in range(3):
        server = grpc.server(ThreadPoolExecutor(2))
        handler = grpc.unary_unary_rpc_method_handler(lambda _, __, own=number: b"%d" % own)
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("t.T", {"M": handler})])  # fmt: skip
        addresses.append(free_address())
        server.add_insecure_port(addresses[-1])
        server.start()
        servers.append(server)
    yield f"ipv4:{','.join(addresses)}", servers
    for server in servers:
        server.stop(None).wait()


def test_calls_go_to_all_that_a_name_stands_for(named):
    name, servers = named
    with open_channel(name) as channel:
        ask = channel.unary_unary("/t.T/M")

        def everybody_answers():
            return len({ask(b"", timeout=60) for _ in range(12)}) == 3

        assert wait_until(everybody_answers)
        shares = Counter(ask(b"", timeout=60) for _ in range(30))
        assert max(shares.values()) - min(shares.values()) <= 2
        servers[0].stop(5).wait()
        left = {ask(b"", timeout=60) for _ in range(30)}

    assert left == {b"1", b"2"}


def connections(address):
    port = int(address.rpartition(":")[2])
    found = psutil.Process().net_connections("tcp")
    return {each.laddr.port for each in found if each.raddr and each.raddr.port == port}


def test_connections_are_renewed_and_no_call_fails(monkeypatch):
    monkeypatch.setattr(listening, "_CONNECTION_MILLISECONDS", 300)
    address, seen = free_address(), set()
    server = listening.serve([address], [])
    try:
        with open_channel(address) as channel:
            stub = health_pb2_grpc.HealthStub(channel)

            def renewed():
                answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=60)
                assert answer.status == SERVING
                seen.update(connections(address))
                return len(seen) >= 4

            assert wait_until(renewed)
    finally:
        server.stop().wait()


@pytest.fixture
def stopping(tmp_path):
    """A process of identity, which a test may ask to stop."""
    with ExitStack() as running:
        address = free_address()
        product = running.enter_context(
            running_product(
                tmp_path, [SERVICE], directory=small_directory(), HELPDESK_GRPC_ADDRESS=address
            )
        )
        product.address = address
        ending = threading.Thread(target=running.close)
        product.stop = ending.start
        yield product
        ending.join()


def test_a_process_that_stops_says_so_and_answers_what_it_has_begun(stopping, monkeypatch):
    store, begun, may_end = stopping.store_of("identity"), threading.Event(), threading.Event()
    commit = store.commit

    def slow(unit):
        begun.set()
        assert may_end.wait(60)
        return commit(unit)

    monkeypatch.setattr(store, "commit", slow)
    with open_channel(stopping.address) as channel, ThreadPoolExecutor(1) as pool:
        watched = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        first = next(watched).status
        request = directory_pb2.GetUserRequest(user_id=person_id("acme_user"), ticket="INC-1")
        stub = directory_pb2_grpc.DirectoryServiceStub(channel)
        call = pool.submit(stopping.caller("north_agent"), stub.GetUser, request, timeout=60)
        assert begun.wait(60)
        stopping.stop()
        then = next(watched).status
        watched.cancel()
        running = call.running()
        may_end.set()
        answer = call.result(60)

    assert (first, then) == (SERVING, NOT_SERVING)
    assert running
    assert answer.user.user_id == person_id("acme_user")


def test_who_follows_a_log_of_a_process_that_stops_is_not_cut_off(stopping):
    with open_channel(stopping.address) as channel:
        stub = eventlog_pb2_grpc.EventLogServiceStub(channel)
        request = eventlog_pb2.ReadEventsRequest(
            source="identity", names=list(IDENTITY[1]), follow=True, beat=True
        )
        caller = stopping.caller(sub="email", roles=["SERVICE"])
        answers = caller.stream(stub.ReadEvents, request, timeout=60)
        next(answers)
        stopping.stop()
        # An end, not an error.
        rest = list(answers)

    assert len(rest) <= 3
