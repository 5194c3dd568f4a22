"""ReissueService over gRPC: messages in, one use case each, messages out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.audit.v1 import audit_pb2, reissue_pb2, reissue_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from services.audit.application.reissues import Outdated, Reissues
from services.audit.domain.facts import moment
from services.audit.domain.filters import Filter

_NAMED = {each.name for each in fields(Filter) if isinstance(each.default, str)} & (
    set(audit_pb2.ActionFilter.DESCRIPTOR.fields_by_name) - {"outcome"}
)


class ReissueServicer(reissue_pb2_grpc.ReissueServiceServicer):
    """Serves exports that are to be issued again."""

    def __init__(self, reissues: Reissues) -> None:
        self._reissues = reissues

    def ListOutdatedExports(  # noqa: N802  # names are the contract's
        self, request: reissue_pb2.ListOutdatedExportsRequest, action: SupportAction
    ) -> reissue_pb2.ListOutdatedExportsResponse:
        """List them."""
        page, names, token = self._reissues.list_outdated(
            action, request.organization_id, request.page_size, request.page_token
        )
        return reissue_pb2.ListOutdatedExportsResponse(
            exports=[_outdated(each, names) for each in page], next_page_token=token
        )

    def ReissueExport(  # noqa: N802
        self, request: reissue_pb2.ReissueExportRequest, action: SupportAction
    ) -> Iterator[reissue_pb2.ReissueExportResponse]:
        """Hand over the same selection again."""
        for part in self._reissues.reissue(action, request.export_id):
            yield reissue_pb2.ReissueExportResponse(
                chunk=part.chunk, last=part.last, records=part.records
            )


def _outdated(found: Outdated, names: Mapping[str, str]) -> reissue_pb2.OutdatedExport:
    export = found.export
    message = reissue_pb2.OutdatedExport(
        export_id=export.export_id,
        agent_id=export.agent_id,
        agent_name=names.get(export.agent_id, ""),
        partner_id=export.partner_id,
        made_at=_stamp(export.made_at),
        format=_form(export.form),
        filter=_filter(export.wanted),
        organization_id=export.wanted.organization_id,
        user_id=export.wanted.user_id,
        forgotten=[each.user_id for each in found.forgotten],
        may_reissue=found.may_reissue,
    )
    if found.again is not None:
        message.reissued_at.CopyFrom(_stamp(found.again.made_at))
        message.reissued_by = found.again.agent_id
        message.reissued_by_name = names.get(found.again.agent_id, "")
    return message


def _filter(wanted: Filter) -> audit_pb2.ActionFilter:
    message = audit_pb2.ActionFilter(**{name: getattr(wanted, name) for name in _NAMED})
    if wanted.outcome:
        message.outcome = _value(audit_pb2.Outcome, "OUTCOME", wanted.outcome)
    if wanted.since:
        # "from" is a keyword, so it cannot be set like the other fields.
        getattr(message, "from").CopyFrom(_stamp(wanted.since))
    if wanted.until:
        message.until.CopyFrom(_stamp(wanted.until))
    return message


def _form(form: str) -> Any:
    return _value(audit_pb2.ExportFormat, "EXPORT_FORMAT", form)


def _value(kind: Any, prefix: str, name: str) -> Any:
    return kind.Value(f"{prefix}_{name.upper()}")


def _stamp(at: int) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment(at))
    return stamp
