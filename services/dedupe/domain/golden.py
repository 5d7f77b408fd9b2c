"""What a person's records say together: one value for each field, with the record that it is from; what loses is kept in its record.

The rule is the most recent value that is not empty; of values equally recent the most frequent, and of these the first by the
alphabet, so that the result does not depend on any order. The halves of a name go together, and one in full is better than one with an
initial, however recent.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schemas.details import PersonDetails
from services.dedupe.domain import addresses
from services.dedupe.domain.names import Name
from services.dedupe.domain.record import NormalRecord

Value = tuple[str | None, ...]
"""Fields that go together."""
Offer = tuple[Value, NormalRecord]


@dataclass(frozen=True)
class Golden:
    details: PersonDetails
    provenance: dict[str, UUID]
    """Field of the details → the record that its value is from."""


@dataclass(frozen=True)
class Rule:
    """How one value is found: the fields that it fills, what a record offers for them, and what outranks recency (more is better)."""

    fields: tuple[str, ...]
    offers: Callable[[NormalRecord], Iterable[Value]]
    better: Callable[[Value], int] = lambda _: 0


def single(name: str) -> Rule:
    def offers(record: NormalRecord) -> Iterable[Value]:
        value = getattr(record, name)
        return ((value,),) if value else ()

    return Rule((name,), offers)


def names_of(record: NormalRecord) -> Iterable[Value]:
    full = Name(record.given_name, record.family_name).full
    return ((full, record.given_name, record.family_name),) if full else ()


def fullness(value: Value) -> int:
    """Both halves, and neither only an initial."""
    return sum(len((half or "").strip(".")) > 1 for half in value[1:])


def work_emails(record: NormalRecord) -> Iterable[Value]:
    return ((addresses.untagged(each),) for each in record.own_emails if not addresses.is_free(each))


def private_emails(record: NormalRecord) -> Iterable[Value]:
    return ((addresses.untagged(each),) for each in record.own_emails if addresses.is_free(each))


def profiles(record: NormalRecord) -> Iterable[Value]:
    return ((addresses.profile_url(record.linkedin),),) if record.linkedin else ()


RULES = (
    Rule(("full_name", "given_name", "family_name"), names_of, fullness),
    Rule(("work_email",), work_emails),
    Rule(("private_email",), private_emails),
    Rule(("linkedin",), profiles),
    *(single(name) for name in ("company_domain", "title", "phone", "mobile", "twitter", "city", "country")),
)
COMPANY_NAME = single("company_name")


def choose(records: Collection[NormalRecord]) -> Golden:
    """Of at least one record."""
    fields: dict[str, Any] = {}
    provenance: dict[str, UUID] = {}

    def fill(rule: Rule, among: Iterable[NormalRecord]) -> None:
        offered = [(value, record) for record in among for value in rule.offers(record)]
        if offered:
            value, record = winner(offered, rule)
            filled = {name: part for name, part in zip(rule.fields, value, strict=True) if part}
            fields.update(filled)
            provenance.update(dict.fromkeys(filled, record.record_id))

    for rule in RULES:
        fill(rule, records)
    # The name of the company whose domain it is, not that of an earlier employer.
    fill(COMPANY_NAME, [r for r in records if r.company_domain in {None, fields.get("company_domain")}])
    return Golden(PersonDetails(**fields), provenance)


def winner(offered: Sequence[Offer], rule: Rule) -> Offer:
    often = Counter(value for value, _ in offered)

    def rank(offer: Offer) -> tuple[Any, ...]:
        value, record = offer
        return (-rule.better(value), -record.as_of.timestamp(), -often[value], [part or "" for part in value], record.record_id)

    return min(offered, key=rank)


def employer(golden: Golden) -> UUID | None:
    """The record that says at which company the person is: by domain, else by name."""
    return golden.provenance.get("company_domain") or golden.provenance.get("company_name")
