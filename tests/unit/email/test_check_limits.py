"""How often an agent, a user and a partner may have codes sent, and guess them."""

from dataclasses import replace

import pytest

from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Exhausted
from services.email.application.checks import Checks
from services.email.domain import limits

KEY = b"k" * 32
AGENT = Actor(id="agent", partner_id="north", roles=frozenset({"HELP_DESK"}))


def sends(office, number, user="ana"):
    """Have codes sent by an agent of their own each, to a user of their own each."""
    agent = replace(AGENT, id=f"agent-{number}")
    return office.act(office.checks.send_code, user, 0, actor=agent)


class Everybody:
    """A directory in which everybody is somebody, of the north."""

    def __init__(self, ana):
        self.ana = ana

    def user(self, viewer, user_id):
        return replace(self.ana, id=user_id, emails=(f"{user_id}@acme.example",))

    def has_admin(self, organization_id, besides=""):
        return True


@pytest.fixture
def crowd(office):
    office.directory = Everybody(office.directory.ana)
    codes = office.codes
    office.checks = Checks(
        office.store,
        office.directory,
        office.found,
        KEY,
        lambda: next(codes),
        codes_per_partner=5,
    )
    return office


def test_a_partner_sends_so_many_codes_and_no_more(crowd):
    for number in range(5):
        sends(crowd, number, f"user{number}")
    with pytest.raises(Exhausted) as refused:
        sends(crowd, 5, "user5")

    assert refused.value.reason == "TOO_MANY_CODES"
    assert "5 in 10 minutes" in refused.value.message
    assert refused.value.retry_seconds == 600


def test_another_partner_is_not_held_up(crowd):
    for number in range(5):
        sends(crowd, number, f"user{number}")
    south = replace(AGENT, id="sue", partner_id="south")

    assert crowd.act(crowd.checks.send_code, "user9", 0, actor=south).state == "sent"


def test_a_partner_sends_again_after_ten_minutes(crowd):
    for number in range(5):
        sends(crowd, number, f"user{number}")
    crowd.later(minutes=10)

    assert sends(crowd, 5, "user5").state == "sent"


@pytest.mark.parametrize(
    ("agents", "users"), [("same", "each"), ("each", "same")], ids=["agent", "user"]
)
def test_the_fourth_code_of_an_agent_or_to_a_user_is_refused(crowd, agents, users):
    for number in range(3):
        sends(crowd, number if agents == "each" else 0, f"user{number if users == 'each' else 0}")
    with pytest.raises(Exhausted) as refused:
        sends(crowd, 3 if agents == "each" else 0, f"user{3 if users == 'each' else 0}")

    assert "3 in 10 minutes" in refused.value.message


def test_codes_are_counted_for_agent_user_and_partner_and_tries_for_each_pair():
    sent = {each.name: each for each in limits.of_check("ned", "north", "ana")}
    tried = {each.name: each for each in limits.of_tries("ned", "north", "ana")}

    assert {name: (each.key, each.most) for name, each in sent.items()} == {
        "agent": ("ned", 3),
        "user": ("ana", 3),
        "partner_user": ("north:ana", 3),
        "partner": ("north", 60),
    }
    assert {name: (each.key, each.most) for name, each in tried.items()} == {
        "tries_agent": ("ned", 5),
        "tries_user": ("ana", 5),
        "tries_partner_user": ("north:ana", 5),
    }
