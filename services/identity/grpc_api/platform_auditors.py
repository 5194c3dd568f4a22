"""PlatformAuditorService."""

from __future__ import annotations

from helpdesk.identity.v1 import platform_auditors_pb2, platform_auditors_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from services.identity.application.platform_auditors import PlatformAuditors
from services.identity.grpc_api.times import stamp_of, time_of


class PlatformAuditorServicer(platform_auditors_pb2_grpc.PlatformAuditorServiceServicer):
    """Who reads the records of all partners."""

    def __init__(self, auditors: PlatformAuditors) -> None:
        self._auditors = auditors

    def AddPlatformAuditor(  # noqa: N802
        self, request: platform_auditors_pb2.AddPlatformAuditorRequest, action: SupportAction
    ) -> platform_auditors_pb2.AddPlatformAuditorResponse:
        until = time_of(request, "until")
        user_id = self._auditors.add(
            action, request.issuer, request.subject, request.display_name, until
        )
        return platform_auditors_pb2.AddPlatformAuditorResponse(user_id=user_id)

    def RemovePlatformAuditor(  # noqa: N802
        self, request: platform_auditors_pb2.RemovePlatformAuditorRequest, action: SupportAction
    ) -> platform_auditors_pb2.RemovePlatformAuditorResponse:
        self._auditors.remove(action, request.user_id)
        return platform_auditors_pb2.RemovePlatformAuditorResponse()

    def ListPlatformAuditors(  # noqa: N802
        self, request: platform_auditors_pb2.ListPlatformAuditorsRequest, action: SupportAction
    ) -> platform_auditors_pb2.ListPlatformAuditorsResponse:
        del request
        return platform_auditors_pb2.ListPlatformAuditorsResponse(
            auditors=[
                platform_auditors_pb2.PlatformAuditor(
                    user_id=each.user_id,
                    display_name=each.display_name,
                    issuer=each.issuer,
                    subject=each.subject,
                    until=stamp_of(each.until),
                    assigned_by=each.assigned_by,
                    assigned=stamp_of(each.recorded_at),
                )
                for each in self._auditors.list_now(action)
            ]
        )
