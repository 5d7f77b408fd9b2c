"""A campaign service on a real database, with a clock that is stepped and everybody else played by the test."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection

from schemas.accounts import WorkspaceCreated
from schemas.body import Body
from schemas.campaign import OutreachAsked, Sequence
from schemas.details import PersonDetails
from schemas.envelope import Envelope
from schemas.publish import ContactApproved, ContactProposed
from schemas.sender import SenderRegistered
from schemas.topics import TOPIC_OF
from services.campaign import agents, commands
from services.campaign.planner import Planner
from services.campaign.settings import CampaignSettings
from services.campaign.views import CampaignView, EnrolmentView
from services.kit.codec import Heard
from services.kit.database import rows
from services.kit.events import Meta, Told, Work, stored_envelope
from services.kit.service import Context
from services.kit.settings import Settings
from tests.campaigns import MIXED, MONDAY, accepted, campaign_created, key_of, person

T = TypeVar("T")
WORKSPACE = key_of("workspace")
STREAM_OF = {"ContactProposed": "contact_id", "SenderRegistered": "sender_id"}
_metas = msgspec.json.Decoder(Meta)


class World:
    def __init__(self, settings: Settings, **more: object) -> None:
        self.now = MONDAY
        given = CampaignSettings.model_validate(settings.model_dump() | {"campaign_late_hours": 24} | more)
        self.context = Context("campaign", given, lambda: self.now)
        self.handlers = {hears.topic: hears.handler for hears in agents.hears(self.context)}
        self.planner = self.new_planner()
        self.versions = defaultdict[str, int](int)
        self.answered = set[UUID]()

    def new_planner(self, most: int = 500) -> Planner:
        return Planner(self.context.worker, self.context.codec, self.context.clock, self.context.settings.rules, most)

    def heard(self, body: Body, key: UUID, workspace_id: UUID = WORKSPACE) -> Heard:
        """As the stream would bring it; `key` names its stream."""
        self.versions[str(key)] += 1
        envelope = Envelope(
            event_id=uuid4(),
            type=type(body).__name__,
            workspace_id=workspace_id,
            stream=f"some:{key}",
            version=self.versions[str(key)],
            occurred_at=self.now,
            recorded_at=self.now,
            correlation_id="test",
            actor="service:test",
            body=msgspec.Raw(b"{}"),
        )
        return Heard(envelope, body)

    def hear(self, *heard: Heard) -> None:
        """One batch of one topic, handled as the kit's shell would."""
        with self.context.worker.transaction() as connection:
            work = Work(connection, self.context.codec, self.now, "service:campaign", "test")
            work.append(self.handlers[TOPIC_OF[type(heard[0].body)]](heard, work))

    def do(self, command: Callable[[Work], tuple[T, Iterable[Told]]], workspace_id: UUID = WORKSPACE) -> T:
        with self.context.api.transaction(workspace_id) as connection:
            work = Work(connection, self.context.codec, self.now, "user:test", "test")
            answer, told = command(work)
            work.append(told)
        return answer

    def read(self, look: Callable[[Connection], T], workspace_id: UUID = WORKSPACE) -> T:
        with self.context.api.transaction(workspace_id) as connection:
            return look(connection)

    def plan(self) -> int:
        """Until there is nothing more to do now."""
        done = 0
        for _ in range(1000):
            step = self.planner.step()
            if not step:
                return done
            done += step
        raise AssertionError("the planner finds no end")

    def told(self, *kinds: type[T]) -> list[T]:
        """The bodies of these kinds, in the order told."""
        with self.context.worker.transaction() as connection:
            stored = rows(
                connection,
                """SELECT workspace_id, stream, version, type, key, event_id, body::text AS body, meta::text AS meta,
                          occurred_at, recorded_at
                   FROM events WHERE type = ANY(:kinds) ORDER BY position""",
                kinds=[kind.__name__ for kind in kinds],
            )
        opened = self.context.codec.open([stored_envelope(row, _metas.decode(row.meta)) for row in stored])
        return [each[0] for each in opened if isinstance(each, tuple) and isinstance(each[0], kinds)]

    def count(self, table: str, where: str = "true") -> int:
        with self.context.worker.transaction() as connection:
            return int(rows(connection, f"SELECT count(*) AS n FROM {table} WHERE {where}")[0].n)

    # Everybody else

    def workspace(self, zone: str = "Europe/Rome") -> None:
        created = WorkspaceCreated(workspace_id=WORKSPACE, client_id=key_of("client"), name="Acme", time_zone=zone)
        self.hear(self.heard(created, WORKSPACE))

    def sender(self, number: int = 0, cap: int = 50, channels: tuple[str, ...] = ("email", "linkedin")) -> UUID:
        key = key_of("sender", number)
        registered = SenderRegistered(sender_id=key, user_id=key_of("user", number), channels=channels, daily_cap=cap, name="Bea Rossi")
        self.hear(self.heard(registered, key))
        return key

    def contacts(
        self, count: int, make: Callable[[int], PersonDetails] = person, company: Callable[[int], UUID | None] = lambda _: None
    ) -> list[UUID]:
        """Approved ones."""
        keys = [key_of("contact", number) for number in range(count)]
        batch = []
        for number, key in enumerate(keys):
            proposed = ContactProposed(contact_id=key, person_id=key_of("person", number), company_id=company(number), details=make(number))
            batch += [self.heard(proposed, key), self.heard(ContactApproved(contact_id=key), key)]
        self.hear(*batch)
        return keys

    def campaign(self, sequence: Sequence = MIXED, senders: Iterable[UUID] = (), *, launched: bool = True, **more: object) -> UUID:
        wanted = campaign_created(sequence, senders, **({"campaign_id": uuid4()} | more))
        key = self.do(lambda work: commands.create(work, WORKSPACE, wanted)).campaign_id
        if launched:
            self.launch(key)
        return key

    def launch(self, key: UUID) -> CampaignView:
        return self.do(lambda work: commands.launch(work, WORKSPACE, key))

    def enrol(self, campaign: UUID, contacts: Iterable[UUID] | None = None) -> EnrolmentView:
        chosen = None if contacts is None else list(contacts)
        return self.do(lambda work: commands.enrol(work, WORKSPACE, campaign, chosen))

    def asked(self) -> list[OutreachAsked]:
        return self.told(OutreachAsked)

    def accept_all(self) -> int:
        """Every outreach that was asked for and not answered yet is accepted now."""
        asked = [body for body in self.asked() if body.outreach_id not in self.answered]
        self.answered |= {body.outreach_id for body in asked}
        if asked:
            self.hear(*(self.heard(accepted(body, self.now), body.recipient_id) for body in asked))
        return len(asked)

    def step_to(self, now: datetime) -> None:
        """Until everything is at rest there."""
        self.now = now
        while self.plan() or self.accept_all():
            continue
        assert self.planner.waiting() == 0
