"""An RPC through the interceptor, with token, rules and record, against a bare gRPC echo."""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from benchmarks.measuring import milliseconds, row
from benchmarks.product import Product, running
from helpdesk.identity.v1 import (
    directory_pb2,
    directory_pb2_grpc,
    internal_pb2,
    internal_pb2_grpc,
    tokens_pb2,
    tokens_pb2_grpc,
)
from helpdesk.kernel.rpc.client import OPTIONS
from services.demo.domain import sample
from services.identity.service import SERVICE as IDENTITY

_PATH = "/benchmark.Echo/Echo"
_AIM_MS = 0.3


class _Echo(grpc.GenericRpcHandler):
    def service(self, details: Any) -> Any:
        if details.method == _PATH:
            return grpc.unary_unary_rpc_method_handler(lambda data, _: data)
        return None


def run(runs: int = 300) -> list[dict[str, Any]]:
    """A public method, one that services call inside an action, and one that leaves a record."""
    with (
        running([IDENTITY]) as product,
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(16) as pool,
    ):
        product.load({kind: list(rows) for kind, rows in sample().records.items()})
        server = grpc.server(pool, handlers=[_Echo()], options=OPTIONS)
        server.add_insecure_port(f"unix:{folder}/echo")
        server.start()
        keys = product.stub(tokens_pb2_grpc.TokenServiceStub, "identity")
        internal = product.stub(internal_pb2_grpc.DirectoryInternalServiceStub, "identity")
        me = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
        service = product.caller(sub="search", roles=["SERVICE"])
        person = product.caller(sub="agent", partner="p", sid="s", roles=["HELP_DESK"])
        nobody = internal_pb2.ResolveAddressRequest(address="nobody@nowhere.example")
        answer = person(me.GetMe, directory_pb2.GetMeRequest()).SerializeToString()
        with grpc.insecure_channel(f"unix:{folder}/echo", options=OPTIONS) as bare:
            echo: Any = bare.unary_unary(_PATH)
            calls = {
                "rpc, public": lambda _: service(keys.GetKeys, tokens_pb2.GetKeysRequest()),
                "rpc, token": lambda _: service(internal.ResolveAddress, nobody),
                "rpc, token and record": lambda _: person(me.GetMe, directory_pb2.GetMeRequest()),
            }
            rows = [
                milliseconds(name, call, lambda _: echo(answer), runs)
                for name, call in calls.items()
            ]
        server.stop(grace=0)
        return [*rows, _check(product)]


def _check(product: Product, runs: int = 10_000) -> dict[str, Any]:
    """What proving a call costs in it: the token, known by its digest, and what ended lately."""
    verifier, standing = product.host.wiring.verifier("search"), product.host.standing
    claims = {"sub": "agent", "partner": "p", "sid": "s", "view": "v", "roles": ["HELP_DESK"]}
    token = product.token(**claims)
    for number in range(1000):
        standing.end("person", f"somebody {number}", number, time.time())
    standing.check(verifier.checked(token))
    began = time.perf_counter()
    for _ in range(runs):
        standing.check(verifier.checked(token))
    added = (time.perf_counter() - began) / runs * 1000
    return row("check of a call, aim", added, _AIM_MS, "ms", _AIM_MS / added, runs)
