"""Times as protobuf has them."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.kernel.events import NEVER


def stamp(moment: datetime) -> Timestamp | None:
    """Return a time; None where it is not set."""
    if moment == NEVER:
        return None
    found = Timestamp()
    found.FromDatetime(moment)
    return found
