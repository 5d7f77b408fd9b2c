"""What a heard batch leads to. The rows that it names are fetched once, changed in memory, and stored with their counters' moves."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from schemas.accounts import WorkspaceCreated
from schemas.campaign import OutreachAsked, OutreachWithdrawn
from schemas.details import Channel
from schemas.envelope import Envelope
from schemas.kpi import ScoreChanged
from schemas.publish import ContactMergedAway
from services.kit.codec import Heard
from services.kit.events import Kind, Told
from services.kpi.domain import campaign as campaigns
from services.kpi.domain import pipeline
from services.kpi.domain.board import Board
from services.kpi.domain.campaign import CampaignEvent
from services.kpi.domain.contact import ContactEvent
from services.kpi.domain.counting import Count, Tally
from services.kpi.domain.lead import Lead, newer
from services.kpi.domain.pipeline import Thing
from services.kpi.domain.plan import RecipientEvent
from services.kpi.domain.score import FORMULA
from services.kpi.domain.timeline import Entry, entry_of
from services.kpi.ports import Places, Rows, Running

MOST_SCORES = 2000


def latest_score(_: int | None, told: ScoreChanged) -> int:
    return told.score


SCORE = Kind("score", int, latest_score)


def when_workspaces_are_created_keep_their_zones(heard: Sequence[Heard], rows: Rows, now: datetime) -> Iterable[Told]:
    created = [h.body for h in heard if isinstance(h.body, WorkspaceCreated)]
    rows.save_zones({body.workspace_id: (body.name, body.time_zone) for body in created})
    return when_things_change_count_them(heard, rows, now)


def when_things_change_count_them(heard: Sequence[Heard], rows: Rows, _: datetime) -> Iterable[Told]:
    """Imports, persons, companies, segments, lists, senders: for operations."""
    rows.count(Counter(), count_things(heard, rows), heard[0].partition)
    return ()


def when_contacts_change_count_them(heard: Sequence[Heard], rows: Rows, now: datetime) -> Iterable[Told]:
    merged = {h.body.into: h.envelope.workspace_id for h in heard if isinstance(h.body, ContactMergedAway)}
    board = rows.families({**places(heard, "contact_id"), **merged}, {})
    for h in heard:
        if isinstance(h.body, ContactEvent):
            board.hear_contact(h.envelope, h.body, erased=h.erased)
    return settle(board, heard, rows, now)


def when_recipients_move_on_count_them(heard: Sequence[Heard], rows: Rows, now: datetime) -> Iterable[Told]:
    board = rows.families(places(heard, "contact_id"), places(heard, "campaign_id"))
    for h in heard:
        if isinstance(h.body, RecipientEvent):
            board.hear_recipient(h.envelope, h.body)
    return settle(board, heard, rows, now)


def when_outreach_is_asked_or_withdrawn_count_its_tasks(heard: Sequence[Heard], rows: Rows, now: datetime) -> Iterable[Told]:
    tasks = [h for h in heard if isinstance(h.body, OutreachAsked | OutreachWithdrawn) and h.body.channel == Channel.LINKEDIN]
    board = rows.families(places(tasks, "contact_id"), places(tasks, "campaign_id"))
    for h in tasks:
        if isinstance(h.body, OutreachAsked | OutreachWithdrawn):
            board.hear_asking(h.envelope, h.body)
    return settle(board, heard, rows, now, count_things(heard, rows))


def when_campaigns_start_or_stop_restate_their_contacts(heard: Sequence[Heard], rows: Rows, _: datetime) -> Iterable[Told]:
    """Whether a campaign runs decides whether its recipients are active: a pause moves as many rows as it has recipients."""
    wanted = places(heard, "campaign_id")
    before = rows.campaigns(wanted)
    after, since = dict(before), dict[UUID, datetime]()
    for h in heard:
        if not isinstance(h.body, CampaignEvent):
            continue
        was = after[h.body.campaign_id]
        if versions := newer(was.versions, h.envelope, h.body):
            became = replace(campaigns.evolve(was, h.body, h.envelope.occurred_at), versions=versions)
            after[h.body.campaign_id] = became
            if became.running != was.running and became.at:
                since[h.body.campaign_id] = min(became.at, since.get(h.body.campaign_id, became.at))
    rows.save_campaigns(after, wanted)
    running = Running({c: before[c].running for c in since}, {c: after[c].running for c in since})
    counts: Counter[Count] = Counter()
    for board in rows.families_in({c: wanted[c] for c in since}, running):
        for recipient in board.recipients.values():
            if recipient.campaign_id in since:
                board.look_from(recipient.contact_id, since[recipient.campaign_id])
        counts.update(board.counts())
        rows.save(board)
    rows.count(counts, campaigns.moves(before, after, wanted), heard[0].partition)
    return ()


def when_somebody_acts_or_mail_comes_keep_it_and_score(heard: Sequence[Heard], rows: Rows, now: datetime) -> Iterable[Told]:
    """Activities, the outcomes of outreach, and suppressions: onto the timelines, and into the score what the person did."""
    acted = {e.contact_id: e.workspace_id for e, _ in entries_of(heard) if e.says.act}
    return settle(rows.leads(acted), heard, rows, now, count_things(heard, rows))


def rescore_what_has_decayed(rows: Rows, now: datetime) -> tuple[int, Iterable[Told]]:
    """Decay is an event too, told by who plans it. Returns how many were looked at."""
    board = rows.to_score(now, MOST_SCORES)
    different = board.rescore(board.leads, now)
    rows.save(board)
    return len(board.leads), [score_told(lead) for lead in different]


def settle(board: Board, heard: Sequence[Heard], rows: Rows, now: datetime, tallies: Counter[Tally] | None = None) -> list[Told]:
    """Put what was heard on the timelines, score anew who acted, and store the rows with the moves of their counters."""
    causes = entries_of(heard)
    entries = rows.enter([entry for entry, _ in causes])
    board.act(entries)
    because = {entry.contact_id: h.envelope for entry, h in causes}
    told = [score_told(lead, because[lead.contact_id]) for lead in board.rescore(signallers(entries), now)]
    counts, moved = board.counts(), board.tallies()
    moved.update(tallies or {})
    rows.save(board)
    rows.count(counts, moved, heard[0].partition)
    return told


def signallers(entries: Iterable[Entry]) -> set[UUID]:
    return {entry.contact_id for entry in entries if entry.says.signal}


def score_told(lead: Lead, because: Envelope | None = None) -> Told:
    if lead.score is None:
        raise ValueError(f"contact {lead.contact_id} has no score to tell")
    body = ScoreChanged(contact_id=lead.contact_id, score=lead.score.score, formula=FORMULA, reasons=lead.score.reasons)
    return Told(SCORE, lead.contact_id, body, lead.workspace_id, because)


def count_things(heard: Sequence[Heard], rows: Rows) -> Counter[Tally]:
    """Store the state of each thing that these events are about; returns how the tallies move."""
    news = [(h, told) for h in heard if (told := pipeline.news_of(h.body))]
    before = rows.things(Thing(told.kind, told.id, h.envelope.workspace_id) for h, told in news)
    after = dict(before)
    for h, told in news:
        key = h.envelope.workspace_id, told.kind, told.id
        if versions := newer(after[key].versions, h.envelope, h.body):
            after[key] = replace(pipeline.evolve(after[key], told), versions=versions)
    rows.save_things(after[key] for key in after if after[key] != before[key])
    return pipeline.moves(before, after)


def entries_of(heard: Sequence[Heard]) -> list[tuple[Entry, Heard]]:
    return [(entry, h) for h in heard if (entry := entry_of(h.envelope, h.body))]


def places(heard: Iterable[Heard], field: str) -> Places:
    """The ids that these bodies have in `field`, each with its workspace."""
    return {getattr(h.body, field): h.envelope.workspace_id for h in heard}
