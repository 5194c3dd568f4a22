"""ClientService."""

from __future__ import annotations

from helpdesk.identity.v1 import clients_pb2, clients_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from services.identity.application.clients import Clients
from services.identity.grpc_api.roles import role_name
from services.identity.grpc_api.times import stamp_of


class ClientServicer(clients_pb2_grpc.ClientServiceServicer):
    """Programs outside of the product."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def RegisterClient(  # noqa: N802
        self, request: clients_pb2.RegisterClientRequest, action: SupportAction
    ) -> clients_pb2.RegisterClientResponse:
        self._clients.register_client(
            action,
            request.client,
            request.public_key,
            [role_name(each) for each in request.client_roles],
            [role_name(each) for each in request.acts_as],
        )
        return clients_pb2.RegisterClientResponse()

    def RemoveClient(  # noqa: N802
        self, request: clients_pb2.RemoveClientRequest, action: SupportAction
    ) -> clients_pb2.RemoveClientResponse:
        self._clients.remove_client(action, request.client)
        return clients_pb2.RemoveClientResponse()

    def ListClients(  # noqa: N802
        self, request: clients_pb2.ListClientsRequest, action: SupportAction
    ) -> clients_pb2.ListClientsResponse:
        del request
        return clients_pb2.ListClientsResponse(
            clients=[
                clients_pb2.Client(
                    client=each.program.name,
                    client_roles=sorted(each.program.roles),
                    acts_as=sorted(each.program.acts_as),
                    registered_by=each.by,
                    registered=stamp_of(each.at),
                )
                for each in self._clients.list_clients(action)
            ]
        )
