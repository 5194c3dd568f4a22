"""
The account suppression list of AWS SES v2, served by moto.

Moto 5.2 serves SES v2 without the operations of this list, so its handler is given them here, as
the API reference describes them; the requests, their parsing, the answers and the errors are
moto's. Addresses are kept and compared as they were typed, as SES does.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import unquote

from moto.core.exceptions import JsonRESTError
from moto.core.utils import convert_to_flask_response
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.ses.exceptions import NotFoundException
from moto.sesv2.responses import SESV2Response
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.support.waiting import PATIENCE

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

    def wait_until(self, condition, timeout=PATIENCE):
        """Wait until the list is as wanted."""
        with self.changed:
            return self.changed.wait_for(lambda: condition(dict(self.entries)), timeout)

    def wait_until_read(self, timeout=PATIENCE):
        """Wait until the list is read anew; what was done about an earlier reading is done."""
        with self.changed:
            begun = len(self.calls)
            return self.changed.wait_for(lambda: ("GET", _PATH) in self.calls[begun:], timeout)

    def put(self, address, reason):
        """Keep an entry, or renew it."""
        if not self.forgets_puts:
            self.entries[address] = (reason, datetime.now(UTC))

    def delete(self, address):
        """Drop an entry."""
        self.find(address)
        del self.entries[address]

    def find(self, address):
        """Return an entry as the API shows it."""
        if address not in self.entries:
            raise NotFoundException(f"{address} is not on your suppression list")
        reason, at = self.entries[address]
        return {"EmailAddress": address, "Reason": reason, "LastUpdateTime": at.timestamp()}

    def listed(self, start, size):
        """Return entries from one on, and where the next page starts."""
        known = sorted(self.entries)
        end = start + min(size, self.page)
        return [self.find(each) for each in known[start:end]], end if end < len(known) else None


def _response_of(ses):
    """Return moto's handler of SES v2 with the operations of one list."""

    class Response(SESV2Response):
        def call_action(self):
            assert self.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKID/")
            with ses.changed:
                ses.calls.append((self.method, self.path))
                try:
                    return super().call_action()
                finally:
                    ses.changed.notify_all()

        def put_suppressed_destination(self):
            self._fail()
            asked = json.loads(self.body)
            ses.put(asked["EmailAddress"], asked["Reason"])
            return "{}"

        def delete_suppressed_destination(self):
            self._fail()
            ses.delete(self._address())
            return "{}"

        def get_suppressed_destination(self):
            self._fail()
            return json.dumps({"SuppressedDestination": ses.find(self._address())})

        def list_suppressed_destinations(self):
            self._fail()
            start = int(self._get_param("NextToken", "0"))
            found, after = ses.listed(start, int(self._get_param("PageSize", "1000")))
            more = {} if after is None else {"NextToken": str(after)}
            return json.dumps({"SuppressedDestinationSummaries": found} | more)

        def _address(self):
            return unquote(self.path.removeprefix(f"{_PATH}/"))

        def _fail(self):
            if self.method in ses.failing:
                status, code = ses.failing[self.method]
                error = JsonRESTError(code, "no")
                error.code = status
                raise error

    return Response


def _app_of(ses):
    """Return moto's SES v2 with the routes of one list."""

    def create(service):
        app = create_backend_app(service)
        view = convert_to_flask_response(_response_of(ses).dispatch)
        for path in (_PATH, f"{_PATH}/<path:address>"):
            app.add_url_rule(path, path, view, methods=["GET", "PUT", "DELETE"])
        return app

    return DomainDispatcherApplication(create)


class _Quiet(WSGIRequestHandler):
    def log(self, *args):
        """Say nothing."""


@contextmanager
def fake_ses():
    """Serve a list on loopback."""
    ses = FakeSes()
    server = make_server("127.0.0.1", 0, _app_of(ses), threaded=True, request_handler=_Quiet)
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
