"""The rows that one batch touches, before and after: what is heard changes them, and what they count for moves the counters.

A counter changes by nothing else than what a row counted for before and counts for after, so it is right whatever comes twice, in
another order, or a second time from the beginning.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from schemas.campaign import OutreachAsked, OutreachWithdrawn
from schemas.details import Channel
from schemas.envelope import Envelope
from schemas.publish import ContactMergedAway, ContactProposed, ContactRevised
from services.kpi.domain import contact as contacts
from services.kpi.domain import lead as leads
from services.kpi.domain import recipient as recipients
from services.kpi.domain.contact import ContactEvent
from services.kpi.domain.counting import Count, Counts, Mark, Picture, Tally, families
from services.kpi.domain.lead import Lead, newer
from services.kpi.domain.plan import RecipientEvent
from services.kpi.domain.recipient import Recipient
from services.kpi.domain.timeline import Entry
from services.kpi.domain.track import Track

FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class Board:
    """Holds every contact that the batch names with its kin (all it was ever merged with), and all recipients of these."""

    leads: dict[UUID, Lead]
    recipients: dict[UUID, Recipient] = field(default_factory=dict)
    running: Mapping[UUID, Track[bool]] = field(default_factory=dict)
    running_before: Mapping[UUID, Track[bool]] | None = None
    """Where the batch itself launched, paused or stopped campaigns; else it is as `running`."""
    zones: Mapping[UUID, ZoneInfo] = field(default_factory=dict)
    kin: set[tuple[UUID, UUID]] = field(default_factory=set)
    """Pairs of which one was ever merged into the other."""
    changed: set[UUID] = field(default_factory=set)
    """The contacts and recipients whose rows have to be stored."""

    def __post_init__(self) -> None:
        running = self.running if self.running_before is None else self.running_before
        self._before = Picture(dict(self.leads), dict(self.recipients), running)
        self._counts = Counts(self.zones)
        self._marks: dict[UUID, Mark] = {}
        self._acted: dict[UUID, datetime] = {}
        self._since: dict[UUID, datetime] = {}

    def hear_contact(self, envelope: Envelope, body: ContactEvent, *, erased: bool = False) -> None:
        lead = self.leads[body.contact_id]
        versions = newer(lead.contact.versions, envelope, body)
        if versions is None:
            return
        contact = replace(contacts.evolve(lead.contact, body, envelope.occurred_at), versions=versions)
        if isinstance(body, ContactProposed | ContactRevised):
            lead = replace(lead, card=contacts.card_of(body, erased=erased))
        self._keep(replace(lead, contact=contact))
        if isinstance(body, ContactMergedAway):
            self.kin.add((body.contact_id, body.into))
        if contact.stands is not lead.contact.stands:
            self.look_from(lead.contact_id, contact.at or envelope.occurred_at)

    def hear_recipient(self, envelope: Envelope, body: RecipientEvent) -> None:
        before = self._recipient(envelope, body)
        versions = newer(before.versions, envelope, body)
        if versions is None:
            return
        after = replace(recipients.evolve(before, body, envelope.occurred_at), versions=versions)
        at = after.plan.at or envelope.occurred_at
        self._mark(before, at)
        self._keep_recipient(after)
        if after.moves is not before.moves:
            self._moved(after, at)

    def hear_asking(self, envelope: Envelope, body: OutreachAsked | OutreachWithdrawn) -> None:
        """Only LinkedIn tasks matter here: what becomes of an e-mail is told by its step."""
        before = self._recipient(envelope, body)
        versions = newer(before.versions, envelope, body)
        if versions is None or body.channel != Channel.LINKEDIN:
            return
        after = replace(recipients.ask(before, body, envelope.occurred_at), versions=versions)
        self._keep_recipient(after)
        self._moved(after, after.asked[body.step_id].at)

    def act(self, entries: Iterable[Entry]) -> None:
        """Take what is new on the timelines into the rows; each entry may come only once."""
        for entry in entries:
            if entry.says.act:
                self._keep(leads.act(self.leads[entry.contact_id], entry))

    def rescore(self, contact_ids: Iterable[UUID], now: datetime) -> list[Lead]:
        """Score these anew; returns those whose score is another now."""
        different = []
        for contact_id in sorted(set(contact_ids)):
            lead = self.leads[contact_id]
            scored = leads.rescore(lead, now)
            self._keep(scored)
            if scored.level != lead.level:
                different.append(scored)
        return different

    def look_from(self, contact_id: UUID, at: datetime) -> None:
        """The contact's history is another from `at` on."""
        self._since[contact_id] = min(at, self._since.get(contact_id, at))

    def counts(self) -> Counter[Count]:
        """How the counters move by all that was heard; and each row knows now what it counts for."""
        after = Picture(self.leads, self.recipients, self.running)
        for recipient_id, mark in self._marks.items():
            self._counts.plan(mark, self.recipients[recipient_id])
        for recipient_id, since in self._acted.items():
            self._counts.actions(self._before.recipients.get(recipient_id), self.recipients[recipient_id], since)
        for members in families(self._since, self.kin):
            since = min(self._since[m] for m in members if m in self._since)
            family = after.family(members)
            self._counts.leads(self._before.family(members), family, self.leads[members[0]].workspace_id, since)
            for contact_id, names in family.names(FOR_EVER).items():
                if names != self.leads[contact_id].names:
                    self._keep(replace(self.leads[contact_id], names=names))
        return self._counts.moved()

    def tallies(self) -> Counter[Tally]:
        """How many contacts more or fewer are in each state."""
        moved: Counter[Tally] = Counter()
        for contact_id in self.changed & self.leads.keys():
            before, after = self._before.leads[contact_id], self.leads[contact_id]
            if before.contact.state != after.contact.state:
                moved[Tally(after.workspace_id, "contact", before.contact.state)] -= 1
                moved[Tally(after.workspace_id, "contact", after.contact.state)] += 1
        return moved

    def _recipient(self, envelope: Envelope, body: RecipientEvent | OutreachAsked | OutreachWithdrawn) -> Recipient:
        return self.recipients.get(body.recipient_id) or Recipient(
            body.recipient_id, envelope.workspace_id, body.campaign_id, body.contact_id
        )

    def _keep(self, lead: Lead) -> None:
        self.leads[lead.contact_id] = lead
        self.changed.add(lead.contact_id)

    def _keep_recipient(self, recipient: Recipient) -> None:
        self.recipients[recipient.recipient_id] = recipient
        self.changed.add(recipient.recipient_id)

    def _moved(self, after: Recipient, at: datetime) -> None:
        self._acted[after.recipient_id] = min(at, self._acted.get(after.recipient_id, at))
        self.look_from(after.contact_id, at)

    def _mark(self, before: Recipient, at: datetime) -> None:
        """Names that come and go within one day cancel out: they are only compared where a day ends."""
        mark = self._marks.get(before.recipient_id)
        if mark and mark.day == self._counts.day(before, at):
            return
        if mark:
            self._counts.plan(mark, before)
        self._marks[before.recipient_id] = self._counts.mark(before, at)
