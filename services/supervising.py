"""Starts the processes of the distributed size, starts again what dies, and ends them."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TextIO

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from helpdesk.kernel import tls
from helpdesk.kernel.resources import HostSettings
from helpdesk.kernel.rpc.client import open_channel
from helpdesk.kernel.settings import parse
from services.ports import free_address
from services.processes import (
    GATEWAY,
    STAGES,
    Process,
    address_of,
    command,
    read_pids,
    scraped_at,
    write_pids,
    write_scraped,
)

_START_SECONDS = 240.0
_STOP_SECONDS = 40.0
_ASK_EVERY = 0.1
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_TRIES = 3
"""Who dies so often before it is ready will not start."""
_LIVED = 30.0
"""Who lived for so many seconds starts again at once, however often it died before."""

Say = Callable[[str], object]


class NotStartedError(OSError):
    """A process did not become ready in time, or ended before it was."""


@dataclass
class _Child:
    process: Process
    log: Path
    begun: int = 0
    pid: int = 0
    deaths: int = 0
    ended: threading.Event = field(default_factory=threading.Event)


class Supervisor:
    """
    The processes of a data directory; a context manager.

    Each writes to a file of its own in ``logs`` and is ``scraped`` at an address of its own.
    ``env`` is their whole environment; ``say`` gets one line for each death. ``start`` raises
    NotStartedError.
    """

    def __init__(self, env: Mapping[str, str], say: Say) -> None:
        self.env = dict(env)
        self.scraped = scraped_at(env, free_address)
        self._say = say
        self._settings = parse(HostSettings, "", env)
        self._data_dir = self._settings.data_dir
        self._logs = self._data_dir / "logs"
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._children: dict[str, _Child] = {}
        self._threads: list[threading.Thread] = []
        self._alone: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pids(self) -> dict[str, int]:
        """The process ids by name."""
        return {name: each.pid for name, each in self._children.items() if each.pid}

    def migrate(self) -> None:
        """Run ``helpdesk migrate``. Raises NotStartedError."""
        self._logs.mkdir(parents=True, exist_ok=True)
        path = self._logs / "migrate.log"
        with path.open("wb") as log:
            code = subprocess.run(
                command("migrate"),
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            ).returncode
        if code:
            raise NotStartedError(
                f"the migrations failed; they said last: {_last_line(path)} All of it is in {path}"
            )

    def start(self, progress: Callable[[str], object] = lambda _name: None) -> None:
        """Start all, and call ``progress`` for each that is ready."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._alone = (self._logs / "lock").open("w")
        try:
            fcntl.flock(self._alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotStartedError(f"another one runs on {self._data_dir}: stop it first") from error
        self._end_earlier()
        write_scraped(self._data_dir, self.scraped)
        for stage in STAGES:
            for process in stage:
                self._begin(process)
            for process in stage:
                self._wait_ready(process)
                progress(process.name)

    def _begin(self, process: Process) -> None:
        name = process.name.replace(" ", "-")
        child = _Child(process, self._logs / f"{name}.log")
        self._children[process.name] = child
        thread = threading.Thread(target=self._keep, args=(child,), name=process.name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _keep(self, child: _Child) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            running = self._run(child)
            if running is None:
                break
            code = running.wait()
            child.pid = 0
            if self._stopping.is_set():
                break
            child.deaths += 1
            pause = _FIRST_PAUSE if time.monotonic() - began > _LIVED else pause
            self._say(f"{child.process.name} {_cause(code)}: it is started again")
            self._stopping.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        child.ended.set()

    def _run(self, child: _Child) -> subprocess.Popen[bytes] | None:
        with child.log.open("ab") as log:
            begun = log.tell()
            with self._lock:
                if self._stopping.is_set():
                    return None
                # A session of its own: Ctrl+C reaches this process, which ends the others in order.
                running = subprocess.Popen(
                    child.process.words,
                    env=child.process.environment(self.env, self.scraped[child.process.name]),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
                child.begun, child.pid = begun, running.pid
                write_pids(self._data_dir, self.pids)
        return running

    def _wait_ready(self, process: Process) -> None:
        child = self._children[process.name]
        deadline = time.monotonic() + _START_SECONDS
        while not self._is_ready(child):
            if child.deaths >= _TRIES or time.monotonic() > deadline:
                raise NotStartedError(
                    f"{process.name} does not start; it said last: {_last_line(child.log)} "
                    f"All of it is in {child.log}"
                )
            if self._stopping.wait(_ASK_EVERY):
                raise NotStartedError(f"{process.name} was stopped while it started")

    def _is_ready(self, child: _Child) -> bool:
        if not child.pid:
            return False
        process = child.process
        if process.role != "serve":
            return _said(child.log, child.begun, f"ready: {process.name}")
        if process.service == GATEWAY:
            return _answers(f"http://{self.env[address_of(GATEWAY)]}/healthz")
        return self._serves(process.service)

    def _serves(self, service: str) -> bool:
        settings = self._settings
        certificates = tls.certificates(
            settings.tls_ca_file, settings.tls_cert_file, settings.tls_key_file
        )
        with open_channel(self.env[address_of(service)], service, certificates) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            try:
                answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=1)
            except grpc.RpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def stop(self) -> None:
        """End all, those that started last first; who does not end in time is killed."""
        with self._lock:
            self._stopping.set()
            running = [each for each in reversed(self._children.values()) if each.pid]
        for each in running:
            _signal(each.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for each in running:
            if not each.ended.wait(max(0.0, deadline - time.monotonic())):
                self._say(f"{each.process.name} does not end: it is killed")
                _signal(each.pid, signal.SIGKILL)
        for thread in self._threads:
            thread.join()
        if self._children:
            write_pids(self._data_dir, {})
        if self._alone is not None:
            self._alone.close()

    def _end_earlier(self) -> None:
        """End what a run left behind that was itself killed."""
        left = read_pids(self._data_dir)
        for pid in left.values():
            _signal(pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while left and time.monotonic() < deadline:
            self._stopping.wait(_ASK_EVERY)
            left = read_pids(self._data_dir)
        for name, pid in left.items():
            self._say(f"{name} of an earlier run does not end: it is killed")
            _signal(pid, signal.SIGKILL)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _cause(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was killed by {signal.Signals(-code).name}"


def _said(log: Path, begun: int, line: str) -> bool:
    with log.open("rb") as file:
        file.seek(begun)
        return line.encode() in file.read()


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "nothing.")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310  # our own gateway
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
