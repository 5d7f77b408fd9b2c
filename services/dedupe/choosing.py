"""Choosing golden fields for many persons at once: by the rules as they stand, with the corrections that hold for them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from uuid import UUID

from sqlalchemy import Connection

from schemas.body import PROVIDER
from services.dedupe import kept, store
from services.dedupe.domain import corrections, golden
from services.dedupe.domain.corrections import Correction, Held
from services.dedupe.domain.golden import Golden
from services.dedupe.domain.ids import company_id_of
from services.dedupe.domain.origins import provenance_of
from services.dedupe.domain.person import Found
from services.dedupe.domain.survivorship import RULES_ID, Policy
from services.dedupe.kinds import RULES
from services.dedupe.store import Stored

Group = Sequence[Stored]
"""All records of one person, in the order of arrival."""
Groups = Mapping[UUID, Group]


def in_order(records: Iterable[Stored]) -> list[Stored]:
    return sorted(records, key=attrgetter("arrived"))


def groups_of(records: Iterable[Stored]) -> dict[UUID, list[Stored]]:
    """By their persons, the persons and their records in the order of arrival; records of nobody are left out."""
    groups: dict[UUID, list[Stored]] = defaultdict(list)
    for each in in_order(records):
        if each.person_id:
            groups[each.person_id].append(each)
    return groups


@dataclass(frozen=True)
class Choosing:
    policy: Policy = golden.STANDARD
    corrections: Mapping[UUID, Collection[Correction]] = field(default_factory=dict)
    """By the person to whom each was made."""

    def held(self, person_id: UUID, group: Group) -> Held:
        if not self.corrections:
            return {}
        return corrections.held(bearers(person_id, group), self.corrections)

    def golden(self, person_id: UUID, group: Group) -> Golden:
        return golden.choose([each.record for each in group], self.policy, self.held(person_id, group))

    def found(self, person_id: UUID, group: Group) -> Found:
        chosen = self.golden(person_id, group)
        record_ids = tuple(sorted(each.record_id for each in group))
        return Found(person_id, record_ids, company_of(chosen, group), chosen.details, provenance_of(chosen))

    def by(self, policy: Policy) -> "Choosing":
        return replace(self, policy=policy)


def bearers(person_id: UUID, group: Group) -> set[UUID]:
    return corrections.bearers(person_id, (each.record_id for each in group))


def company_of(chosen: Golden, group: Group) -> UUID | None:
    """Where the person works: by the domain that won, even if only a correction says it, else by the name."""
    domain = chosen.choices.get("company_domain")
    if domain and domain.value and isinstance(domain.source, Correction):
        return company_id_of(group[0].workspace_id, "domain", domain.value)
    at = golden.employer(chosen)
    return next((each.company_id for each in group if each.record_id == at), None) if at else None


def policy_of(connection: Connection) -> Policy:
    """Who decides by it holds the scopes that it decides on (`store.lock_scopes`) already: then no pass over all persons is missed."""
    return store.state_of(connection, PROVIDER, RULES, RULES_ID) or golden.STANDARD


def choosing_for(connection: Connection, groups: Groups, policy: Policy | None = None) -> Choosing:
    policy = policy_of(connection) if policy is None else policy
    scopes = {person_id: group[0].workspace_id for person_id, group in groups.items() if group}
    if not scopes or not kept.any_corrections(connection, set(scopes.values())):
        return Choosing(policy)
    wanted = {(scopes[p], bearer) for p, group in groups.items() if group for bearer in bearers(p, group)}
    return Choosing(policy, kept.corrections_of(connection, wanted))
