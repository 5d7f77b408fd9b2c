"""Events folded per second by kpi's handlers into rows, counters and timelines in PostgreSQL, in batches of 2,000, topic by topic.

`python -m bench.kpi [runs] [contacts]`. Each run takes the contacts through publishing and one campaign: enrolled, two e-mails with a
LinkedIn invite between them, opened, some answered. Decoding and Kafka are apart (bench.transport).
"""

import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from uuid import UUID, uuid4, uuid5

import msgspec

from bench.place import place
from bench.report import report, tell
from schemas import campaign as c
from schemas import publish as p
from schemas import sender as s
from schemas.body import Body
from schemas.details import Channel, PersonDetails, Reach
from schemas.envelope import Envelope
from schemas.topics import TOPIC_OF
from services.kit.codec import Codec, Heard
from services.kit.database import Database
from services.kit.events import Work
from services.kit.settings import Settings
from services.kit.vault import Vault
from services.kpi.agents import HANDLERS
from services.kpi.store.rows import PostgresRows

BATCH = 2000
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HANDLER_OF = {topic.name: handler for topic, handler in HANDLERS}
MAIL, INVITE, LAST = ("one", Channel.EMAIL, c.Act.EMAIL), ("two", Channel.LINKEDIN, c.Act.INVITE), ("three", Channel.EMAIL, c.Act.EMAIL)


class Teller:
    """Says what happened to the contacts of one new workspace, with the versions of its streams."""

    def __init__(self, contacts: int) -> None:
        self.workspace, self.campaign = uuid4(), uuid4()
        self.contacts = [uuid5(self.workspace, str(number)) for number in range(contacts)]
        self.versions: dict[str, int] = {}

    def say(self, stream: str, body: Body, day: int = 0) -> Heard:
        self.versions[stream] = version = self.versions.get(stream, 0) + 1
        at = START + timedelta(days=day)
        envelope = Envelope(
            event_id=uuid4(), type=type(body).__name__, workspace_id=self.workspace, stream=stream, version=version,
            occurred_at=at, recorded_at=at, correlation_id="bench", actor="service:bench", body=msgspec.Raw(b"{}"),
        )  # fmt: skip
        return Heard(envelope, body)

    def published(self) -> Iterator[Heard]:
        for kind in (self.proposed, lambda k: p.ContactPublished(contact_id=k), lambda k: p.ContactApproved(contact_id=k)):
            for key in self.contacts:
                yield self.say(f"contact:{key}", kind(key))

    def proposed(self, key: UUID) -> Body:
        details = PersonDetails(full_name="Ann Example", title="Architect", company_name="Example Ltd")
        return p.ContactProposed(contact_id=key, person_id=key, reach=Reach(email=True, verified=True), details=details)

    def launched(self) -> Iterator[Heard]:
        steps = tuple(c.Step(step_id=i, channel=ch, act=a) for i, ch, a in (MAIL, INVITE, LAST))
        sequence = c.Sequence(version=1, steps=steps)
        made = c.CampaignCreated(campaign_id=self.campaign, name="Spring", time_zone="UTC", sequence=sequence, sender_ids=())
        yield self.say(f"campaign:{self.campaign}", made)
        yield self.say(f"campaign:{self.campaign}", c.CampaignLaunched(campaign_id=self.campaign))

    def walked(self) -> Iterator[Heard]:
        for key in self.contacts:
            yield self.fact(key, c.RecipientEnrolled, 0, sender_id=self.campaign, sequence_version=1)
        for day, (step_id, channel, act) in enumerate((MAIL, INVITE, LAST), 1):
            step = {"step_id": step_id, "channel": channel, "act": act}
            for key in self.contacts:
                yield self.fact(key, c.StepScheduled, day, **step, due_at=START, due_on=date(2026, 3, 2) + timedelta(days=day))
            for key in self.contacts:
                yield self.fact(key, c.StepFellDue, day, **step, outreach_id=key)
            for key in self.contacts:
                yield self.fact(key, c.StepTaken, day, **step, at=START)
        for key in self.contacts[::10]:
            yield self.fact(key, c.RecipientReplied, 4, step_id="three", channel=Channel.EMAIL, act=c.Act.EMAIL)
            yield self.fact(key, c.RecipientExited, 4, reason=c.ExitReason.REPLIED)

    def outcomes(self) -> Iterator[Heard]:
        for kind, more in ((s.OutreachAccepted, {"at": START}), (s.MailOpened, {"at": START}), (s.ReplyReceived, {"received_at": START})):
            for key in self.contacts[:: 10 if kind is s.ReplyReceived else 1]:
                outreach = uuid5(key, "one")
                names = {"outreach_id": outreach, "recipient_id": self.recipient(key), "campaign_id": self.campaign, "contact_id": key}
                body = kind(**names, step_id="one", channel=Channel.EMAIL, act=c.Act.EMAIL, **more)
                yield self.say(f"outreach:{outreach}", body, 1)

    def paused(self) -> Iterator[Heard]:
        yield self.say(f"campaign:{self.campaign}", c.CampaignPaused(campaign_id=self.campaign), 5)

    def fact(self, key: UUID, kind: type[c.RecipientFact], day: int, **more: object) -> Heard:
        me = self.recipient(key)
        return self.say(f"recipient:{me}", kind(recipient_id=me, campaign_id=self.campaign, contact_id=key, **more), day)

    def recipient(self, key: UUID) -> UUID:
        return uuid5(self.campaign, str(key))


def fold(settings: Settings, heard: Iterator[Heard]) -> tuple[int, float]:
    """How many events, and the seconds that folding them took."""
    database = Database(settings, "kpi")
    codec, total, seconds = Codec(Vault(database, settings.master_key_bytes)), 0, 0.0
    while batch := list(islice(heard, BATCH)):
        started = time.perf_counter()
        take(database, codec, batch)
        total, seconds = total + len(batch), seconds + time.perf_counter() - started
    database.close()
    return total, seconds


def take(database: Database, codec: Codec, batch: Sequence[Heard]) -> None:
    with database.transaction() as connection:
        now = START + timedelta(days=6)
        work = Work(connection, codec, now, "service:kpi", "bench")
        work.append(HANDLER_OF[TOPIC_OF[type(batch[0].body)].name](batch, PostgresRows(connection), now))


def main(runs: int = 3, contacts: int = 10_000) -> None:
    found: dict[str, list[float]] = {}
    pauses: list[float] = []
    with place() as settings:
        for _ in range(runs):
            teller = Teller(contacts)
            for name, heard in (
                ("publish.contacts", teller.published()),
                ("campaign.campaigns", teller.launched()),
                ("campaign.recipients", teller.walked()),
                ("sender.outcomes", teller.outcomes()),
                ("pause", teller.paused()),
            ):
                events, seconds = fold(settings, heard)
                if name == "pause":
                    pauses.append(round(contacts / seconds))
                elif name != "campaign.campaigns":
                    found.setdefault(name, []).append(events / seconds)
    tell(
        report(
            "kpi",
            f"events folded by kpi's handlers, batches of {BATCH}, {contacts} contacts",
            "events/s",
            found,
            packages=("sqlalchemy", "psycopg2-binary", "msgspec"),
            figures={"recipients restated by a pause, per second": pauses},
        )
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
