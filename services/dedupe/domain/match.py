"""Which records are one person: those that share a key, and those that share one with these, and so on.

Records are compared only where they have a blocking key in common (`blocks`); `links` judges such pairs, and `clusters` closes the
links to groups. Today every key is exact and every pair that shares one is linked. A scored model takes the place of
`links` and adds keys that do not decide by themselves; the callers, who look up records by keys and store groups, stay.

The groups are a function of the set of records, so the order in which records arrive and the size of batches cannot matter.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from services.dedupe.domain.addresses import mailbox
from services.dedupe.domain.ids import key_id_of
from services.dedupe.domain.record import NormalRecord


class KeyKind(StrEnum):
    EMAIL = "email"
    LINKEDIN = "linkedin"


SAME = {KeyKind.EMAIL: "the same e-mail address", KeyKind.LINKEDIN: "the same LinkedIn profile"}


class Key(NamedTuple):
    """What records are looked up by. `id` is a digest of the value."""

    kind: KeyKind
    id: UUID


class Link(NamedTuple):
    """Two records found to be one person, and by what."""

    one: UUID
    other: UUID
    kind: KeyKind


def keys_of(record: NormalRecord) -> frozenset[Key]:
    """Mailboxes that one person reads, and the profile. A record without any is a person by itself."""
    return keys_from(record.own_emails, record.linkedin)


@lru_cache(maxsize=50_000)
def keys_from(emails: tuple[str, ...], linkedin: str | None) -> frozenset[Key]:
    values = [(KeyKind.EMAIL, mailbox(each)) for each in emails]
    if linkedin:
        values.append((KeyKind.LINKEDIN, linkedin))
    return frozenset(Key(kind, key_id_of(kind, value)) for kind, value in values)


def blocks(keys: Mapping[UUID, Collection[Key]]) -> Mapping[Key, list[UUID]]:
    """Record → its keys, the other way round."""
    found: dict[Key, list[UUID]] = defaultdict(list)
    for record_id, its in keys.items():
        for key in its:
            found[key].append(record_id)
    return found


def links(keys: Mapping[UUID, Collection[Key]]) -> Iterator[Link]:
    """Enough of them to hold each group together: the first of a block with each other."""
    for key, members in blocks(keys).items():
        for other in members[1:]:
            yield Link(members[0], other, key.kind)


def clusters(record_ids: Iterable[UUID], found: Iterable[Link]) -> list[list[UUID]]:
    """The groups that the links make, in the order of their first records; within each, records keep their order."""
    above = {record_id: record_id for record_id in record_ids}

    def top(one: UUID) -> UUID:
        while above[one] != one:
            above[one] = one = above[above[one]]
        return one

    for link in found:
        above[top(link.other)] = top(link.one)
    groups: dict[UUID, list[UUID]] = defaultdict(list)
    for record_id in above:
        groups[top(record_id)].append(record_id)
    return list(groups.values())


def why(some: Collection[UUID], others: Collection[UUID], keys: Mapping[UUID, Collection[Key]]) -> str:
    """In words, what two parts of one group have in common; they may be held together by a third."""
    one = {key for record_id in some for key in keys.get(record_id, ())}
    kinds = {key.kind for record_id in others for key in keys.get(record_id, ()) if key in one}
    return " and ".join(SAME[kind] for kind in KeyKind if kind in kinds) or "records that belong to both"
