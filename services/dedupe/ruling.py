"""The survivorship rules: set by an operator, tried beforehand, and then followed by all persons, slice by slice."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection

from schemas.body import PROVIDER
from schemas.dedupe import SurvivorshipSet
from services.dedupe import kept, store
from services.dedupe.choosing import choosing_for, groups_of, policy_of
from services.dedupe.domain import golden, survivorship
from services.dedupe.domain import person as persons
from services.dedupe.domain.golden import Golden
from services.dedupe.domain.survivorship import RULES_ID, Policy
from services.dedupe.kinds import PERSON, RULES
from services.dedupe.store import Scoped
from services.kit.errors import Conflict, Invalid
from services.kit.events import Told, Work

MOST_EXAMPLES = 10


def checked(policy: Policy) -> Policy:
    wrong = list(survivorship.faults(policy.fields, policy.sources))
    if wrong:
        raise Invalid("; ".join(wrong))
    return policy


def set_rules(work: Work, asked: Policy) -> tuple[None, list[Told]]:
    """`asked.version` is the one that the asker has seen: rules set meanwhile by somebody else are not overwritten unseen."""
    standing = work.load(RULES, [RULES_ID], PROVIDER)[RULES_ID] or golden.STANDARD
    if asked.version != standing.version:
        raise Conflict(f"the rules were changed meanwhile (version {standing.version}): look at them again")
    event = SurvivorshipSet(
        rules_id=RULES_ID,
        version=standing.version + 1,
        fields=dict(checked(asked).fields),
        sources=asked.sources,
        hidden_sources=asked.hidden_sources,
    )
    # Who sees what changes no golden record.
    if (asked.fields, asked.sources) != (standing.fields, standing.sources):
        kept.ask_rechoosing(work.connection, event.version)
    return None, [Told(RULES, RULES_ID, event, PROVIDER)]


@dataclass(frozen=True)
class Example:
    """One field of one person, as it is and as it would be."""

    person_id: UUID
    name: str | None
    field: str
    now: str | None
    then: str | None


@dataclass(frozen=True)
class Preview:
    """How many golden records the asked rules would change, of those looked at, and in which fields."""

    looked_at: int = 0
    changed: int = 0
    fields: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()

    def __add__(self, other: "Preview") -> "Preview":
        return Preview(
            self.looked_at + other.looked_at,
            self.changed + other.changed,
            dict(Counter(self.fields) + Counter(other.fields)),
            (self.examples + other.examples)[:MOST_EXAMPLES],
        )


def preview(connection: Connection, asked: Policy, keys: Collection[Scoped]) -> Preview:
    """What the rules would do to these persons."""
    groups = groups_of(store.of_persons(connection, keys).values())
    choosing = choosing_for(connection, groups)
    changes = [
        changed
        for person_id, group in groups.items()
        if (changed := differences(person_id, choosing.golden(person_id, group), choosing.by(asked).golden(person_id, group)))
    ]
    examples = [each for changed in changes for each in changed]
    return Preview(len(groups), len(changes), dict(Counter(each.field for each in examples)), tuple(examples[:MOST_EXAMPLES]))


def differences(person_id: UUID, now: Golden, then: Golden) -> list[Example]:
    if now.details == then.details:
        return []
    pairs = {
        name: tuple(side.choices[name].value if name in side.choices else None for side in (now, then))
        for name in {**now.choices, **then.choices}
    }
    return [
        Example(person_id, now.details.full_name, name, was, becomes) for name, (was, becomes) in sorted(pairs.items()) if was != becomes
    ]


def rechoose(work: Work, keys: Collection[Scoped]) -> list[Told]:
    """Of persons of one scope. Nothing is told of one whose details and company stay, though they may have won by another rule now."""
    [workspace_id] = {scope for scope, _ in keys}
    store.lock_scopes(work.connection, [workspace_id])
    groups = groups_of(store.of_persons(work.connection, keys).values())
    known = work.load(PERSON, groups, workspace_id)
    choosing = choosing_for(work.connection, groups, policy_of(work.connection))
    told = []
    for person_id, group in groups.items():
        person = known[person_id]
        if person:
            events = persons.rechosen(person, choosing.found(person_id, group))
            told += [Told(PERSON, person_id, event, workspace_id) for event in events]
    return told
