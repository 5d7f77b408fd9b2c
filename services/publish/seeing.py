"""Persons as the workspaces see them now: read in sets, a query per kind of thing, and held against the segments in memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Connection

from schemas.body import PROVIDER
from schemas.envelope import Envelope
from schemas.marks import Digest, marks_of
from services.publish.domain.contacts import NOT_THERE, Shown, Sight, State
from services.publish.domain.corrections import ByPerson, apply
from services.publish.domain.corrections import held as held_by
from services.publish.domain.ids import contact_id
from services.publish.domain.people import Company, Family, PersonKey, facts_of, reach_of, with_company
from services.publish.domain.segments import Match, Segment, matching
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


@dataclass(frozen=True)
class Looking:
    """What persons are held against: in all workspaces, or in `only` one."""

    connection: Connection
    digest: Digest
    only: UUID | None = None

    def at(self, keys: Iterable[PersonKey], because: Mapping[UUID, Envelope]) -> list[View]:
        """The families of these persons from each workspace that they concern: where they match, or have contacts already."""
        families = golden.families(self.connection, keys)
        companies = golden.companies(self.connection, {f.person.company_id for f in families if f.person.company_id})
        rows = self._rows(person for f in families for person in f.all)
        corrections = correction_store.by_workspace(self.connection, (person for f in families for person in f.all), self.only)
        by_workspace = segments.segments_by_workspace(self.connection, self.only)
        found = []
        for family in families:
            company = companies.get(family.person.company_id) if family.person.company_id else None
            cause = next((because[person] for person in family.all if person in because), None)
            found += [replace(view, because=cause) for view in self._views(family, company, by_workspace, rows, corrections)]
        return self._barred(found)

    def _rows(self, person_ids: Iterable[UUID]) -> Rows:
        rows: dict[UUID, dict[UUID, Row]] = defaultdict(dict)
        for row in contact_store.contacts_of(self.connection, person_ids, self.only):
            rows[row.person_id][row.workspace_id] = row
        return rows

    def _views(
        self,
        family: Family,
        company: Company | None,
        by_workspace: Mapping[UUID, list[Segment]],
        rows: Rows,
        corrections: Mapping[UUID, ByPerson],
    ) -> Iterator[View]:
        person, own = family.person, family.person.workspace_id != PROVIDER
        golden_details = with_company(person.details, company, person.corrected)
        golden_facts = facts_of(golden_details, company)
        known = {place for each in family.all for place in rows.get(each, ())}
        for place in [person.workspace_id] if own else sorted(known | by_workspace.keys()):
            details, facts = golden_details, golden_facts
            if place in corrections and (held := held_by(family.all, corrections[place])):
                details = apply(golden_details, held)
                facts = facts_of(details, company)
            match = matching(by_workspace.get(place, []), facts)
            if own or match.segment_ids or place in known:
                sight = Sight(
                    contact_id=contact_id(place, person.person_id),
                    person_id=person.person_id,
                    company_id=company.company_id if company else person.company_id,
                    details=details,
                    reach=reach_of(details),
                    origin="import" if own else "segment",
                    segment_ids=match.segment_ids,
                    reasons=match.reasons,
                )
                row = rows.get(person.person_id, {}).get(place)
                merged = tuple(rows[each][place] for each in family.merged if place in rows.get(each, ()))
                yield View(place, sight, self._marks(sight, row), row, merged)

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
