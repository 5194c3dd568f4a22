"""All interceptors over PostgreSQL against a bare grpc.aio echo, one caller and eight."""

import asyncio
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import grpc

from benchmarks.engines import in_turn, running
from benchmarks.measuring import Call, row
from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc, internal_pb2, internal_pb2_grpc
from helpdesk.kernel.rpc.client import OPTIONS, open_channel
from services.demo.domain import sample
from services.identity.service import SERVICE as IDENTITY

_PATH = "/benchmark.Echo/Echo"
CALLERS = (1, 8)
_AIM = 0.6


class _Echo(grpc.GenericRpcHandler):
    def service(self, details: Any) -> Any:
        if details.method == _PATH:
            return grpc.unary_unary_rpc_method_handler(_echo)
        return None


async def _echo(data: bytes, _: Any) -> bytes:
    return data


@contextmanager
def _echoing() -> Iterator[str]:
    """Serve the echo on a loop of its own; yield its address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> tuple[Any, int]:
        server = grpc.aio.server(handlers=[_Echo()], options=OPTIONS)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        return server, port

    server, port = asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def run(rounds: int = 7, calls: int = 200) -> list[dict[str, Any]]:
    """Calls a second of a method without a record and of one that stores it before it answers."""
    with running([IDENTITY]) as product, _echoing() as address, ExitStack() as opened:
        records = {kind: list(rows) for kind, rows in sample().records.items()}
        product.load(records)
        partner = records["organizations"][0]["managedBy"][0]
        # Both sides answer at a port: a unix socket, as within a process, is faster.
        channel = opened.enter_context(open_channel(product.env["HELPDESK_GRPC_ADDRESS"]))
        internal: Any = internal_pb2_grpc.DirectoryInternalServiceStub(channel)
        me: Any = directory_pb2_grpc.DirectoryServiceStub(channel)
        service = product.caller(sub="email", roles=["SERVICE"])
        person = product.caller(sub="agent", partner=partner, roles=["HELP_DESK"])
        nobody = internal_pb2.ResolveAddressRequest(address="nobody@nowhere.example")
        answer = person(me.GetMe, directory_pb2.GetMeRequest()).SerializeToString()
        with grpc.insecure_channel(address, options=OPTIONS) as bare:
            echo: Any = bare.unary_unary(_PATH)
            ours: dict[str, Call] = {
                "token": lambda _: service(internal.ResolveAddress, nobody),
                "token and record": lambda _: person(me.GetMe, directory_pb2.GetMeRequest()),
            }
            return [
                _row(
                    f"rpc, {name}, {callers} at once",
                    call,
                    lambda _: echo(answer),
                    callers,
                    calls,
                    rounds,
                )
                for name, call in ours.items()
                for callers in CALLERS
            ]


def _row(
    name: str, ours: Call, peer: Call, callers: int, calls: int, rounds: int
) -> dict[str, Any]:
    with ThreadPoolExecutor(callers) as pool:

        def rate(call: Call) -> float:
            began = time.perf_counter()
            for _ in pool.map(call, range(calls)):
                pass
            return calls / (time.perf_counter() - began)

        found = in_turn(lambda _: rate(ours), lambda _: rate(peer), rounds)
    mine, theirs = (statistics.median(side) for side in zip(*found, strict=True))
    ratio = statistics.median(one / other for one, other in found)
    return row(name, mine, theirs, "calls/s", ratio, rounds * calls, _AIM)
