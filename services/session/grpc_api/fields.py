"""Sections and times, from our words to those of the messages and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.kernel.errors import InvalidArgument
from helpdesk.options.v1 import options_pb2
from helpdesk.session.v1 import consent_pb2


def names(values: Iterable[int], field: str = "sections") -> tuple[str, ...]:
    """Return the names of sections. Raises InvalidArgument."""
    try:
        names = [options_pb2.Section.Name(value) for value in values]
    except ValueError as error:
        raise InvalidArgument(field, "UNKNOWN_SECTION") from error
    return tuple(name.removeprefix("SECTION_") for name in names)


def values(names: Iterable[str]) -> list[str]:
    """Return sections as a message takes them."""
    # protobuf takes the names of enum values in the place of their numbers.
    return [f"SECTION_{name}" for name in names]


def at(moment: datetime | None) -> Timestamp | None:
    """Return a time as a message takes it, None for none."""
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def moment(request: consent_pb2.GrantAccessRequest, field: str) -> datetime | None:
    """Return a time that was asked for, None for none. Raises InvalidArgument."""
    if not request.HasField(field):
        return None
    try:
        moment: datetime = getattr(request, field).ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument(field, "NOT_A_TIME") from error
    return moment
