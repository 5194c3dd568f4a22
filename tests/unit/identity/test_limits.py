from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.kernel.errors import Exhausted
from services.identity.domain.limits import full, take

NOW = datetime(2030, 5, 6, 7, 8, tzinfo=UTC)


def taken(bucket, times, now=NOW):
    for _ in range(times):
        bucket = take(bucket, now, "TOO_MANY", "Too many.")
    return bucket


def refused(bucket, now):
    with pytest.raises(Exhausted) as caught:
        taken(bucket, 1, now)
    return caught.value


def test_as_many_as_a_minute_may_bring_may_come_at_once():
    empty = taken(full(6, NOW), 6)

    assert refused(empty, NOW).reason == "TOO_MANY"


def test_the_refusal_says_when_there_is_one_more():
    empty = taken(full(6, NOW), 6)

    assert refused(empty, NOW + timedelta(seconds=4)).retry_seconds == pytest.approx(6)
    assert taken(empty, 1, NOW + timedelta(seconds=10)).left == pytest.approx(0)


def test_a_long_pause_fills_it_once():
    rested = taken(full(6, NOW), 6)

    assert taken(rested, 6, NOW + timedelta(hours=1)).left == pytest.approx(0)
    assert refused(taken(rested, 6, NOW + timedelta(hours=1)), NOW + timedelta(hours=1))


def test_a_clock_that_goes_back_gives_nothing():
    empty = taken(full(6, NOW), 6)

    assert refused(empty, NOW - timedelta(minutes=5)).retry_seconds == pytest.approx(10)
