"""
The account suppression list of AWS SES v2 over HTTP, as its API reference describes it.

Moto serves other parts of SES v2, but has no suppression list. Addresses are kept and compared as
they were typed, as SES does.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

_PATH = "/v2/email/suppression/addresses"


class FakeSes:
    """The list, what is asked of it, and how it fails: ``failing`` maps a method to status, code."""

    def __init__(self):
        self.entries = {}
        self.calls = []
        self.failing = {}
        self.page = 2
        self.forgets_puts = False
        self.url = ""
        self.changed = threading.Condition()

    def suppress(self, address, reason="BOUNCE", at=None):
        """Add an entry, as SES does by itself."""
        with self.changed:
            self.entries[address] = (reason, at or datetime.now(UTC))
            self.changed.notify_all()

    def wait_until(self, condition, timeout=10.0):
        """Wait until the list is as wanted."""
        with self.changed:
            return self.changed.wait_for(lambda: condition(dict(self.entries)), timeout)

    def answer(self, method, path, query, body):
        """Return status and body."""
        with self.changed:
            self.calls.append((method, path))
            if method in self.failing:
                status, code = self.failing[method]
                return status, code, {"message": "no"}
            try:
                return self._answer(method, path, query, body)
            finally:
                self.changed.notify_all()

    def _answer(self, method, path, query, body):
        if path == _PATH and method == "PUT":
            if not self.forgets_puts:
                self.entries[body["EmailAddress"]] = (body["Reason"], datetime.now(UTC))
            return 200, "", {}
        if path == _PATH and method == "GET":
            start = int(query.get("NextToken", ["0"])[0])
            known = sorted(self.entries)
            shown = known[start : start + self.page]
            more = start + self.page < len(known)
            return (
                200,
                "",
                {"SuppressedDestinationSummaries": [self._entry(a) for a in shown]}
                | ({"NextToken": str(start + self.page)} if more else {}),
            )
        address = unquote(path.removeprefix(f"{_PATH}/"))
        if address not in self.entries:
            return 404, "NotFoundException", {"message": "not on the list"}
        if method == "DELETE":
            del self.entries[address]
            return 200, "", {}
        return 200, "", {"SuppressedDestination": self._entry(address)}

    def _entry(self, address):
        reason, at = self.entries[address]
        return {"EmailAddress": address, "Reason": reason, "LastUpdateTime": at.timestamp()}


@contextmanager
def fake_ses():
    """Serve a list on loopback."""
    ses = FakeSes()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self):
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            raw = self.rfile.read(length)
            body = json.loads(raw) if raw else {}
            assert self.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKID/")
            status, code, answer = ses.answer(self.command, parts.path, parse_qs(parts.query), body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            if code:
                self.send_header("x-amzn-errortype", code)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_DELETE = _serve  # noqa: N815  # the names are http.server's

        def log_message(self, *args):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ses.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield ses
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ses_settings(ses, reconcile=0.2):
    """Return the settings that lead to the list."""
    return {
        "HELPDESK_EMAIL_SES_REGION": "eu-central-1",
        "HELPDESK_EMAIL_SES_ENDPOINT_URL": ses.url,
        "HELPDESK_EMAIL_SES_ACCESS_KEY_ID": "AKID",
        "HELPDESK_EMAIL_SES_SECRET_ACCESS_KEY": "secret",
        "HELPDESK_EMAIL_SES_RECONCILE_SECONDS": str(reconcile),
    }
