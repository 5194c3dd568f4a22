"""Run one service, or all of them, in one process."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol, Self

import grpc

from helpdesk.eventlog.v1 import eventlog_pb2_grpc
from helpdesk.kernel import tls
from helpdesk.kernel.acknowledged import LOOK_SECONDS as GATE_SECONDS
from helpdesk.kernel.acknowledged import Gate
from helpdesk.kernel.beating import LOOK_SECONDS, Heartbeats
from helpdesk.kernel.bus import Consumer, InProcessBus
from helpdesk.kernel.eventlog import EventLogServicer, Readers
from helpdesk.kernel.metrics import Reading
from helpdesk.kernel.resources import HostSettings, Resources, Wants, wants_of
from helpdesk.kernel.rpc.client import Caller, open_channel
from helpdesk.kernel.rpc.credentials import ServiceCredential, published_keys
from helpdesk.kernel.rpc.listening import Listening, serve
from helpdesk.kernel.rpc.refused import RefusedCalls
from helpdesk.kernel.rpc.server import Register, Served, Servicer
from helpdesk.kernel.rpc.standing import FOLLOWED, SESSION, Follower, Standing
from helpdesk.kernel.rpc.tickets import CheckTicket, TicketsOverGrpc
from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.settings import GraceSettings, SettingsError, parse
from helpdesk.kernel.store import Store
from helpdesk.kernel.timers import Timer
from helpdesk.kernel.tokens import CheckedTokens, Verifier

__all__ = [
    "Background", "Host", "HostSettings", "Running", "Service", "Wiring",
]  # fmt: skip
_log = logging.getLogger(__name__)
_EVENT_LOG = "helpdesk.eventlog.v1.EventLogService"


class Background(Protocol):
    """Something that runs beside the gRPC server, such as a web server or a mail listener."""

    def start(self) -> None:
        """Begin; returns when it listens. Raises OSError."""

    def stop(self) -> None:
        """End and free what it held."""


@dataclass
class Running:
    """
    A built service.

    ``servicers`` maps full names of proto services to what registers them; ``close`` frees what
    the service opened itself (its store is closed by the host). ``tickets`` is for the one service
    that the others ask about tickets.
    """

    store: Store | None = None
    servicers: dict[str, Register] = field(default_factory=dict)
    consumers: Sequence[Consumer] = ()
    timers: Sequence[Timer] = ()
    background: Sequence[Background] = ()
    close: Callable[[], None] = lambda: None
    tickets: CheckTicket | None = None


class Wiring(Resources):
    """What a service builds itself from: its resources, and channels to the others."""

    def __init__(self, env: Mapping[str, str], sockets: Path) -> None:
        super().__init__(env)
        self._sockets = sockets
        settings = self.settings
        self.certificates = tls.certificates(
            settings.tls_ca_file, settings.tls_cert_file, settings.tls_key_file
        )
        self.local: set[str] = set()
        self._tokens = CheckedTokens(lambda: published_keys(self.channel("identity")))
        self._channels: dict[str, grpc.Channel] = {}
        self._lock = threading.Lock()

    def reaches(self, service: str) -> bool:
        """Return whether a service runs here, or its address is known."""
        return service in self.local or f"HELPDESK_{service.upper()}_ADDRESS" in self.env

    def address(self, service: str) -> str:
        """Return where a service listens."""
        if service in self.local:
            return f"unix:{self._sockets / service}"
        name = f"HELPDESK_{service.upper()}_ADDRESS"
        if name not in self.env:
            raise SettingsError(f"{name} is not set and {service} does not run in this process")
        self.check_address(name, self.env[name])
        return self.env[name]

    def check_address(self, setting: str, address: str) -> None:
        """Raise SettingsError where gRPC would leave this machine, or enter it, in plain text."""
        secure, allowed = self.certificates is not None, self.settings.allow_plaintext
        tls.check_address(setting, address, secure=secure, allowed=allowed)

    def channel(self, service: str) -> grpc.Channel:
        """Return the one channel to a service."""
        with self._lock:
            if service not in self._channels:
                self._channels[service] = open_channel(
                    self.address(service), service, self.certificates
                )
            return self._channels[service]

    def caller(self, service: str) -> Caller:
        """Return what calls other services as ``service`` itself."""
        pem = self.secret(f"{service}.service.pem")
        credential = ServiceCredential(service, pem, lambda: self.channel("identity"))
        return Caller(credential.token)

    def verifier(self, audience: str) -> Verifier:
        """Return what checks tokens for a service, against identity's published keys."""
        return Verifier(self._tokens, audience)

    def tickets(self, service: str) -> CheckTicket:
        """Return what a service asks about the tickets that its callers name."""
        return TicketsOverGrpc(self.caller(service), lambda: self.channel("identity"))

    def close(self) -> None:
        """Close channels and vault."""
        for channel in self._channels.values():
            channel.close()
        super().close()


@dataclass(frozen=True)
class Service:
    """
    A service that a process can host.

    ``settings`` are the dataclasses that its settings are parsed into, by prefix.
    """

    name: str
    build: Callable[[Wiring], Running]
    settings: Mapping[str, type] = field(default_factory=dict)


class Host:
    """
    The services of one process, each behind a gRPC server of its own; a context manager.

    ``elsewhere`` returns which facts consumers in other processes want, and so may read.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        services: Sequence[Service],
        elsewhere: Callable[[], Wants] = dict,
    ) -> None:
        self._services = services
        self._elsewhere = elsewhere
        self._sockets = Path(tempfile.mkdtemp(prefix="helpdesk-"))
        self.wiring = Wiring(env, self._sockets)
        self.bus = InProcessBus()
        self.running: dict[str, Running] = {}
        self.address = ""
        self._servers: list[Listening] = []
        self._stopping = threading.Event()
        self._timers: list[threading.Thread] = []
        self._refused: list[RefusedCalls] = []
        self._beats: list[Heartbeats] = []
        self._started: list[Background] = []
        self.standing = Standing()
        self._followers: list[Follower] = []

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self) -> None:
        wiring = self.wiring
        wiring.local = {service.name for service in self._services}
        self._check_wires()
        for service in self._services:
            self.running[service.name] = service.build(wiring)
        stores = {n: r.store for n, r in self.running.items() if r.store is not None}
        everything: list[Servicer] = []
        consumers = [each for running in self.running.values() for each in running.consumers]
        readers = Readers(wants_of(consumers), self._elsewhere)
        # With a broker they run in the service's worker and beside its active relay.
        timers = [
            timer
            for running in self.running.values()
            for timer in running.timers
            if timer.everywhere or not wiring.settings.broker_url
        ]
        for name, store in stores.items():
            refused = RefusedCalls(store)
            timers.append(Timer(f"{name}-refused-calls", 60, refused.flush))
            beats = Heartbeats(store, wiring.secret(f"{name}.service.pem"))
            timers.append(Timer(f"{name}-heartbeat", LOOK_SECONDS, beats.look))
            self._beats.append(beats)
            gate = None
            # Auditors must be able to look, above all where the log does not move.
            if name != "audit":
                gate = Gate(store, parse(GraceSettings, "audit", wiring.env))
                timers.append(Timer(f"{name}-gate", GATE_SECONDS, gate.look))
            tickets = self.running[name].tickets or wiring.tickets(name)
            verifier, standing = wiring.verifier(name), self.standing.check
            served = Served(store, verifier, refused, tickets, gate, standing)
            own = [Servicer(n, r, served) for n, r in self.running[name].servicers.items()]
            everything.extend(own)
            own.append(self._event_log({name: store}, readers, served))
            self._servers.append(serve([wiring.address(name)], own))
            self._refused.append(refused)
        self.address = wiring.settings.grpc_address or f"unix:{self._sockets / 'all'}"
        if everything:
            everything.append(self._event_log(stores, readers, everything[0].served))
            outside = None if self.address.startswith("unix:") else wiring.certificates
            self._servers.append(serve([self.address], everything, outside))
        self._follow_standing(sorted(stores))
        distributed = bool(wiring.settings.broker_url)
        for running in self.running.values():
            for consumer in () if distributed else running.consumers:
                self.bus.connect(consumer, stores)
        self.bus.start()
        for timer in timers:
            thread = threading.Thread(
                target=timer.run, args=(self._stopping,), name=timer.name, daemon=True
            )
            thread.start()
            self._timers.append(thread)
        for running in self.running.values():
            for background in running.background:
                background.start()
                self._started.append(background)

    def _follow_standing(self, names: list[str]) -> None:
        for follow in FOLLOWED if names else ():
            source = follow[0]
            # Where no session service is, nobody gives leases.
            if source == SESSION[0] and not self.wiring.reaches(source):
                continue
            caller, channel = self.wiring.caller(names[0]), partial(self.wiring.channel, source)
            follower = Follower(self.standing, follow, caller, channel)
            follower.start()
            self._followers.append(follower)

    def _check_wires(self) -> None:
        wiring = self.wiring
        listening = wiring.settings.grpc_address
        wiring.check_address("HELPDESK_GRPC_ADDRESS", listening or "unix:")
        for name in SERVICES:
            setting = f"HELPDESK_{name.upper()}_ADDRESS"
            # Where the gateway listens is for browsers, and its own to check.
            if name in wiring.local or name == "gateway" or setting not in wiring.env:
                continue
            wiring.check_address(setting, wiring.env[setting])
        if wiring.certificates is not None and listening and not listening.startswith("unix:"):
            for name in wiring.local - {"gateway"}:
                wiring.certificates.check_serves(name)

    def look(self) -> Iterator[Reading]:
        """Say how far the stores and their consumers are."""
        for running in self.running.values():
            if running.store is not None:
                name = running.store.name
                yield "helpdesk_store_position", (name,), running.store.position
        yield from self.bus.look()

    def __exit__(self, *_: object) -> None:
        for background in reversed(self._started):
            background.stop()
        self._stopping.set()
        for follower in self._followers:
            follower.stop()
        stopped = [server.stop() for server in self._servers]
        for running in self.running.values():
            if running.store is not None:
                # Who follows its log reads on elsewhere.
                running.store.wake()
        for event in stopped:
            event.wait()
        self.bus.stop()
        for thread in self._timers:
            thread.join()
        for refused in self._refused:
            refused.flush()
        for beats in self._beats:
            beats.end()
        for running in self.running.values():
            running.close()
            if running.store is not None:
                running.store.close()
        self.wiring.close()
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _event_log(self, stores: dict[str, Store], readers: Readers, served: Served) -> Servicer:
        servicer = EventLogServicer(stores, readers, self._stopping)

        def register(server: Any) -> None:
            eventlog_pb2_grpc.add_EventLogServiceServicer_to_server(servicer, server)

        return Servicer(_EVENT_LOG, register, served)
