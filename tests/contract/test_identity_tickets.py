"""Tickets: a list of our own, a ticket system over HTTP, and what is refused under which ticket."""

import json
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from helpdesk.identity.v1 import tickets_pb2 as pb
from helpdesk.identity.v1 import tickets_pb2_grpc
from helpdesk.kernel.errors import Forbidden, InvalidArgument, NotFound, Refused, Unavailable
from helpdesk.kernel.rpc.tickets import KEPT, TicketsOverGrpc
from helpdesk.kernel.settings import SettingsError
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc
from services.identity.service import SERVICE as IDENTITY
from services.session.service import SERVICE as SESSION
from tests.support.product import (
    ACME,
    BETA,
    ORPHAN,
    SHARED,
    running_product,
    small_directory,
)

ADMINS = {ACME: "acme_admin", BETA: "beta_admin", SHARED: "shared_admin"}
TICKETS = "HELPDESK_IDENTITY_TICKETS"


class TicketServer:
    """A ticket system on loopback: answers each ticket as it is told, and notes what was asked."""

    def __init__(self):
        self.answers = {}
        self.asked = []
        self.release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((self.path, self.headers["authorization"]))
                status, headers, body = outer.answers.get(self.path, (404, {}, b""))
                if status == 0:
                    outer.release.wait(5)
                    status = 200
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/tickets"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def says(self, ticket, **fields):
        """Answer a ticket with JSON."""
        self.answers[f"/tickets/{ticket}"] = (
            200,
            {},
            json.dumps({"id": ticket, **fields}).encode(),
        )

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def product_with(folder, **settings):
    with running_product(
        folder, [IDENTITY, SESSION], directory=small_directory(), **settings
    ) as product:
        yield product


def ask(product, ticket, organization=ACME, agent="north_agent", request_id=""):
    """Ask for access under a ticket; the customer says no, so that it can be asked again."""
    stub = product.stub(consent_pb2_grpc.ConsentServiceStub, "session")
    request = consent_pb2.RequestAccessRequest(
        organization_id=organization,
        sections=["SECTION_USERS"],
        minutes=20,
        reason="cannot join",
        ticket=ticket,
        request_id=request_id,
    )
    answer = product.caller(agent)(stub.RequestAccess, request)
    no = consent_pb2.AnswerAccessRequestRequest(access_request_id=answer.access_request_id)
    with suppress(Refused):
        product.caller(ADMINS[organization])(stub.AnswerAccessRequest, no)
    return answer


def refusal(product, ticket, organization=ACME, kind=Refused):
    before = len(product.host.running["session"].store.read(0, 100_000))
    with pytest.raises(kind) as caught:
        ask(product, ticket, organization)
    rows = product.host.running["session"].store.read(0, 100_000)[before:]
    kept = [each for each in rows if not each.name.endswith("HeartbeatSigned")]
    assert [each.name.rpartition(".")[2] for each in kept] == ["SupportActionRecorded"]
    assert product.records("session")[-1].error == caught.value.reason
    return caught.value.reason


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    with product_with(tmp_path_factory.mktemp("local"), **{TICKETS: "local"}) as product:
        yield product


@pytest.fixture
def tickets(local):
    return local.stub(tickets_pb2_grpc.TicketServiceStub, "identity")


def opened(product, tickets, number, organization=ACME, agent="north_agent"):
    request = pb.OpenTicketRequest(ticket=number, organization_id=organization)
    product.caller(agent)(tickets.OpenTicket, request)
    return number


def closed(product, tickets, number, agent="north_agent"):
    product.caller(agent)(tickets.CloseTicket, pb.CloseTicketRequest(ticket=number))


def listed(product, tickets, agent="north_agent", **more):
    answer = product.caller(agent)(tickets.ListTickets, pb.ListTicketsRequest(**more))
    return [each.ticket for each in answer.tickets]


def test_under_an_open_ticket_of_the_customer_an_action_goes_on(local, tickets):
    assert ask(local, opened(local, tickets, "L-1")).access_request_id

    record = local.records("session", ticket="L-1", outcome="done")[-1]
    assert (record.ticket_state, record.organization_id) == ("open", ACME)


def test_a_ticket_that_nobody_opened_is_refused(local):
    assert refusal(local, "L-unknown") == "TICKET_UNKNOWN"


def test_a_closed_ticket_is_refused_and_an_opened_one_taken_again(local, tickets):
    closed(local, tickets, opened(local, tickets, "L-2", SHARED))

    assert refusal(local, "L-2", SHARED) == "TICKET_CLOSED"
    opened(local, tickets, "L-2", SHARED)
    assert ask(local, "L-2", SHARED).access_request_id


def test_another_customers_ticket_is_refused(local, tickets):
    assert refusal(local, opened(local, tickets, "L-3", ORPHAN)) == "TICKET_OTHER_CUSTOMER"


def test_another_partners_ticket_is_unknown_and_its_number_free(local, tickets):
    opened(local, tickets, "L-4", SHARED, agent="south_agent")

    assert refusal(local, "L-4", SHARED) == "TICKET_UNKNOWN"
    opened(local, tickets, "L-4", ACME)


def test_the_same_request_again_gets_its_answer_though_the_ticket_is_closed(local, tickets):
    opened(local, tickets, "L-5", BETA, agent="south_agent")
    first = ask(local, "L-5", BETA, "south_agent", request_id="again-1")
    closed(local, tickets, "L-5", "south_agent")

    assert ask(local, "L-5", BETA, "south_agent", request_id="again-1") == first
    states = [r.ticket_state for r in local.records("session", ticket="L-5", outcome="done")]
    assert states == ["open", "repeated"]


def test_a_partner_opens_tickets_for_its_own_customers_only(local, tickets):
    with pytest.raises(NotFound):
        opened(local, tickets, "L-6", BETA)
    with pytest.raises(Refused):
        opened(local, tickets, opened(local, tickets, "L-7"))
    with pytest.raises(InvalidArgument):
        opened(local, tickets, "no number")
    with pytest.raises(Forbidden):
        opened(local, tickets, "L-8", agent="acme_admin")


def test_a_ticket_that_is_not_the_partners_is_not_closed(local, tickets):
    opened(local, tickets, "L-9")

    with pytest.raises(NotFound):
        closed(local, tickets, "L-9", "south_agent")
    assert local.records("identity", action="identity.ticket.close")[-1].outcome == "refused"


def test_the_list_shows_a_partner_its_own_open_tickets(local, tickets):
    opened(local, tickets, "M-1")
    closed(local, tickets, opened(local, tickets, "M-2"))
    opened(local, tickets, "M-3", SHARED)

    north = listed(local, tickets, page_size=200)
    assert {"M-1", "M-3"} <= set(north)
    assert "M-2" not in north
    assert "M-3" not in listed(local, tickets, organization_id=ACME, page_size=200)
    assert "M-2" in listed(local, tickets, include_closed=True, page_size=200)
    assert "M-1" not in listed(local, tickets, "south_agent", page_size=200)
    with pytest.raises(NotFound):
        listed(local, tickets, organization_id=BETA)


def test_who_opened_and_closed_what_is_recorded(local, tickets):
    closed(local, tickets, opened(local, tickets, "M-9"))

    records = local.records("identity", ticket="M-9")
    assert [(r.action, r.organization_id) for r in records] == [
        ("identity.ticket.open", ACME),
        ("identity.ticket.close", ACME),
    ]


@pytest.fixture
def server():
    with TicketServer() as server:
        yield server


@pytest.fixture
def remote(tmp_path, server):
    settings = {TICKETS: server.url, f"{TICKETS}_TOKEN": "a-token", f"{TICKETS}_SECONDS": "0.3"}
    with product_with(tmp_path / "data", **settings) as product:
        yield product


def test_a_ticket_system_is_asked_with_its_token(remote, server):
    server.says("INC-1", status="open", organization_id=ACME)

    assert ask(remote, "INC-1").access_request_id
    assert server.asked == [("/tickets/INC-1", "Bearer a-token")]
    assert remote.records("session", action="session.access.request")[-1].ticket_state == "open"


def test_a_bare_uuid_names_the_customer_too(remote, server):
    server.says("INC-1", status="open", organization_id="00000000-0000-0000-0000-00000000000b")

    assert ask(remote, "INC-1").access_request_id


def test_what_the_ticket_system_says_is_obeyed(remote, server):
    server.says("INC-2", status="closed", organization_id=ACME)
    server.says("INC-3", status="open", organization_id=BETA)
    server.says("INC-4", status="open", organization_id="no id")
    server.answers["/tickets/INC-5"] = (410, {}, b"")

    assert refusal(remote, "INC-2") == "TICKET_CLOSED"
    assert refusal(remote, "INC-3") == "TICKET_OTHER_CUSTOMER"
    assert refusal(remote, "INC-4") == "TICKET_OTHER_CUSTOMER"
    assert refusal(remote, "INC-5") == "TICKET_UNKNOWN"
    assert refusal(remote, "INC-404") == "TICKET_UNKNOWN"


@pytest.mark.parametrize("ticket", ["..", "../admin", "a b", "a/b", "x?y=1", "é"])
def test_what_is_no_number_is_not_asked_about(remote, server, ticket):
    assert refusal(remote, ticket) == "TICKET_UNKNOWN"
    assert server.asked == []


BAD_ANSWERS = {
    "an error": (500, {}, b"{}"),
    "not allowed": (401, {}, b"{}"),
    "no content": (204, {}, b""),
    "no JSON": (200, {}, b"<html>Sign in</html>"),
    "no object": (200, {}, b"[1]"),
    "deep": (200, {}, b"[" * 60_000),
    "another ticket": (200, {}, b'{"id": "INC-1", "status": "open", "organization_id": "x"}'),
    "no status": (200, {}, b'{"id": "INC-9", "organization_id": "x"}'),
    "another status": (200, {}, b'{"id": "INC-9", "status": "OPEN", "organization_id": "x"}'),
    "no customer": (200, {}, b'{"id": "INC-9", "status": "open"}'),
    "too long": (200, {}, b'{"id": "INC-9"}' + b" " * 70_000),
    "too late": (0, {}, b'{"id": "INC-9", "status": "open", "organization_id": "x"}'),
}


@pytest.mark.parametrize("kind", BAD_ANSWERS)
def test_what_is_no_answer_is_refused_as_down(remote, server, kind):
    server.answers["/tickets/INC-9"] = BAD_ANSWERS[kind]

    assert refusal(remote, "INC-9", kind=Unavailable) == "TICKETS_DOWN"


def test_a_redirect_is_not_followed(remote, server):
    server.says("INC-1", status="open", organization_id=ACME)
    server.answers["/tickets/INC-9"] = (302, {"location": f"{server.url}/INC-1"}, b"")

    assert refusal(remote, "INC-9", kind=Unavailable) == "TICKETS_DOWN"
    assert [path for path, _ in server.asked] == ["/tickets/INC-9"]


def test_a_system_that_gave_no_answer_is_left_alone_for_a_moment(remote, server):
    server.says("INC-1", status="open", organization_id=ACME)
    server.answers["/tickets/INC-9"] = BAD_ANSWERS["an error"]
    refusal(remote, "INC-9", kind=Unavailable)

    assert refusal(remote, "INC-1", kind=Unavailable) == "TICKETS_DOWN"
    assert len(server.asked) == 1


def test_where_the_setting_allows_it_an_action_goes_on_while_it_is_down_and_is_flagged(tmp_path):
    settings = {TICKETS: "http://127.0.0.1:9/tickets", f"{TICKETS}_DOWN": "allow"}
    with product_with(tmp_path / "data", **settings) as product:
        assert ask(product, "INC-1").access_request_id
        assert (
            product.records("session", action="session.access.request")[-1].ticket_state == "down"
        )


def test_where_nothing_keeps_tickets_the_record_says_so(tmp_path):
    with product_with(tmp_path / "data") as product:
        assert ask(product, "INC-1").access_request_id
        assert (
            product.records("session", action="session.access.request")[-1].ticket_state
            == "unchecked"
        )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (TICKETS, "http://tickets.example/api"),
        (TICKETS, "some"),
        (f"{TICKETS}_DOWN", "perhaps"),
    ],
)
def test_a_setting_that_cannot_be_is_named(tmp_path, name, value):
    with pytest.raises(SettingsError, match=name), product_with(tmp_path / "data", **{name: value}):
        pass


def test_a_good_answer_is_kept_for_three_seconds_and_no_other(local, tickets):
    now = [100.0]
    wiring = local.host.wiring
    check = TicketsOverGrpc(
        wiring.caller("session"), lambda: wiring.channel("identity"), lambda: now[0]
    )
    north = local.records("identity", ticket=opened(local, tickets, "K-1"))[-1].partner_id
    with pytest.raises(Refused):
        check("K-2", ACME, north)
    opened(local, tickets, "K-2")

    assert [check(each, ACME, north) for each in ("K-1", "K-2")] == ["open", "open"]
    closed(local, tickets, "K-1")
    assert check("K-1", ACME, north) == "open"
    now[0] += KEPT
    with pytest.raises(Refused, match="closed"):
        check("K-1", ACME, north)
