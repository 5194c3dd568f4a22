"""Where gRPC listens: services behind the interceptor, health checks and reflection beside it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from helpdesk.kernel.rpc.client import OPTIONS
from helpdesk.kernel.rpc.secure import server_credentials
from helpdesk.kernel.rpc.server import Recorder, Servicer
from helpdesk.kernel.tls import Certificates

_UNARY_THREADS = 16
_STREAM_THREADS = 128
_GRACE_SECONDS = 10.0
# Who has a connection keeps it; so a process that was started later gets its share of the calls.
_CONNECTION_MILLISECONDS = 60_000


class Listening:
    """A server that answers."""

    def __init__(self, server: grpc.Server, checks: health.HealthServicer) -> None:
        self._server = server
        self._checks = checks

    def stop(self) -> threading.Event:
        """
        Tell health checks and callers to go elsewhere, and let running calls end.

        The event that is returned is set when they have ended, or their time is over.
        """
        self._checks.enter_graceful_shutdown()
        ended: threading.Event = self._server.stop(_GRACE_SECONDS)
        return ended


def serve(
    addresses: list[str], servicers: list[Servicer], certificates: Certificates | None = None
) -> Listening:
    """Serve at ``unix:<path>`` or ``host:port`` addresses, with TLS if set. Raises OSError."""
    streams = threading.Semaphore(_STREAM_THREADS)
    served = {servicer.name: servicer.served for servicer in servicers}
    server = grpc.server(
        ThreadPoolExecutor(_UNARY_THREADS + _STREAM_THREADS, thread_name_prefix="rpc"),
        interceptors=[Recorder(served, streams)],
        options=[
            *OPTIONS,
            ("grpc.so_reuseport", 0),
            ("grpc.max_connection_age_ms", _CONNECTION_MILLISECONDS),
        ],
    )
    for servicer in servicers:
        servicer.register(server)
    checks = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    names = [servicer.name for servicer in servicers]
    for name in ["", *names]:
        checks.set(name, health_pb2.HealthCheckResponse.SERVING)
    reflection.enable_server_reflection(
        [*names, health.SERVICE_NAME, reflection.SERVICE_NAME], server
    )
    for address in addresses:
        try:
            if certificates is None:
                bound = server.add_insecure_port(address)
            else:
                bound = server.add_secure_port(address, server_credentials(certificates))
        except RuntimeError as error:
            raise OSError(f"cannot listen at {address}") from error
        if not bound and not address.startswith("unix:"):
            raise OSError(f"cannot listen at {address}")
    server.start()
    return Listening(server, checks)
