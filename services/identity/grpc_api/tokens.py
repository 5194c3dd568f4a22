"""TokenService."""

from __future__ import annotations

import json

from helpdesk.identity.v1 import tokens_pb2, tokens_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import current_request
from services.identity.application.clients import Exchange
from services.identity.application.tokens import Tokens
from services.identity.grpc_api.roles import role_name


class TokenServicer(tokens_pb2_grpc.TokenServiceServicer):
    """Keys and tokens of services."""

    def __init__(self, tokens: Tokens, exchange: Exchange) -> None:
        self._tokens = tokens
        self._exchange = exchange

    def GetKeys(  # noqa: N802  # the names of methods are the contract's
        self, request: tokens_pb2.GetKeysRequest, action: SupportAction
    ) -> tokens_pb2.GetKeysResponse:
        del request, action
        return tokens_pb2.GetKeysResponse(keys=[json.dumps(k) for k in self._tokens.get_keys()])

    def IssueServiceToken(  # noqa: N802
        self, request: tokens_pb2.IssueServiceTokenRequest, action: SupportAction
    ) -> tokens_pb2.IssueServiceTokenResponse:
        del action
        token, seconds = self._tokens.issue_service_token(
            request.assertion, current_request().peers()
        )
        return tokens_pb2.IssueServiceTokenResponse(token=token, expires_in=seconds)

    def ExchangeToken(  # noqa: N802
        self, request: tokens_pb2.ExchangeTokenRequest, action: SupportAction
    ) -> tokens_pb2.ExchangeTokenResponse:
        wanted = [role_name(each) for each in request.scope_roles]
        token, seconds = self._exchange.exchange_token(
            action, request.subject_token, request.audience, wanted
        )
        return tokens_pb2.ExchangeTokenResponse(token=token, expires_in=seconds)
