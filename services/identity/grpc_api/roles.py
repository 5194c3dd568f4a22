"""RoleService."""

from __future__ import annotations

from helpdesk.identity.v1 import roles_pb2, roles_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from helpdesk.options.v1 import options_pb2
from services.identity.application.roles import Roles
from services.identity.grpc_api.times import stamp_of, time_of


class RoleServicer(roles_pb2_grpc.RoleServiceServicer):
    """Roles of a partner's own people."""

    def __init__(self, roles: Roles) -> None:
        self._roles = roles

    def ListRoles(  # noqa: N802
        self, request: roles_pb2.ListRolesRequest, action: SupportAction
    ) -> roles_pb2.ListRolesResponse:
        shown, token = self._roles.list_roles(action, request.page_size, request.page_token)
        return roles_pb2.ListRolesResponse(
            people=[
                roles_pb2.Person(
                    user_id=one.person.id,
                    display_name=one.person.display_name,
                    email=one.person.email,
                    roles=[
                        roles_pb2.RoleAssignment(
                            role=each.role,
                            until=stamp_of(each.until),
                            assigned_by=each.assigned_by,
                            assigned=stamp_of(each.assigned),
                        )
                        for each in one.held
                    ],
                    limited=one.limit is not None,
                    limited_organization_ids=one.limit or (),
                )
                for one in shown
            ],
            next_page_token=token,
        )

    def AssignRole(  # noqa: N802
        self, request: roles_pb2.AssignRoleRequest, action: SupportAction
    ) -> roles_pb2.AssignRoleResponse:
        until = time_of(request, "until")
        self._roles.assign_role(action, request.user_id, role_name(request.role), until)
        return roles_pb2.AssignRoleResponse()

    def RemoveRole(  # noqa: N802
        self, request: roles_pb2.RemoveRoleRequest, action: SupportAction
    ) -> roles_pb2.RemoveRoleResponse:
        self._roles.remove_role(action, request.user_id, role_name(request.role))
        return roles_pb2.RemoveRoleResponse()


def role_name(role: int) -> str:
    """Return the name of a role without its prefix; empty for one that is not known."""
    value = options_pb2.Role.DESCRIPTOR.values_by_number.get(role)
    return value.name.removeprefix("ROLE_") if value else ""
