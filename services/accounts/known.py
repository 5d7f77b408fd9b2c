"""Callers whom the gateway's check met a moment ago, so that it need not ask the database for each request of a page."""

import threading
import time
from collections.abc import Callable
from uuid import UUID

from services.kit.http import Caller

SECONDS = 5.0
"""So long may another process of this service still let in who was just refused; this one forgets at once."""
MOST = 20_000

Asked = tuple[bytes, UUID | None]
"""The digest of a session or key, and the workspace."""


class KnownCallers:
    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._callers: dict[Asked, tuple[float, Caller]] = {}
        self._lock = threading.Lock()
        self._forgotten = 0

    def get(self, asked: Asked, find: Callable[[], Caller]) -> Caller:
        """The caller, by `find` (which raises for one who is refused) if not met in the last seconds."""
        with self._lock:
            hit, forgotten = self._callers.get(asked), self._forgotten
        if hit and self._seconds() - hit[0] < SECONDS:
            return hit[1]
        started = self._seconds()
        caller = find()
        with self._lock:
            # What was found before a change was committed must not outlive it.
            if forgotten == self._forgotten:
                if len(self._callers) >= MOST:
                    self._callers.clear()
                self._callers[asked] = started, caller
        return caller

    def forget(self) -> None:
        with self._lock:
            self._forgotten += 1
            self._callers.clear()


KNOWN = KnownCallers()
