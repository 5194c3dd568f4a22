"""PeopleService."""

from __future__ import annotations

from helpdesk.identity.v1 import people_pb2, people_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from services.identity.application.people import People


class PeopleServicer(people_pb2_grpc.PeopleServiceServicer):
    """A partner's own people as a whole."""

    def __init__(self, people: People) -> None:
        self._people = people

    def OffboardPerson(  # noqa: N802
        self, request: people_pb2.OffboardPersonRequest, action: SupportAction
    ) -> people_pb2.OffboardPersonResponse:
        sessions, roles = self._people.offboard(action, request.user_id)
        return people_pb2.OffboardPersonResponse(ended_sessions=sessions, removed_roles=roles)

    def SignOutPerson(  # noqa: N802
        self, request: people_pb2.SignOutPersonRequest, action: SupportAction
    ) -> people_pb2.SignOutPersonResponse:
        ended = self._people.sign_out(action, request.user_id)
        return people_pb2.SignOutPersonResponse(ended_sessions=ended)

    def SetCustomerLimit(  # noqa: N802
        self, request: people_pb2.SetCustomerLimitRequest, action: SupportAction
    ) -> people_pb2.SetCustomerLimitResponse:
        self._people.set_limit(action, request.user_id, request.organization_ids)
        return people_pb2.SetCustomerLimitResponse()

    def ClearCustomerLimit(  # noqa: N802
        self, request: people_pb2.ClearCustomerLimitRequest, action: SupportAction
    ) -> people_pb2.ClearCustomerLimitResponse:
        self._people.clear_limit(action, request.user_id)
        return people_pb2.ClearCustomerLimitResponse()
