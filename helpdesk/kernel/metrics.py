"""Metrics for Prometheus; labels come from closed lists of ours, never from what was sent."""

from __future__ import annotations

import logging
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, MetricsHandler
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.5
_SCRAPE_SECONDS = 10.0
_FAST = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_SLOW = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0)
_CODE = re.compile(r"[A-Z][A-Z_]{1,39}")

REGISTRY = CollectorRegistry()
RPC_SECONDS = Histogram(
    "helpdesk_rpc_seconds",
    "Time to answer a unary call, its record included.",
    ("method", "outcome"),
    buckets=_FAST,
    registry=REGISTRY,
)
RPC_STREAMS = Counter(
    "helpdesk_rpc_streams", "Streams that ended.", ("method", "outcome"), registry=REGISTRY
)
REFUSED_CALLS = Counter(
    "helpdesk_refused_calls",
    "Calls without a valid token.",
    ("service", "reason"),
    registry=REGISTRY,
)
COMMIT_SECONDS = Histogram(
    "helpdesk_store_commit_seconds",
    "Time until what a caller staged is durable.",
    ("service",),
    buckets=_FAST,
    registry=REGISTRY,
)
HTTP_SECONDS = Histogram(
    "helpdesk_http_seconds",
    "Time to answer a request of a browser.",
    ("route", "method", "status"),
    buckets=_FAST,
    registry=REGISTRY,
)
WEBHOOKS_REFUSED = Counter(
    "helpdesk_webhooks_refused",
    "Webhook deliveries or events that were refused.",
    ("provider", "reason"),
    registry=REGISTRY,
)
HANDLED_DELAY = Histogram(
    "helpdesk_consumer_delay_seconds",
    "Time from the commit of a fact until a consumer's effect of it is durable.",
    ("consumer",),
    buckets=_SLOW,
    registry=REGISTRY,
)
HANDLED_NEWEST = Gauge(
    "helpdesk_consumer_newest_fact_timestamp_seconds",
    "When the newest fact that a consumer handled was committed.",
    ("consumer", "source"),
    registry=REGISTRY,
)
HANDLE_FAILURES = Counter(
    "helpdesk_consumer_failures",
    "Times that a fact could not be handled.",
    ("consumer",),
    registry=REGISTRY,
)
RELAYED = Counter(
    "helpdesk_relay_published", "Facts that the broker confirmed.", ("service",), registry=REGISTRY
)
AUDIT_ALARMS = Gauge(
    "helpdesk_audit_alarms",
    "What is wrong with the completeness of the audit log now.",
    ("kind", "service"),
    registry=REGISTRY,
)
AUDIT_ALARMS_RAISED = Counter(
    "helpdesk_audit_alarms_raised",
    "Alarms of the audit log that were new.",
    ("kind", "service"),
    registry=REGISTRY,
)
LOOK_FAILURES = Counter(
    "helpdesk_scrape_failures", "Gauges that could not be read.", registry=REGISTRY
)

GAUGES = {
    "helpdesk_store_position": ("Newest position of a service's log.", ("service",)),
    "helpdesk_consumer_position": (
        "How far a consumer has handled a source.",
        ("consumer", "source"),
    ),
    "helpdesk_consumer_lag": (
        "Positions of a source that a consumer has not handled; in one process only.",
        ("consumer", "source"),
    ),
    "helpdesk_consumer_parked": (
        "Facts that wait for one before them.",
        ("consumer", "source"),
    ),
    "helpdesk_relay_leading": ("Whether this relay is the active one.", ("service",)),
    "helpdesk_relay_lag": ("Positions that are not published.", ("service",)),
    "helpdesk_relay_lag_seconds": ("Age of the oldest fact not published.", ("service",)),
    "helpdesk_queue_messages": ("Facts that wait in a consumer's queue.", ("consumer",)),
    "helpdesk_dead_letters": ("Facts that a consumer could not handle.", ("consumer",)),
}
"""What is only looked at when somebody asks."""

Reading = tuple[str, tuple[str, ...], float]
Look = Callable[[], Iterable[Reading]]
"""Returns values of ``GAUGES`` with their labels."""


class _Looking(Collector):
    def __init__(self) -> None:
        self.looks: list[Look] = []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = {
            name: GaugeMetricFamily(name, says, labels=labels)
            for name, (says, labels) in GAUGES.items()
        }
        for look in list(self.looks):
            try:
                for name, labels, value in look():
                    found[name].add_metric(labels, value)
            except Exception as error:
                # An engine that is away must not take the other figures with it.
                LOOK_FAILURES.inc()
                _log.warning("a gauge cannot be read: %s", type(error).__name__)
        yield from found.values()


_looking = _Looking()
REGISTRY.register(_looking)
ProcessCollector(registry=REGISTRY)


@contextmanager
def looked_at(*looks: Look) -> Iterator[None]:
    """Ask functions at each scrape, for as long as the block runs."""
    _looking.looks.extend(looks)
    try:
        yield
    finally:
        for look in looks:
            _looking.looks.remove(look)


def code(reason: str) -> str:
    """Return a reason where it has the form of one of our codes, else ``OTHER``."""
    return reason if _CODE.fullmatch(reason) else "OTHER"


class _Server(ThreadingHTTPServer):
    """Answers scrapes; TLS begins in each one's own thread, with the files as they are then."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], cert_file: str, key_file: str) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, MetricsHandler.factory(REGISTRY))
        self._files = (cert_file, key_file)
        self._stopping = threading.Event()
        self.socket.settimeout(_LOOK_SECONDS)

    def run(self) -> None:
        # The standard loop waits with what eventlet takes away.
        while not self._stopping.is_set():
            try:
                request, peer = self.get_request()
            except OSError:
                continue
            self.process_request(request, peer)

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(_SCRAPE_SECONDS)
        if self._files[0]:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self._files)
            request = context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)
        if self._files[0]:
            request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        del request, client_address
        _log.debug("a scrape broke off")

    def stop(self) -> None:
        self._stopping.set()


@contextmanager
def served(address: str, cert_file: str = "", key_file: str = "") -> Iterator[None]:
    """Answer Prometheus at ``host:port``, nowhere where that is empty. Raises OSError."""
    if not address:
        yield
        return
    host, _, port = address.rpartition(":")
    try:
        server = _Server((host.strip("[]"), int(port)), cert_file, key_file)
    except OSError as error:
        raise OSError(f"cannot serve metrics at {address}: {error.strerror}") from error
    thread = threading.Thread(target=server.run, name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join()
        server.server_close()
