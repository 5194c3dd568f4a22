"""RoleClaimService."""

from __future__ import annotations

from helpdesk.identity.v1 import claims_pb2, claims_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from services.identity.application.role_claims import RoleClaims
from services.identity.grpc_api.roles import role_name
from services.identity.grpc_api.times import stamp_of


class RoleClaimServicer(claims_pb2_grpc.RoleClaimServiceServicer):
    """Claims of a partner's provider that give roles."""

    def __init__(self, role_claims: RoleClaims) -> None:
        self._role_claims = role_claims

    def ListRoleClaims(  # noqa: N802
        self, request: claims_pb2.ListRoleClaimsRequest, action: SupportAction
    ) -> claims_pb2.ListRoleClaimsResponse:
        del request
        return claims_pb2.ListRoleClaimsResponse(
            role_claims=[
                claims_pb2.RoleClaim(
                    mapping_id=each.mapping_id,
                    claim=each.claim,
                    value=each.value,
                    role=each.role,
                    mapped_by=each.mapped_by,
                    mapped=stamp_of(each.recorded_at),
                )
                for each in self._role_claims.list_role_claims(action)
            ]
        )

    def MapRoleClaim(  # noqa: N802
        self, request: claims_pb2.MapRoleClaimRequest, action: SupportAction
    ) -> claims_pb2.MapRoleClaimResponse:
        role = role_name(request.role)
        return claims_pb2.MapRoleClaimResponse(
            mapping_id=self._role_claims.map_role_claim(action, request.claim, request.value, role)
        )

    def UnmapRoleClaim(  # noqa: N802
        self, request: claims_pb2.UnmapRoleClaimRequest, action: SupportAction
    ) -> claims_pb2.UnmapRoleClaimResponse:
        return claims_pb2.UnmapRoleClaimResponse(
            removed_roles=self._role_claims.unmap_role_claim(action, request.mapping_id)
        )
