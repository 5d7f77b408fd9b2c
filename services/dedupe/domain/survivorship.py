"""The rules by which one value of a field survives: for each group of fields a list of criteria, the first that tells values apart decides.

What no criterion tells apart the alphabet does, and then the record's id: so what is chosen never depends on any order. The default is
the most recent value and then the most frequent; of names, one in full before one with an initial.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from schemas.dedupe import Criterion, SurvivorshipSet
from schemas.provenance import ALPHABET, ONLY
from services.dedupe.domain.record import NormalRecord

RULES_ID = UUID("6f5b7c52-30d2-4b3e-9c08-5d9a7be10b10")
"""There is one set of rules, the Provider's; workspaces' own imports follow it too."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "name": ("full_name", "given_name", "family_name"),
    "work_email": ("work_email",),
    "private_email": ("private_email",),
    "linkedin": ("linkedin",),
    "company": ("company_domain", "company_name"),
    "title": ("title",),
    "phone": ("phone",),
    "mobile": ("mobile",),
    "twitter": ("twitter",),
    "city": ("city",),
    "country": ("country",),
    "custom": (),
}
"""Group → the fields that one list of criteria decides on; `custom` is every field of a source's own."""
DEFAULT = (Criterion.RECENT, Criterion.FREQUENT)
DEFAULT_OF_NAMES = (Criterion.FULLEST, *DEFAULT)

Value = tuple[str | None, ...]
"""Fields that go together; the first is what lengths are taken of."""
Offer = tuple[Value, NormalRecord]


def default_of(group: str) -> tuple[Criterion, ...]:
    return DEFAULT_OF_NAMES if group == "name" else DEFAULT


def beside_defaults(fields: Mapping[str, Sequence[Criterion]]) -> dict[str, tuple[Criterion, ...]]:
    """Without the groups that are as they are by default: these follow it, should it ever change."""
    return {group: tuple(criteria) for group, criteria in fields.items() if tuple(criteria) != default_of(group)}


@dataclass(frozen=True)
class Policy:
    """The rules as they stand; version 0 is the default that nobody has set."""

    version: int = 0
    fields: Mapping[str, tuple[Criterion, ...]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    hidden_sources: tuple[str, ...] = ()

    def criteria(self, group: str) -> tuple[Criterion, ...]:
        return self.fields.get(group) or default_of(group)

    @cached_property
    def trust(self) -> Mapping[str, int]:
        return {source: place for place, source in enumerate(self.sources)}


def evolve(_: Policy | None, event: SurvivorshipSet) -> Policy:
    return Policy(event.version, event.fields, event.sources, event.hidden_sources)


def faults(fields: Mapping[str, Sequence[Criterion]], sources: Sequence[str]) -> Iterator[str]:
    """What is wrong with rules that somebody asks for, in sentences."""
    for group, criteria in fields.items():
        if group not in GROUPS:
            yield f"there is no group of fields {group!r}: there are {', '.join(GROUPS)}"
        if not criteria:
            yield f"{group} has no criterion; leave the group out to keep the default"
        if len(set(criteria)) < len(criteria):
            yield f"{group} names a criterion twice"
        if {Criterion.RECENT, Criterion.OLDEST} <= set(criteria):
            yield f"{group} cannot be both by the most recent and by the oldest"
        if Criterion.TRUSTED in criteria and not sources:
            yield f"{group} goes by trust, and no source is named in the order of trust"
    if len(set(sources)) < len(sources):
        yield "a source stands twice in the order of trust"


def fullness(value: Value) -> int:
    """Of a name: both halves, and neither only an initial. Of anything else: its words."""
    if len(value) > 1:
        return sum(len((half or "").strip(".")) > 1 for half in value[1:])
    return len((value[0] or "").split())


Measure = Callable[[Value, NormalRecord, Counter[Value], Mapping[str, int]], float]
MEASURES: Mapping[Criterion, Measure] = {
    Criterion.RECENT: lambda _, record, _often, _trust: -record.as_of.timestamp(),
    Criterion.OLDEST: lambda _, record, _often, _trust: record.as_of.timestamp(),
    Criterion.TRUSTED: lambda _, record, _often, trust: trust.get(record.source, len(trust)),
    Criterion.FREQUENT: lambda value, _, often, _trust: -often[value],
    Criterion.LONGEST: lambda value, _, _often, _trust: -len(value[0] or ""),
    Criterion.FULLEST: lambda value, _, _often, _trust: -fullness(value),
}
"""How good a value is, the lower the better."""


@dataclass(frozen=True)
class Ranking:
    """What is said of a group of fields, the best first, and by what the first won over what else is said."""

    offers: Sequence[Offer]
    rule: str


def rank(offers: Sequence[Offer], criteria: Sequence[Criterion], trust: Mapping[str, int]) -> Ranking:
    """Of at least one offer."""
    if len(offers) == 1:
        return Ranking(offers, ONLY)
    often = Counter(value for value, _ in offers)
    measures = [MEASURES[criterion] for criterion in criteria]

    def key(offer: Offer) -> tuple[Any, ...]:
        value, record = offer
        return (*(measure(value, record, often, trust) for measure in measures), [part or "" for part in value], record.record_id)

    in_order = sorted(((key(offer), offer) for offer in offers), key=lambda each: each[0])
    best, (winner, _) = in_order[0]
    rival = next((rank for rank, (value, _) in in_order if value != winner), None)
    rule = ONLY if rival is None else next((c.value for c, ours, its in zip(criteria, best, rival, strict=False) if ours != its), ALPHABET)
    return Ranking([offer for _, offer in in_order], rule)
