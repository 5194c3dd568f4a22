"""The demo checks tickets: those of the sample are open, and nothing else is."""

import pytest

from helpdesk.identity.v1 import (
    internal_pb2,
    internal_pb2_grpc,
    tickets_pb2,
    tickets_pb2_grpc,
)
from services.demo.clients import open_tickets
from services.demo.domain import sample
from services.identity.service import SERVICE
from tests.support.product import running_product


class Shell:
    """An operator at the shell of a running product."""

    def __init__(self, product):
        self._product = product

    def channel(self, service):
        return self._product.host.wiring.channel(service)

    def caller(self, *roles):
        return self._product.caller(sub="operator:test", roles=roles)


@pytest.fixture(scope="module")
def made():
    return sample()


@pytest.fixture(scope="module")
def product(tmp_path_factory, made):
    settings = {"HELPDESK_IDENTITY_TICKETS": "local"}
    folder = tmp_path_factory.mktemp("demo")
    with running_product(folder, [SERVICE], directory=made.records, **settings) as product:
        yield product


def standing(product, ticket, organization_id, partner_id):
    stub = product.stub(internal_pb2_grpc.DirectoryInternalServiceStub, "identity")
    request = internal_pb2.CheckTicketRequest(
        ticket=ticket, organization_id=organization_id, partner_id=partner_id
    )
    return product.caller(sub="email", roles=["SERVICE"])(stub.CheckTicket, request).state


def test_each_ticket_of_the_sample_is_open_for_its_customer_however_often_the_demo_starts(
    product, made
):
    agent = next(email for role, _, email in made.sign_ins if role == "agent")
    partner = made.records["partners"][0]["id"]
    for _ in range(2):
        open_tickets(Shell(product), agent, made.tickets)

    assert [number for number, _, _ in made.tickets] == ["INC-4821", "INC-4822", "INC-4823"]
    assert {standing(product, n, o, partner) for n, o, _ in made.tickets} == {"open"}
    assert standing(product, "INC-4821", made.tickets[1][1], partner) == "other_customer"
    assert standing(product, "INC-1", made.tickets[0][1], partner) == "unknown"


def test_the_list_says_whose_ticket_it_is(product, made):
    agent = next(p for p in made.records["people"] if p["roles"] == ["help_desk"])
    stub = product.stub(tickets_pb2_grpc.TicketServiceStub, "identity")
    own = product.caller(sub=agent["id"], partner=agent["orgId"], roles=["HELP_DESK"])
    listed = own(stub.ListTickets, tickets_pb2.ListTicketsRequest()).tickets

    assert {(t.ticket, t.organization_name) for t in listed} == {(n, c) for n, _, c in made.tickets}
