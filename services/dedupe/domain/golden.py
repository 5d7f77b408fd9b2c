"""What a person's records say together: one value for each field, where it is from, by which rule it won, and all that lost.

The rules are data (`survivorship`); corrections outrank all records (`corrections`). The halves of a name go together. A company's
name is that of the company whose domain won, not that of an earlier employer. An address in which somebody else's name stands never wins.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from schemas.details import PersonDetails
from schemas.fields import CUSTOM
from schemas.provenance import ANOTHERS, CORRECTION, ONLY
from services.dedupe.domain import addresses
from services.dedupe.domain.corrections import Correction, Held
from services.dedupe.domain.names import Name
from services.dedupe.domain.record import NormalRecord
from services.dedupe.domain.survivorship import Offer, Policy, Value, rank
from services.dedupe.domain.whose import Bearer

Source = NormalRecord | Correction
"""Who says a value."""
STANDARD = Policy()


class Choice(msgspec.Struct, frozen=True):
    """The value of one field, who says it, why it won, and what else is said, the best first.

    None: it was corrected to be empty, the winning name lacks this half, or all that is said of it is somebody else's.
    """

    value: str | None
    source: Source
    rule: str
    losing: tuple[tuple[str, Source], ...] = ()


class Golden(msgspec.Struct, frozen=True):
    details: PersonDetails
    choices: Mapping[str, Choice] = msgspec.field(default_factory=dict)
    """By the fields of the details; `custom:NAME` for one of a source's own."""

    @property
    def provenance(self) -> dict[str, UUID]:
        """Field → the record that its value is from; corrections are from none."""
        return {name: each.source.record_id for name, each in self.choices.items() if each.value and isinstance(each.source, NormalRecord)}


@dataclass(frozen=True)
class Rule:
    """The fields that one value fills, by whose group of criteria, and what a record offers for them."""

    group: str
    fields: tuple[str, ...]
    offers: Callable[[NormalRecord], Iterable[Value]]


def single(name: str, group: str | None = None) -> Rule:
    def offers(record: NormalRecord) -> Iterable[Value]:
        value = getattr(record, name)
        return ((value,),) if value else ()

    return Rule(group or name, (name,), offers)


def own(name: str) -> Rule:
    def offers(record: NormalRecord) -> Iterable[Value]:
        value = record.custom.get(name)
        return ((value,),) if value else ()

    return Rule("custom", (CUSTOM + name,), offers)


def names_of(record: NormalRecord) -> Iterable[Value]:
    full = Name(record.given_name, record.family_name).full
    return ((full, record.given_name, record.family_name),) if full else ()


def work_emails(record: NormalRecord) -> Iterable[Value]:
    return ((addresses.untagged(each),) for each in record.own_emails if not addresses.is_free(each))


def private_emails(record: NormalRecord) -> Iterable[Value]:
    return ((addresses.untagged(each),) for each in record.own_emails if addresses.is_free(each))


def profiles(record: NormalRecord) -> Iterable[Value]:
    return ((addresses.profile_url(record.linkedin),),) if record.linkedin else ()


RULES = (
    Rule("name", ("full_name", "given_name", "family_name"), names_of),
    Rule("work_email", ("work_email",), work_emails),
    Rule("private_email", ("private_email",), private_emails),
    Rule("linkedin", ("linkedin",), profiles),
    single("company_domain", "company"),
    *(single(name) for name in ("title", "phone", "mobile", "twitter", "city", "country")),
)
COMPANY_NAME = single("company_name", "company")
ADDRESSES = frozenset({"work_email", "private_email"})


def choose(records: Collection[NormalRecord], policy: Policy = STANDARD, corrections: Held | None = None) -> Golden:
    """Of at least one record."""
    held = corrections or {}
    choices: dict[str, Choice] = {}
    bearer = bearer_of(records, held)
    for rule in RULES:
        choices.update(chosen(rule, records, policy, bearer if rule.group in ADDRESSES else None))
    correct(choices, {name: its for name, its in held.items() if name != "company_name"})
    choices.update(company_name(records, choices.get("company_domain"), policy))
    for name in sorted({name for record in records for name in record.custom}):
        choices.update(chosen(own(name), records, policy))
    correct(choices, {name: its for name, its in held.items() if name == "company_name" or name.startswith(CUSTOM)})
    return Golden(details_of(choices), choices)


def bearer_of(records: Collection[NormalRecord], held: Held) -> Bearer:
    """By all that records say, and all corrections."""
    given, family = ([correction.value for correction in held.get(name, ())] for name in ("given_name", "family_name"))
    return Bearer([*(record.given_name for record in records), *given], [*(record.family_name for record in records), *family])


def chosen(rule: Rule, among: Iterable[NormalRecord], policy: Policy, bearer: Bearer | None = None) -> dict[str, Choice]:
    """`bearer`: whose addresses these must be, as far as names stand in them."""
    theirs, elses = list[Offer](), list[Offer]()
    for record in among:
        for value in rule.offers(record):
            (elses if bearer and bearer.is_not_named_in(value[0] or "") else theirs).append((value, record))
    return without(elses, rule, theirs, policy) if elses else won(rule, theirs, policy)


def without(elses: Sequence[Offer], rule: Rule, offered: Sequence[Offer], policy: Policy) -> dict[str, Choice]:
    """What is somebody else's is kept, as losing to anything that is not."""
    [name] = rule.fields
    ranking = rank(elses, policy.criteria(rule.group), policy.trust)
    lost = others(0, None, ranking.offers)
    first = won(rule, offered, policy).get(name) or Choice(None, ranking.offers[0][1], ANOTHERS)
    return {name: replace(first, losing=(*first.losing, *lost))}


def won(rule: Rule, offered: Sequence[Offer], policy: Policy) -> dict[str, Choice]:
    if not offered:
        return {}
    if len(offered) == 1:
        # Most persons have one record: what they say has nothing to win over.
        [(value, record)] = offered
        return {name: Choice(part, record, ONLY) for name, part in zip(rule.fields, value, strict=True) if part}
    ranking = rank(offered, policy.criteria(rule.group), policy.trust)
    value, record = ranking.offers[0]
    found = {
        name: Choice(part, record, ranking.rule, others(place, part, ranking.offers[1:]))
        for place, (name, part) in enumerate(zip(rule.fields, value, strict=True))
    }
    # A half that the winning name lacks, and another has, lost as well.
    return {name: each for name, each in found.items() if each.value or each.losing}


def company_name(records: Collection[NormalRecord], domain: Choice | None, policy: Policy) -> dict[str, Choice]:
    """Of the records at the company that won, or at none; what is said of others loses to it, whatever the rule."""
    here = {None, domain.value if domain else None}
    found = chosen(COMPANY_NAME, [record for record in records if record.company_domain in here], policy)
    elsewhere = chosen(COMPANY_NAME, [record for record in records if record.company_domain not in here], policy)
    if domain is None or not elsewhere:
        return found
    [other] = elsewhere.values()
    first = found.get("company_name") or Choice(None, domain.source, domain.rule)
    taken = {first.value, *(value for value, _ in first.losing)}
    lost = [(value, source) for value, source in ((other.value, other.source), *other.losing) if value and value not in taken]
    return {"company_name": replace(first, losing=(*first.losing, *lost))}


def others(place: int, winner: str | None, offers: Iterable[Offer]) -> tuple[tuple[str, Source], ...]:
    """Each other value once, with the best of those who say it."""
    found: dict[str, Source] = {}
    for value, record in offers:
        if (part := value[place]) and part != winner:
            found.setdefault(part, record)
    return tuple(found.items())


def correct(choices: dict[str, Choice], held: Held) -> None:
    """Put the corrections in the place of what records say, which is kept as losing."""
    for name, (first, *older) in held.items():
        said = choices.get(name)
        lost: list[tuple[str | None, Source]] = [(each.value, each) for each in older]
        if said:
            lost += [(said.value, said.source), *said.losing]
        losing = {value: source for value, source in reversed(lost) if value and value != first.value}
        choices[name] = Choice(first.value, first, CORRECTION, tuple(reversed(losing.items())))
    if held.keys() & {"given_name", "family_name"}:
        choices["full_name"] = full_name(choices)


def full_name(choices: Mapping[str, Choice]) -> Choice:
    """It follows its halves, one of which at least is corrected."""
    halves = [choices[name] for name in ("given_name", "family_name") if name in choices]
    full = " ".join(half.value for half in halves if half.value) or None
    latest = max((half.source for half in halves if isinstance(half.source, Correction)), key=lambda each: (each.at, each.person_id))
    said = choices.get("full_name")
    losing = ((said.value, said.source), *said.losing) if said else ()
    kept = tuple((value, source) for value, source in losing if value and value != full)
    return Choice(full, latest, CORRECTION, kept)


def details_of(choices: Mapping[str, Choice]) -> PersonDetails:
    fields: dict[str, Any] = {name: each.value for name, each in choices.items() if not name.startswith(CUSTOM)}
    custom = {name.removeprefix(CUSTOM): each.value for name, each in choices.items() if name.startswith(CUSTOM) and each.value}
    return PersonDetails(**fields, custom=custom or None)


def employer(golden: Golden) -> UUID | None:
    """The record that says at which company the person is: by domain, else by name."""
    return golden.provenance.get("company_domain") or golden.provenance.get("company_name")
