"""The recipients of one unit of work: locked, evolved while their events are decided, and folded into the tables at the end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.details import Channel
from schemas.envelope import Envelope
from services.campaign.domain.recipient import Progress, RecipientEvent, Stage, evolve
from services.campaign.store.streams import RECIPIENT
from services.kit.database import as_json, run
from services.kit.events import Told, Work

PROJECT = """
INSERT INTO recipients (workspace_id, recipient_id, campaign_id, contact_id, company_id, sender_id, sequence_version, stage, step_id,
                        due_at, paused, exit, enrolled_at, changed_at)
SELECT workspace_id, recipient_id, campaign_id, contact_id, company_id, sender_id, sequence_version, stage, step_id, due_at, paused,
       exit, :now, :now
FROM json_to_recordset(:rows) AS new (workspace_id uuid, recipient_id uuid, campaign_id uuid, contact_id uuid, company_id uuid,
     sender_id uuid, sequence_version int, stage text, step_id text, due_at timestamptz, paused boolean, exit text)
ON CONFLICT (workspace_id, recipient_id) DO UPDATE
SET stage = excluded.stage, step_id = excluded.step_id, due_at = excluded.due_at, paused = excluded.paused, exit = excluded.exit,
    changed_at = excluded.changed_at
"""
# Where no `since` is given, a row keeps the one that it has.
LOOK = """
INSERT INTO due (workspace_id, recipient_id, campaign_id, sender_id, step_id, due_at, slot_at, since)
SELECT workspace_id, recipient_id, new.campaign_id, new.sender_id, new.step_id, new.due_at, new.slot_at,
       coalesce(new.since, due.since, :now)
FROM json_to_recordset(:rows) AS new (workspace_id uuid, recipient_id uuid, campaign_id uuid, sender_id uuid, step_id text,
     due_at timestamptz, slot_at timestamptz, since timestamptz) LEFT JOIN due USING (workspace_id, recipient_id)
ON CONFLICT (workspace_id, recipient_id) DO UPDATE
SET step_id = excluded.step_id, due_at = excluded.due_at, slot_at = excluded.slot_at, since = excluded.since
"""
LOOK_NO_MORE = """
DELETE FROM due USING json_to_recordset(:rows) AS gone (workspace_id uuid, recipient_id uuid)
WHERE due.workspace_id = gone.workspace_id AND due.recipient_id = gone.recipient_id
"""


NEVER = "infinity"
"""The time at which a paused recipient is looked at: its row stays, and with it since when it waits."""


@dataclass
class Traveller:
    workspace_id: UUID
    before: Progress | None
    progress: Progress | None
    since: datetime | None = None
    look_at: datetime | None = None
    anew: bool = False


@dataclass
class Walk:
    """`of` locks; `tell` evolves; `finish` writes the tables and returns all that was told, for the shell to append."""

    work: Work
    travellers: dict[UUID, Traveller]
    told: list[Told] = field(default_factory=list)

    @classmethod
    def of(cls, work: Work, workspaces: Mapping[UUID, UUID]) -> "Walk":
        """`workspaces`: of each recipient."""
        states = work.load(RECIPIENT, workspaces, workspaces)
        return cls(work, {key: Traveller(workspaces[key], state, state) for key, state in states.items()})

    def __getitem__(self, key: UUID) -> Progress | None:
        return self.travellers[key].progress

    def tell(self, key: UUID, events: Iterable[RecipientEvent], *, because: Envelope | None = None, since: datetime | None = None) -> None:
        """`since`: when a step was over by these events, if not now."""
        traveller = self.travellers[key]
        for event in events:
            before = traveller.progress
            traveller.progress = after = evolve(before, event)
            if before is None or before.passed != after.passed or before.connected != after.connected:
                traveller.since = since or self.work.now
            self.told.append(Told(RECIPIENT, key, event, traveller.workspace_id, because))

    def look_again(self, key: UUID, at: datetime, *, anew: bool = False) -> None:
        """`anew`: what was planned has no place any more."""
        self.travellers[key].look_at, self.travellers[key].anew = at, anew

    def finish(self) -> list[Told]:
        now = self.work.now
        changed = [t for t in self.travellers.values() if t.progress != t.before]
        if changed:
            run(self.work.connection, PROJECT, rows=as_json(read_row(t) for t in changed), now=now)
        looks = [row for t in self.travellers.values() if (row := look_row(t, now))]
        if looks:
            run(self.work.connection, LOOK, rows=as_json(looks), now=now)
        gone = [t for t in self.travellers.values() if t.progress and t.look_at is None and not is_looked_at(t.progress)]
        if gone:
            run(self.work.connection, LOOK_NO_MORE, rows=as_json(address(t) for t in gone))
        return self.told


def is_looked_at(progress: Progress | None) -> bool:
    """Whether the planner has a row for it: to plan, to ask when it is due, or to see whether a task was missed."""
    if progress is None or progress.exit:
        return False
    if progress.stage == Stage.ASKED:
        return progress.channel != Channel.EMAIL
    return progress.stage in {Stage.READY, Stage.PLANNED}


def look_row(traveller: Traveller, now: datetime) -> dict[str, Any] | None:
    """The row of the due table; None where it is to stay as it is, or to go."""
    before, after = traveller.before, traveller.progress
    if after is None or (traveller.look_at is None and (not is_looked_at(after) or stays(before, after, traveller))):
        return None
    planned = after.stage == Stage.PLANNED and not traveller.anew
    resting = after.paused and after.stage == Stage.READY
    return address(traveller) | {
        "campaign_id": after.campaign_id,
        "sender_id": after.sender_id,
        "step_id": None if traveller.anew else after.step_id,
        "due_at": NEVER if resting else traveller.look_at or after.due_at or now,
        "slot_at": after.due_at if planned and after.channel == Channel.EMAIL else None,
        "since": traveller.since,
    }


def stays(before: Progress | None, after: Progress, traveller: Traveller) -> bool:
    if before is None or not is_looked_at(before) or traveller.since is not None:
        return False
    return (before.stage, before.due_at, before.paused) == (after.stage, after.due_at, after.paused)


def address(traveller: Traveller) -> dict[str, Any]:
    assert traveller.progress is not None  # noqa: S101
    return {"workspace_id": traveller.workspace_id, "recipient_id": traveller.progress.recipient_id}


def read_row(traveller: Traveller) -> dict[str, Any]:
    progress = traveller.progress
    assert progress is not None  # noqa: S101
    return address(traveller) | {
        "campaign_id": progress.campaign_id,
        "contact_id": progress.contact_id,
        "company_id": progress.company_id,
        "sender_id": progress.sender_id,
        "sequence_version": progress.sequence_version,
        "stage": progress.stage,
        "step_id": progress.step_id,
        "due_at": progress.due_at,
        "paused": progress.paused,
        "exit": progress.exit,
    }
