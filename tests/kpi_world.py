"""Small worlds of events for the tests of kpi: random histories, heard in random orders, and the rows they are folded into."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
from hypothesis import strategies as st

from schemas import campaign as c
from schemas import dedupe, ingest, sender
from schemas import publish as p
from schemas.accounts import WorkspaceCreated
from schemas.body import Body
from schemas.details import Channel, PersonDetails, Reach
from schemas.envelope import Envelope
from schemas.topics import TOPIC_OF, Topic
from services.kit.codec import Heard
from services.kpi.domain.recount.facts import Raw

SPACE = UUID("5f0c2ddc-6f0e-4f9e-9a55-3f0f8c3b7d10")
START = datetime(2026, 3, 5, 20, 0, tzinfo=UTC)
NOW = START + timedelta(days=30)
ZONES = {"a": "America/Sao_Paulo", "b": "Asia/Kathmandu", "c": None}
"""Workspaces: one west and one east of UTC, and one that accounts never told of."""


def id_of(*names: object) -> UUID:
    return uuid5(SPACE, "/".join(map(str, names)))


@dataclass(frozen=True)
class Happening:
    """An event as its writer stored it."""

    workspace_id: UUID
    stream: str
    version: int
    at: datetime
    body: Body

    @property
    def topic(self) -> Topic:
        return TOPIC_OF[type(self.body)]

    def heard(self, partition: int = 0) -> Heard:
        name = f"{self.topic.name}/{self.stream}/{self.version}"
        envelope = Envelope(
            event_id=id_of(name),
            type=type(self.body).__name__,
            workspace_id=self.workspace_id,
            stream=self.stream,
            version=self.version,
            occurred_at=self.at,
            recorded_at=self.at,
            correlation_id="test",
            actor="service:test",
            body=msgspec.Raw(b"{}"),
        )
        return Heard(envelope, self.body, partition=partition)

    def raw(self) -> Raw:
        body = msgspec.json.decode(self.body.model_dump_json())
        return Raw(self.topic.name, str(self.workspace_id), self.stream, self.version, self.at, type(self.body).__name__, body)


Stream = Sequence[Happening]

STEPS = (
    ("mail-1", Channel.EMAIL, c.Act.EMAIL),
    ("invite", Channel.LINKEDIN, c.Act.INVITE),
    ("message", Channel.LINKEDIN, c.Act.MESSAGE),
    ("follow", Channel.TWITTER, c.Act.FOLLOW),
    ("take-back", Channel.LINKEDIN, c.Act.WITHDRAW),
)


def stream(workspace: str, name: str, bodies: Iterable[Body], hours: Iterable[int]) -> Stream:
    """The writers' clocks may even go back within a stream."""
    at = (START + timedelta(hours=h, minutes=7 * h % 60) for h in hours)
    return [Happening(id_of(workspace), name, number, when, body) for number, (body, when) in enumerate(zip(bodies, at, strict=False), 1)]


HOURS = st.lists(st.integers(0, 24 * 12), min_size=40, max_size=40)


@st.composite
def contact_stream(draw: st.DrawFn, workspace: str, number: int) -> Stream:
    me, person = id_of(workspace, "contact", number), id_of(workspace, "person", number)
    reach = st.builds(Reach, email=st.booleans(), verified=st.booleans(), social=st.booleans())
    origin = st.sampled_from(["segment", "segment", "import"])

    def proposed() -> Body:
        details = PersonDetails(full_name=f"Person {number}")
        return p.ContactProposed(contact_id=me, person_id=person, origin=draw(origin), reach=draw(reach), details=details)

    bodies: list[Body] = [proposed()]
    for kind in draw(st.lists(st.sampled_from("pprraaexmwk"), max_size=6)):
        match kind:
            case "e":
                bodies.append(p.ContactExcluded(contact_id=me, reason="a customer"))
            case "a":
                bodies.append(p.ContactApproved(contact_id=me))
            case "p":
                bodies.append(p.ContactPublished(contact_id=me))
            case "r":
                bodies.append(p.ContactRevised(contact_id=me, person_id=person, reach=draw(reach)))
            case "w" | "k":
                bodies.append(p.ContactWithdrawn(contact_id=me, stays=kind == "k"))
            case "m":
                others = [n for n in range(3) if n != number]
                bodies.append(p.ContactMergedAway(contact_id=me, into=id_of(workspace, "contact", draw(st.sampled_from(others)))))
            case _:
                bodies.append(proposed())
    return stream(workspace, f"contact:{me}", bodies, draw(HOURS))


STEP_FACTS: tuple[type[c.StepFact], ...] = (
    c.StepScheduled,
    c.StepScheduled,
    c.StepFellDue,
    c.StepFellDue,
    c.StepTaken,
    c.StepTaken,
    c.TaskMissed,
    c.StepBlocked,
    c.StepFailed,
    c.StepInDoubt,
    c.RecipientConnected,
    c.InviteWithdrawn,
    c.MessageOpened,
    c.LinkClicked,
    c.RecipientReplied,
    c.MeetingAccepted,
    c.RecipientBounced,
    c.RecipientOptedOut,
)
OTHER_FACTS: tuple[type[c.RecipientFact], ...] = (
    c.RecipientEnrolled,
    c.RecipientPostponed,
    c.RecipientPaused,
    c.RecipientResumed,
    c.RecipientExited,
)
EXTRA: dict[type[Body], dict[str, st.SearchStrategy[Any]]] = {
    c.StepScheduled: {"due_on": st.dates(date(2026, 3, 5), date(2026, 3, 9)), "due_at": st.just(START)},
    c.StepFellDue: {"outreach_id": st.just(id_of("outreach"))},
    c.StepTaken: {"at": st.just(START)},
    c.TaskMissed: {"due_on": st.just(date(2026, 3, 6))},
    c.StepBlocked: {"reason": st.just("no first name")},
    c.StepFailed: {"reason": st.just("refused")},
    c.MessageOpened: {"by_machine": st.booleans()},
    c.LinkClicked: {"by_machine": st.booleans()},
    c.RecipientEnrolled: {"sender_id": st.just(id_of("sender")), "sequence_version": st.just(1)},
    c.RecipientPostponed: {"until": st.just(START), "reason": st.just("out of office")},
    c.RecipientPaused: {"reason": st.just("by hand")},
    c.RecipientExited: {
        "reason": st.sampled_from(c.ExitReason),
        "step_id": st.sampled_from([None, "mail-1", "invite"]),
        "channel": st.sampled_from([None, Channel.EMAIL]),
    },
}


@st.composite
def recipient_streams(draw: st.DrawFn, workspace: str, contact: int, campaign: int) -> list[Stream]:
    """A recipient's way, in no sensible order, with what was asked of its LinkedIn invite beside it."""
    me = id_of(workspace, "recipient", contact, campaign)
    names = {
        "recipient_id": me,
        "campaign_id": id_of(workspace, "campaign", campaign),
        "contact_id": id_of(workspace, "contact", contact),
    }

    def fact(kind: type[c.RecipientFact]) -> Body:
        more = {name: draw(values) for name, values in EXTRA.get(kind, {}).items()}
        if issubclass(kind, c.StepFact):
            step_id, channel, act = draw(st.sampled_from(STEPS))
            more |= {"step_id": step_id, "channel": channel, "act": act}
        return kind(**names, **more)

    kinds = draw(st.lists(st.sampled_from(STEP_FACTS * 2 + OTHER_FACTS), max_size=12))
    way = [fact(c.RecipientEnrolled), *map(fact, kinds)]
    step_id, channel, act = STEPS[draw(st.integers(0, 1))]
    task = {**names, "outreach_id": id_of(me, step_id), "step_id": step_id, "channel": channel, "act": act}
    asks: list[Body] = [
        c.OutreachWithdrawn(**task, reason="paused")
        if withdrawn
        else c.OutreachAsked(**task, sender_id=id_of("sender"), due_on=date(2026, 3, 6))
        for withdrawn in draw(st.lists(st.booleans(), max_size=4))
    ]
    told = {**task, "at": START}
    outcomes: list[Body] = [
        kind(**(told if kind in {sender.OutreachAccepted, sender.MailClicked} else told | {"received_at": START}))
        for kind in draw(st.lists(st.sampled_from([sender.OutreachAccepted, sender.MailClicked, sender.ReplyReceived])))
    ]
    return [
        stream(workspace, f"recipient:{me}", way, draw(HOURS)),
        stream(workspace, f"recipient:{me}", asks, draw(HOURS)),
        stream(workspace, f"outreach:{me}/{step_id}", outcomes, draw(HOURS)),
    ]


@st.composite
def campaign_stream(draw: st.DrawFn, workspace: str, number: int) -> Stream:
    me = id_of(workspace, "campaign", number)
    created = c.CampaignCreated(campaign_id=me, name="Spring", time_zone="UTC", sequence=c.Sequence(version=1, steps=()), sender_ids=())
    changes = st.sampled_from([c.CampaignLaunched, c.CampaignPaused, c.CampaignResumed, c.CampaignStopped])
    bodies = [created, *(kind(campaign_id=me) for kind in draw(st.lists(changes, max_size=4)))]
    return stream(workspace, f"campaign:{me}", bodies, draw(HOURS))


@st.composite
def other_streams(draw: st.DrawFn, workspace: str) -> list[Stream]:
    person, into = id_of(workspace, "person", 0), id_of(workspace, "person", 1)
    formed = dedupe.PersonFormed(person_id=person, record_ids=())
    away = dedupe.PersonMergedAway(person_id=person, into=into, record_ids=(), why="same address")
    back = dedupe.PersonSplitOff(person_id=person, from_person=into, record_ids=())
    activity = ingest.ActivityRecorded(
        activity_id=id_of(workspace, "activity"),
        contact_id=id_of(workspace, "contact", 0),
        kind=draw(st.sampled_from(ingest.ActivityKind)),
        at=START,
        source="shop",
    )
    bodies = [formed, away, back][: draw(st.integers(1, 3))]
    return [
        stream(workspace, f"person:{person}", bodies, draw(HOURS)),
        stream(workspace, f"activity:{activity.activity_id}", [activity], draw(HOURS)),
    ]


@st.composite
def worlds(draw: st.DrawFn) -> list[Stream]:
    """All streams of a workspace with three contacts and two campaigns."""
    workspace = draw(st.sampled_from(sorted(ZONES)))
    found: list[Stream] = [draw(contact_stream(workspace, n)) for n in range(3)]
    found += [draw(campaign_stream(workspace, n)) for n in range(2)]
    for contact, campaign in draw(st.sets(st.tuples(st.integers(0, 2), st.integers(0, 1)), max_size=4)):
        found += draw(recipient_streams(workspace, contact, campaign))
    found += draw(other_streams(workspace))
    if zone := ZONES[workspace]:
        created = WorkspaceCreated(workspace_id=id_of(workspace), client_id=id_of("client"), name="W", time_zone=zone)
        found.append(stream(workspace, f"workspace:{workspace}", [created], [0]))
    return [each for each in found if each]


@st.composite
def hearings(draw: st.DrawFn, streams: Sequence[Stream]) -> list[list[Happening]]:
    """Batches, each of one topic: the streams interleaved at random, each in its order, with events coming twice."""
    chance = draw(st.randoms(use_true_random=False))
    ahead = [list(each) for each in streams]
    batches: list[list[Happening]] = []
    while any(ahead):
        source = chance.choice([each for each in ahead if each])
        batch = [source.pop(0)]
        for other in ahead:
            while other and other[0].topic == batch[0].topic and chance.random() < 0.5:
                batch.append(other.pop(0))
        again = [h for earlier in batches for h in earlier if h.topic == batch[0].topic and chance.random() < 0.1]
        doubled = [h for h in batch for _ in range(1 + (chance.random() < 0.1))]
        batches.append(again + doubled)
    return batches
