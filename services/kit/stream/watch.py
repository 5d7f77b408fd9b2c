"""Sees a partition that stands still: its stored position does not move though there are events before it, and no failure is known."""

from collections.abc import Mapping
from typing import Any

from services.kit import log, metrics
from services.kit.stream.batch import Partition
from services.kit.stream.lanes import Lane


class Watch:
    """Remembers since when each partition stands where it does. Times are in seconds of any one clock."""

    def __init__(self, service: str, stalled_after: float) -> None:
        self._service, self._stalled_after = service, stalled_after
        self._stands: dict[Partition, tuple[int | None, float]] = {}
        self._log = log.get(__name__)
        self.parked = 0
        self.trouble: str | None = None

    def look(self, lanes: Mapping[Partition, Lane], ends: Mapping[Partition, int], parked: int, now: float) -> list[dict[str, Any]]:
        """What each partition's state is, as kit.health has it; `trouble` says which stands still."""
        self.parked = parked
        metrics.EVENTS_WAITING.labels(self._service).set(parked)
        self._stands = {p: self._stands.get(p, (None, now)) for p in lanes}
        stalled = [p for p, lane in sorted(lanes.items()) if self._stalls(lane, ends.get(p), now)]
        self.trouble = None
        if stalled:
            names = ", ".join(f"{p.topic}/{p.number}" for p in stalled)
            self.trouble = f"no progress for {self._stalled_after:.0f} s in {names}"
            self._log.error("stream stands still", partitions=names, seconds=self._stalled_after)
        return [self._report(lane, ends.get(p)) for p, lane in sorted(lanes.items())]

    def _stalls(self, lane: Lane, end: int | None, now: float) -> bool:
        stood_at, since = self._stands[lane.partition]
        if lane.expected != stood_at or lane.failures or end is None or lane.expected == end:
            self._stands[lane.partition] = (lane.expected, now)
            return False
        return now - since > self._stalled_after

    def _report(self, lane: Lane, end: int | None) -> dict[str, Any]:
        """`position` is None while the stored one is not known; `paused` says why the partition rests, or is None."""
        topic, number = lane.partition
        lag = None if end is None or lane.expected is None else end - lane.expected
        if lag is not None:
            metrics.LAG.labels(self._service, topic, str(number)).set(lag)
        return {
            "topic": topic,
            "partition": number,
            "position": lane.expected,
            "end": end,
            "lag": lag,
            "paused": lane.trouble,
        }
