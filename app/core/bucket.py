"""How often somebody may ask: a bucket of requests that fills up again as time passes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

WINDOW = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """What was left at a moment; ``most`` fit in, and run in again within ``WINDOW``."""

    most: int
    left: float
    at: datetime

    @property
    def whole(self) -> int:
        """Requests that may be made now."""
        return int(self.left)

    @property
    def full_in(self) -> int:
        """Seconds until it is full again."""
        return ceil((self.most - self.left) / self.most * WINDOW.total_seconds())

    @property
    def wait(self) -> int:
        """Seconds until one more request may be made, at least one; 0: now."""
        lacking = max(1 - self.left, 0.0)
        return ceil(lacking / self.most * WINDOW.total_seconds())


def full(most: int, now: datetime) -> Bucket:
    """Of somebody who has not asked lately."""
    return Bucket(most=most, left=float(most), at=now)


def filled(bucket: Bucket, now: datetime) -> Bucket:
    """What is in it now. A clock that went back takes nothing away."""
    passed = max(now - bucket.at, timedelta()) / WINDOW
    return Bucket(
        most=bucket.most,
        left=min(bucket.left + passed * bucket.most, float(bucket.most)),
        at=now,
    )


def taken(bucket: Bucket) -> Bucket:
    """One request less. Of an empty one nothing is taken: who keeps asking waits no longer."""
    left = bucket.left - 1 if bucket.whole else bucket.left
    return Bucket(most=bucket.most, left=left, at=bucket.at)
