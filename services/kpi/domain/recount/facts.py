"""Raw events, without duplicates, in the order of their streams, by what they are about."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo


class Raw(NamedTuple):
    """An event as it stands on its topic; `body` is its JSON without the sealed fields."""

    topic: str
    workspace_id: str
    stream: str
    version: int
    at: datetime
    type: str
    body: Mapping[str, Any]


class Fact(NamedTuple):
    """An event that happened on a local day of its workspace."""

    type: str
    day: date
    body: Mapping[str, Any]
    workspace_id: str

    @property
    def step(self) -> str | None:
        return self.body.get("step_id")


Facts = Sequence[Fact]

SUBJECT = {
    "publish.contacts": ("contact_id",),
    "campaign.campaigns": ("campaign_id",),
    "campaign.recipients": ("recipient_id",),
    "campaign.outreach": ("recipient_id", "step_id"),
}
"""What the KPIs follow on these topics; each follows one stream."""


@dataclass(frozen=True)
class World:
    """All that was heard: the facts by topic and subject, and each workspace's zone."""

    about: Mapping[str, Mapping[tuple[str, ...], Facts]]
    zones: Mapping[str, ZoneInfo]
    raws: Sequence[Raw]

    def facts(self, topic: str, *subject: str) -> Facts:
        return self.about.get(topic, {}).get(subject, ())


def world_of(heard: Iterable[Raw]) -> World:
    raws = ordered(heard)
    zones = {r.body["workspace_id"]: ZoneInfo(r.body["time_zone"]) for r in raws if r.type == "WorkspaceCreated"}
    grouped: dict[str, dict[tuple[str, ...], list[Raw]]] = defaultdict(lambda: defaultdict(list))
    for raw in raws:
        if raw.topic in SUBJECT:
            grouped[raw.topic][tuple(str(raw.body[name]) for name in SUBJECT[raw.topic])].append(raw)
    about = {t: {s: list(dated(found, zones)) for s, found in subjects.items()} for t, subjects in grouped.items()}
    return World(about, zones, raws)


def ordered(heard: Iterable[Raw]) -> list[Raw]:
    """Each event once, the streams in their order."""
    unique = {(r.topic, r.workspace_id, r.stream, r.version): r for r in heard if r.version}
    return [unique[key] for key in sorted(unique)]


def dated(raws: Iterable[Raw], zones: Mapping[str, ZoneInfo]) -> Iterator[Fact]:
    """A stream's time does not go back: what says that it happened before its forerunner counts on that one's day."""
    latest = datetime.min.replace(tzinfo=UTC)
    for raw in raws:
        latest = max(latest, raw.at)
        zone = zones.get(raw.workspace_id) or ZoneInfo("UTC")
        yield Fact(raw.type, latest.astimezone(zone).date(), raw.body, raw.workspace_id)


def until(facts: Facts, day: date) -> Facts:
    """What had happened at the end of that day."""
    return [fact for fact in facts if fact.day <= day]


def last_of(facts: Facts, *types: str) -> Fact | None:
    """The latest of these types; None if there is none."""
    return next((fact for fact in reversed(facts) if fact.type in types), None)


def any_of(facts: Facts, *types: str) -> bool:
    return last_of(facts, *types) is not None
