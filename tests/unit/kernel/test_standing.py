"""What is told of endings, and which tokens fall with it."""

import pytest

from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Unauthenticated, Unavailable
from helpdesk.kernel.rpc.standing import LASTS, Standing
from helpdesk.kernel.tokens import Verified

AGENT = Actor(
    "a1", partner_id="p1", roles=frozenset({"HELP_DESK"}), sign_in_id="s1", view_id="v1", known_at=7
)
NOW = 1_800_000_000.0


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def standing(clock):
    told = Standing(clock, lambda: NOW, patience=0.0)
    told.hear()
    return told


def token(actor=AGENT, issued=NOW):
    return Verified(actor, NOW + 60, ("email",), issued)


def reason(standing, verified):
    with pytest.raises(Unauthenticated) as caught:
        standing.check(verified)
    return caught.value.reason


def test_what_nobody_ended_stands(standing):
    assert standing.check(token()) is None


def test_a_token_of_before_a_role_was_taken_is_refused(standing):
    standing.end("person", "a1", 8, NOW)

    assert reason(standing, token()) == "TOKEN_REVOKED"


def test_a_token_that_knows_of_the_end_stands(standing):
    standing.end("person", "a1", 7, NOW + 1)

    assert standing.check(token()) is None


def test_a_token_without_a_position_is_judged_by_its_time(standing):
    standing.end("person", "a1", 8, NOW)
    unplaced = Actor("a1", roles=frozenset({"HELP_DESK"}))

    assert reason(standing, token(unplaced, NOW)) == "TOKEN_REVOKED"
    assert standing.check(token(unplaced, NOW + 0.001)) is None


@pytest.mark.parametrize(("kind", "name"), [("sign-in", "s1"), ("view", "v1")])
def test_what_does_not_come_back_is_refused_whenever_its_token_was_made(standing, kind, name):
    standing.end(kind, name, 3, NOW - 1)

    assert reason(standing, token()) == "TOKEN_REVOKED"


@pytest.mark.parametrize("actor", [
    Actor("feed", roles=frozenset({"DIRECTORY_WRITER"}), known_at=7),
    Actor("a2", roles=frozenset({"HELP_DESK"}), act=("program:feed",), known_at=7),
], ids=["itself", "for a person"])  # fmt: skip
def test_a_removed_program_is_refused(standing, actor):
    standing.end("program", "feed", 8, NOW)

    assert reason(standing, token(actor)) == "TOKEN_REVOKED"


def test_the_end_of_another_person_matters_to_nobody_else(standing):
    standing.end("person", "a2", 8, NOW)

    assert standing.check(token()) is None


def test_nobody_is_let_in_when_nothing_was_heard_for_too_long(standing, clock):
    clock.now = LASTS + 0.1

    with pytest.raises(Unavailable) as caught:
        standing.check(token())

    assert caught.value.reason == "STANDING_UNKNOWN"


def test_services_of_the_product_are_let_in_without_a_word(clock):
    service = Actor("session", roles=frozenset({"SERVICE"}))

    assert Standing(clock, patience=0.0).check(token(service)) is None


def test_an_end_is_kept_for_as_long_as_a_token_of_before_could_live(standing):
    standing.end("person", "a1", 8, NOW - 310)
    standing.end("person", "a2", 9, NOW - 500)
    standing.end("person", "a3", 10, NOW)

    assert reason(standing, token()) == "TOKEN_REVOKED"
    assert {name for _, name in standing._ended} == {"a1", "a3"}
