"""Persons as the workspaces see them now: read in sets, a query per kind of thing, and held against the segments in memory."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Connection

from schemas.details import PersonDetails
from schemas.envelope import Envelope
from schemas.marks import Digest, marks_of
from services.publish.domain.contacts import MERGED_WITH_EXCLUDED, NOT_THERE, Shown, Sight, State
from services.publish.domain.corrections import ByPerson, apply
from services.publish.domain.corrections import held as held_by
from services.publish.domain.ids import contact_id
from services.publish.domain.people import Company, Family, PersonKey, facts_of, filled, is_same, reach_of, with_company
from services.publish.domain.segments import Match, Segment, matching
from services.publish.kinship import Asked, Kin, Place, ask
from services.publish.store import contacts as contact_store
from services.publish.store import corrections as correction_store
from services.publish.store import golden, segments, suppressions
from services.publish.store.contacts import Row

Rows = Mapping[UUID, Mapping[UUID, Row]]
"""Person → workspace → contact."""


@dataclass(frozen=True, slots=True)
class View:
    """A family as seen from one workspace: its living person, that person's contact if there is one, and those merged into it."""

    workspace_id: UUID
    sight: Sight
    marks: tuple[str, ...]
    row: Row | None
    merged: tuple[Row, ...]
    because: Envelope | None = None

    @property
    def is_shown(self) -> bool:
        """Whether the contact stands there just as the person is seen now."""
        match = Match(self.sight.segment_ids, self.sight.reasons)
        return self.row is not None and self.row.shown == shown(self.sight) and self.row.match == match

    @property
    def is_to_be_decided(self) -> bool:
        """Whether events may follow. An excluded contact never returns and shows nothing new; segments alone change no contact."""
        if self.row is None:
            return True
        if self.row.state == State.EXCLUDED:
            return False
        comes_back = self.row.state in NOT_THERE or self.row.withdrawn
        return bool(comes_back or self.row.shown != shown(self.sight) or self.sight.barred or self.merged)


def shown(sight: Sight) -> Shown:
    return Shown(sight.company_id, sight.details, sight.reach)


@dataclass(frozen=True, slots=True)
class Subject:
    """One person in one workspace, without what that says itself. The first of `persons` is whose contact it is."""

    workspace_id: UUID
    persons: tuple[UUID, ...]
    details: PersonDetails
    company_id: UUID | None
    company: Company | None
    own: bool = False
    barred: str | None = None


@dataclass(frozen=True)
class Looking:
    """What persons are held against: in all workspaces, or in `only` one."""

    connection: Connection
    digest: Digest
    only: UUID | None = None

    def at(self, keys: Collection[PersonKey], because: Mapping[UUID, Envelope], there: Collection[Place] = ()) -> list[View]:
        """These persons' families from each workspace that they concern: where they match, or have contacts already. `there`: persons
        of the Provider's who are to be seen from one workspace alone.
        """
        asked = ask(self.connection, keys, there, self.only)
        companies = golden.companies(self.connection, {f.person.company_id for f in asked.families if f.person.company_id})
        persons = {person for f in asked.families for person in f.all}
        corrections = correction_store.by_workspace(self.connection, persons, self.only)
        sight = Seeing(segments.segments_by_workspace(self.connection, self.only), self._rows(persons), corrections, companies, self._marks)
        found = []
        for subject in sight.subjects(asked):
            if view := sight.view(subject):
                cause = next((because[person] for person in subject.persons if person in because), None)
                found.append(replace(view, because=cause))
        return self._barred(found)

    def _rows(self, person_ids: Iterable[UUID]) -> Rows:
        rows: dict[UUID, dict[UUID, Row]] = defaultdict(dict)
        for row in contact_store.contacts_of(self.connection, person_ids, self.only):
            rows[row.person_id][row.workspace_id] = row
        return rows

    def _marks(self, sight: Sight, row: Row | None) -> tuple[str, ...]:
        if row and row.shown.details == sight.details:
            return row.marks
        return tuple(self.digest(by, value) for by, value in marks_of(sight.contact_id, sight.details))

    def _barred(self, found: list[View]) -> list[View]:
        """The views again, with the reason where an exclusion list forbids the contact."""
        by_workspace: dict[UUID, set[str]] = defaultdict(set)
        for view in found:
            by_workspace[view.workspace_id].update(view.marks)
        bars = suppressions.barring(self.connection, by_workspace)
        reasons = [next((bars[view.workspace_id, m] for m in view.marks if (view.workspace_id, m) in bars), None) for view in found]
        return [
            view if why is None else replace(view, sight=replace(view.sight, barred=why)) for view, why in zip(found, reasons, strict=True)
        ]


@dataclass(frozen=True)
class Seeing:
    """What is known of the persons that are looked at."""

    segments: Mapping[UUID, list[Segment]]
    rows: Rows
    corrections: Mapping[UUID, ByPerson]
    companies: Mapping[UUID, Company]
    marks: Callable[[Sight, Row | None], tuple[str, ...]]

    def subjects(self, asked: Asked) -> Iterator[Subject]:
        for family, places in asked.provided:
            known = {place for each in family.all for place in self.rows.get(each, ())} | self.segments.keys()
            for place in sorted(known if places is None else known & places):
                if (at := (family.person.person_id, place)) not in asked.kin:
                    yield self._alone(place, family, barred=MERGED_WITH_EXCLUDED if at in asked.excluded else None)
        yield from (self._alone(family.person.workspace_id, family, own=True) for family in asked.own)
        for kin in asked.kin.values():
            yield from self._related(kin)

    def _alone(self, place: UUID, family: Family, *, own: bool = False, barred: str | None = None) -> Subject:
        details, company = self._golden(family)
        return Subject(place, family.all, details, family.person.company_id, company, own, barred)

    def _golden(self, family: Family) -> tuple[PersonDetails, Company | None]:
        person = family.person
        company = self.companies.get(person.company_id) if person.company_id else None
        return with_company(person.details, company, person.corrected), company

    def _related(self, kin: Kin) -> Iterator[Subject]:
        """An own person and the Provider's that it is: one contact, the own one, once the Provider's was published to the workspace. Until
        then what is known of that is not the workspace's, and stays a proposal. One that was excluded excludes the own too.
        """
        theirs = [row for each in kin.provided.all if (row := self.rows.get(each, {}).get(kin.workspace_id))]
        excluded = any(row.state == State.EXCLUDED for row in theirs)
        if excluded or not any(row.published for row in theirs):
            yield self._alone(kin.workspace_id, kin.provided)
            barred = MERGED_WITH_EXCLUDED if excluded else None
            yield from (self._alone(kin.workspace_id, family, own=True, barred=barred) for family in kin.own)
            return
        first, *others = (self._alone(kin.workspace_id, family, own=True) for family in (*kin.own, kin.provided))
        for other in others:
            at_one = first.company is None or (other.company is not None and is_same(first.company, other.company))
            first = replace(
                first,
                persons=first.persons + other.persons,
                details=filled(first.details, other.details),
                # Colleagues meet at the company that all of them are shown with, not at the own import's copy of it.
                company_id=other.company_id if at_one and other.company_id else first.company_id,
                company=other.company if at_one and other.company else first.company,
            )
        yield first

    def view(self, subject: Subject) -> View | None:
        """None where the person is nothing to the workspace."""
        place, details, company = subject.workspace_id, subject.details, subject.company
        if place in self.corrections and (held := held_by(subject.persons, self.corrections[place])):
            details = apply(details, held)
        match = matching(self.segments.get(place, []), facts_of(details, company))
        rows = {each: self.rows[each][place] for each in subject.persons if place in self.rows.get(each, ())}
        if not (subject.own or match.segment_ids or rows):
            return None
        person_id, *merged = subject.persons
        sight = Sight(
            contact_id=contact_id(place, person_id),
            person_id=person_id,
            company_id=company.company_id if company else subject.company_id,
            details=details,
            reach=reach_of(details),
            origin="import" if subject.own else "segment",
            segment_ids=match.segment_ids,
            reasons=match.reasons,
            barred=subject.barred,
        )
        row = rows.get(person_id)
        return View(place, sight, self.marks(sight, row), row, tuple(rows[each] for each in merged if each in rows))
