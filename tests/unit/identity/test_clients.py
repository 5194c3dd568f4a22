from dataclasses import replace

import pytest

from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Forbidden, InvalidArgument, NotFound, Refused
from services.identity.domain import clients
from services.identity.domain.client_facts import ClientRegistered, ClientRemoved
from services.identity.domain.clients import DELEGATE, Program, acting_for

BOT = Program("bot", "", frozenset({DELEGATE}), frozenset({"HELP_DESK", "AUDITOR"}))
AGENT = Actor("a1", partner_id="p1", roles=frozenset({"HELP_DESK", "PARTNER_ADMIN"}))
HELD = frozenset({"HELP_DESK", "PARTNER_ADMIN"})
FACT = ClientRegistered(
    client="feed", public_key="", roles=("DIRECTORY_WRITER",), registered_by="operator:x", key="k"
)


def register(fact=FACT, registered=False, taken=(), key_taken=False):
    return clients.register(registered, fact, taken, key_taken=key_taken)


def reason(wanted=(), subject=AGENT, program=BOT, held=HELD):
    with pytest.raises(Forbidden) as caught:
        acting_for(subject, program, wanted=wanted, held=held)
    return caught.value.reason


def test_a_program_gets_narrow_roles_of_its_own():
    assert register() is FACT


@pytest.mark.parametrize(
    "roles",
    [(), ("SERVICE",), ("OPERATOR",), ("HELP_DESK",), ("DIRECTORY_WRITER", "SERVICE"), ("",)],
)
def test_no_program_gets_a_role_of_people_or_of_the_product(roles):
    with pytest.raises(InvalidArgument):
        register(replace(FACT, roles=roles))


@pytest.mark.parametrize(
    ("roles", "acts_as"),
    [
        (("DIRECTORY_WRITER",), ("HELP_DESK",)),
        ((DELEGATE,), ()),
        ((DELEGATE,), ("SERVICE",)),
        ((DELEGATE,), ("CUSTOMER_ADMIN",)),
    ],
)
def test_only_a_delegate_acts_and_only_in_roles_of_partners(roles, acts_as):
    with pytest.raises(InvalidArgument):
        register(replace(FACT, roles=roles, acts_as=acts_as))


@pytest.mark.parametrize("name", ["", "a", "Feed", "program:x", "operator:x", "a b", "é" * 3, "1a"])
def test_a_name_stands_for_nothing_else(name):
    with pytest.raises(InvalidArgument):
        register(replace(FACT, client=name))


def test_a_name_and_a_key_belong_to_one_program():
    with pytest.raises(Refused):
        register(registered=True)
    with pytest.raises(Refused):
        register(taken=["feed"])
    with pytest.raises(Refused):
        register(replace(FACT, client="email"))
    with pytest.raises(Refused):
        register(key_taken=True)


def test_only_a_registered_program_is_removed():
    gone = ClientRemoved(client="feed", removed_by="operator:x")
    with pytest.raises(NotFound):
        clients.remove(clients.evolve(True, gone), gone)

    assert clients.remove(clients.evolve(False, FACT), gone) is gone


def test_a_program_acts_with_what_both_may():
    acting = acting_for(AGENT, BOT, wanted=(), held=HELD)

    assert (acting.id, acting.partner_id) == ("a1", "p1")
    assert acting.roles == {"HELP_DESK"}
    assert acting.act == ("program:bot",)


def test_a_role_that_was_just_lost_is_not_passed_on():
    assert reason(held=frozenset({"PARTNER_ADMIN"})) == "NOTHING_IN_COMMON"


@pytest.mark.parametrize("wanted", [["PARTNER_ADMIN"], ["AUDITOR"], ["HELP_DESK", "SERVICE"], [""]])
def test_nothing_is_widened(wanted):
    assert reason(wanted) == "WIDER"


@pytest.mark.parametrize(
    "subject",
    [
        Actor("feed", roles=frozenset({"DIRECTORY_WRITER"})),
        Actor("email", roles=frozenset({"SERVICE"})),
        Actor("u1", organization_id="o1", roles=frozenset({"CUSTOMER_ADMIN"})),
        replace(AGENT, mode="read_only", view_id="v1"),
        replace(AGENT, roles=frozenset({"HELP_DESK", "SERVICE"})),
    ],
)
def test_a_program_acts_for_people_of_partners_only(subject):
    assert reason(subject=subject) == "NOT_A_PERSONS_TOKEN"


def test_the_chain_has_an_end():
    acting = acting_for(replace(AGENT, act=("x", "y")), BOT, wanted=(), held=HELD)

    assert acting.act == ("program:bot", "x", "y")
    assert reason(subject=acting) == "CHAIN_TOO_LONG"
