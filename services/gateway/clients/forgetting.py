"""Forgetting persons, and legal holds."""

from __future__ import annotations

from typing import Any

import grpc

from helpdesk.identity.v1 import forgetting_pb2, forgetting_pb2_grpc
from helpdesk.kernel.rpc.client import Caller

_PAGE = 50


class Forgetting:
    """What an admin may have forgotten in their own organization."""

    def __init__(self, channel: grpc.Channel, call: Caller) -> None:
        self._call = call
        self._stub = forgetting_pb2_grpc.ForgettingServiceStub(channel)  # type: ignore[no-untyped-call]

    def asked(self, token: str, page_token: str = "") -> Any:
        """Return a page of what was asked, newest first, and all legal holds."""
        request = forgetting_pb2.ListForgettingsRequest(page_size=_PAGE, page_token=page_token)
        return self._call(self._stub.ListForgettings, request, token=token)

    def ask(self, token: str, user_id: str, reason: str, request_id: str) -> None:
        """Ask that a person is forgotten. Raises NotFound, Refused."""
        request = forgetting_pb2.AskForgettingRequest(
            user_id=user_id, reason=reason, request_id=request_id
        )
        self._call(self._stub.AskForgetting, request, token=token)

    def confirm(self, token: str, user_id: str, reason: str, request_id: str) -> None:
        """Confirm what somebody else asked. Raises NotFound, Refused."""
        request = forgetting_pb2.ConfirmForgettingRequest(
            user_id=user_id, reason=reason, request_id=request_id
        )
        self._call(self._stub.ConfirmForgetting, request, token=token)

    def withdraw(self, token: str, user_id: str, reason: str, request_id: str) -> None:
        """Take back what was asked. Raises NotFound, Refused."""
        request = forgetting_pb2.WithdrawForgettingRequest(
            user_id=user_id, reason=reason, request_id=request_id
        )
        self._call(self._stub.WithdrawForgetting, request, token=token)

    def set_hold(
        self, token: str, user_id: str, organization_id: str, reason: str, request_id: str
    ) -> None:
        """Keep a person, or without one everybody. Raises NotFound, Refused."""
        request = forgetting_pb2.SetLegalHoldRequest(
            user_id=user_id, organization_id=organization_id, reason=reason, request_id=request_id
        )
        self._call(self._stub.SetLegalHold, request, token=token)

    def lift_hold(
        self, token: str, user_id: str, organization_id: str, reason: str, request_id: str
    ) -> None:
        """End a legal hold. Raises NotFound, Refused."""
        request = forgetting_pb2.LiftLegalHoldRequest(
            user_id=user_id, organization_id=organization_id, reason=reason, request_id=request_id
        )
        self._call(self._stub.LiftLegalHold, request, token=token)
