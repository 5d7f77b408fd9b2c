"""Rate limits: one token bucket per caller, in this process's memory. Lost at a restart, which only ever favours the caller."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from services.kit.errors import Rejected

MOST_BUCKETS = 10_000


class TooMany(Rejected):
    """Asked too often; right again after `retry_after` seconds."""

    status = 429
    kind = "too-many-requests"

    def __init__(self, reason: str, retry_after: float) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


@dataclass
class Bucket:
    tokens: float
    at: float


class Buckets:
    """`burst` calls at once, then `rate` per second, for each name."""

    def __init__(self, rate: float, burst: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._seconds = rate, burst, seconds
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    def take(self, name: str) -> None:
        """One call by `name`. Raises TooMany with the time to wait."""
        with self._lock:
            now = self._seconds()
            bucket = self._bucket(name, now)
            bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)
            bucket.at = now
            if bucket.tokens < 1:
                wait = (1 - bucket.tokens) / self._rate
                raise TooMany(f"more than {self._rate:g} calls a second: wait {wait:.1f} s and call again", wait)
            bucket.tokens -= 1

    def give_back(self, name: str) -> None:
        """The call taken before does not count after all."""
        with self._lock:
            bucket = self._bucket(name, self._seconds())
            bucket.tokens = min(self._burst, bucket.tokens + 1)

    def _bucket(self, name: str, now: float) -> Bucket:
        if name not in self._buckets and len(self._buckets) >= MOST_BUCKETS:
            full = self._burst / self._rate
            self._buckets = {n: b for n, b in self._buckets.items() if now - b.at < full}
        return self._buckets.setdefault(name, Bucket(self._burst, now))
