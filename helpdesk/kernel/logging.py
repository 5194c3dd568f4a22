"""Structured logs, one JSON object a line, without personal data."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

from helpdesk.kernel.context import current_request
from helpdesk.kernel.events import timestamp
from helpdesk.kernel.tracing import trace_id

_LONGEST = 2000
# What libraries log is not ours to choose: an address, or a password in a URL, is taken out.
_ADDRESS = re.compile(r"[^\s<>\"'(),;]+@[^\s<>\"'(),;]+")


class Lines(logging.Formatter):
    """Writes a record as one JSON object: what, where, and in which request and trace."""

    def __init__(self, process: str = "") -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        request = current_request()
        line = {
            "time": timestamp(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": _ADDRESS.sub("[address]", record.getMessage())[:_LONGEST],
            "request": request.action_id,
            "trace": trace_id(request.traceparent),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps({key: value for key, value in line.items() if value})


def configure(level: str = "INFO", process: str = "") -> None:
    """Send logs to standard error from this level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(process))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # They log addresses and requests of their own.
    for noisy in ("mail.log", "uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
