"""Traces: what one click led to, in every process, as one; off until an exporter is started."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

Kind = Literal["internal", "server", "client", "producer", "consumer"]
ATTRIBUTES = frozenset(
    {
        "helpdesk.outcome",
        "helpdesk.position",
        "helpdesk.reason",
        "helpdesk.request_id",
        "helpdesk.service",
        "helpdesk.source",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "messaging.consumer.group.name",
        "messaging.destination.name",
        "messaging.operation.type",
        "messaging.system",
        "rpc.method",
        "rpc.service",
        "rpc.system",
    }
)
"""All that a span may say; whatever else it is told is left out."""

# Codes, ids and routes of ours: no space and no @, so neither a name nor an address.
_VALUE = re.compile(r"[\w./:{}<-]{1,160}", re.ASCII)
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")


@dataclass
class _Tracing:
    tracer: Any = None


_tracing = _Tracing()


class Span:
    """A span that runs; ``traceparent`` makes what follows its child."""

    __slots__ = ("_running", "traceparent")

    def __init__(self, traceparent: str, running: Any = None) -> None:
        self.traceparent = traceparent
        self._running = running

    def say(self, attributes: Mapping[str, str | int]) -> None:
        """Add what it was about; only what ``ATTRIBUTES`` allows."""
        if self._running is not None:
            self._running.set_attributes(allowed(attributes))

    def failed(self) -> None:
        """Mark it as failed; why is in the logs."""
        if self._running is not None:
            from opentelemetry.trace import StatusCode

            self._running.set_status(StatusCode.ERROR)


def allowed(attributes: Mapping[str, str | int]) -> dict[str, str | int]:
    """Return what of the attributes may leave the process."""
    return {
        key: value
        for key, value in attributes.items()
        if key in ATTRIBUTES and (isinstance(value, int) or _VALUE.fullmatch(value))
    }


def begun() -> str:
    """Return the trace context of a new trace (W3C traceparent)."""
    random = os.urandom(24).hex()
    return f"00-{random[:32]}-{random[32:]}-01"


def accepted(given: str) -> str | None:
    """Return a trace context that came from outside where it is one."""
    return given if _TRACEPARENT.fullmatch(given) else None


def trace_id(traceparent: str) -> str:
    """Return the id of the trace, empty for what is no trace context."""
    found = _TRACEPARENT.fullmatch(traceparent)
    return found[1] if found else ""


def running() -> bool:
    """Whether spans go anywhere."""
    return _tracing.tracer is not None


@contextmanager
def span(
    name: str, kind: Kind, parent: str | None, attributes: Mapping[str, str | int] | None = None
) -> Iterator[Span]:
    """
    Time a block as a span of the parent's trace; without an exporter it only passes it on.

    Without a parent (None) it begins a trace; an empty parent stands for work of no trace.
    """
    if _tracing.tracer is None or parent == "":
        yield Span(begun() if parent is None else parent)
        return
    made = _tracing.tracer.start_span(
        name,
        context=_context(parent),
        kind=_kinds()[kind],
        attributes=allowed(attributes or {}),
        record_exception=False,
        set_status_on_exception=False,
    )
    found = Span(_written(made.get_span_context()), made)
    try:
        yield found
    except Exception:
        # Messages of errors may hold personal data: that it failed is all it says.
        found.failed()
        raise
    finally:
        made.end()


def lived(
    name: str,
    kind: Kind,
    parent: str,
    times: tuple[int, int],
    attributes: Mapping[str, str | int],
) -> None:
    """Add a span that is over; ``times`` are its begin and end in nanoseconds since 1970."""
    if _tracing.tracer is not None:
        made = _tracing.tracer.start_span(
            name,
            context=_context(parent),
            kind=_kinds()[kind],
            attributes=allowed(attributes),
            start_time=times[0],
        )
        made.end(times[1])


def start(exporter: SpanExporter, service: str, *, at_once: bool = False) -> Callable[[], None]:
    """Send spans to an exporter from now on; return what ends that."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    provider = TracerProvider(
        resource=Resource.create({"service.name": service}), shutdown_on_exit=False
    )
    processor = SimpleSpanProcessor(exporter) if at_once else BatchSpanProcessor(exporter)
    provider.add_span_processor(processor)
    _tracing.tracer = provider.get_tracer("helpdesk")

    def stop() -> None:
        _tracing.tracer = None
        provider.shutdown()

    return stop


def _context(parent: str | None) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    found = _TRACEPARENT.fullmatch(parent or "")
    if found is None:
        return Context()
    trace, its, flags = (int(part, 16) for part in found.groups())
    context = SpanContext(trace, its, is_remote=True, trace_flags=TraceFlags(flags))
    return set_span_in_context(NonRecordingSpan(context), Context())


def _written(context: Any) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags & 1:02x}"


@cache
def _kinds() -> Mapping[str, Any]:
    from opentelemetry.trace import SpanKind

    return {kind.name.lower(): kind for kind in SpanKind}
