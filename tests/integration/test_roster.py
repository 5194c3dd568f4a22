"""The workers of a service as their table shows them: who lives, who left, who died."""

import pytest

from helpdesk.kernel.sharing import LIVES_SECONDS, Roster, Sharing


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def worker(postgres, clock):
    """Another worker of the same service."""
    return lambda: Roster(postgres(), clock)


def test_workers_see_each_other_and_themselves(worker):
    one, two = worker(), worker()
    alone = one.look()
    both = sorted([one.own, two.own])

    assert alone == [one.own]
    assert two.look() == both
    assert one.look() == both


def test_who_left_is_seen_no_more(worker):
    one, two = worker(), worker()
    two.look()
    two.leave()

    assert one.look() == [one.own]


def test_who_died_is_missed_after_a_while_and_who_is_slow_is_not(worker, clock):
    one, dead, slow = worker(), worker(), worker()
    for each in (dead, slow, one):
        each.look()
    clock.now += LIVES_SECONDS - 1
    slow.look()
    still = one.look()
    clock.now += 2
    then = one.look()

    assert still == sorted([one.own, dead.own, slow.own])
    assert then == sorted([one.own, slow.own])


def test_who_was_taken_for_dead_and_goes_on_is_there_again(worker, clock):
    one, hung = worker(), worker()
    for each in (hung, one):
        each.look()
    clock.now += LIVES_SECONDS + 1
    one.look()
    clock.now += LIVES_SECONDS + 1
    gone = one.look()
    hung.look()

    assert gone == [one.own]
    assert one.look() == sorted([one.own, hung.own])


class Noted:
    def __init__(self):
        self.own = None

    def assign(self, *, own):
        self.own = own


def test_every_consumer_is_told_whether_it_is_this_workers(worker):
    one, two = worker(), worker()
    names = ["a", "b", "c", "d"]
    first = {name: Noted() for name in names}
    second = {name: Noted() for name in names}
    two.look()
    sharing, others = Sharing(one, first), Sharing(two, second)
    sharing.start()
    others.start()
    others.stop()
    sharing._look()
    sharing.stop()

    assert sum(each.own for each in second.values()) == 2
    assert all(each.own for each in first.values())


def test_a_database_that_is_away_changes_nothing(worker):
    one = worker()
    consumers = {"a": Noted()}
    sharing = Sharing(one, consumers)
    sharing._look()
    one._engine._conninfo = "host=127.0.0.1 port=1"
    one._engine._drop()
    sharing._look()

    assert consumers["a"].own is True
