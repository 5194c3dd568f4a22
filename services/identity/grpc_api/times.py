"""Times on the wire."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.kernel.errors import InvalidArgument
from helpdesk.kernel.events import NEVER


def stamp_of(moment: datetime) -> Timestamp | None:
    """Return a time for the wire; None for one that is not set."""
    if moment == NEVER:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def time_of(request: Message, field: str) -> datetime:
    """Return a time of a request, NEVER where it is not set. Raises InvalidArgument."""
    if not request.HasField(field):
        return NEVER
    stamp: Timestamp = getattr(request, field)
    try:
        return stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument(field, "NOT_A_TIME", f"{field}: is not a time.") from error
