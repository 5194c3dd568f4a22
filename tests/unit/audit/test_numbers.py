"""Numbers of processes: what was missing and doubled before some of them arrived."""

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.numbers import Hole, Writer, arrived, without

NUMBERS = st.lists(st.integers(1, 12), max_size=20)


def after(numbers, writer=None):
    writer = writer or Writer("w", "email")
    for number in numbers:
        writer = arrived(writer, number, 7)
    return writer


def said(writer):
    """The numbers in a form in which the order of arrival does not matter."""
    missing = {n for hole in writer.holes for n in range(hole.first, hole.last + 1)}
    return writer.head, missing, set(writer.doubled)


@given(earlier=NUMBERS, later=NUMBERS)
def test_a_writer_without_its_later_numbers_is_as_it_was(earlier, later):
    before = after(earlier)
    counted = Counter(earlier)

    assert said(without(after(later, before), {n: counted[n] for n in later})) == said(before)


@given(earlier=NUMBERS, later=NUMBERS)
def test_holes_are_apart_and_in_order(earlier, later):
    counted = Counter(earlier)
    holes = without(after([*earlier, *later]), {n: counted[n] for n in later}).holes

    assert all(one.last + 1 < other.first for one, other in pairwise(holes))


def test_a_hole_that_stays_keeps_when_it_was_noticed():
    writer = after([1, 4, 6])

    assert without(writer, {6: 0}).holes == (Hole(2, 3, 7),)
