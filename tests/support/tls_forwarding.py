"""Ends TLS in front of a server that has none, as a proxy of a cluster would."""

import socket
import ssl
import threading
from contextlib import contextmanager, suppress


class Forwarder:
    """Listens with TLS on loopback and passes on what it reads, both ways."""

    def __init__(self, target, cert_file, key_file):
        self._target = target
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(cert_file, key_file)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open, self._threads, self._stopping = set(), [], threading.Event()
        self.port = self._listening.getsockname()[1]
        self.taken = 0
        self._run(self._accept)

    def cut(self):
        """Break every connection, as a proxy does that is started anew."""
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self):
        """End, with every connection."""
        self._stopping.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()
        for each in self._threads:
            each.join()

    def _run(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while not self._stopping.is_set():
            try:
                plain, _ = self._listening.accept()
            except OSError:
                return
            self._run(self._serve, plain)

    def _serve(self, plain):
        plain.settimeout(5)
        try:
            secure = self._context.wrap_socket(plain, server_side=True)
        except OSError:
            # Who does not believe the certificate goes away.
            plain.close()
            return
        secure.settimeout(None)
        with secure, socket.create_connection(self._target) as behind:
            self._open |= {secure, behind}
            self.taken += 1
            back = threading.Thread(target=_pumped, args=(behind, secure), daemon=True)
            back.start()
            _pumped(secure, behind)
            back.join()
            self._open -= {secure, behind}


def _pumped(source, target):
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@contextmanager
def forwarded(target, cert_file, key_file):
    """Forward to ``(host, port)`` for as long as the block runs."""
    forwarder = Forwarder(target, cert_file, key_file)
    try:
        yield forwarder
    finally:
        forwarder.close()
