"""The product as a process that is killed again and again, and clients that do not give up."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import grpc

from helpdesk.kernel import secrets
from helpdesk.kernel.context import RequestContext, bind
from helpdesk.kernel.errors import Conflict, HelpdeskError, Unavailable
from helpdesk.kernel.rpc.client import OPTIONS, Caller
from helpdesk.kernel.tokens import Signer
from tests.support.product import NORTH, PEOPLE, SOUTH, free_address, person_id
from tests.support.waiting import wait_until

QUICKLY = [
    *OPTIONS,
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 100),
]
START = 120.0


class Deployment:
    """``python -m services serve`` on a data directory of its own; of all services, or some."""

    def __init__(self, folder: Path, *services: str) -> None:
        self.folder = folder
        self._services = services
        self.address = free_address()
        mailbox = free_address()
        self.env = {
            "HELPDESK_DATA_DIR": str(folder),
            "HELPDESK_GRPC_ADDRESS": self.address,
            "HELPDESK_GATEWAY_ADDRESS": free_address(),
            "HELPDESK_GATEWAY_MAILBOX_ADDRESS": mailbox,
            "HELPDESK_EMAIL_SMTP_ADDRESS": mailbox,
            "HELPDESK_EMAIL_INBOUND_ADDRESS": "",
            "HELPDESK_EMAIL_RETRY_SECONDS": "1",
        }
        secrets.create(folder / "secrets")
        self.signer = Signer(secrets.read(folder / "secrets", "token.signing.pem"))
        self.starts = 0
        self._process: subprocess.Popen | None = None
        self._log = folder / "serve.log"

    def start(self) -> None:
        """Start the process; it need not be ready."""
        self.starts += 1
        self._log = self.folder / f"serve-{self.starts}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services", "serve", *self._services],
                env={**os.environ, **self.env},
                cwd=Path(__file__).parents[2],
                stdout=log,
                stderr=log,
            )

    def wait_ready(self) -> None:
        """Wait until it says that it serves."""
        ready = wait_until(self._is_ready, timeout=START)
        assert ready, self._log.read_text()[-2000:]

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()[-2000:]
        return b"ready:" in self._log.read_bytes()

    def kill(self) -> None:
        """Kill it as a power cut would, as far as a process can be."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def logs(self) -> str:
        """Return what all its runs wrote."""
        return "".join(path.read_text() for path in self.folder.glob("serve-*.log"))

    def token(self, name: str = "", **claims) -> str:
        """Mint the token of somebody of the small directory, or of whom the claims name."""
        if name:
            _, home, roles, _, _ = PEOPLE[name]
            side = "partner" if home in (NORTH, SOUTH) else "organization"
            names = [r.upper().replace("ID_FULL_ADMIN", "CUSTOMER_ADMIN") for r in roles]
            claims = {"sub": person_id(name), side: home, "roles": names, "sid": f"sid-{name}"}
        return self.signer.sign(claims, list(secrets.SERVICES), 60)


@dataclass(frozen=True)
class Answered:
    """One call that was answered: where its record must be found."""

    service: str
    trace_id: str
    outcome: str
    position: str


class Client(threading.Thread):
    """Does one step after the other; a step whose answer is lost is asked for again, by its id."""

    def __init__(
        self,
        deployment: Deployment,
        name: str,
        step: Callable[[Client, int], None],
        stopping: threading.Event,
        seed: int = 0,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.deployment = deployment
        self.step = step
        self.stopping = stopping
        self.done = 0
        self.lost = 0
        self.answers: list[Answered] = []
        self.error: BaseException | None = None
        self.dice = random.Random(seed)
        self._channel = grpc.insecure_channel(deployment.address, options=QUICKLY)

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                self.step(self, self.done)
                self.done += 1
        except BaseException as error:
            self.error = error
        finally:
            self._channel.close()

    def stub(self, kind):
        return kind(self._channel)

    def call(self, service, rpc, request, name="", *, refusals=(), recorded=True, **claims):
        """Call until there is an answer; return it, or the reason of an expected refusal."""
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            request.request_id = uuid4().hex
        while True:
            trace = uuid4().hex
            bind(RequestContext(traceparent=f"00-{trace}-{uuid4().hex[:16]}-01"))
            caller = Caller(lambda: self.deployment.token(name, **claims))
            try:
                answer, position = caller.with_position(rpc, request, timeout=3)
            except (Unavailable, Conflict) as error:
                self._lose(error)
                continue
            except HelpdeskError as error:
                if error.reason not in refusals:
                    raise
                answer, position, outcome = error.reason, "", "refused"
            else:
                outcome = "done"
            if recorded:
                self.answers.append(Answered(service, trace, outcome, position))
            return answer

    def stream(self, rpc, requests, **claims):
        """Call a streaming method until it was answered to its end."""
        while True:
            caller = Caller(lambda: self.deployment.token(**claims))
            try:
                return list(caller.stream(rpc, requests(), timeout=5))
            except Unavailable as error:
                self._lose(error)

    def _lose(self, error: HelpdeskError) -> None:
        assert error.reason != "INTERNAL", error
        self.lost += 1
        assert self.lost < 5000, f"{self.name} gets no answer"
        self.stopping.wait(0.03)
