"""The planner: walks recipients on when their time has come. Any number of them may run; each takes what no other has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row

from schemas.campaign import ExitReason, OutreachAsked
from schemas.details import Channel
from services.campaign.domain.campaign import Campaign
from services.campaign.domain.leaving import leave_from
from services.campaign.domain.moves import Ask, LookAgain, Rules, Way, next_move
from services.campaign.domain.recipient import Progress, RecipientEvent, Stage, the
from services.campaign.domain.render import channels_of, message
from services.campaign.domain.steps import Letter, tell
from services.campaign.store import claims
from services.campaign.store.claims import Desk, Reach
from services.campaign.store.streams import campaigns_of
from services.campaign.store.walk import Walk
from services.kit.clock import Clock
from services.kit.codec import Codec
from services.kit.database import Database
from services.kit.events import Work


@dataclass(frozen=True)
class Planner:
    database: Database
    codec: Codec
    clock: Clock
    rules: Rules
    most: int = 500

    def step(self) -> int:
        """Do one batch of what is to be done at this time of the clock; returns how many recipients that was."""
        with self.database.transaction() as connection:
            work = Work(connection, self.codec, self.clock(), "service:campaign", f"planner-{uuid4()}")
            return take_out(work, self.most) or walk_on(work, self.rules, self.most)

    def waiting(self) -> int:
        with self.database.transaction() as connection:
            return claims.waiting(connection, self.clock())


def take_out(work: Work, most: int) -> int:
    """Recipients who leave because of something that concerned many."""
    claimed = claims.claim_leaving(work.connection, most)
    if not claimed:
        return 0
    walk = Walk.of(work, {row.recipient_id: row.workspace_id for row in claimed})
    campaigns = campaigns_of(work.connection, {row.campaign_id for row in claimed})
    for row in claimed:
        progress = the(walk[row.recipient_id])
        sequence = campaigns[row.campaign_id].sequences[progress.sequence_version]
        walk.tell(row.recipient_id, leave_from(progress, sequence, ExitReason(row.reason)))
    claims.left(work.connection, [row.recipient_id for row in claimed])
    work.append(walk.finish())
    return len(claimed)


def walk_on(work: Work, rules: Rules, most: int) -> int:
    """Recipients whose time has come: plan their next step, ask for what is due, say what was missed."""
    claimed = claims.claim_due(work.connection, work.now, most)
    if not claimed:
        return 0
    batch = Batch.of(work, claimed)
    for row in claimed:
        batch.move(row, rules)
    batch.finish()
    return len(claimed)


def is_to_move(progress: Progress) -> bool:
    """False where a row is left over; it then goes."""
    if progress.stage == Stage.ASKED:
        return progress.exit is None and progress.channel != Channel.EMAIL
    return progress.exit is None and not progress.paused and progress.stage != Stage.IN_DOUBT


@dataclass
class Batch:
    """What was claimed, with all that deciding on it takes, read in one go."""

    work: Work
    walk: Walk
    campaigns: dict[UUID, Campaign]
    desks: dict[UUID, Desk]
    reaches: dict[UUID, Reach]
    asked: list[tuple[UUID, datetime, OutreachAsked]]

    @classmethod
    def of(cls, work: Work, claimed: Iterable[Row[Any]]) -> "Batch":
        claimed = list(claimed)
        walk = Walk.of(work, {row.recipient_id: row.workspace_id for row in claimed})
        contacts = {row.recipient_id: the(walk[row.recipient_id]).contact_id for row in claimed}
        return cls(
            work,
            walk,
            campaigns_of(work.connection, {row.campaign_id for row in claimed}),
            claims.desks_of(work.connection, {row.sender_id for row in claimed}, work.now),
            claims.reach_of(work.connection, claimed, contacts),
            [],
        )

    def move(self, row: Row[Any], rules: Rules) -> None:
        progress, campaign, reach = the(self.walk[row.recipient_id]), self.campaigns[row.campaign_id], self.reaches[row.recipient_id]
        if not is_to_move(progress):
            return
        sequence = campaign.sequences[progress.sequence_version]
        if reach.barred:
            self.walk.tell(row.recipient_id, leave_from(progress, sequence, reach.barred))
            return
        desk = self.desks[row.sender_id]
        anew = row.step_id is None
        way = Way(sequence, campaign.calendar, desk.book, channels_of(reach.details), row.since, anew)
        move = next_move(progress, way, rules, self.work.now)
        if isinstance(move, LookAgain):
            self.walk.look_again(row.recipient_id, move.at, anew=anew)
            return
        letter = Letter(lambda step: message(step, reach.details, desk.name), reach.digests)
        events = tell(progress, move, way, letter)
        self.walk.tell(row.recipient_id, events)
        if isinstance(move, Ask):
            self.after_asking(row.workspace_id, progress, events, way)

    def after_asking(self, workspace_id: UUID, before: Progress, events: list[RecipientEvent], way: Way) -> None:
        for body in events:
            if not isinstance(body, OutreachAsked):
                continue
            if body.channel == Channel.EMAIL and before.due_at is not None:
                self.asked.append((workspace_id, before.due_at, body))
            elif body.channel != Channel.EMAIL:
                # Its sender has the day to do it.
                self.walk.look_again(body.recipient_id, way.calendar.ends(body.due_on))

    def finish(self) -> None:
        told = self.walk.finish()
        if self.asked:
            claims.note_asked(self.work.connection, self.asked, self.work.now)
        self.work.append(told)
