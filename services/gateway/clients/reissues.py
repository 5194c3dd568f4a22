"""Exports that hold somebody who was forgotten since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import grpc

from helpdesk.audit.v1 import audit_pb2, reissue_pb2, reissue_pb2_grpc
from helpdesk.kernel.rpc.client import Caller

_PAGE = 200
_EXPORTED = 120.0
_FORMATS: Mapping[Any, str] = {
    audit_pb2.EXPORT_FORMAT_OCSF: "ocsf",
    audit_pb2.EXPORT_FORMAT_CADF: "cadf",
    audit_pb2.EXPORT_FORMAT_CLOUDEVENTS: "cloudevents",
    audit_pb2.EXPORT_FORMAT_CSV: "csv",
}


def format_of(value: int) -> str:
    """Return the page's code of a form with opened texts."""
    return _FORMATS.get(value, "")


class Reissues:
    """Exports that are to be issued again."""

    def __init__(self, channel: grpc.Channel, call: Caller) -> None:
        self._call = call
        self._stub = reissue_pb2_grpc.ReissueServiceStub(channel)  # type: ignore[no-untyped-call]

    def outdated(self, token: str) -> list[Any]:
        """Return them all, the newest first. Raises Unavailable."""
        found: list[Any] = []
        page = ""
        while True:
            request = reissue_pb2.ListOutdatedExportsRequest(page_size=_PAGE, page_token=page)
            answer = self._call(self._stub.ListOutdatedExports, request, token=token)
            found += answer.exports
            page = answer.next_page_token
            if not page:
                return found

    def issue(self, token: str, export_id: str) -> Iterator[bytes]:
        """Stream the .zip file of the same selection. Raises NotFound."""
        request = reissue_pb2.ReissueExportRequest(export_id=export_id)
        call = self._call.stream(self._stub.ReissueExport, request, token=token, timeout=_EXPORTED)
        for part in call:
            yield part.chunk
