"""A brake for each write key: a token bucket that refills with time."""

from dataclasses import dataclass
from threading import Lock

from coterie.core.clock import SECOND


@dataclass
class _Bucket:
    tokens: float
    at: int


class TokenBuckets:
    """Let each name through ``per_second`` times a second, twice that in a burst.

    In memory and per process: a brake against floods, not an account of use.
    """

    def __init__(self, per_second: int) -> None:
        self.per_second = per_second
        self.burst = 2 * per_second
        self._buckets: dict[str, _Bucket] = {}
        self._lock = Lock()

    def take(self, name: str, now: int) -> float:
        """Take one token; return 0, or the seconds to wait when there is none."""
        with self._lock:
            bucket = self._buckets.setdefault(name, _Bucket(self.burst, now))
            passed = max(0, now - bucket.at)
            bucket.tokens = min(self.burst, bucket.tokens + passed * self.per_second / SECOND)
            bucket.at = max(bucket.at, now)
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0.0
            return (1 - bucket.tokens) / self.per_second
