"""Structured logs, one JSON object a line, without personal data."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from helpdesk.kernel.context import current_request
from helpdesk.kernel.events import timestamp


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        request = current_request()
        line = {
            "time": timestamp(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "action": request.action_id,
            "trace": request.traceparent.split("-")[1] if request.traceparent else "",
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps({key: value for key, value in line.items() if value})


def configure(level: str = "INFO") -> None:
    """Send logs to standard error from this level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # They log addresses and requests of their own.
    for noisy in ("mail.log", "uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
