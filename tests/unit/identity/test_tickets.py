import pytest

from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused, Unavailable
from helpdesk.kernel.rpc.tickets import judged
from services.identity.application.tickets import TicketChecks
from services.identity.domain import tickets
from services.identity.domain.ticket_facts import TicketClosed, TicketOpened
from services.identity.domain.tickets import Listed, Ticket
from tests.support.product import ACME, BETA, NORTH, uuid

OPENED = TicketOpened(ticket="INC-7", partner_id=NORTH, organization_id=ACME, opened_by="a1")
CLOSED = TicketClosed(ticket="INC-7", partner_id=NORTH, closed_by="a2")
AT_ACME = Ticket("INC-7", str(uuid(11)), open=True)


def after(*facts):
    state = Listed()
    for fact in facts:
        state = tickets.evolve(state, fact)
    return state


def test_a_new_ticket_is_opened():
    assert tickets.open_ticket(after(), OPENED) is OPENED


def test_an_open_ticket_is_not_opened_twice():
    with pytest.raises(Refused, match="number"):
        tickets.open_ticket(after(OPENED), OPENED)


def test_a_closed_ticket_opens_again_for_its_own_customer_only():
    tickets.open_ticket(after(OPENED, CLOSED), OPENED)

    other = TicketOpened(ticket="INC-7", partner_id=NORTH, organization_id=BETA, opened_by="a1")
    with pytest.raises(Refused):
        tickets.open_ticket(after(OPENED, CLOSED), other)


@pytest.mark.parametrize("number", ["", "-", "..", "a b", "../x", "a/b", "é", "x" * 65, "a\n"])
def test_what_is_no_number_is_not_opened(number):
    bad = TicketOpened(ticket=number, partner_id=NORTH, organization_id=ACME, opened_by="a1")

    with pytest.raises(InvalidArgument):
        tickets.open_ticket(after(), bad)


def test_only_an_open_ticket_is_closed():
    assert tickets.close_ticket(after(OPENED), CLOSED) is CLOSED
    with pytest.raises(Refused):
        tickets.close_ticket(after(OPENED, CLOSED), CLOSED)
    with pytest.raises(NotFound):
        tickets.close_ticket(after(), CLOSED)


@pytest.mark.parametrize(
    ("found", "organization", "state"),
    [
        (None, str(uuid(11)), "unknown"),
        (AT_ACME, str(uuid(11)), "open"),
        (AT_ACME, str(uuid(12)), "other_customer"),
        (AT_ACME, "", "other_customer"),
        (Ticket("INC-7", "", open=True), "", "other_customer"),
        (Ticket("INC-7", str(uuid(11)), open=False), str(uuid(11)), "closed"),
        (Ticket("INC-7", str(uuid(11)), open=False), str(uuid(12)), "other_customer"),
    ],
)
def test_a_ticket_is_there_open_and_of_the_customer_or_not(found, organization, state):
    assert tickets.standing(found, organization) == state


class Down:
    def find(self, ticket, partner):
        raise Unavailable("TICKETS_DOWN")


def test_while_the_system_is_down_the_setting_decides():
    refusing, allowing = (TicketChecks(Down(), down_allowed=each) for each in (False, True))

    assert refusing.check("INC-7", ACME, NORTH) == ("down", False)
    assert allowing.check("INC-7", ACME, NORTH) == ("down", True)


def test_without_a_system_a_name_is_enough_and_the_record_says_so():
    assert TicketChecks(None, down_allowed=False).check("x", ACME, NORTH) == ("unchecked", True)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("unknown", "TICKET_UNKNOWN"),
        ("closed", "TICKET_CLOSED"),
        ("other_customer", "TICKET_OTHER_CUSTOMER"),
        ("something new", "TICKET_UNKNOWN"),
    ],
)
def test_each_refusal_says_the_next_step(state, reason):
    with pytest.raises(Refused, match=r"\. [A-Z]|Reopen|Name") as caught:
        judged(state, allowed=False)
    assert caught.value.reason == reason


def test_a_system_that_is_down_is_worth_another_try():
    with pytest.raises(Unavailable):
        judged("down", allowed=False)
