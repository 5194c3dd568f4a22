"""Spans to a collector: OTLP over HTTP in its JSON form; needs neither gRPC nor generated code."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.error import URLError
from urllib.parse import unquote
from urllib.request import Request, urlopen

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

_log = logging.getLogger(__name__)
_SECONDS = 5.0


class Exporter(SpanExporter):
    """Posts spans; what the collector does not take is lost, and said once until it does."""

    def __init__(self, url: str, env: Mapping[str, str]) -> None:
        self._url = url
        self._headers = {"Content-Type": "application/json", **_headers(env)}
        authority = env.get("OTEL_EXPORTER_OTLP_CERTIFICATE")
        secure = url.startswith("https:")
        self._tls = ssl.create_default_context(cafile=authority) if secure else None
        self._lost = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        body = json.dumps(message(spans), separators=(",", ":")).encode()
        request = Request(self._url, body, self._headers)  # noqa: S310  # the operator's own URL
        try:
            with urlopen(request, timeout=_SECONDS, context=self._tls):  # noqa: S310  # likewise
                self._lost = False
                return SpanExportResult.SUCCESS
        except (URLError, OSError, ValueError) as error:
            if not self._lost:
                _log.warning("traces are lost, the collector fails: %s", type(error).__name__)
            self._lost = True
            return SpanExportResult.FAILURE


def message(spans: Sequence[ReadableSpan]) -> dict[str, Any]:
    """Return an ExportTraceServiceRequest as JSON, ids in hexadecimal (OTLP 1.x, "JSON")."""
    resource = spans[0].resource.attributes if spans else {}
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(resource)},
                "scopeSpans": [
                    {"scope": {"name": "helpdesk"}, "spans": [_span(each) for each in spans]}
                ],
            }
        ]
    }


def _span(span: ReadableSpan) -> dict[str, Any]:
    context = span.context
    if context is None:
        raise ValueError("a span without ids")
    made: dict[str, Any] = {
        "traceId": f"{context.trace_id:032x}",
        "spanId": f"{context.span_id:016x}",
        "name": span.name,
        # The API counts kinds from 0, the protocol from 1: 0 is "not said".
        "kind": span.kind.value + 1,
        "startTimeUnixNano": str(span.start_time or 0),
        "endTimeUnixNano": str(span.end_time or 0),
        "attributes": _attributes(span.attributes or {}),
        "status": {"code": span.status.status_code.value},
    }
    if span.parent is not None:
        made["parentSpanId"] = f"{span.parent.span_id:016x}"
    return made


def _attributes(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"key": key, "value": {"intValue": str(value)}}
        if isinstance(value, int)
        else {"key": key, "value": {"stringValue": str(value)}}
        for key, value in attributes.items()
    ]


def _headers(env: Mapping[str, str]) -> dict[str, str]:
    given = env.get("OTEL_EXPORTER_OTLP_HEADERS", "")
    pairs = (part.partition("=") for part in given.split(",") if "=" in part)
    return {unquote(name.strip()): unquote(value.strip()) for name, _, value in pairs}
