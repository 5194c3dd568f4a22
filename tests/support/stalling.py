"""A way to a server that takes nothing more from a connection once it has said some word."""

import socket
import socketserver
import threading
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class _Passing(socketserver.BaseRequestHandler):
    def handle(self):
        held = False
        with socket.create_connection(self.server.target) as behind:
            back = threading.Thread(target=_pumped, args=(behind, self.request), daemon=True)
            back.start()
            with suppress(OSError):
                while data := self.request.recv(65536):
                    held = held or any(each in data for each in self.server.words)
                    if not held:
                        behind.sendall(data)
            with suppress(OSError):
                behind.shutdown(socket.SHUT_RDWR)
            back.join()


def _pumped(source, target):
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def stalled_at(url, *words):
    """Give a URL that leads to the same server, until a connection says one of these words."""
    parts = urlsplit(url)
    with _Server(("127.0.0.1", 0), _Passing) as server:
        server.target, server.words = (
            (parts.hostname, parts.port),
            [each.encode() for each in words],
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield url.replace(f":{parts.port}/", f":{server.server_address[1]}/")
        finally:
            server.shutdown()
