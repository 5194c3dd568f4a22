"""A wire to a server that can be cut, as a broken network would."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit


class Wire:
    """Forwards connections of loopback to ``host:port``; a context manager."""

    def __init__(self, target):
        self._host, self._port = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = []
        self._whole = True
        self._lock = threading.Lock()
        self.turned_away = 0
        """How many connections came while it was cut."""

    @classmethod
    def to(cls, url):
        """Return a wire to the server of a URL."""
        parts = urlsplit(url)
        return cls((parts.hostname, parts.port))

    def through(self, url):
        """Return the URL that goes through this wire."""
        parts = urlsplit(url)
        credentials, at, _ = parts.netloc.rpartition("@")
        port = self._listener.getsockname()[1]
        return parts._replace(netloc=f"{credentials}{at}127.0.0.1:{port}").geturl()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()
        self.cut()

    def cut(self):
        """Close every connection, and each that comes."""
        with self._lock:
            self._whole = False
            ends, self._open = self._open, []
        for end in ends:
            _close(end)

    def mend(self):
        """Let connections through again."""
        with self._lock:
            self._whole = True

    @property
    def connections(self):
        """How many connections go through it."""
        return len(self._open) // 2

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if not self._whole:
                    self.turned_away += 1
                    near.close()
                    continue
                far = socket.create_connection((self._host, self._port))
                self._open += [near, far]
            for ends in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def _pump(self, source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        finally:
            _close(source)
            _close(sink)
            with self._lock:
                self._open = [each for each in self._open if each not in (source, sink)]


def _close(end):
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
