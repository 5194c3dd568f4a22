"""A collector of traces: takes OTLP over HTTP in its JSON form and keeps the spans."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Collector:
    """``spans`` are those that arrived: their fields, and ``process`` and ``about`` as dicts."""

    def __init__(self):
        self.spans = []
        self.endpoint = ""

    def trace(self, trace_id):
        return [span for span in self.spans if span["traceId"] == trace_id]

    def named(self, name):
        return [span for span in self.spans if span["name"] == name]

    def is_below(self, span, top):
        """Whether a span descends from another one."""
        by_id = {each["spanId"]: each for each in self.spans}
        while span is not None and span["spanId"] != top["spanId"]:
            span = by_id.get(span.get("parentSpanId", ""))
        return span is not None

    def take(self, message):
        for resource in message["resourceSpans"]:
            process = _values(resource["resource"]["attributes"])["service.name"]
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    about = _values(span["attributes"])
                    self.spans.append({**span, "process": process, "about": about})


def _values(attributes):
    return {each["key"]: next(iter(each["value"].values())) for each in attributes}


@contextmanager
def collector():
    found = Collector()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            taken = self.path == "/v1/traces" and "json" in self.headers["content-type"]
            if taken:
                found.take(json.loads(body))
            self.send_response(200 if taken else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    found.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
