"""How many of something may happen: a bucket that runs full again with time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk.kernel.errors import Exhausted


@dataclass(frozen=True)
class Bucket:
    """What is left of ``per_minute`` at a time; as many may happen at once."""

    per_minute: int
    left: float
    at: datetime


def full(per_minute: int, now: datetime) -> Bucket:
    """Return a bucket of which nothing was taken yet."""
    return Bucket(per_minute, per_minute, now)


def take(bucket: Bucket, now: datetime, reason: str, message: str) -> Bucket:
    """Return the bucket with one less. Raises Exhausted with when to try again."""
    a_second = bucket.per_minute / 60
    passed = max(0.0, (now - bucket.at).total_seconds())
    left = min(bucket.per_minute, bucket.left + passed * a_second)
    if left < 1:
        raise Exhausted(reason, message, retry_seconds=(1 - left) / a_second)
    return replace(bucket, left=left - 1, at=max(now, bucket.at))
