"""A receiver of webhooks: a real HTTP server that keeps what it got and answers as it is told."""

import importlib.util
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.support.waiting import PATIENCE

_VERIFIER = Path(__file__).parents[2] / "docs" / "verify_feed_event.py"
_SPEC = importlib.util.spec_from_file_location("verify_feed_event", _VERIFIER)
verifier = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(verifier)


@dataclass
class Got:
    """One request; ``answered`` is its status, 0 where it was left without an answer."""

    headers: dict
    body: bytes
    at: float
    answered: int = 0

    @property
    def event(self):
        return verifier.json.loads(self.body)

    @property
    def id(self):
        return self.headers["webhook-id"]


class Receiver:
    """Answers 204, or what ``answers`` returns for a request; a context manager."""

    def __init__(self, port=0):
        self.got = []
        self.answers = lambda _: 204
        self._moved = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):  # the library's name
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                got = Got(headers, body, time.time())
                status = outer.answers(got)
                got.answered = status or 0
                with outer._moved:
                    outer.got.append(got)
                    outer._moved.notify_all()
                if status:
                    self.send_response(status)
                    self.send_header("content-length", "0")
                    self.end_headers()

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_):
                # Who sent it went away, as some tests want it.
                pass

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/feed"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def taken(self):
        return [each for each in self.got if 200 <= each.answered < 300]

    def wait(self, condition, timeout=PATIENCE):
        """Wait until a condition on what came holds."""
        with self._moved:
            assert self._moved.wait_for(lambda: condition(self), timeout), [
                (g.answered, g.event["subject"]) for g in self.got
            ]
