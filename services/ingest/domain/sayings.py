"""What imports say of one record, one after the other, and what is left of it when one of them is undone.

Of a record that says the same again, the first of the imports that say so is its provenance: nobody was told of the others.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Saying(NamedTuple):
    """What one row of an import says of a record. `dated`: the source itself says of when that is."""

    import_id: UUID
    line: int
    digest: str
    dated: bool


class Fate(StrEnum):
    """What becomes of a record when an import is undone."""

    GONE = "gone"
    BACK = "back"
    STAYED = "stayed"


class Left(NamedTuple):
    """What an undone import leaves of a record. `stands` is what holds from now on; `forgotten`, digests that nobody says any more."""

    fate: Fate
    stands: Saying | None
    forgotten: tuple[str, ...]


def without(sayings: Sequence[Saying], import_id: UUID, doubted: Collection[UUID] = ()) -> Left:
    """`sayings` in their order, the last being what stands now. `doubted`: other imports that are being undone: nothing rests on them."""
    left = [each for each in sayings if each.import_id != import_id]
    stands = first_of_the_last([each for each in left if each.import_id not in doubted])
    kept = {each.digest for each in left}
    forgotten = tuple(dict.fromkeys(each.digest for each in sayings if each.digest not in kept))
    if stands is None:
        return Left(Fate.GONE, None, forgotten)
    return Left(Fate.STAYED if stands.digest == sayings[-1].digest else Fate.BACK, stands, forgotten)


def first_of_the_last(sayings: Sequence[Saying]) -> Saying | None:
    """The first of those that say, without a break, what the last says."""
    found = None
    for each in reversed(sayings):
        if found and each.digest != found.digest:
            break
        found = each
    return found
