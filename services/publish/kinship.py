"""Whom a look at persons concerns: their families, and, where a workspace's own person is one of the Provider's, both together.

What is known of the Provider's person goes to nobody by this: it stands behind an own contact only where it was published to that
workspace (`seeing`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from schemas.body import PROVIDER
from services.publish.domain.people import Family, PersonKey
from services.publish.store import golden, recognised

Place = tuple[UUID, UUID]
"""A person of the Provider's, and a workspace."""


@dataclass(frozen=True, slots=True)
class Kin:
    """One person in one workspace: the Provider's, and those of its own that were recognised as that, in an order that does not depend on
    who was heard of first.
    """

    workspace_id: UUID
    provided: Family
    own: tuple[Family, ...]


@dataclass(frozen=True)
class Asked:
    """`provided`: the Provider's families, each with the workspaces that are to look at it, None for all."""

    provided: tuple[tuple[Family, frozenset[UUID] | None], ...]
    own: tuple[Family, ...]
    """Those that are none of the Provider's."""
    kin: Mapping[Place, Kin]
    excluded: Collection[Place] = ()
    """Where the Provider's person was excluded as an own one that is no more."""

    @property
    def families(self) -> Iterable[Family]:
        yield from (family for family, _ in self.provided)
        yield from self.own
        for each in self.kin.values():
            yield from (each.provided, *each.own)


def ask(connection: Connection, keys: Collection[PersonKey], there: Collection[Place], only: UUID | None) -> Asked:
    """`there`: persons of the Provider's that one workspace alone is to look at. `only`: of all, what concerns one workspace."""
    found = golden.families(connection, {*keys, *((PROVIDER, person_id) for person_id, _ in there)})
    own = {family.key: family for family in found if family.person.workspace_id != PROVIDER}
    provided = {family.person.person_id: family for family in found if family.person.workspace_id == PROVIDER}
    places = {living: places_of(family, keys, there) for living, family in provided.items()}
    as_person = recognised.by_own(connection, own)
    if as_person:
        others = golden.families(connection, {(PROVIDER, each) for each in as_person.values()})
        provided |= {family.person.person_id: family for family in others}
    living = {member: living for living, family in provided.items() for member in family.all}
    near = {(living[each], key[0]) for key, each in as_person.items() if each in living}
    as_person |= recognised.by_provided(connection, living, only)

    def is_looked_at(person_id: UUID, workspace_id: UUID) -> bool:
        its = places.get(person_id, frozenset())
        return its is None or workspace_id in its or (person_id, workspace_id) in near

    wanted = ((key, living[each]) for key, each in as_person.items() if each in living)
    members = {key: person_id for key, person_id in wanted if is_looked_at(person_id, key[0])}
    own |= {family.key: family for family in golden.families(connection, members.keys() - own.keys())}
    kin: dict[Place, list[Family]] = defaultdict(list)
    for key, family in sorted(own.items()):
        if key in members:
            kin[members[key], key[0]].append(family)
    return Asked(
        provided=tuple((provided[living_id], its) for living_id, its in places.items()),
        own=tuple(family for key, family in own.items() if key not in members),
        kin={place: Kin(place[1], provided[place[0]], tuple(families)) for place, families in kin.items()},
        excluded={(living[person_id], workspace_id) for person_id, workspace_id in recognised.excluded(connection, living, only)},
    )


def places_of(family: Family, keys: Collection[PersonKey], there: Collection[Place]) -> frozenset[UUID] | None:
    if any((PROVIDER, person_id) in keys for person_id in family.all):
        return None
    return frozenset(workspace_id for person_id, workspace_id in there if person_id in family.all)
