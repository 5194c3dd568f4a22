"""The web server of the console, in a thread of its own."""

from __future__ import annotations

import socket
import threading
import time

import uvicorn
from starlette.types import ASGIApp

_STARTS_WITHIN = 10.0
_STOPS_WITHIN = 10.0
_LARGEST_HEADERS = 32 * 1024
_BACKLOG = 256


class WebServer:
    """Runs uvicorn beside the gRPC servers of the process."""

    def __init__(self, app: ASGIApp, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._host = host.strip("[]")
        self._port = int(port)
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="off",
                ws="none",
                http="h11",
                loop="asyncio",
                proxy_headers=False,
                timeout_graceful_shutdown=1,
                h11_max_incomplete_event_size=_LARGEST_HEADERS,
            )
        )
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen; returns when requests are answered. Raises OSError where the port is taken."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # asyncio sends without delay only where the protocol is named: else answers wait 40 ms.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((self._host, self._port))
            listening.listen(_BACKLOG)
        except OSError:
            listening.close()
            raise
        self._thread = threading.Thread(
            target=self._server.run, args=([listening],), name="web", daemon=True
        )
        self._thread.start()
        last = time.monotonic() + _STARTS_WITHIN
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > last:
                raise OSError("the web server did not start")
            time.sleep(0.005)

    def stop(self) -> None:
        """Stop listening; open streams end within a second."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(_STOPS_WITHIN)
