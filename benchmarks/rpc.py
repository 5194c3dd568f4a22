"""An RPC through the interceptor, with token, rules and record, against a bare gRPC echo."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, wrappers_pb2

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
from helpdesk.kernel.rpc.client import OPTIONS, Caller
from helpdesk.kernel.rpc.listening import serve
from helpdesk.kernel.rpc.refused import RefusedCalls
from helpdesk.kernel.rpc.server import Served, Servicer
from helpdesk.options.v1 import options_pb2
from services.demo.domain import sample
from services.identity.service import SERVICE as IDENTITY

_SERVICE = "helpdesk.benchmark.v1.EchoService"
_PATH = f"/{_SERVICE}/Echo"
_AIM_MS = 0.3
_ENDED = 1000
_RULE: Any = options_pb2.rule


class _Bare(grpc.GenericRpcHandler):
    def service(self, details: Any) -> Any:
        if details.method == _PATH:
            return grpc.unary_unary_rpc_method_handler(lambda data, _: data)
        return None


def run(runs: int = 300) -> list[dict[str, Any]]:
    """A public method, one that services call inside an action, and one that leaves a record."""
    with running([IDENTITY]) as product, _bare() as bare:
        product.load({kind: list(rows) for kind, rows in sample().records.items()})
        keys = product.stub(tokens_pb2_grpc.TokenServiceStub, "identity")
        internal = product.stub(internal_pb2_grpc.DirectoryInternalServiceStub, "identity")
        me = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
        service = product.caller(sub="email", roles=["SERVICE"])
        person = product.caller(sub="agent", partner="p", sid="s", roles=["HELP_DESK"])
        nobody = internal_pb2.ResolveAddressRequest(address="nobody@nowhere.example")
        answer = person(me.GetMe, directory_pb2.GetMeRequest()).SerializeToString()
        echo: Any = bare.unary_unary(_PATH)
        calls = {
            "rpc, public": lambda _: service(keys.GetKeys, tokens_pb2.GetKeysRequest()),
            "rpc, token": lambda _: service(internal.ResolveAddress, nobody),
            "rpc, token and record": lambda _: person(me.GetMe, directory_pb2.GetMeRequest()),
        }
        rows = [
            milliseconds(name, call, lambda _: echo(answer), runs) for name, call in calls.items()
        ]
        with _checked(product) as checked:
            return [*rows, *_check(product, checked, bare, answer, runs)]


def _check(
    product: Product, checked: grpc.Channel, bare: grpc.Channel, data: bytes, runs: int
) -> Iterator[dict[str, Any]]:
    """What the check of a call adds to an echo: token, standing, role, and nothing else."""
    standing = product.host.standing
    for number in range(_ENDED):
        standing.end("person", f"somebody {number}", number, time.time())
    claims = {"sub": "agent", "partner": "p", "sid": "s", "view": "v", "roles": ["HELP_DESK"]}
    one = product.token(**claims)
    request = wrappers_pb2.BytesValue(value=data)
    ours, theirs = (_echo_of(channel) for channel in (checked, bare))
    call = Caller()
    for name, tokens in (
        ("seen before", [one] * (runs + 20)),
        ("seen first", [product.token(**claims) for _ in range(runs + 20)]),
    ):
        times = []
        for token in tokens:
            began = time.perf_counter()
            call(ours, request, token=token)
            between = time.perf_counter()
            call(theirs, request, token=token)
            times.append((between - began, time.perf_counter() - between))
        mine, bare_ones = (median(each[side] for each in times[20:]) for side in (0, 1))
        added = (mine - bare_ones) * 1000
        yield row(f"check, token {name}, aim", added, _AIM_MS, "ms", _AIM_MS / added, runs)


def _echo_of(channel: grpc.Channel) -> Any:
    return channel.unary_unary(
        _PATH,
        request_serializer=wrappers_pb2.BytesValue.SerializeToString,
        response_deserializer=wrappers_pb2.BytesValue.FromString,
    )


@contextmanager
def _bare() -> Iterator[grpc.Channel]:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(16) as pool:
        server = grpc.server(pool, handlers=[_Bare()], options=OPTIONS)
        server.add_insecure_port(f"unix:{folder}/echo")
        server.start()
        with grpc.insecure_channel(f"unix:{folder}/echo", options=OPTIONS) as channel:
            yield channel
        server.stop(grace=0).wait()


@contextmanager
def _checked(product: Product) -> Iterator[grpc.Channel]:
    """Serve the same echo behind the interceptor, as a method that leaves no record."""
    _describe()
    store = product.host.running["identity"].store
    if store is None:
        raise ValueError("identity has a store")
    wiring, standing = product.host.wiring, product.host.standing.check
    served = Served(
        store,
        wiring.verifier("identity"),
        RefusedCalls(store),
        wiring.tickets("email"),
        standing=standing,
    )
    with tempfile.TemporaryDirectory() as folder:
        address = f"unix:{folder}/checked"
        server = serve([address], [Servicer(_SERVICE, _register, served)])
        with grpc.insecure_channel(address, options=OPTIONS) as channel:
            yield channel
        server.stop().wait()


def _register(server: grpc.Server) -> None:
    echo: Any = grpc.unary_unary_rpc_method_handler(lambda request, _: request)
    handler = grpc.method_handlers_generic_handler(_SERVICE, {"Echo": echo})
    server.add_generic_rpc_handlers((handler,))


def _describe() -> None:
    package, _, name = _SERVICE.rpartition(".")
    file = descriptor_pb2.FileDescriptorProto(
        name="helpdesk/benchmark/v1/echo.proto",
        package=package,
        syntax="proto3",
        dependency=["google/protobuf/wrappers.proto", "helpdesk/options/v1/options.proto"],
    )
    method = file.service.add(name=name).method.add(
        name="Echo",
        input_type=".google.protobuf.BytesValue",
        output_type=".google.protobuf.BytesValue",
    )
    rule = method.options.Extensions[_RULE]
    rule.effect = options_pb2.EFFECT_READS
    rule.roles.append(options_pb2.ROLE_HELP_DESK)
    descriptor_pool.Default().Add(file)
