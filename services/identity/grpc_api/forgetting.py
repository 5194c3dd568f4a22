"""ForgettingService."""

from __future__ import annotations

from typing import Any

from helpdesk.identity.v1 import forgetting_pb2, forgetting_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from services.identity.application.forgetting import Forgetting
from services.identity.domain.forgetting import CLEARING, LASTS
from services.identity.grpc_api.times import stamp_of


class ForgettingServicer(forgetting_pb2_grpc.ForgettingServiceServicer):
    """Forgetting persons, and legal holds."""

    def __init__(self, forgetting: Forgetting) -> None:
        self._forgetting = forgetting

    def AskForgetting(  # noqa: N802
        self, request: forgetting_pb2.AskForgettingRequest, action: SupportAction
    ) -> forgetting_pb2.AskForgettingResponse:
        self._forgetting.ask(action, request.user_id)
        return forgetting_pb2.AskForgettingResponse()

    def ConfirmForgetting(  # noqa: N802
        self, request: forgetting_pb2.ConfirmForgettingRequest, action: SupportAction
    ) -> forgetting_pb2.ConfirmForgettingResponse:
        self._forgetting.confirm(action, request.user_id)
        return forgetting_pb2.ConfirmForgettingResponse()

    def WithdrawForgetting(  # noqa: N802
        self, request: forgetting_pb2.WithdrawForgettingRequest, action: SupportAction
    ) -> forgetting_pb2.WithdrawForgettingResponse:
        self._forgetting.withdraw(action, request.user_id)
        return forgetting_pb2.WithdrawForgettingResponse()

    def SetLegalHold(  # noqa: N802
        self, request: forgetting_pb2.SetLegalHoldRequest, action: SupportAction
    ) -> forgetting_pb2.SetLegalHoldResponse:
        self._forgetting.set_hold(action, request.user_id, request.organization_id)
        return forgetting_pb2.SetLegalHoldResponse()

    def LiftLegalHold(  # noqa: N802
        self, request: forgetting_pb2.LiftLegalHoldRequest, action: SupportAction
    ) -> forgetting_pb2.LiftLegalHoldResponse:
        self._forgetting.lift_hold(action, request.user_id, request.organization_id)
        return forgetting_pb2.LiftLegalHoldResponse()

    def ListForgettings(  # noqa: N802
        self, request: forgetting_pb2.ListForgettingsRequest, action: SupportAction
    ) -> forgetting_pb2.ListForgettingsResponse:
        shown, holds, token = self._forgetting.list(
            action, request.organization_id, request.page_size, request.page_token
        )
        return forgetting_pb2.ListForgettingsResponse(
            forgettings=[_message(each, state, name) for each, state, name in shown],
            holds=[_hold(each) for each in holds],
            next_page_token=token,
        )


def _message(each: Any, state: str, name: str) -> forgetting_pb2.Forgetting:
    waiting = [service for service in CLEARING if service not in each.cleared]
    return forgetting_pb2.Forgetting(
        user_id=each.user_id,
        display_name=name,
        state=state,
        asked_by=each.asked_by,
        asked=stamp_of(each.asked),
        until=stamp_of(each.asked + LASTS),
        confirmed_by=each.confirmed_by,
        forgotten=stamp_of(each.forgotten),
        cleared=each.cleared,
        waiting=waiting if state == "forgotten" else [],
    )


def _hold(each: Any) -> forgetting_pb2.LegalHold:
    return forgetting_pb2.LegalHold(
        user_id=each.user_id, set_by=each.set_by, since=stamp_of(each.since)
    )
