"""What shell commands work with: a running product, or one started for the command alone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import grpc

from helpdesk.kernel import logins, tls
from helpdesk.kernel.hosting import Host, HostSettings, Service
from helpdesk.kernel.keyrings import TOKENS, KeyRing
from helpdesk.kernel.rpc.client import Caller, open_channel
from helpdesk.kernel.rpc.contract import audience_of
from helpdesk.kernel.settings import parse

_SECONDS = 240.0
_LISTENING = "HELPDESK_GRPC_ADDRESS"
RUNNING = "running.json"
"""File in the data directory that names the gRPC address of the process that uses it."""


class Operator:
    """
    The person at the shell; a context manager.

    Calls go to ``HELPDESK_<SERVICE>_ADDRESS``, to ``HELPDESK_GRPC_ADDRESS`` or to the process that
    runs on the data directory; where there is none, the services are started in this process until
    the command ends. Every call is made, and recorded, under the operator's own login name.
    """

    def __init__(self, env: Mapping[str, str], services: Callable[[], Sequence[Service]]) -> None:
        self.env = env
        self.settings = parse(HostSettings, "", env)
        self.data_dir = self.settings.data_dir
        self.secrets_dir = Path(self.settings.secrets_dir or self.data_dir / "secrets")
        self._services = services
        self._stack = ExitStack()
        self._host: Host | None = None
        self._address = ""
        self._channels: dict[str, grpc.Channel] = {}
        self._certificates = tls.certificates(
            self.settings.tls_ca_file, self.settings.tls_cert_file, self.settings.tls_key_file
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def channel(self, service: str) -> grpc.Channel:
        """Return a channel to a service."""
        if self._host is not None:
            return self._host.wiring.channel(service)
        if service not in self._channels:
            setting = f"HELPDESK_{service.upper()}_ADDRESS"
            if setting in self.env:
                opened = self._open(setting, self.env[setting], service)
            else:
                self._address = self._address or self._running(service)
                if not self._address:
                    self._host = self._stack.enter_context(Host(self.env, self._services()))
                    return self._host.wiring.channel(service)
                opened = self._open(_LISTENING, self._address, service)
            self._channels[service] = self._stack.enter_context(opened)
        return self._channels[service]

    def _open(self, setting: str, address: str, service: str) -> grpc.Channel:
        secure, allowed = self._certificates is not None, self.settings.allow_plaintext
        tls.check_address(setting, address, secure=secure, allowed=allowed)
        return open_channel(address, service, self._certificates)

    def caller(self, *roles: str) -> Caller:
        """Return what calls as this operator, with roles such as ``DIRECTORY_WRITER``."""
        signer = KeyRing(self.secrets_dir, TOKENS)
        claims: dict[str, Any] = {"sub": logins.operator(), "roles": list(roles)}
        audience = audience_of("operator", roles)
        return Caller(lambda: signer.sign(claims, audience, _SECONDS))

    def _running(self, service: str) -> str:
        if self.settings.grpc_address and self._listens(self.settings.grpc_address, service):
            return self.settings.grpc_address
        try:
            written = json.loads((self.data_dir / RUNNING).read_text())
            os.kill(int(written["pid"]), 0)
        except (OSError, ValueError, KeyError):
            return ""
        return str(written["grpc"])

    def _listens(self, address: str, service: str) -> bool:
        with self._open(_LISTENING, address, service) as channel:
            try:
                grpc.channel_ready_future(channel).result(timeout=1)
            except grpc.FutureTimeoutError:
                return False
        return True


def announce(data_dir: Path, address: str) -> None:
    """Write down where this process listens, for the commands of operators."""
    (data_dir / RUNNING).write_text(json.dumps({"pid": os.getpid(), "grpc": address}))
