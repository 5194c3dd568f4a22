"""Claims of the partner's own provider that give roles."""

from __future__ import annotations

from typing import Any

import grpc

from helpdesk.identity.v1 import claims_pb2, claims_pb2_grpc
from helpdesk.kernel.rpc.client import Caller
from services.gateway.clients.codes import ROLES


class RoleClaims:
    """Lists, makes and takes back what claims give."""

    def __init__(self, channel: grpc.Channel, call: Caller) -> None:
        self._call = call
        self._stub = claims_pb2_grpc.RoleClaimServiceStub(channel)  # type: ignore[no-untyped-call]

    def all(self, token: str) -> Any:
        """Return the partner's claims that give roles."""
        request = claims_pb2.ListRoleClaimsRequest()
        return self._call(self._stub.ListRoleClaims, request, token=token).role_claims

    def map(
        self, token: str, claim: str, value: str, role: str, reason: str, request_id: str
    ) -> None:
        """Let a claim give a role. Raises InvalidArgument, Refused."""
        request = claims_pb2.MapRoleClaimRequest(
            claim=claim, value=value, role=ROLES[role], reason=reason, request_id=request_id
        )
        self._call(self._stub.MapRoleClaim, request, token=token)

    def unmap(self, token: str, mapping_id: str, reason: str, request_id: str) -> None:
        """Let a claim give its role no more. Raises NotFound."""
        request = claims_pb2.UnmapRoleClaimRequest(
            mapping_id=mapping_id, reason=reason, request_id=request_id
        )
        self._call(self._stub.UnmapRoleClaim, request, token=token)
