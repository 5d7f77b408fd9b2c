"""What the operations page counts beside contacts and recipients: every thing of the pipeline, in the state it is in."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from uuid import UUID

from schemas import accounts, campaign, dedupe, ingest, publish, sender
from schemas.body import Body
from services.kpi.domain.counting import Tally


class News(NamedTuple):
    """What an event says of a thing: its state as `part` of the system has it (None: unchanged), and what is known beside."""

    kind: str
    id: UUID
    state: str | None
    part: str = "own"
    details: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Thing:
    kind: str
    id: UUID
    workspace_id: UUID
    versions: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    """By part of the system: an outreach is known to campaign, who asked, and to sender, who knows what became of it."""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> str | None:
        """The sender's word counts more; but what was withdrawn before anything came of it is withdrawn."""
        asked, became = self.states.get("asked"), self.states.get("own")
        if asked == "withdrawn" and became in {None, "task_open", "deferred"}:
            return asked
        return became or asked


Key = tuple[UUID, str, UUID]
"""Workspace, kind and id."""


def evolve(thing: Thing, news: News) -> Thing:
    states = thing.states if news.state is None else {**thing.states, news.part: news.state}
    return replace(thing, states=states, details={**thing.details, **news.details})


def finished(e: ingest.ImportFinished) -> News:
    counts = {"rows": e.rows, "accepted": e.accepted, "unchanged": e.unchanged, "rejected": e.rejected}
    return News("import", e.import_id, "finished", details=counts)


def outreach(state: str | None) -> Callable[[campaign.OutreachFact], News]:
    return lambda e: News("outreach", e.outreach_id, state)


def asking(state: str) -> Callable[[campaign.OutreachFact], News]:
    return lambda e: News("outreach", e.outreach_id, state, part="asked")


NEWS: dict[type[Body], Callable[[Any], News]] = {
    accounts.WorkspaceCreated: lambda e: News("workspace", e.workspace_id, "created", details={"name": e.name}),
    ingest.SourceRegistered: lambda e: News("source", e.source_id, "registered", details={"name": e.name, "kind": e.kind}),
    ingest.ImportStarted: lambda e: News("import", e.import_id, "running", details={"source": e.source, "file_name": e.file_name}),
    ingest.ImportFinished: finished,
    ingest.ImportFailed: lambda e: News("import", e.import_id, "failed", details={"reason": e.reason}),
    ingest.ImportUndone: lambda e: News("import", e.import_id, "undone", details={"gone": e.gone, "back": e.back, "stayed": e.stayed}),
    dedupe.PersonFormed: lambda e: News("person", e.person_id, "known"),
    dedupe.PersonRevised: lambda e: News("person", e.person_id, None),
    dedupe.PersonMergedAway: lambda e: News("person", e.person_id, "merged"),
    dedupe.PersonSplitOff: lambda e: News("person", e.person_id, "known"),
    dedupe.PersonWithdrawn: lambda e: News("person", e.person_id, "withdrawn"),
    dedupe.CompanyFormed: lambda e: News("company", e.company_id, "known"),
    dedupe.CompanyRevised: lambda e: News("company", e.company_id, None),
    dedupe.CompanyMergedAway: lambda e: News("company", e.company_id, "merged"),
    dedupe.CompanyWithdrawn: lambda e: News("company", e.company_id, "withdrawn"),
    publish.SegmentDefined: lambda e: News("segment", e.segment_id, "defined", details={"name": e.name}),
    publish.SegmentRetired: lambda e: News("segment", e.segment_id, "retired"),
    publish.ListMade: lambda e: News("list", e.list_id, "made", details={"name": e.name}),
    publish.ContactsListed: lambda e: News("list", e.list_id, None),
    publish.Suppressed: lambda e: News("suppression", e.suppression_id, "standing"),
    publish.SuppressionLifted: lambda e: News("suppression", e.suppression_id, "lifted"),
    sender.SenderRegistered: lambda e: News("sender", e.sender_id, "ready"),
    sender.SenderPaused: lambda e: News("sender", e.sender_id, "paused"),
    sender.SenderResumed: lambda e: News("sender", e.sender_id, "ready"),
    campaign.OutreachAsked: asking("asked"),
    campaign.OutreachWithdrawn: asking("withdrawn"),
    sender.TaskOpened: outreach("task_open"),
    sender.OutreachAccepted: outreach("accepted"),
    sender.OutreachDeferred: outreach("deferred"),
    sender.OutreachRefused: outreach("refused"),
    sender.OutreachInDoubt: outreach("in_doubt"),
    sender.OutreachSettled: lambda e: News("outreach", e.outreach_id, "accepted" if e.went_out else "not_sent"),
}


def news_of(body: Body) -> News | None:
    """None for events that change no state of a thing."""
    tell = NEWS.get(type(body))
    return tell(body) if tell else None


def moves(before: Mapping[Key, Thing], after: Mapping[Key, Thing]) -> Counter[Tally]:
    """How many things more or fewer are in each state."""
    moved: Counter[Tally] = Counter()
    for key, thing in after.items():
        if thing.state != before[key].state:
            for state, by in ((before[key].state, -1), (thing.state, 1)):
                if state is not None:
                    moved[Tally(thing.workspace_id, thing.kind, state)] += by
    return moved
