"""EventLogService over a store: other services read its facts, sealed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import grpc

from helpdesk.eventlog.v1 import eventlog_pb2, eventlog_pb2_grpc
from helpdesk.kernel.acknowledged import acknowledge
from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import Forbidden, InvalidArgument
from helpdesk.kernel.events import stamp_of
from helpdesk.kernel.resources import Wants
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.rpc.standing import FOLLOWED
from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.store import Store, StoredRow

_MOST = 1000
_USUAL = 500
_WHOLE_LOG = 3600.0
_WAIT_SECONDS = 1.0
_BEAT_SECONDS = 0.8
_MOMENT_SECONDS = 0.05
_SHOWN = 5


class Readers:
    """
    Which service may read which events of another: what its consumers want, and what ends tokens.

    ``here`` are consumers of this process. ``elsewhere`` returns what those of other processes
    want; it is asked once, when somebody reads more than is known until then.
    """

    def __init__(self, here: Wants, elsewhere: Callable[[], Wants]) -> None:
        self._here = here
        self._elsewhere = cache(elsewhere)

    def check(self, reader: str, source: str, names: Sequence[str]) -> tuple[str, ...]:
        """Return the names that are read, all of the reader's for none. Raises Forbidden."""
        own = self._names(reader, source, self._here)
        if not names or not own.issuperset(names):
            own |= self._names(reader, source, self._elsewhere())
        unwanted = sorted(set(names) - own)
        if unwanted or not own:
            raise Forbidden(
                "NOT_A_READER",
                f"{reader} may not read {', '.join(unwanted[:_SHOWN]) or 'any event'} of {source}: "
                "none of its consumers wants that.",
            )
        return tuple(sorted(names or own))

    @staticmethod
    def _names(reader: str, source: str, wants: Wants) -> set[str]:
        found = {
            name
            for consumer, sources in wants.items()
            if consumer.partition(".")[0] == reader
            for name in sources.get(source, ())
        }
        # Whoever checks tokens follows what ends them; the gateway leaves that to others.
        if reader in SERVICES and reader != "gateway":
            found.update(name for owner, ends in FOLLOWED if owner == source for name in ends)
        return found


class EventLogServicer(eventlog_pb2_grpc.EventLogServiceServicer):
    """Serves the logs of the stores of this process, by the name of their service."""

    def __init__(
        self, stores: dict[str, Store], readers: Readers, stopping: threading.Event
    ) -> None:
        self._stores = stores
        self._readers = readers
        self._stopping = stopping

    def AcknowledgeEvents(  # noqa: N802
        self, request: eventlog_pb2.AcknowledgeEventsRequest, _action: SupportAction
    ) -> eventlog_pb2.AcknowledgeEventsResponse:
        """Note how far the audit log has the records."""
        store = self._stores.get(request.source)
        if store is None:
            raise InvalidArgument("source", "UNKNOWN_SOURCE")
        if not 0 <= request.position <= store.refresh():
            raise InvalidArgument("position", "OUT_OF_RANGE")
        acknowledge(store, request.position)
        return eventlog_pb2.AcknowledgeEventsResponse()

    def ReadEvents(  # noqa: N802  # the name is the contract's
        self, request: eventlog_pb2.ReadEventsRequest, action: SupportAction
    ) -> Iterator[eventlog_pb2.ReadEventsResponse]:
        """Stream events from a position on, of names that the caller may read."""
        store = self._stores.get(request.source)
        if store is None:
            raise InvalidArgument("source", "UNKNOWN_SOURCE")
        if request.after < 0:
            raise InvalidArgument("after", "OUT_OF_RANGE")
        if not 0 <= request.batch_size <= _MOST:
            raise InvalidArgument("batch_size", "OUT_OF_RANGE")
        if request.recent_seconds < 0:
            raise InvalidArgument("recent_seconds", "OUT_OF_RANGE")
        names = self._readers.check(action.actor.program, request.source, request.names)
        after, size = request.after, request.batch_size or _USUAL
        if request.recent_seconds:
            since = datetime.now(UTC) - timedelta(seconds=request.recent_seconds)
            after = max(after, position_at(store, since))
        pause = _BEAT_SECONDS if request.beat else _WAIT_SECONDS
        due = 0.0
        # Who follows goes on elsewhere; who reads what is there gets it whole, or an error.
        while not (request.follow and self._stopping.is_set()):
            newest = store.position
            rows = store.read(after, size, names)
            after = rows[-1].position if len(rows) == size else max(after, newest)
            if rows or not request.follow or (request.beat and time.monotonic() >= due):
                due = time.monotonic() + pause
                yield eventlog_pb2.ReadEventsResponse(
                    events=[
                        eventlog_pb2.StoredEvent(
                            position=row.position,
                            stream_id=row.stream_id,
                            version=row.version,
                            name=row.name,
                            state=row.state,
                        )
                        for row in rows
                    ],
                    position=after,
                )
            if len(rows) < size:
                if not request.follow:
                    return
                left = due - time.monotonic() if request.beat else pause
                ended = self._stopping.is_set
                store.wait(after + 1, timeout=max(0.0, left), names=names, unless=ended)
                if request.beat:
                    # One look for all that comes in a moment, such as an import.
                    time.sleep(_MOMENT_SECONDS)


def position_at(store: Store, moment: datetime) -> int:
    """Return a position before all that was recorded from a moment on; facts come in time order."""
    low, high = 0, store.position
    while low < high:
        middle = (low + high) // 2
        rows = store.read(middle, 1)
        if not rows or stamp_of(rows[0].state).recorded_at >= moment:
            high = middle
        else:
            low = max(middle + 1, rows[0].position)
    return low


def say_acknowledged(
    caller: Caller, channel: grpc.Channel, source: str, position: int, timeout: float
) -> None:
    """Tell a service how far the audit log has its records. Raises HelpdeskError."""
    stub = eventlog_pb2_grpc.EventLogServiceStub(channel)
    request = eventlog_pb2.AcknowledgeEventsRequest(source=source, position=position)
    caller(stub.AcknowledgeEvents, request, timeout=timeout)


def owners_log(
    caller: Caller, channel: grpc.Channel, source: str
) -> Callable[[int, Sequence[str]], Iterator[tuple[list[StoredRow], int]]]:
    """Return what reads a service's facts from its log, in batches, up to its present end."""
    stub = eventlog_pb2_grpc.EventLogServiceStub(channel)

    def read(after: int, names: Sequence[str]) -> Iterator[tuple[list[StoredRow], int]]:
        request = eventlog_pb2.ReadEventsRequest(
            source=source, after=after, names=names, batch_size=_USUAL
        )
        for answer in caller.stream(stub.ReadEvents, request, timeout=_WHOLE_LOG):
            rows = [
                StoredRow(each.position, each.stream_id, each.version, each.name, each.state)
                for each in answer.events
            ]
            yield rows, answer.position

    return read
