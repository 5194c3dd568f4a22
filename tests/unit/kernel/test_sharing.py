"""Which worker handles which consumers, as each of them works it out for itself."""

from collections import Counter

import pytest

from helpdesk.kernel.sharing import share_of

CONSUMERS = [f"email.{letter}" for letter in "abcdefghijk"]


@pytest.mark.parametrize("count", range(1, 14))
def test_each_consumer_has_one_worker_and_the_shares_are_even(count):
    workers = [f"worker-{number}" for number in range(count)]
    shares = {own: share_of(own, workers, CONSUMERS) for own in workers}
    sizes = [len(share) for share in shares.values()]

    assert Counter(each for share in shares.values() for each in share) == Counter(CONSUMERS)
    assert max(sizes) - min(sizes) <= 1


def test_the_order_in_which_workers_and_consumers_are_named_is_nothing():
    workers = ["two", "one", "three"]

    assert share_of("two", workers, CONSUMERS) == share_of("two", workers[::-1], CONSUMERS[::-1])


def test_a_worker_that_the_table_does_not_show_yet_counts_itself():
    assert share_of("new", [], CONSUMERS) == frozenset(CONSUMERS)
